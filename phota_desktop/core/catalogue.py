"""What the drawer offers: base models, sizes and switches, and how a choice is made to fit them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from phota_desktop.core.options import (
    BASE_MODELS,
    CAPABILITIES,
    DEFAULT_MODEL,
    MAX_VARIANTS,
    AspectRatio,
    BaseModel,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    ImageInput,
    RemixRequest,
    StudioRequest,
)


@dataclass(frozen=True)
class Catalogue:
    """The base models in force, never empty, and where they are known from."""

    models: Mapping[str, BaseModel]
    source: str = "built in"

    def model(self, name: str) -> BaseModel:
        """Return the model ``name``; where it is not offered, the default or the first one."""
        found = self.models.get(name) or self.models.get(DEFAULT_MODEL)
        return found or next(iter(self.models.values()))


BUILT_IN = Catalogue(BASE_MODELS)


def merged(server: Sequence[BaseModel]) -> Catalogue:
    """Return the catalogue of a server's own list; the built-in one when the list is empty.

    An empty name, or no resolutions or qualities, means that the server did not say: then a
    model we know keeps ours, and one that we do not know makes 1K. Known models keep our names.
    """
    models: dict[str, BaseModel] = {}
    for said in server:
        ours = BASE_MODELS.get(said.id) or BaseModel(said.id, said.name or said.id, ())
        models[said.id] = BaseModel(
            said.id,
            ours.name,
            said.resolutions or ours.resolutions or (Resolution.R1K,),
            said.qualities or ours.qualities,
        )
    return Catalogue(models, "server") if models else BUILT_IN


@dataclass(frozen=True)
class Choice:
    """What the drawer holds: every setting of a request, and none of its pictures.

    Values that the operation does not take are kept, unseen and unsent, for the next switch.
    """

    operation: Operation = Operation.ENHANCE
    prompt: str = ""
    profile_ids: tuple[str, ...] = ()
    base_model: str = DEFAULT_MODEL
    aspect_ratio: AspectRatio = AspectRatio.AUTO
    resolution: Resolution = Resolution.R1K
    quality: Quality | None = None
    variants: int = 1
    output_format: OutputFormat = OutputFormat.JPG


@dataclass(frozen=True)
class Offered:
    """What can be chosen for one operation and model; an empty tuple: the control is absent."""

    models: tuple[BaseModel, ...]
    ratios: tuple[AspectRatio, ...]
    resolutions: tuple[Resolution, ...]
    qualities: tuple[Quality, ...]
    profiles: bool
    images: tuple[int, int]
    fixed_resolution: Resolution | None


def offered(operation: Operation, base_model: str, catalogue: Catalogue = BUILT_IN) -> Offered:
    """Return what ``operation`` offers with ``base_model``."""
    takes = CAPABILITIES[operation]
    models: tuple[BaseModel, ...] = ()
    ratios: tuple[AspectRatio, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    qualities: tuple[Quality, ...] = ()
    if takes.base_model:
        model = catalogue.model(base_model)
        models, ratios = tuple(catalogue.models.values()), tuple(AspectRatio)
        resolutions, qualities = model.resolutions, model.qualities
    return Offered(
        models,
        ratios,
        resolutions,
        qualities,
        takes.profile_ids,
        takes.images,
        takes.fixed_resolution,
    )


def fit(choice: Choice, catalogue: Catalogue = BUILT_IN) -> tuple[Choice, tuple[str, ...]]:
    """Return ``choice`` with what is not offered changed, and one sentence for each change.

    To be called after the operation, the model or the catalogue has changed. What still fits is
    kept; a resolution falls to the next smaller one that the model makes.
    """
    said: list[str] = []
    takes = CAPABILITIES[choice.operation]
    variants = min(max(choice.variants, 1), MAX_VARIANTS)
    if variants != choice.variants:
        said.append(f"Variants is {variants} now: Phota makes 1 to {MAX_VARIANTS}.")
        choice = replace(choice, variants=variants)
    if choice.profile_ids and not takes.profile_ids:
        said.append(
            f"No profile rides along now: {choice.operation.capitalize()} takes people and pets"
            " by mention only."
        )
        choice = replace(choice, profile_ids=())
    if takes.base_model:
        choice = _fit_model(choice, catalogue, said)
    return choice, tuple(said)


def _fit_model(choice: Choice, catalogue: Catalogue, said: list[str]) -> Choice:
    model = catalogue.model(choice.base_model)
    if model.id != choice.base_model:
        known = BASE_MODELS.get(choice.base_model)
        missing = known.name if known else choice.base_model or "the former model"
        said.append(f"Base model is {model.name} now: {missing} is not offered.")
        choice = replace(choice, base_model=model.id)
    if choice.resolution not in model.resolutions:
        sizes = list(Resolution)
        wanted = sizes.index(choice.resolution)
        made = sorted(model.resolutions, key=sizes.index)
        smaller = [size for size in made if sizes.index(size) < wanted]
        resolution = smaller[-1] if smaller else made[0]
        said.append(f"Resolution is {resolution} now: {model.name} makes {_listed(made)}.")
        choice = replace(choice, resolution=resolution)
    if choice.quality is not None and choice.quality not in model.qualities:
        if model.qualities:
            said.append(f"Quality is auto now: {model.name} has {_listed(model.qualities)}.")
        elif choice.quality is not Quality.AUTO:  # leaving "auto" out changes nothing
            said.append(f"Quality is left out now: {model.name} has no quality setting.")
        choice = replace(choice, quality=None)
    return choice


def _listed(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"{words[0]} only"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def build(choice: Choice, images: Sequence[ImageInput]) -> StudioRequest:
    """Return the request of ``choice`` with exactly the fields that its operation takes.

    ``images`` in the order they are sent; of remix the input, then the reference. Generate takes
    none of those given. ValueError when enhance or remix has not its number of pictures.
    """
    if choice.operation is Operation.ENHANCE:
        (image,) = images
        return EnhanceRequest(
            image, choice.prompt, choice.profile_ids, choice.variants, choice.output_format
        )
    if choice.operation is Operation.REMIX:
        content, reference = images
        return RemixRequest(
            content,
            reference,
            choice.prompt,
            choice.profile_ids,
            choice.variants,
            choice.output_format,
        )
    how = (
        choice.base_model,
        choice.aspect_ratio,
        choice.resolution,
        choice.quality,
        choice.variants,
        choice.output_format,
    )
    if choice.operation is Operation.GENERATE:
        return GenerateRequest(choice.prompt, *how)
    return EditRequest(tuple(images), choice.prompt, choice.profile_ids, *how)


def choice_of(request: StudioRequest) -> Choice:
    """Return what was chosen for ``request``; its pictures are in ``request.images``."""
    common = Choice(
        request.operation,
        request.prompt,
        request.profile_ids,
        variants=request.variants,
        output_format=request.output_format,
    )
    if isinstance(request, EnhanceRequest | RemixRequest):
        return common
    return replace(
        common,
        base_model=request.base_model,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        quality=request.quality,
    )


def nearest_ratio(width: int, height: int) -> AspectRatio:
    """Return the offered shape nearest to ``width`` × ``height`` pixels, never ``AUTO``."""
    wanted = math.log(max(width, 1) / max(height, 1))

    def distance(ratio: AspectRatio) -> float:
        across, down = ratio.split(":")
        return abs(math.log(int(across) / int(down)) - wanted)

    return min((ratio for ratio in AspectRatio if ratio is not AspectRatio.AUTO), key=distance)


def all_choices(catalogue: Catalogue = BUILT_IN) -> Iterator[Choice]:
    """Yield every combination of switches that is offered, without profiles.

    The prompt is ``"x"`` where the operation needs one, else empty.
    """
    for operation, variants, output_format in product(
        Operation, range(1, MAX_VARIANTS + 1), OutputFormat
    ):
        takes = CAPABILITIES[operation]
        choice = Choice(
            operation,
            "x" if takes.prompt_required else "",
            variants=variants,
            output_format=output_format,
        )
        if not takes.base_model:
            yield choice
            continue
        for model in catalogue.models.values():
            qualities = (None, *model.qualities)
            for ratio, size, quality in product(AspectRatio, model.resolutions, qualities):
                yield replace(
                    choice,
                    base_model=model.id,
                    aspect_ratio=ratio,
                    resolution=size,
                    quality=quality,
                )
