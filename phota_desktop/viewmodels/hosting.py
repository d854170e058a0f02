"""The person's bucket as the window sees it: saving, testing, and what still lies in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.person_report import shown_photo
from phota_desktop.viewmodels.bucket_fields import address_of
from phota_desktop.viewmodels.privacy_rows import when
from phota_desktop.viewmodels.steps import StepRow
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.core.secrets import BucketSecret
    from phota_desktop.services.hosting import Hosting, Part, TestReport, TestStep
    from phota_desktop.services.tasks import Tasks

NO_BUCKET = "No bucket yet"
_MARKS = {"ok": "good", "warn": "warn", "bad": "bad"}
_PARTS = {
    "write": "Write a small file",
    "read": "Read it through a link",
    "private": "Refuse it without a link",
    "list": "List it",
    "delete": "Delete it",
    "gone": "See that it is gone",
}
_ANOTHER = "Another bucket needs its own key."
_NO_KEY = "The bucket's key is missing."
_MAX_KEY_FILE = 64_000
"""Bytes; a service account's key file has 2,300."""


class HostingViewModel(QObject):
    """One bucket; its secret goes in and never comes out again."""

    changed = Signal()
    told = Signal(str, bool)
    """What came of an action: plain words, and whether it is good news."""
    problem_found = Signal(str, str)
    """A field that cannot be right, and why."""
    steps_changed = Signal()
    saved = Signal()
    """The secret fields can be emptied."""
    key_read = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.steps: tuple[StepRow, ...] = ()
        self.verdict = ""
        self.left: tuple[HostedPhoto, ...] = ()
        self.strays: tuple[str, ...] = ()
        self.is_busy = False
        self._has_looked = False
        self._shown_test = 0
        self._tested: tuple[BucketAddress, BucketSecret | None] | None = None
        self._name_of: Callable[[str], str] = lambda _tag: ""
        self._is_needed: Callable[[str], bool] = lambda _tag: False
        self._hosting: Hosting | None = None
        self._tasks: Tasks | None = None
        self._leave: Callable[[], None] = _nothing

    def attach(
        self,
        hosting: Hosting,
        tasks: Tasks,
        name_of: Callable[[str], str] = lambda _tag: "",
        is_needed: Callable[[str], bool] = lambda _tag: False,
    ) -> None:
        """Take over the bucket; ``name_of`` tells whom the training of a tag shows.

        ``is_needed`` tells whether its photos may still be fetched, or are on their way.
        """
        self._hosting, self._tasks = hosting, tasks
        self._name_of, self._is_needed = name_of, is_needed
        self._leave = hosting.changed.subscribe(lambda _hosting: self._on_change())
        self.changed.emit()

    def detach(self) -> None:
        """Stop listening, before the services close."""
        self._leave()
        self._leave, self._hosting, self._tasks = _nothing, None, None

    # -- what is --------------------------------------------------------------------------

    @property
    def address(self) -> BucketAddress | None:
        """The bucket that is set up, None for none."""
        return self._hosting.address if self._hosting is not None else None

    @property
    def is_ready(self) -> bool:
        """Tell whether photos can be hosted."""
        return self._hosting is not None and self._hosting.is_ready

    @property
    def line(self) -> str:
        """The bucket in one line, for the settings."""
        address = self.address
        if self._hosting is None:
            return "Looking…"
        if address is None:
            return NO_BUCKET
        if not self.is_ready:
            return f"{plain(address.label, 120)}, its key is missing"
        return plain(address.label, 120)

    @property
    def secret_words(self) -> str:
        """Where the secret is kept, or would be, as a sentence."""
        if self._hosting is None:
            return ""
        if self.address is None:
            return "Save puts the key into this system’s keyring, or keeps it for this session."
        source = self._hosting.source
        said = plain(self._hosting.finding.message)
        if not self.is_ready:
            return said or "Its key is not on this computer."
        if source == "session":
            return said or "The key is kept for this session only."
        if source == "environment":
            return "The key comes from PHOTA_BUCKET_KEY_ID and PHOTA_BUCKET_SECRET."
        return f"The key is saved in {plain(source, 80)}."

    @property
    def secret_placeholder(self) -> str:
        """What an empty secret field says of the key that is kept; empty for none."""
        if self._hosting is None or not self.is_ready:
            return ""
        source = self._hosting.source
        if source == "session":
            return "Kept for this session"
        return (
            "From the environment" if source == "environment" else f"Saved in {plain(source, 80)}"
        )

    @property
    def left_words(self) -> str:
        """How much lies in the bucket, empty for nothing."""
        if not self.left:
            return ""
        words = f"{count(len(self.left), 'training photo')} still in the bucket"
        problem = plain(self._hosting.problem, 200) if self._hosting is not None else ""
        return f"{words}. {problem}" if problem else f"{words}."

    def left_rows(self) -> tuple[str, ...]:
        """Return each photo in the bucket: whose, its file's name, since when."""
        rows = []
        for photo in self.left:
            whose = plain(self._name_of(photo.tag), 60)
            since = f"since {when(photo.uploaded)}" if photo.uploaded is not None else "perhaps"
            if photo.state is HostedState.PLANNED and photo.uploaded is None:
                since = "perhaps uploaded"
            parts = (whose, plain(shown_photo(photo.source), 120), since)
            rows.append(" · ".join(part for part in parts if part))
        return tuple(rows)

    # -- what is done ---------------------------------------------------------------------

    def refresh(self) -> None:
        """Look for the key, and for what is still in the bucket by the record; asks no server."""
        self._start("read photos left", self._read)

    def forget_steps(self) -> None:
        """Show no test: what was typed is another bucket now."""
        self._shown_test += 1  # one that is at work is not shown any more
        if self.steps or self.verdict:
            self.steps, self.verdict = (), ""
            self.steps_changed.emit()

    def test(self, provider: Provider, texts: Mapping[str, str]) -> None:
        """Test the bucket that was typed, with the key that was typed or the one that is kept."""
        typed = self._typed(provider, texts)
        if typed is not None:
            self._busily("test bucket", lambda hosting: self._test(hosting, *typed))

    def save(self, provider: Provider, texts: Mapping[str, str]) -> None:
        """Keep the bucket, and its key in the keyring; tested or not."""
        typed = self._typed(provider, texts)
        if typed is not None:
            self._busily("save bucket", lambda hosting: self._save(hosting, *typed))

    def read_key_file(self, path: Path) -> None:
        """Read a key file that was chosen; ``key_read`` has its text."""
        try:
            if not path.is_file():  # a pipe would keep the window waiting
                raise ValueError
            with path.open("rb") as file:
                text = file.read(_MAX_KEY_FILE + 1)
            if len(text) > _MAX_KEY_FILE:
                raise ValueError
            self.key_read.emit(text.decode("utf-8-sig"))
        except (OSError, ValueError):
            self.problem_found.emit("secret", f"{plain(path.name, 120)} cannot be read as a key.")

    def forget(self) -> None:
        """Forget the bucket and its key."""
        self._busily("forget bucket", self._forget)

    def delete_left(self) -> None:
        """Delete what is still in the bucket by the record and no training needs any more."""
        self._busily("empty bucket", self._delete_left)

    def look_for_strays(self) -> None:
        """Ask the bucket for photos in our folder that are on nobody's record."""
        self._busily("look for strays", self._look_for_strays)

    def delete_strays(self) -> None:
        """Delete those."""
        self._busily("delete strays", self._delete_strays)

    # -- work -----------------------------------------------------------------------------

    def _typed(
        self, provider: Provider, texts: Mapping[str, str]
    ) -> tuple[BucketAddress, BucketSecret | None] | None:
        """Return what was typed; None, and the first problem is told, for what cannot be right."""
        address = address_of(provider, texts)
        for field, words in address.problems():
            self.problem_found.emit(field, words)
            return None
        secret: BucketSecret | None = None
        if texts.get("secret", "").strip() or texts.get("key_id", "").strip():
            from phota_desktop.core.secrets import BucketSecret

            try:
                secret = BucketSecret(texts.get("secret", ""), texts.get("key_id", ""))
            except ValueError as problem:
                self.problem_found.emit("secret", plain(str(problem)))
                return None
            for field, words in secret.problems(provider):
                self.problem_found.emit(field, words)
                return None
        elif self.address is not None and not self.keeps_secret(address):
            field = "key_id" if provider is Provider.S3 else "secret"
            self.problem_found.emit(field, _ANOTHER if self.is_ready else _NO_KEY)
            return None
        return address, secret

    def keeps_secret(self, address: BucketAddress) -> bool:
        """Tell whether the key that is kept is this bucket's."""
        known = self.address
        if self._hosting is None or known is None or not self.is_ready:
            return False
        if self._hosting.source == "environment":  # for whatever bucket is in use
            return True
        return (known.provider, known.bucket, known.account, known.endpoint) == (
            *(address.provider, address.bucket, address.account, address.endpoint),
        )

    def _start(self, name: str, work: Callable[[Hosting], Awaitable[None]]) -> None:
        if self._tasks is not None and self._hosting is not None:
            self._tasks.spawn(self._run(self._hosting, work), name=name, replace=True)

    def _busily(self, name: str, work: Callable[[Hosting], Awaitable[None]]) -> None:
        if self._tasks is not None and self._hosting is not None and not self.is_busy:
            self.is_busy = True
            self.changed.emit()
            self._tasks.spawn(self._run(self._hosting, work, busy=True), name=name)

    async def _run(
        self, hosting: Hosting, work: Callable[[Hosting], Awaitable[None]], *, busy: bool = False
    ) -> None:
        try:
            await work(hosting)
            self.left = await hosting.left()
        except PhotaError as error:
            words = plain(f"{error.message} {error.hint}".strip())
            if error.field:
                self.problem_found.emit(error.field, words)
            else:
                self.told.emit(words, False)
        finally:
            if busy:
                self.is_busy = False
            self.changed.emit()

    def _on_change(self) -> None:
        self.changed.emit()
        self.refresh()

    async def _read(self, hosting: Hosting) -> None:
        """Look for the key as well, once; what is left is read at the end of every work."""
        if hosting.address is not None and not hosting.is_ready and not self._has_looked:
            self._has_looked = True
            await hosting.load()

    async def _test(
        self, hosting: Hosting, address: BucketAddress, secret: BucketSecret | None
    ) -> None:
        done: dict[Part, StepRow] = {}

        shown = self._shown_test

        def show(*, over: bool = False) -> None:
            if shown != self._shown_test:
                return
            rows = list(done.values())
            waiting = [_PARTS[part] for part in _PARTS if part not in done]
            if not over:
                rows += [StepRow(words, "doing") for words in waiting[:1]]
                rows += [StepRow(words, "todo") for words in waiting[1:]]
            self.steps = tuple(rows)
            self.steps_changed.emit()

        def take(step: TestStep) -> None:
            done[step.part] = _row(step)
            show()

        self._tested, self.verdict = None, "Testing…"
        show()
        try:
            report = await hosting.test(address, secret, take)
        except PhotaError:
            self.forget_steps()
            raise
        if report.is_usable:
            self._tested = (address, secret)
        if shown == self._shown_test:
            self.verdict = _verdict(report)
        show(over=True)

    async def _save(
        self, hosting: Hosting, address: BucketAddress, secret: BucketSecret | None
    ) -> None:
        tested = self._tested == (address, secret)
        finding = await hosting.save(address, secret)
        if finding.key is None:
            self.problem_found.emit("secret", plain(finding.message) or _NO_KEY)
            return
        self.saved.emit()
        self._tested = (address, None) if tested else None
        words = "Saved." if tested else "Saved, but the bucket was not tested."
        self.told.emit(words, tested)

    async def _forget(self, hosting: Hosting) -> None:
        await hosting.forget(anyway=bool(self.left))
        self.forget_steps()
        self.saved.emit()
        left = hosting.source == "environment"
        words = "PHOTA_BUCKET_KEY_ID and PHOTA_BUCKET_SECRET are still set." if left else ""
        self.told.emit(f"The bucket and its key are forgotten. {words}".strip(), True)

    async def _delete_left(self, hosting: Hosting) -> None:
        needed = [one.tag for one in await hosting.left() if self._is_needed(one.tag)]
        number = await hosting.clean_all(but=needed)
        if number:
            why = plain(hosting.problem, 200)
            self.told.emit(f"{count(number, 'photo')} still there. {why}".strip(), False)
        elif needed:
            words = f"Deleted, but for {count(len(needed), 'photo')} that a training still needs."
            self.told.emit(words, True)
        else:
            self.told.emit("Deleted, and looked that nothing is left.", True)

    async def _look_for_strays(self, hosting: Hosting) -> None:
        self.strays = tuple(await hosting.strays())
        if not self.strays:
            self.told.emit("Nothing is in the bucket that is not on record.", True)

    async def _delete_strays(self, hosting: Hosting) -> None:
        await hosting.delete_strays()
        self.strays = tuple(await hosting.strays())
        good = not self.strays
        self.told.emit("Deleted." if good else "Some could not be deleted.", good)


def _row(step: TestStep) -> StepRow:
    """Return a step as a row: in one line where it went well, with its words below if not."""
    words = plain(step.words, 400)
    if step.mark.value == "ok":
        return StepRow(words, "good")
    return StepRow(_PARTS[step.part.value], _MARKS[step.mark.value], words)


def _verdict(report: TestReport) -> str:
    if not report.is_usable:
        return "This bucket cannot be used yet. Nothing was saved."
    if report.warnings:
        return "This bucket works, with a warning."
    return "This bucket works."


def _nothing() -> None:
    """Leave nothing."""
