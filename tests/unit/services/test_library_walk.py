"""A random walk over marks, deletes, new jobs, undo and restarts: the library equals a plain model.

The model is a dictionary and two lists; files, rows and the trash are real.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.library import Flag, Label, LibraryQuery, Marks, PictureKind
from phota_desktop.core.requests import EditRequest
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.disposal import FolderTrash
from phota_desktop.store.files import sha256_of
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings

CHOICES = st.lists(st.integers(0, 30), min_size=1, max_size=4)


@dataclass(frozen=True)
class State:
    """What the model knows of one picture."""

    marks: Marks = field(default_factory=Marks)
    deleted: bool = False


Step = dict[str, tuple[State, State]]


class Walk(RuleBasedStateMachine):
    """Does the same to the library and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self._home = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self._services = self._open()
        self._jobs = 0
        self._pictures: dict[str, State] = {}
        self._parents: dict[str, str] = {}
        self._files: dict[str, list[tuple[Path, bytes]]] = {}
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:  # whatever it returns
        return self._runner.run(coroutine)

    def _open(self) -> Services:
        async def opening() -> Services:
            environ = {"PHOTA_DESKTOP_HOME": self._home.name}
            folders = AppFolders.find(environ)
            folders.create()
            services = await open_services(folders, Settings(), environ=environ)
            services.library.use_trash(FolderTrash(folders.home / "trash"))
            await services.library.start()
            return services

        services: Services = self._run(opening())
        return services

    def teardown(self) -> None:
        """Close everything and take the files away."""
        self._run(self._services.close())
        self._runner.close()
        self._home.cleanup()

    def _chosen(self, numbers: list[int]) -> list[str]:
        keys = list(self._pictures)
        return list(dict.fromkeys(keys[number % len(keys)] for number in numbers))

    def _step(self, after: dict[str, State]) -> None:
        step = {
            key: (self._pictures[key], state)
            for key, state in after.items()
            if self._pictures[key] != state
        }
        if step:
            self._pictures.update({key: state for key, (_, state) in step.items()})
            self._done.append(step)
            self._undone.clear()

    @rule(count=st.integers(1, 3), source=st.none() | st.integers(0, 30))
    def new_job(self, count: int, source: int | None) -> None:
        """Bring pictures, made from a photo or from an earlier result."""
        name, folders = f"job{self._jobs}", self._services.folders
        self._jobs += 1
        parent = None
        if source is not None and self._pictures:
            (parent,) = self._chosen([source])
        variants = []
        for n in range(count):
            paths = [folders.vault / f"{name}-{n}.jpg", folders.home / f"{name}-copy-{n}.jpg"]
            content = f"picture {n} of {name}".encode()
            for path in paths:
                path.write_bytes(content)
            self._files[f"{name}:{n}"] = [(path, content) for path in paths]
            variants.append(Variant(n, paths[0], sha256_of(paths[0]), 4, 3, "jpg", paths[1]))
            self._pictures[f"{name}:{n}"] = State()
            self._parents[f"{name}:{n}"] = parent or "photo:original"
        digest = "original"
        if parent is not None:
            picture = self._run(self._services.library.picture(parent))
            digest = picture.sha256
        job = Job(
            id=name,
            client_request_id=name,
            engine=Engine.LOCAL,
            request=EditRequest((Path("photo.jpg"),), f"prompt {name}"),
            created=1.0,
            state=JobState.DONE,
            variants=tuple(variants),
            source_sha256=(digest,),
        )
        self._services.journal.add(job)

    @precondition(lambda self: self._pictures)
    @rule(
        numbers=CHOICES,
        stars=st.none() | st.integers(0, 5),
        flag=st.none() | st.sampled_from(Flag),
        label=st.none() | st.sampled_from(Label),
    )
    def mark(
        self, numbers: list[int], stars: int | None, flag: Flag | None, label: Label | None
    ) -> None:
        """Rate some pictures at once."""
        keys = self._chosen(numbers)
        self._run(self._services.library.mark(keys, stars=stars, flag=flag, label=label))
        after = {}
        for key in keys:
            state = self._pictures[key]
            if not state.deleted:
                now = Marks(
                    state.marks.stars if stars is None else stars,
                    state.marks.flag if flag is None else flag,
                    state.marks.label if label is None else label,
                )
                after[key] = replace(state, marks=now)
        self._step(after)

    @precondition(lambda self: self._pictures)
    @rule(numbers=CHOICES)
    def delete(self, numbers: list[int]) -> None:
        """Move some pictures to the trash; what is there already stays there."""
        keys = self._chosen(numbers)
        self._run(self._services.library.delete(keys))
        self._step({key: replace(self._pictures[key], deleted=True) for key in keys})

    @rule()
    def undo(self) -> None:
        """Take the newest step back."""
        words = self._run(self._services.library.undo())
        assert (words is None) == (not self._done)
        if self._done:
            step = self._done.pop()
            self._pictures.update({key: before for key, (before, _) in step.items()})
            self._undone.append(step)

    @rule()
    def redo(self) -> None:
        """Do again what was taken back."""
        words = self._run(self._services.library.redo())
        assert (words is None) == (not self._undone)
        if self._undone:
            step = self._undone.pop()
            self._pictures.update({key: after for key, (_, after) in step.items()})
            self._done.append(step)

    @precondition(lambda self: self._jobs)
    @rule(number=st.integers(0, 30))
    def remove_or_change_a_job(self, number: int) -> None:
        """Take a job out of the list, or write it anew: its pictures stay as they are."""
        name = f"job{number % self._jobs}"
        job = self._services.journal.job(name)
        assert job is not None
        if number % 2:
            self._services.journal.remove(name)
        else:
            self._services.journal.save(replace(job, notes=(*job.notes, "written anew")))

    @rule()
    def restart(self) -> None:
        """Close the program and start it again: what was decided stays, the history ends."""
        self._run(self._services.close())
        self._services = self._open()
        self._done.clear()
        self._undone.clear()

    @invariant()
    def equals_the_model(self) -> None:
        """Compare rows, answers, files and history with the model."""
        library = self._services.library
        assert (library.can_undo, library.can_redo) == (bool(self._done), bool(self._undone))
        if not self._pictures:
            return

        async def look() -> dict[str, State]:
            found = {}
            for key in self._pictures:
                if key not in found:
                    for one in await library.family(key):
                        found[one.key] = State(one.marks, one.deleted is not None)
                        if one.kind is PictureKind.RESULT:
                            assert one.parent == self._parents[one.key]
            return found

        found = self._run(look())
        assert found == {**self._pictures, "photo:original": State()}
        results = frozenset({PictureKind.RESULT})
        for query, wanted in (
            (LibraryQuery(kinds=results), lambda _: True),
            (LibraryQuery(kinds=results, stars=3), lambda m: m.stars >= 3),
            (
                LibraryQuery(kinds=results, flags=frozenset({Flag.PICK, Flag.REJECT})),
                lambda m: m.flag is not Flag.NONE,
            ),
        ):
            numbers = self._run(library.find(query)).numbers
            keys = {one.key for one in self._run(library.pictures(numbers))}
            assert keys == {
                key
                for key, state in self._pictures.items()
                if not state.deleted and wanted(state.marks)
            }
        for key, state in self._pictures.items():
            for path, content in self._files[key]:
                assert path.exists() != state.deleted
                assert state.deleted or path.read_bytes() == content


Walk.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_walk = Walk.TestCase
