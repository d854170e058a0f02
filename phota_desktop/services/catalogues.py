"""Which base models a server offers: its own list where it has one, else the built-in one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from phota_desktop.core.catalogue import BUILT_IN, Catalogue, merged
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import BASE_MODELS, BaseModel, Operation, Quality, Resolution
from phota_desktop.services.session import Session

S = TypeVar("S", bound=StrEnum)
_log = logging.getLogger(__name__)

_MOST_MODELS = 50
_LONGEST_ID = 100
_LONGEST_NAME = 60


class Catalogues:
    """The catalogue of each server; ``changed`` tells of a server whose models are new to us."""

    def __init__(self, session: Session) -> None:
        self.changed: Event[Catalogues] = Event()
        self._session = session
        self._known: dict[str, Catalogue] = {}

    def catalogue(self, engine: Engine | None = None) -> Catalogue:
        """Return what ``engine``, else the one in use, offers as far as its server has said."""
        if not self._known:  # nor does anybody need the address, and httpx for it
            return BUILT_IN
        return self._known.get(self._session.base_url(engine or self._session.engine), BUILT_IN)

    async def refresh(self) -> None:
        """Ask the server in use for its models, unless it has answered before.

        Never raises PhotaError: a server that cannot be reached, or has no such list (it is
        unpublished), leaves the built-in models; the first is asked again the next time.
        """
        engine = self._session.engine
        await self._session.load(engine)
        address = self._session.base_url(engine)
        if address in self._known:
            return
        try:
            said = await self._session.client(engine).studio.models()
        except PhotaError as error:
            _log.info("no list of models: %s", error.kind)
            return
        catalogue = merged(tuple(models_in(said.raw))) if said is not None else BUILT_IN
        if not catalogue.models.keys() & BASE_MODELS.keys():
            # A list without one documented model speaks of something else than base models.
            catalogue = BUILT_IN
        before = self.catalogue(engine)
        self._known[address] = catalogue
        if catalogue.models != before.models:
            self.changed.emit(self)


def models_in(raw: str) -> Iterator[BaseModel]:
    """Yield the base models in the text of ``GET /models``, whatever its shape is.

    What an entry does not say is left empty. Models that serve other endpoints only, ids that
    cannot be shown or sent, and sizes or qualities that we do not know are left out.
    """
    from phota_desktop.api.spill import UnreadableAnswerError, load_json

    try:
        listed = load_json(raw)
    except UnreadableAnswerError:
        return
    if isinstance(listed, dict):
        named = ("models", "base_models", "data", "items")
        listed = next((listed[name] for name in named if name in listed), None)
    if isinstance(listed, dict):
        listed = [
            {"id": name, **entry} if isinstance(entry, dict) else name
            for name, entry in listed.items()
        ]
    if not isinstance(listed, list):
        return
    for entry in listed[:_MOST_MODELS]:
        model = _model(entry)
        if model is not None:
            yield model


def _model(entry: object) -> BaseModel | None:
    said: Mapping[str, object] = entry if isinstance(entry, dict) else {"id": entry}
    name = _line(said.get("id") or said.get("base_model") or said.get("name"), _LONGEST_ID)
    endpoints = said.get("endpoints")
    if isinstance(endpoints, list) and not {Operation.EDIT, Operation.GENERATE} & {
        _line(one, _LONGEST_ID).rpartition("/")[2].lower() for one in endpoints
    }:
        return None
    if not name or " " in name:
        return None
    title = _line(said.get("name") or said.get("title"), _LONGEST_NAME)
    sizes = said.get("resolutions", said.get("resolution"))
    tiers = said.get("qualities", said.get("quality"))
    return BaseModel(name, title, _known(Resolution, sizes), _known(Quality, tiers))


def _known(kind: type[S], listed: object) -> tuple[S, ...]:
    """Return the members of ``kind`` that are listed in any case, in our order."""
    if not isinstance(listed, list):
        return ()
    words = {word.lower() for word in listed if isinstance(word, str)}
    return tuple(member for member in kind if member.value.lower() in words)


def _line(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        return ""
    return " ".join(value.split()) if value.isprintable() else ""
