"""The request as the drawer shows it: what is asked for, its price, and whether it can go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.catalogue import (
    BUILT_IN,
    Catalogue,
    Choice,
    Offered,
    build,
    fit,
    nearest_ratio,
    offered,
)
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.options import (
    CAPABILITIES,
    MAX_VARIANTS,
    AspectRatio,
    BaseModel,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)
from phota_desktop.core.pricing import (
    FREE,
    PUBLISHED,
    Estimate,
    PriceTable,
    estimate,
    show_range,
)
from phota_desktop.core.requests import ImageInput, Problem, StudioRequest
from phota_desktop.viewmodels.offers import OFFERS, Offer, offer_for
from phota_desktop.viewmodels.own_values import OwnValues, as_texts, from_texts, put_into
from phota_desktop.viewmodels.prices import charge_words, free_words, surcharge_words
from phota_desktop.viewmodels.sources import RequestPictures

if TYPE_CHECKING:
    from phota_desktop.services.people import Person
    from phota_desktop.viewmodels.output_sizes import OutputSizes, Size

__all__ = ["OFFERS", "Offer", "RequestForm", "offer_for"]


class RequestForm(RequestPictures):
    """Everything of the next request; each setter tells only a change."""

    adjusted = Signal(str)
    """A switch of operation or model: sentences of what else it changed, empty for nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine = Engine.LOCAL
        self.catalogue: Catalogue = BUILT_IN
        self.match_original = False
        self._table = PUBLISHED
        self._choice = Choice()
        self._own: dict[Operation, OwnValues] = {}
        self._riding: dict[Engine, tuple[str, ...]] = {}
        self._size: Size | None = None
        self._sizes: OutputSizes | None = None

    # -- what is chosen -------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        """Everything but the pictures, as it would be sent now."""
        ratio = self._choice.aspect_ratio
        takes = self.offered
        if self.match_original and takes.ratios and takes.images[1]:  # generate has no original
            ratio = nearest_ratio(*self._size) if self._size else AspectRatio.AUTO
        return replace(self._choice, aspect_ratio=ratio, profile_ids=self.profile_ids)

    @property
    def offered(self) -> Offered:
        """What the operation and base model take; an empty tuple means no such control."""
        return offered(self._choice.operation, self._choice.base_model, self.catalogue)

    @property
    def operation(self) -> Operation:
        """The chosen operation."""
        return self._choice.operation

    @property
    def prompt(self) -> str:
        """The prompt with mentions as ``[[profile_id]]``."""
        return self._choice.prompt

    @property
    def variants(self) -> int:
        """How many pictures are asked for."""
        return self._choice.variants

    @property
    def output_format(self) -> OutputFormat:
        """The file format asked for."""
        return self._choice.output_format

    @property
    def base_model(self) -> BaseModel | None:
        """The chosen base model; None where the operation takes none."""
        return next((m for m in self.offered.models if m.id == self._choice.base_model), None)

    @property
    def profile_ids(self) -> tuple[str, ...]:
        """The profiles that ride on this request; none where the operation takes none."""
        return self._riding.get(self.engine, ()) if self.offered.profiles else ()

    @property
    def takes_prompt(self) -> bool:
        """Whether the operation has a prompt at all."""
        return CAPABILITIES[self.operation].prompt

    # -- changes --------------------------------------------------------------------------

    def set_operation(self, name: Operation | str) -> None:
        """Show another operation: it finds its own values again, and takes over what fits."""
        operation = Operation(name)
        if operation is self.operation:
            return
        self._keep()
        wanted = replace(self._choice, operation=operation)
        if operation in self._own:
            own, self.match_original = self._own[operation]
            wanted = put_into(wanted, own)
        self._switch(wanted)

    def set_base_model(self, model_id: str) -> None:
        """Take another base model; what it cannot do is changed and told."""
        known = any(model.id == model_id for model in self.offered.models)
        if known and model_id != self._choice.base_model:
            self._switch(replace(self._choice, base_model=model_id))

    def set_prompt(self, text: str) -> None:
        """Take the prompt, with mentions as ``[[profile_id]]``."""
        self._set(prompt=text)

    def set_aspect_ratio(self, value: AspectRatio | str) -> None:
        """Take a shape; it ends "Match original"."""
        ratio = AspectRatio(value)
        if ratio in self.offered.ratios:
            was, self.match_original = self.match_original, False
            self._set(aspect_ratio=ratio, told=was)

    def set_match_original(self, on: bool) -> None:
        """Follow the shape of the primary photo, as near as there is one."""
        if on != self.match_original:
            self.match_original = on
            self.changed.emit()

    def set_resolution(self, value: Resolution | str) -> None:
        """Take a nominal size, if the model makes it."""
        if Resolution(value) in self.offered.resolutions:
            self._set(resolution=Resolution(value))

    def set_quality(self, value: Quality | str | None) -> None:
        """Take a quality tier, if the model has them; None or an empty text is its default."""
        quality = Quality(value) if value else None
        if quality is None or quality in self.offered.qualities:
            self._set(quality=quality)

    def set_variants(self, number: int) -> None:
        """Take the number of variants, 1 to 4."""
        self._set(variants=max(1, min(MAX_VARIANTS, number)))

    def set_format(self, value: OutputFormat | str) -> None:
        """Take ``jpg`` or ``png``."""
        self._set(output_format=OutputFormat(value))

    def set_riding(self, profile_id: str, riding: bool) -> None:
        """Let a profile ride on the requests to this engine, or not."""
        now = self._riding.get(self.engine, ())
        if riding is not (profile_id in now):
            left = tuple(one for one in now if one != profile_id)
            self._riding[self.engine] = (*left, profile_id) if riding else left
            self.changed.emit()

    def is_riding(self, profile_id: str) -> bool:
        """Tell whether a profile was ticked, also where the operation takes none."""
        return profile_id in self._riding.get(self.engine, ())

    def set_engine(self, engine: Engine) -> None:
        """Follow the session's engine, which decides the price and the profiles."""
        if engine is not self.engine:
            self.engine = engine
            self.changed.emit()

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Take what the server offers; what it does not have any more is changed and told."""
        if catalogue != self.catalogue:
            self.catalogue = catalogue
            self._switch(self._choice)

    @property
    def prices(self) -> PriceTable:
        """The table in force for the engine."""
        return FREE if self.engine is Engine.LOCAL else self._table

    def set_prices(self, table: PriceTable) -> None:
        """Take the price table of Phota with the person's own prices."""
        if table != self._table:
            self._table = table
            self.changed.emit()

    def apply(
        self,
        choice: Choice,
        *,
        sources: Sequence[ImageInput] | None = None,
        reference: ImageInput | None = None,
        match_original: bool = False,
    ) -> None:
        """Take over a whole choice (a recipe, a job to change); pictures only if they are named."""
        self._keep()
        self.match_original = match_original
        if CAPABILITIES[choice.operation].profile_ids:
            self._riding[self.engine] = choice.profile_ids
        if sources is not None:
            self._chosen = list(sources)
        if reference is not None:
            self._reference = reference
        self._switch(choice)

    def _switch(self, wanted: Choice) -> None:
        riding = self._riding.get(self.engine, ())
        fitting, told = fit(replace(wanted, profile_ids=riding), self.catalogue)
        # Who rides is kept by engine: a switch to generate and back must not lose it.
        self._choice = replace(fitting, profile_ids=())
        self.changed.emit()
        self.adjusted.emit(" ".join(told))

    def _set(self, *, told: bool = False, **fields: object) -> None:
        new = replace(self._choice, **fields)  # type: ignore[arg-type]  # checked by the dataclass
        if told or new != self._choice:
            self._choice = new
            self.changed.emit()

    # -- over a restart ---------------------------------------------------------------------

    def saved(self) -> dict[str, str]:
        """Return what the settings keep of the form, as texts."""
        self._keep()
        return as_texts(self.operation, self._own)

    def restore(self, kept: Mapping[str, str]) -> None:
        """Take up what :meth:`saved` returned; what is not understood is as new."""
        operation, self._own = from_texts(kept)
        self.set_operation(operation)
        self.set_prompt(kept.get("prompt", ""))

    def _keep(self) -> None:
        if self.offered.models:
            self._own[self.operation] = (self._choice, self.match_original)

    # -- what comes of it -------------------------------------------------------------------

    def effective_sources(self, photo: Path | None) -> tuple[ImageInput, ...]:
        """Return the photos the operation works on, the primary one first, no reference."""
        return self._sources_of(self.operation, photo)

    def set_photo_size(self, width: int, height: int) -> None:
        """Take the size in pixels of the primary photo; 0 while nobody knows."""
        size = (width, height) if width > 0 and height > 0 else None
        if size != self._size:
            self._size = size
            self.changed.emit()

    def request(self, photo: Path | None) -> StudioRequest | None:
        """Return the request for the shown photo; None while a picture it needs is missing."""
        images = self._images(self.operation, photo)
        return None if images is None else self._build(images)

    def _build(self, images: Sequence[ImageInput]) -> StudioRequest:
        return build(replace(self.choice, prompt=self.prompt.strip()), images)

    def _any_request(self, photo: Path | None) -> StudioRequest:
        """Return a request of the same price, whatever is missing yet."""
        fewest = self.offered.images[0]
        return self.request(photo) or self._build([Path()] * fewest)

    def problems(self, photo: Path | None) -> list[Problem]:
        """Return why the request cannot go; empty when it can."""
        request = self.request(photo)
        if request is not None:
            return request.problems(self.catalogue.models)
        if not self.effective_sources(photo):
            return [Problem("images", "Open a photo first.")]
        return [Problem("reference_image", "Add a reference picture.")]

    def mention_problems(self, people: Iterable[Person]) -> list[Problem]:
        """Return which profiles of the request the account does not have or that are not ready."""
        from phota_desktop.viewmodels.mentioned import profile_problems

        return profile_problems(self.prompt, self.profile_ids, people)

    def price(self, photo: Path | None) -> Estimate | None:
        """Return what the request would cost; None where no price is published."""
        return estimate(self._any_request(photo), self.prices)

    def button_text(self, photo: Path | None) -> str:
        """Return ``Edit 3 · $0.36–0.45``: the button carries the price."""
        title = offer_for(self.operation).title
        return f"{title} {self.variants} · {show_range(self.price(photo))}"

    def cost_text(self, photo: Path | None) -> str:
        """Return the line above the button: what the price is made of."""
        if self.engine is Engine.LOCAL:
            images = self._images(self.operation, photo)
            return free_words(1 if images is None else len(images))
        return charge_words(self._any_request(photo), self._table)

    @property
    def surcharge_text(self) -> str:
        """What the two ends of the price are; empty when there is one price."""
        return surcharge_words(self._any_request(self._shown), self.prices)

    # -- how large it comes back --------------------------------------------------------------

    def learn_size(self, *jobs: Job) -> None:
        """Take the sizes of jobs' pictures, oldest first, as what such requests bring."""
        if self._sizes is None:
            from phota_desktop.viewmodels.output_sizes import OutputSizes

            self._sizes = OutputSizes()
        if self._sizes.learn(jobs):
            self.changed.emit()

    def expected_size(self, photo: Path | None) -> Size | None:
        """Return about how many pixels come back; None while nobody can know."""
        if self._sizes is None:
            return None
        return self._sizes.expected(self.engine, self._any_request(photo), self._size)

    def output_text(self, photo: Path | None) -> str:
        """Return how large the result will be beside the photo; empty while nobody can know."""
        size = self.expected_size(photo)
        if size is None:
            return ""
        wide = size[0] >= size[1]
        words = f"Comes back about {size[0 if wide else 1]} px {'wide' if wide else 'high'}"
        if self._size is None or not self._any_request(photo).images:
            return f"{words}."
        return f"{words}; your photo is {self._size[0 if wide else 1]}."

    @property
    def is_smaller(self) -> bool:
        """True when the result will have a shorter long side than the photo."""
        size = self.expected_size(self._shown)
        if size is None or self._size is None or self.operation is Operation.GENERATE:
            return False
        return max(size) < max(self._size)
