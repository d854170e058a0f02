"""Bringing an earlier request back into the form, to change it and ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from phota_desktop.core.catalogue import choice_of
from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Job
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import mentions
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.notices import Notice, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import count, plain


class Reuser:
    """Loads requests and pictures that were into the form; nothing is asked for by it."""

    def __init__(
        self,
        form: RequestForm,
        notices: NoticesViewModel,
        show: Callable[[Path], None],
    ) -> None:
        """``show`` opens a photo that may not be in the list."""
        self._form = form
        self._notices = notices
        self._show = show

    def change_and_retry(self, job: Job) -> None:
        """Take over all that a job asked for, as far as it is still there."""
        request = job.request
        choice = choice_of(request)
        lost: list[str] = []
        if job.engine is not self._form.engine and choice.profile_ids:
            lost.append(f"{count(len(choice.profile_ids), 'profile')} of another engine")
            choice = replace(choice, profile_ids=())
        there = []
        for image in request.images:
            if isinstance(image, Path) and not image.exists():
                lost.append(plain(image.name, 80))
            else:
                there.append(image)
        reference = None
        if request.operation is Operation.REMIX:
            reference = request.images[1] if request.images[1] in there else None
            there = there[:1] if request.images[0] in there else []
        photo = next((image for image in there if isinstance(image, Path)), None)
        if photo is not None:
            self._show(photo)
        if request.operation is not Operation.EDIT:
            lost += [plain(image.url, 80) for image in there if not isinstance(image, Path)]
        by_hand = request.operation is Operation.EDIT and there != [photo]
        if request.operation is Operation.REMIX:
            self._form.set_reference(reference)  # one that is gone leaves no other in its place
        self._form.apply(choice, sources=there if by_hand else [], reference=reference)
        if lost:
            words = f"Left out of this request: {', '.join(lost)}."
            self._notices.show(Notice(words, Tone.WARN))

    def recall_prompt(self, job: Job) -> bool:
        """Take over a job's prompt alone, whatever operation is chosen; False without one."""
        prompt = job.request.prompt
        if not prompt:
            self._notices.show(Notice("This picture was made without a prompt."))
            return False
        self._form.set_prompt(prompt)
        if job.engine is not self._form.engine and mentions(prompt):
            self._notices.show(Notice("The prompt mentions profiles of another engine.", Tone.WARN))
        return True

    def continue_from(self, picture: Path) -> bool:
        """Make a picture the source of the next request; the form stays, but works on a photo.

        False where the file is gone: then nothing changes.
        """
        name = plain(picture.name, 80)
        if not picture.exists():
            self._notices.show(Notice(f"{name} is not where it was.", Tone.WARN))
            return False
        self._form.clear_sources()
        if self._form.operation is Operation.GENERATE:
            self._form.set_operation(Operation.EDIT)
        self._show(picture)
        self._notices.show(Notice(f"The next request starts from {name}."))
        return True

    def load_back(self, notice: Notice, job: Job) -> None:
        """Bring back what a notice speaks of: the prompt of a refusal, else the whole request."""
        form = self._form
        refused = job.error is not None and job.error.kind is ErrorKind.REFUSED
        if refused and job.request.operation is form.operation:
            form.set_prompt(job.request.prompt)
        elif form.request(notice.path) != job.request:
            self.change_and_retry(job)
