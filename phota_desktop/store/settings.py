"""Settings: one small JSON file, read leniently and replaced whole."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.jobs import MAX_CONCURRENCY
from phota_desktop.core.options import (
    MAX_VARIANTS,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)
from phota_desktop.core.pricing import PriceRow
from phota_desktop.store.files import atomic_write, disk_error, write_new

if TYPE_CHECKING:
    from phota_desktop.core.hosting import BucketAddress

_MOST_PRICE = Decimal(100_000)
_LEAST_PRICE = Decimal("0.000001")


@dataclass(frozen=True)
class WindowState:
    """How the window was left: Qt's own geometry as base64 text, pane widths in pixels."""

    geometry: str = ""
    panes: tuple[int, ...] = ()
    maximized: bool = False
    sidebar_open: bool = True
    drawer_open: bool = True
    strip_open: bool = True


@dataclass(frozen=True)
class Settings:
    """What a person chose; ``extra`` keeps fields of other versions through a save.

    ``out_dir`` None means the default results folder. ``daily_cap`` is in US dollars.
    ``keys`` maps action names to key sequences. ``prices`` are a person's own (see
    ``PriceTable.changed``), ``drawer`` the values last chosen there. ``install_salt`` (32 hex
    digits) makes account digests worthless elsewhere. ``bucket`` is where training photos are
    hosted; its credentials are never here. ``monitor_profile`` is an ICC file (None: sRGB),
    ``intent`` what becomes of colours that it does not have: "relative" or "perceptual".
    ``advance`` goes on to the next picture after each mark.
    """

    theme: str = "dark"
    surround: str = "grey"
    out_dir: Path | None = None
    daily_cap: Decimal = Decimal(5)
    concurrency: int = 2
    variants: int = 1
    output_format: OutputFormat = OutputFormat.JPG
    window: WindowState = WindowState()
    keys: Mapping[str, str] = field(default_factory=dict)
    prices: tuple[PriceRow, ...] = ()
    drawer: Mapping[str, str] = field(default_factory=dict)
    seen_first_run: bool = False
    consented: bool = False
    bucket: BucketAddress | None = None
    monitor_profile: Path | None = None
    intent: str = "relative"
    advance: bool = False
    install_salt: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


