"""The menus of the library's bar: what occurs in the library, with how often, and days."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TypeVar

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from phota_desktop.core.library import PictureKind
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.library import LibraryViewModel
from phota_desktop.viewmodels.library_filter import GROUPING_WORDS, KIND_WORDS, date_presets
from phota_desktop.viewmodels.words import plain

T = TypeVar("T")
_MOST = 40
"""Entries of one menu; a hundred people would not fit a screen."""


def fill_filter_menu(menu: QMenu, model: LibraryViewModel, parent: QWidget) -> None:
    """Offer what pictures can be filtered by besides their marks."""
    menu.clear()
    query, facets = model.query, model.facets
    _offer(
        menu.addMenu("Kind"),
        {kind: facets.kinds.get(kind, 0) for kind in PictureKind},
        query.kinds,
        lambda kind: KIND_WORDS[kind],
        lambda chosen: model.change_query(kinds=chosen),
    )
    _offer(
        menu.addMenu("Operation"),
        facets.operations,
        query.operations,
        lambda operation: operation.value.capitalize(),
        lambda chosen: model.change_query(operations=chosen),
    )
    _offer(
        menu.addMenu("Model"),
        facets.models,
        query.models,
        lambda name: plain(name, 60),
        lambda chosen: model.change_query(models=chosen),
    )
    _offer(
        menu.addMenu("Person or pet"),
        facets.profile_ids,
        query.profile_ids,
        lambda profile: plain(model.name_of(profile), 60) or plain(profile, 24),
        lambda chosen: model.change_query(profile_ids=chosen),
    )
    fill_date_menu(menu.addMenu("Date"), model, parent)


def fill_order_menu(menu: QMenu, model: LibraryViewModel) -> None:
    """Offer how pictures are grouped, and which come first."""
    menu.clear()
    query = model.query
    for grouping, words in GROUPING_WORDS.items():
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(grouping is query.grouping)
        action.triggered.connect(
            lambda _on=False, grouping=grouping: model.change_query(grouping=grouping)
        )
    menu.addSeparator()
    for newest_first, words in ((True, "Newest first"), (False, "Oldest first")):
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(newest_first is query.newest_first)
        action.triggered.connect(
            lambda _on=False, first=newest_first: model.change_query(newest_first=first)
        )


def _offer(
    menu: QMenu,
    counts: Mapping[T, int],
    chosen: frozenset[T],
    words: Callable[[T], str],
    then: Callable[[frozenset[T]], object],
) -> None:
    often = sorted(counts, key=lambda one: (-counts[one], words(one)))[:_MOST]
    for one in [*often, *(one for one in chosen if one not in often)]:
        text = words(one).replace("&", "&&")
        action = menu.addAction(f"{text}\t{counts.get(one, 0):,}")
        action.setCheckable(True)
        action.setChecked(one in chosen)
        action.triggered.connect(lambda _on=False, one=one: then(chosen ^ {one}))
    menu.setEnabled(bool(often or chosen))


def fill_date_menu(menu: QMenu, model: LibraryViewModel, parent: QWidget) -> None:
    """Offer ranges of days, and any other one."""
    query = model.query
    for words, since, until in date_presets(datetime.date.today()):
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked((query.since, query.until) == (since, until))
        action.triggered.connect(
            lambda _on=False, since=since, until=until: model.change_query(since=since, until=until)
        )
    menu.addSeparator()
    menu.addAction("Between…").triggered.connect(lambda: DatesDialog(model, parent).open())


class DatesDialog(QDialog):
    """Asks for the first and the last day."""

    def __init__(self, model: LibraryViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("libraryDatesDialog")
        self.setWindowTitle("Pictures between two days")
        self._model = model
        today = datetime.date.today()
        month = today - datetime.timedelta(days=30)
        self.since = self._field("librarySince", "First day", model.query.since or month)
        self.until = self._field("libraryUntil", "Last day", model.query.until or today)
        show = push_button("libraryDatesShow", "Show", self, role="primary")
        show.setDefault(True)
        cancel = push_button("libraryDatesCancel", "Cancel", self)
        show.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        days = QHBoxLayout()
        for words, field in (("From", self.since), ("to", self.until)):
            days.addWidget(plain_label(words, self))
            days.addWidget(field)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(show)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(days)
        column.addLayout(buttons)

    def _field(self, name: str, words: str, day: datetime.date) -> QDateEdit:
        field = QDateEdit(QDate(day.year, day.month, day.day), self)
        field.setObjectName(name)
        field.setAccessibleName(words)
        field.setCalendarPopup(True)
        field.setDisplayFormat("d MMM yyyy")
        return field

    def accept(self) -> None:
        """Ask for those days, in whichever order they were given."""
        days = sorted(
            datetime.date(day.year(), day.month(), day.day())
            for day in (self.since.date(), self.until.date())
        )
        self._model.change_query(since=days[0], until=days[1])
        super().accept()
