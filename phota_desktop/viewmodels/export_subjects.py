"""What is exported: pictures of strip or library, with all that names and metadata speak of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.file_names import NameTokens
from phota_desktop.core.jobs import Job, Variant
from phota_desktop.core.library import Marks, Picture, photo_key, result_key
from phota_desktop.core.provenance import Provenance, model_of, provenance_of
from phota_desktop.core.requests import mentions
from phota_desktop.resources import resource

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.export import ExportItem
    from phota_desktop.viewmodels.variants import Entry

MOST_STEPS = 50
"""Results of results that are followed back to the photo."""
MOST_PEOPLE = 3
"""Names of people in a file name; one word tells of the others."""


@dataclass(frozen=True)
class Chosen:
    """A picture that a person chose; ``original`` is the photo it was made from, if known."""

    path: Path
    key: str = ""
    original: Path | None = None
    marks: Marks | None = None

    @property
    def job_id(self) -> str:
        """The job that made it; empty for a photo or a sample."""
        job_id, colon, index = self.key.rpartition(":")
        return job_id if colon and index.isdecimal() and job_id not in ("sample", "photo") else ""


@dataclass(frozen=True)
class Subject:
    """One picture to export. ``people`` are shown names; ``tokens`` lack the place in the batch."""

    path: Path
    original: Path | None = None
    provenance: Provenance | None = None
    marks: Marks = field(default_factory=Marks)
    people: tuple[str, ...] = ()
    tokens: NameTokens = field(default_factory=NameTokens)

    @property
    def extension(self) -> str:
        """The file's own extension as it is written: lower case, ``jpg`` for JPEG."""
        own = self.path.suffix.lower().lstrip(".")
        return {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif"}.get(own, own)

    @property
    def is_sample(self) -> bool:
        """Whether the picture came with the program."""
        return self.path.is_relative_to(resource("samples"))

    @property
    def item(self) -> ExportItem:
        """What the exporter gets."""
        from phota_desktop.services.export import ExportItem

        return ExportItem(
            self.path, self.original, self.provenance, self.tokens, self.marks, self.people
        )


def chosen_entries(entries: Sequence[Entry], photo: Path | None) -> list[Chosen]:
    """Return what places of the strip show; those without a picture are left out."""
    return [
        Chosen(entry.path, entry.key, photo if entry.key != "original" else None)
        for entry in entries
        if entry.path is not None
    ]


def chosen_pictures(pictures: Sequence[Picture]) -> list[Chosen]:
    """Return pictures of the library; deleted ones are left out."""
    return [Chosen(one.path, one.key, marks=one.marks) for one in pictures if one.deleted is None]


async def find_subjects(
    services: Services, chosen: Sequence[Chosen], *, with_dates: bool = False
) -> tuple[Subject, ...]:
    """Look up how each picture was made. A picture that nothing is known of is a plain file.

    ``with_dates`` also reads when the original photos were taken, from their files.
    """
    taken: dict[Path, datetime | None] = {}
    homes: dict[tuple[Path, tuple[str, ...]], Path] = {}
    jobs: dict[str, Job | None] = {job.id: job for job in services.queue.jobs()}
    made_by = _made_by(jobs.values())
    by_path = {path: made for made in made_by.values() for path in _places(made[1])}
    found = []
    for one in chosen:
        job_id, _, index = one.key.rpartition(":")
        job = await _job(services, job_id, jobs) if one.job_id else None
        step = _variant(job, int(index)) if job is not None else by_path.get(one.path)
        chain = await _chain(services, step, jobs, made_by)
        subject = _subject(one, chain, services.people.names)
        if subject.original is not None and chain:
            first = subject.original, chain[0][0].source_sha256
            if first not in homes:
                homes[first] = await _home(services, *first)
            subject = replace(subject, original=homes[first])
        origin = subject.original or one.path
        if with_dates and origin not in taken:
            taken[origin] = await services.threads.files(_when_taken, origin)
        marks = one.marks if one.marks is not None else await _known_marks(services, one)
        tokens = replace(subject.tokens, original_made=taken.get(origin), rating=marks.stars)
        found.append(replace(subject, marks=marks, tokens=tokens))
    return tuple(found)


def subjects_at_hand(services: Services, chosen: Sequence[Chosen]) -> list[Subject]:
    """Return what memory alone knows of pictures: enough for their names, at once."""
    made_by = _made_by(services.queue.jobs())
    by_key = {result_key(*made): made for made in made_by.values()}
    by_path = {path: made for made in made_by.values() for path in _places(made[1])}
    found = []
    for one in chosen:
        step = by_key.get(one.key) or by_path.get(one.path)
        chain: list[tuple[Job, Variant]] = []
        while step is not None and len(chain) < MOST_STEPS and step not in chain:
            chain.insert(0, step)
            step = made_by.get(next(iter(step[0].source_sha256), ""))
        found.append(_subject(one, chain, services.people.names))
    return found


def _made_by(jobs: Iterable[Job | None]) -> dict[str, tuple[Job, Variant]]:
    return {variant.sha256: (job, variant) for job in jobs if job for variant in job.variants}


async def _known_marks(services: Services, chosen: Chosen) -> Marks:
    library = services.library
    try:
        known = await (library.picture(chosen.key) if chosen.job_id else library.at(chosen.path))
    except PhotaError:
        return Marks()  # what cannot be read is no reason not to export
    return known.marks if known is not None else Marks()


async def _chain(
    services: Services,
    step: tuple[Job, Variant] | None,
    jobs: dict[str, Job | None],
    made_by: Mapping[str, tuple[Job, Variant]],
) -> list[tuple[Job, Variant]]:
    """Return the results that led to one, oldest first, itself last; empty for a photo."""
    chain: list[tuple[Job, Variant]] = []
    while step is not None and len(chain) < MOST_STEPS and step not in chain:
        chain.insert(0, step)
        sources = step[0].source_sha256
        step = made_by.get(sources[0]) if sources else None
        if step is None and sources:
            step = await _from_library(services, chain[0], jobs)
    return chain


async def _job(services: Services, job_id: str, jobs: dict[str, Job | None]) -> Job | None:
    if job_id not in jobs:
        try:
            jobs[job_id] = await services.threads.journal(services.journal.job, job_id)
        except PhotaError:
            jobs[job_id] = None  # its picture can be exported without its story
    return jobs[job_id]


async def _from_library(
    services: Services, made: tuple[Job, Variant], jobs: dict[str, Job | None]
) -> tuple[Job, Variant] | None:
    """Return the result that a result was made from, where only the library knows it."""
    try:
        picture = await services.library.picture(result_key(*made))
    except PhotaError:
        return None
    parent_job, colon, index = (picture.parent if picture is not None else "").rpartition(":")
    if not colon or not index.isdecimal():
        return None
    parent = await _job(services, parent_job, jobs)
    return _variant(parent, int(index)) if parent is not None else None


def _variant(job: Job, index: int) -> tuple[Job, Variant] | None:
    found = next((one for one in job.variants if one.index == index), None)
    return (job, found) if found is not None else None


def _places(variant: Variant) -> tuple[Path, ...]:
    places = (variant.copy_path, variant.vault_path)
    return tuple(place for place in places if place is not None)


def _subject(
    chosen: Chosen, chain: Sequence[tuple[Job, Variant]], names: Mapping[str, str]
) -> Subject:
    if not chain:
        stem = (chosen.original or chosen.path).stem
        return Subject(chosen.path, chosen.original, tokens=NameTokens(stem=stem))
    job, variant = chain[-1]
    first = next(iter(chain[0][0].request.images), None)
    original = first if isinstance(first, Path) else None
    request = job.request
    ids = dict.fromkeys((*request.profile_ids, *mentions(request.prompt)))
    people = tuple(names[one] for one in ids if one in names)
    tokens = NameTokens(
        stem=original.stem if original else "generated",
        operation=request.operation.value,
        n=variant.index + 1,
        made=datetime.fromtimestamp(job.finished or job.created),
        person="+".join(people[:MOST_PEOPLE]) + ("+more" if len(people) > MOST_PEOPLE else ""),
        model=model_of(request),
    )
    return Subject(chosen.path, original, provenance_of(chain), people=people, tokens=tokens)


async def _home(services: Services, original: Path, sources: tuple[str, ...]) -> Path:
    """Return where a photo lies now, which was moved since and found again."""
    is_file: Callable[[Path], bool] = Path.is_file
    if not sources or await services.threads.files(is_file, original):
        return original
    try:
        known = await services.library.picture(photo_key(sources[0]))
    except PhotaError:
        return original
    return known.path if known is not None else original


def _when_taken(path: Path) -> datetime | None:
    """Return when the camera took a photo, by its own clock. Blocking."""
    from phota_desktop.imaging.camera import read_facts

    try:
        return datetime.fromisoformat(read_facts(path).taken)
    except (PhotaError, OSError, ValueError):
        return None
