"""The price table as a person may change it: published prices, own ones, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from phota_desktop.core.catalogue import BUILT_IN, Catalogue
from phota_desktop.core.options import Operation, Quality, Resolution
from phota_desktop.core.pricing import PUBLISHED, PriceRow
from phota_desktop.viewmodels.roles import USER_ROLE

if TYPE_CHECKING:
    from phota_desktop.viewmodels.settings import SettingsViewModel

Index = QModelIndex | QPersistentModelIndex
Key = tuple[Operation, str, Resolution | None, Quality | None]
FROM_ROLE = USER_ROLE + 1
"""``published``, ``yours`` or empty: where the price of a row is from."""
PLAIN, IDENTITY, FROM = 2, 3, 4
MAX_PRICE = 100
"""US dollars a picture; more is a typing mistake."""


def parse_money(text: str, limit: int, digits: int = 2) -> Decimal | None:
    """Return typed US dollars rounded to ``digits``; None for what is no amount up to ``limit``."""
    try:
        dollars = Decimal(text.strip().lstrip("$").strip().replace(",", "."))
    except InvalidOperation:
        return None
    if not dollars.is_finite() or not 0 <= dollars <= limit:
        return None
    return dollars.quantize(Decimal(1).scaleb(-digits))


def price_words(amount: Decimal) -> str:
    """Return ``$0.12`` or ``$0.0675``: two digits, or as many as there are."""
    cents = amount.quantize(Decimal("0.01"))
    exact = cents if cents == amount else amount.normalize()
    return f"${exact:f}"


class PriceTableModel(QAbstractTableModel):
    """One row for each operation, model and size; typing a price makes it the person's own."""

    COLUMNS = ("Request", "Size", "Plain", "With people", "From")
    told = Signal(str)
    """Why a typed price was not taken."""

    def __init__(
        self,
        settings: SettingsViewModel,
        catalogue: Catalogue = BUILT_IN,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._catalogue = catalogue
        self._keys = self._all_keys()
        self._shown = settings.value.prices
        settings.changed.connect(self._on_settings)

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Follow the server's models."""
        self._catalogue = catalogue
        self._reset()

    @property
    def has_own(self) -> bool:
        """Whether there is anything to reset."""
        return bool(self._settings.value.prices)

    def own(self, row: int) -> PriceRow | None:
        """Return the person's own price of a row."""
        key = self._keys[row]
        return next((one for one in self._settings.value.prices if one.key == key), None)

    def in_force(self, row: int) -> PriceRow | None:
        """Return the price of a row that counts; None where none is published."""
        key = self._keys[row]
        published = next((one for one in PUBLISHED.rows if one.key == key), None)
        return self.own(row) or published

    def reset_row(self, row: int) -> None:
        """Forget the person's own price of a row."""
        if 0 <= row < len(self._keys):
            self._put(self._keys[row], None)

    def reset_all(self) -> None:
        """Forget all own prices."""
        self._settings.change(prices=())

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._keys)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self.COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        editable = index.column() in (PLAIN, IDENTITY)
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return self.COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._keys):
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == FROM_ROLE:
            found = self.in_force(row)
            return "yours" if self.own(row) else "published" if found else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.EditRole and column in (PLAIN, IDENTITY):
            return self._text(row, column).removeprefix("$").replace("–", "")
        if role == Qt.ItemDataRole.AccessibleTextRole and column in (PLAIN, IDENTITY):
            what = " ".join(self._text(row, n) for n in (0, 1))
            found = self.in_force(row)
            price = self._text(row, column) if found else "not published"
            return f"{what}, {self.COLUMNS[column]}: {price}"
        return None

    def setData(  # noqa: D102
        self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        column = index.column()
        if role != Qt.ItemDataRole.EditRole or column not in (PLAIN, IDENTITY):
            return False
        key, old = self._keys[index.row()], self.in_force(index.row())
        text = str(value).strip()
        if not text:
            self._put(key, None)
            return True
        price = parse_money(text, MAX_PRICE, 4)
        if price is None:
            self.told.emit("A price is an amount in US dollars, for example 0.18.")
            return False
        # A first price counts for both: with people it is seldom less, and can be typed next.
        if column == PLAIN:
            row = PriceRow(key[0], price, max(price, old.identity) if old else price, *key[1:])
        else:
            row = PriceRow(key[0], min(price, old.plain) if old else price, price, *key[1:])
        if old is None or (row.plain, row.identity) != (old.plain, old.identity):
            self._put(key, row)
        return True

    def _put(self, key: Key, row: PriceRow | None) -> None:
        published = next((one for one in PUBLISHED.rows if one.key == key), None)
        kept = [one for one in self._settings.value.prices if one.key != key]
        if row is not None and row != published:
            kept.append(row)
        self._settings.change(prices=tuple(kept))

    def _text(self, row: int, column: int) -> str:
        operation, model_id, resolution, quality = self._keys[row]
        found = self.in_force(row)
        if column == 0:
            known = self._catalogue.models.get(model_id)
            words = operation.value.capitalize()
            return f"{words} · {known.name if known else model_id}" if model_id else words
        if column == 1:
            return " ".join(part for part in (resolution, quality) if part)
        if column == FROM:
            if found is None:
                return "Not published"
            return "Yours" if self.own(row) else "Published"
        if found is None:
            return "–"
        return price_words(found.plain if column == PLAIN else found.identity)

    def _all_keys(self) -> tuple[Key, ...]:
        keys = dict.fromkeys(_offered_keys(self._catalogue))
        keys |= dict.fromkeys(row.key for row in PUBLISHED.rows)
        keys |= dict.fromkeys(row.key for row in self._settings.value.prices)
        return tuple(keys)

    def _reset(self) -> None:
        self.beginResetModel()
        self._keys, self._shown = self._all_keys(), self._settings.value.prices
        self.endResetModel()

    def _on_settings(self) -> None:
        if self._settings.value.prices == self._shown:
            return
        self._shown = self._settings.value.prices
        if set(self._all_keys()) - set(self._keys):
            self._reset()
        else:
            last = self.index(len(self._keys) - 1, len(self.COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def _offered_keys(catalogue: Catalogue) -> Iterator[Key]:
    yield Operation.ENHANCE, "", None, None
    for operation in (Operation.EDIT, Operation.GENERATE):
        for model in catalogue.models.values():
            for resolution in model.resolutions:
                yield operation, model.id, resolution, None
    yield Operation.REMIX, "", None, None


def _side(column: int) -> Qt.AlignmentFlag:
    right = column in (PLAIN, IDENTITY)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