class SettingsStore:
    """Reads and writes the settings file; ``problems`` tells what the last load left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problems: list[str] = []

    def load(self) -> Settings:
        """Return the settings; a missing file or field gives defaults, a bad one is said.

        The first load writes the file, so that its salt is the same ever after. Raises
        PhotaError DISK when the file cannot be read or written.
        """
        self.problems = []
        try:
            raw = self._read()
            settings = self._parse(raw)
            if settings.install_salt:
                return settings
            settings = dataclasses.replace(settings, install_salt=os.urandom(16).hex())
            if self._path.exists():
                self.save(settings)
            elif not write_new(self._path, _encode(settings)):
                return self.load()  # another process was first: its salt counts
        except OSError as exc:
            raise disk_error(exc, self._path) from exc
        return settings

    def save(self, settings: Settings) -> None:
        """Replace the file, mode 0600; raises PhotaError DISK, and then the old one is intact."""
        try:
            atomic_write(self._path, _encode(settings))
        except OSError as exc:
            raise disk_error(exc, self._path) from exc

    def _read(self) -> dict[str, object]:
        try:
            value = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
        aside = self._path.with_name(f"{self._path.name}.bad-{int(time.time())}")
        self._path.replace(aside)
        self.problems.append(f"The settings could not be read; they were kept as {aside.name}.")
        return {}

    def _parse(self, raw: dict[str, object]) -> Settings:
        known: dict[str, object] = {}
        extra: dict[str, object] = {}
        for name, value in raw.items():
            reader = _READERS.get(name)
            if reader is None:
                extra[name] = value
                continue
            try:
                known[name] = reader(value)
            except (ValueError, TypeError, InvalidOperation):
                self.problems.append(f"The setting {name!r} was not understood and is as new.")
        return Settings(**known, extra=extra)  # type: ignore[arg-type]  # each reader gives its type


def _encode(settings: Settings) -> bytes:
    plain = dict(settings.extra)
    for one in dataclasses.fields(settings):
        value = getattr(settings, one.name)
        if one.name == "extra":
            continue
        if one.name in ("window", "bucket") and value is not None:
            value = dataclasses.asdict(value)
        elif isinstance(value, Decimal | Path):
            value = str(value)
        elif one.name == "prices":
            value = [_price_row(row) for row in settings.prices]
        plain[one.name] = dict(value) if isinstance(value, Mapping) else value
    return (json.dumps(plain, indent=2) + "\n").encode("ascii")


def _price_row(row: PriceRow) -> dict[str, str | None]:
    return dataclasses.asdict(row) | {"plain": str(row.plain), "identity": str(row.identity)}


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise ValueError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError
        return value

    return read


def _money(value: object) -> Decimal:
    amount = Decimal(value if isinstance(value, str | int) else str(value))
    if not amount.is_finite() or amount < 0:
        raise ValueError
    return amount


def _price(value: object) -> Decimal:
    amount = _money(value)
    if amount > _MOST_PRICE or amount != amount.quantize(_LEAST_PRICE):
        raise ValueError
    return amount


def _prices(value: object) -> tuple[PriceRow, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_row, value))


def _row(value: object) -> PriceRow:
    if not isinstance(value, dict):
        raise TypeError
    resolution, quality = value.get("resolution"), value.get("quality")
    return PriceRow(
        Operation(_text(value.get("operation"))),
        _price(value.get("plain")),
        _price(value.get("identity")),
        _text(value.get("base_model", "")),
        None if resolution is None else Resolution(_text(resolution)),
        None if quality is None else Quality(_text(quality)),
    )


def _place(value: object) -> Path | None:
    if value is None:
        return None
    place = Path(_text(value))
    if not place.is_absolute():
        raise ValueError
    return place


def _format(value: object) -> OutputFormat:
    return OutputFormat(_text(value))


def _intent(value: object) -> str:
    if value not in ("relative", "perceptual"):
        raise ValueError
    return _text(value)


def _salt(value: object) -> str:
    bytes.fromhex(_text(value))
    return _text(value)


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return {_text(name): _text(one) for name, one in value.items()}


def _window(value: object) -> WindowState:
    if not isinstance(value, dict):
        raise TypeError
    panes = value.get("panes", [])
    if not isinstance(panes, list):
        raise TypeError
    width = _number(0, 100_000)
    flags = ("maximized", "sidebar_open", "drawer_open", "strip_open")
    return WindowState(
        geometry=_text(value.get("geometry", "")),
        panes=tuple(width(pane) for pane in panes),
        **{name: _flag(value[name]) for name in flags if name in value},
    )


def _bucket(value: object) -> BucketAddress | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TypeError
    # Few have one, and nothing is imported before the first paint that it can do without.
    from phota_desktop.core.hosting import BucketAddress, Provider

    texts = _texts(value)
    known = {one.name for one in dataclasses.fields(BucketAddress)} - {"provider"}
    fields = {name: text for name, text in texts.items() if name in known}
    address = BucketAddress(Provider(texts.get("provider", "")), **fields)
    if address.problems():
        raise ValueError
    return address


_READERS: Mapping[str, Callable[[object], object]] = {
    "theme": _text,
    "surround": _text,
    "out_dir": _place,
    "daily_cap": _money,
    "concurrency": _number(1, MAX_CONCURRENCY),
    "variants": _number(1, MAX_VARIANTS),
    "output_format": _format,
    "window": _window,
    "keys": _texts,
    "prices": _prices,
    "drawer": _texts,
    "seen_first_run": _flag,
    "consented": _flag,
    "bucket": _bucket,
    "monitor_profile": _place,
    "intent": _intent,
    "advance": _flag,
    "install_salt": _salt,
}
