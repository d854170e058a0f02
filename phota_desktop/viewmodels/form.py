"""The request as the drawer shows it: what is asked for, its price, and whether it can go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import CAPABILITIES, MAX_VARIANTS, Operation, OutputFormat
from phota_desktop.core.pricing import FREE, PUBLISHED, Estimate, estimate, show_range
from phota_desktop.core.requests import EnhanceRequest, StudioRequest


@dataclass(frozen=True)
class Offer:
    """One tab of the drawer: an operation, its verb and what it does."""

    operation: Operation
    title: str
    promise: str
    prompt_hint: str


OFFERS = (
    Offer(
        Operation.ENHANCE,
        "Enhance",
        "Improves light, colour and detail. Size and look follow your photo.",
        "Optional: say what matters, for example “keep the evening mood”",
    ),
)
"""The operations the drawer offers, in the order of its tabs."""


class RequestForm(QObject):
    """Prompt, variants and format of the next request; ``changed`` only on a change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.operation = Operation.ENHANCE
        self.prompt = ""
        self.variants = 1
        self.output_format = OutputFormat.JPG
        self.engine = Engine.LOCAL

    def set_prompt(self, text: str) -> None:
        """Take the prompt as typed."""
        self._set("prompt", text)

    def set_variants(self, number: int) -> None:
        """Take the number of variants, 1 to 4."""
        self._set("variants", max(1, min(MAX_VARIANTS, number)))

    def set_format(self, name: str) -> None:
        """Take ``jpg`` or ``png``."""
        self._set("output_format", OutputFormat(name))

    def set_engine(self, engine: Engine) -> None:
        """Follow the session's engine, which decides the price."""
        self._set("engine", engine)

    def _set(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()

    @property
    def takes_prompt(self) -> bool:
        """Whether the operation has a prompt at all."""
        return CAPABILITIES[self.operation].prompt

    def request(self, photo: Path) -> StudioRequest:
        """Return the request for a photo."""
        return EnhanceRequest(
            image=photo,
            prompt=self.prompt.strip(),
            variants=self.variants,
            output_format=self.output_format,
        )

    def price(self, photo: Path | None) -> Estimate | None:
        """Return what the request would cost; None where no price is published."""
        table = FREE if self.engine is Engine.LOCAL else PUBLISHED
        return estimate(self.request(photo or Path()), table)

    def button_text(self, photo: Path | None) -> str:
        """Return ``Enhance 3 · $0.36``: the button carries the price."""
        title = self.operation.value.capitalize()
        return f"{title} {self.variants} · {show_range(self.price(photo))}"

    def cost_text(self, photo: Path | None) -> str:
        """Return the line above the button: what the price is made of."""
        if self.engine is Engine.LOCAL:
            return "Free. Your photo stays on this computer."
        each = estimate(EnhanceRequest(photo or Path()), PUBLISHED)
        pictures = "1 picture" if self.variants == 1 else f"{self.variants} pictures"
        return f"{pictures} at {show_range(each)} each, charged by Phota."
