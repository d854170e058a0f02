"""From draft to final: the same recipe once more, larger or of another model, as a linked child."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.catalogue import Choice, Offered, build, choice_of, fit, offered
from phota_desktop.core.jobs import Job
from phota_desktop.core.options import CAPABILITIES, OutputFormat, Quality, Resolution
from phota_desktop.core.pricing import Estimate, estimate, show_range
from phota_desktop.core.request_changes import changes
from phota_desktop.core.requests import StudioRequest
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.offers import offer_for
from phota_desktop.viewmodels.prices import surcharge_words
from phota_desktop.viewmodels.submitting import Submitter, Wish
from phota_desktop.viewmodels.words import plain


class Finalizer(QObject):
    """What is asked for as the final version of one draft; engine and prices are the form's."""

    changed = Signal()
    """Something of the request or its price is another one."""

    def __init__(
        self,
        job: Job,
        key: str,
        title: str,
        form: RequestForm,
        submitter: Submitter,
        parent: QObject | None = None,
    ) -> None:
        """``key`` is the draft's, ``title`` what the strip calls it."""
        super().__init__(parent)
        self.title = title
        self._job = job
        self._key = key
        self._form = form
        self._submitter = submitter
        self._left_out: tuple[str, ...] = ()
        choice = replace(choice_of(job.request), variants=1)
        if job.engine is not form.engine and choice.profile_ids:
            choice = replace(choice, profile_ids=())
            self._left_out = ("People and pets of another engine are left out.",)
        self._choice, self._told = fit(choice, form.catalogue)
        self._choice = replace(self._choice, resolution=self._largest(self._choice.resolution))
        form.changed.connect(self.changed)
        submitter.changed.connect(self.changed)

    @property
    def choice(self) -> Choice:
        """Everything that is asked for but the pictures."""
        return self._choice

    @property
    def offered(self) -> Offered:
        """What the operation and model take; an empty tuple means no such control."""
        return offered(self._choice.operation, self._choice.base_model, self._form.catalogue)

    @property
    def request(self) -> StudioRequest:
        """The request as it would be sent."""
        return build(self._choice, self._job.request.images)

    @property
    def price(self) -> Estimate | None:
        """What it would cost; None where no price is published."""
        return estimate(self.request, self._form.prices)

    @property
    def button_text(self) -> str:
        """The button carries the price."""
        return f"Make the final version · {show_range(self.price)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be left out or changed, as sentences."""
        return (*self._left_out, *self._told)

    @property
    def change_words(self) -> str:
        """What differs from the draft: ``1K → 4K``, or that nothing does."""
        said = changes(self.request, self._job.request)
        if said:
            return plain(" · ".join(said), 200)
        return "Nothing differs from the draft: this is one more variant of it."

    @property
    def surcharge_text(self) -> str:
        """What the two ends of the price are; empty where there is one price."""
        return surcharge_words(self.request, self._form.prices)

    @property
    def problem(self) -> str:
        """Why it cannot be asked for as it is; empty when it can."""
        found = self.request.problems(self._form.catalogue.models)
        return found[0].message if found else ""

    @property
    def can_submit(self) -> bool:
        """Whether the button may be pressed."""
        return not self.problem and self._submitter.is_free

    def set_base_model(self, model_id: str) -> None:
        """Take another model, at its largest size where it does not make the chosen one."""
        if model_id in self._form.catalogue.models and model_id != self._choice.base_model:
            wanted = replace(self._choice, base_model=model_id)
            choice, self._told = fit(wanted, self._form.catalogue)
            self._take(choice)

    def set_resolution(self, value: Resolution | str) -> None:
        """Take a nominal size that the model makes."""
        if Resolution(value) in self.offered.resolutions:
            self._take(replace(self._choice, resolution=Resolution(value)))

    def set_quality(self, value: Quality | str) -> None:
        """Take a quality tier that the model has."""
        if Quality(value) in self.offered.qualities:
            self._take(replace(self._choice, quality=Quality(value)))

    def set_format(self, value: OutputFormat | str) -> None:
        """Take ``jpg`` or ``png``."""
        self._take(replace(self._choice, output_format=OutputFormat(value)))

    def submit(self) -> bool:
        """Ask for it, through consent and daily cap; False where that cannot be just now."""
        if not self.can_submit:
            return False
        photo = next((one for one in self.request.images if isinstance(one, Path)), None)
        return self._submitter.ask(Wish(self.request, self._form.engine, photo, self._key))

    def _largest(self, at_least: Resolution) -> Resolution:
        sizes = list(Resolution)
        return max((at_least, *self.offered.resolutions), key=sizes.index)

    def _take(self, choice: Choice) -> None:
        if choice != self._choice:
            self._choice = choice
            self.changed.emit()


def why_not_final(job: Job) -> str:
    """Return why a job's picture cannot have a final version, as a sentence; empty if it can."""
    operation = job.request.operation
    if not CAPABILITIES[operation].base_model:
        size = CAPABILITIES[operation].fixed_resolution
        name = offer_for(operation).title
        return f"{name} has one model and one size ({size}): there is nothing larger to ask for."
    gone = [one for one in job.request.images if isinstance(one, Path) and not one.exists()]
    if gone:
        return f"{plain(gone[0].name, 80)} is not where it was, and the request needs it."
    return ""
