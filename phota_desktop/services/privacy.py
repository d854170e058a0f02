"""What was sent of one person or pet, read from the record; and the way to have it deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.person_report import (
    Figures,
    PersonReport,
    RequestReport,
    add_up,
    report_request,
    report_training,
)
from phota_desktop.core.person_text import to_text
from phota_desktop.core.training import Kind, Training
from phota_desktop.services.people import People
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.files import disk_error, write_new
from phota_desktop.store.journal import Journal
from phota_desktop.store.riding import Look, Riding

if TYPE_CHECKING:
    from phota_desktop.store.trainings import Trainings

PAGE = 200
"""Requests of one page."""


@dataclass(frozen=True)
class Subject:
    """Whom a report is about: a profile, or a training (its tag) that has none yet."""

    profile_id: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Page:
    """Some requests, newest first; ``before`` is where older ones begin, None at the end."""

    requests: tuple[RequestReport, ...]
    before: int | None


class Privacy:
    """Reads the record of one person; sends nothing. Methods raise PhotaError DISK."""

    def __init__(
        self,
        trainings: Trainings,
        journal: Journal,
        people: People,
        session: Session,
        threads: Threads,
        folder: Callable[[], Path],
    ) -> None:
        """Take ``folder`` as the place where new results are copied to at present."""
        self._trainings = trainings
        self._riding = Riding(journal)
        self._people = people
        self._session = session
        self._threads = threads
        self._folder = folder

    async def trainings_of(self, subject: Subject) -> tuple[Subject, tuple[Training, ...]]:
        """Return the subject with its profile, where its training has one now, and its trainings.

        The trainings come oldest first.
        """
        if not subject.profile_id:
            found = await self._threads.journal(self._trainings.get, subject.tag)
            if found is None or not found.profile_id:
                return subject, (found,) if found is not None else ()
            subject = replace(subject, profile_id=found.profile_id)
        of_profile = await self._threads.journal(self._trainings.of_profile, subject.profile_id)
        return subject, tuple(sorted(of_profile, key=lambda one: one.created))

    async def report(self, subject: Subject, *, whole: bool = False) -> PersonReport:
        """Return what is on record: all sums, and the newest requests or, ``whole``, all of them.

        Reads the journal in short looks, so that a job's commit is never kept waiting for long.
        """
        subject, trainings = await self.trainings_of(subject)
        reports = []
        for training in trainings:
            hosted = await self._threads.journal(self._trainings.photos, training.tag)
            reports.append(report_training(training, hosted))
        kept: list[RequestReport] = []
        figures = Figures()
        folders: dict[Path, None] = {}
        before: int | None = None
        more: int | None = None
        looking = bool(subject.profile_id)
        while looking:
            look, found = await self._look(subject.profile_id, before)
            figures = add_up(figures, found, look.unreadable)
            folders |= dict.fromkeys(_folders(look))
            if whole or len(kept) < PAGE:
                kept += found
                more = look.before
            before = look.before
            looking = before is not None
        known = {one.profile_id: one for one in trainings}.get(subject.profile_id)
        person = self._people.find(subject.profile_id) if subject.profile_id else None
        own = self._people.names.get(subject.profile_id, "") if subject.profile_id else ""
        name = own or (known.name if known else "") or f"Profile {subject.profile_id[-6:]}"
        if figures.pictures and not folders:
            folders[self._folder()] = None
        return PersonReport(
            name=name,
            kind=_kind(person.kind if person else "") or (known.order.kind if known else None),
            profile_id=subject.profile_id,
            tag=subject.tag,
            engine=known.engine if known else self._session.engine,
            made=time.time(),
            trainings=tuple(reversed(reports)),
            requests=tuple(kept),
            next_before=more,
            figures=figures,
            has_name=bool(own),
            picture=person.picture if person else None,
            folders=tuple(folders),
        )

    async def page(self, profile_id: str, before: int | None) -> Page:
        """Return the next requests older than ``before``: one page of them, or the rest."""
        found: list[RequestReport] = []
        while len(found) < PAGE:
            look, requests = await self._look(profile_id, before)
            found += requests
            before = look.before
            if before is None:
                break
        return Page(tuple(found), before)

    async def write(self, path: Path, subject: Subject) -> Path:
        """Write the whole report as a text and return where: ``path``, or the next free name."""
        report = await self.report(subject, whole=True)
        return await self._threads.files(_write, path, report)

    async def _look(
        self, profile_id: str, before: int | None
    ) -> tuple[Look, tuple[RequestReport, ...]]:
        return await self._threads.journal(_read, self._riding, profile_id, before)


def _read(
    riding: Riding, profile_id: str, before: int | None
) -> tuple[Look, tuple[RequestReport, ...]]:
    """Look once, in the journal's thread, and leave out what only looked like this profile."""
    look = riding.look(profile_id, before)
    pairs = [(job, report_request(job, profile_id)) for job in look.jobs]
    jobs = tuple(job for job, request in pairs if request is not None)
    return replace(look, jobs=jobs), tuple(request for _, request in pairs if request is not None)


def _folders(look: Look) -> list[Path]:
    return [
        variant.copy_path.parent
        for job in look.jobs
        for variant in job.variants
        if variant.copy_path is not None
    ]


def _kind(word: str) -> Kind | None:
    return Kind(word) if word in tuple(Kind) else None


def _write(path: Path, report: PersonReport) -> Path:
    content = to_text(report).encode("utf-8", "backslashreplace")
    try:
        for n in count(1):
            free = path if n == 1 else path.with_name(f"{path.stem} ({n}){path.suffix}")
            if write_new(free, content, mode=0o600):
                return free
    except OSError as error:
        raise disk_error(error, path) from error
    raise AssertionError("a count never ends")
