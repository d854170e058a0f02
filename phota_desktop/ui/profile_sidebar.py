"""People and pets above the photos: who there is, who rides on the request, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, plain_text
from phota_desktop.ui.theme import GRID

if TYPE_CHECKING:
    from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

    from phota_desktop.ui.controls import IconButton
    from phota_desktop.ui.profile_list import ProfileList
    from phota_desktop.ui.thumbnail_art import ThumbnailArt
    from phota_desktop.ui.training_strip import TrainingStrip
    from phota_desktop.viewmodels.people import PeopleViewModel
    from phota_desktop.viewmodels.people_rows import DeletionFacts

MANY_ROWS = 12
"""With more people than this there is a field to find one by name."""
FEWEST_ROWS = 3
HEAD = 28
"""Pixels: the heading is as high as the button that comes to it later."""
EMPTY = "People and pets you train appear here."


class ProfileSidebar(QFrame):
    """A heading and one line until there is somebody; the list is made when first needed."""

    mention_asked = Signal(str)
    """Carries the profile id to be mentioned in the prompt."""
    add_asked = Signal(str)
    """Carries the profile id that photos are to be added to, empty for somebody new."""
    privacy_asked = Signal(str)
    """Carries the profile id whose sent photos are to be shown."""
    photos_dropped = Signal(str, object)
    """Carries a profile id, empty for somebody new, and a tuple of paths."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profileSidebar")
        self.setAccessibleName("People and pets")
        self._people: PeopleViewModel | None = None
        self._list: ProfileList | None = None
        self._find: QLineEdit | None = None
        self._tag: QComboBox | None = None
        self._strip: TrainingStrip | None = None
        self._refresh: IconButton | None = None
        self._add: IconButton | None = None
        self._untick: QPushButton | None = None
        self._room = 10_000
        self._title = QLabel("People & pets", self)
        plain_text(self._title)
        self._title.setMinimumHeight(HEAD)
        self._empty = Caption(EMPTY, self)
        self._warning = Caption("", self, role="warn")
        self._warning.setObjectName("profileWarning")
        self._warning.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(2 * GRID, 0, GRID, 0)
        self._head.setSpacing(GRID // 2)
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        column.addLayout(self._head)
        for words in (self._empty, self._warning):
            words.setWordWrap(True)
            words.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
            column.addWidget(words)
        self._column = column

    @property
    def list(self) -> ProfileList | None:
        """The rows; None while nobody was ever there."""
        return self._list

    def show_people(
        self, people: PeopleViewModel, art: ThumbnailArt, *, before: QWidget | None = None
    ) -> None:
        """Show these people from now on; Tab comes here ``before`` that widget."""
        from phota_desktop.ui.profile_drops import ProfileDrops

        self._people = people
        self._art = art
        self._before = before
        if people.can_add:
            self._add = self._button("addProfileButton", "add", "Add a person or pet")
            self._add.clicked.connect(lambda _on=False: self.add_asked.emit(""))
            ProfileDrops(self, self.photos_dropped.emit)
        self._refresh = self._button("refreshPeople", "refresh", "Refresh people and pets")
        self._refresh.clicked.connect(lambda _on=False: people.refresh())
        people.changed.connect(self.refresh)
        people.deletion_asked.connect(self._ask_deletion)
        self._order_tabs()
        self.refresh()

    def set_room(self, height: int) -> None:
        """Take at most this height in pixels; the list scrolls in what is left of it."""
        self._room = height
        self._fit()

    def refresh(self) -> None:
        """Show what the view-model says."""
        people = self._people
        if people is None:
            return
        number = people.total
        self._title.setText(f"People & pets  {number}" if number else "People & pets")
        if number and self._list is None:
            self._make_list(people)
        if number > MANY_ROWS and self._find is None:
            self._make_find(people)
        if self._find is not None:
            self._find.setVisible(number > MANY_ROWS or bool(self._find.text()))
        if people.tags or self._tag is not None:
            self._show_tags(people)
        nobody_found = number and not people.model.rowCount()
        self._empty.setText("Nobody of that name." if nobody_found else people.empty_words)
        self._empty.setVisible(not people.model.rowCount())
        warning = people.warning or (f"Not refreshed. {people.problem}" if people.problem else "")
        self._warning.set_role("warn" if warning else "quiet")
        self._warning.setText(warning or people.hint)
        self._warning.setVisible(bool(warning or people.hint))
        if self._untick is not None or people.strangers:
            self._offer_untick(people)
        self._show_strip()
        self._fit()

    def _button(self, name: str, icon: str, words: str) -> IconButton:
        from PySide6.QtCore import QSize

        from phota_desktop.ui.controls import IconButton

        made = IconButton(name, icon, words, self)
        made.setIconSize(QSize(16, 16))
        made.setFixedSize(HEAD + GRID // 2, HEAD)  # less would make the picture smaller
        self._head.addWidget(made)
        return made

    def _show_strip(self) -> None:
        """Show the decision that a training waits for, with its buttons."""
        people = self._people
        if people is None:
            return
        if self._strip is None:
            if not any(row.actions for row in people.model.rows):
                return
            from phota_desktop.ui.training_strip import TrainingStrip

            self._strip = TrainingStrip(people, self)
            self._column.insertWidget(self._column.indexOf(self._warning), self._strip)
        self._strip.show_row(self._list.current if self._list is not None else None)
        self._order_tabs()

    def _on_current(self) -> None:
        self._show_strip()
        self._fit()

    def _show_tags(self, people: PeopleViewModel) -> None:
        """Offer the tags that others gave, while there are any."""
        if self._tag is None:
            from PySide6.QtWidgets import QComboBox

            self._tag = QComboBox(self)
            self._tag.setObjectName("profileTag")
            self._tag.setAccessibleName("Show people and pets by tag")
            self._tag.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            self._tag.activated.connect(lambda _n: people.set_tag(self._tag.currentData() or ""))
            self._insert_line(self._tag)
        wanted = ("", *people.tags)
        if tuple(self._tag.itemData(n) for n in range(self._tag.count())) != wanted:
            from phota_desktop.viewmodels.words import plain

            self._tag.clear()
            for tag in wanted:
                self._tag.addItem(plain(tag, 80) if tag else "All tags", tag)
        self._tag.setCurrentIndex(wanted.index(people.tag))
        self._tag.setVisible(bool(people.tags))

    def _insert_line(self, part: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        row.addWidget(part)
        self._column.insertLayout(1, row)
        self._order_tabs()

    def _ask_deletion(self, deletion: DeletionFacts) -> None:
        from phota_desktop.ui.delete_profile_dialog import DeleteProfileDialog

        people = self._people
        if people is None:
            return
        dialog = DeleteProfileDialog(deletion, self.window())
        dialog.accepted.connect(lambda: people.delete(deletion.profile_id))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()  # words that wrap know their height only once they are shown
        return super().event(event)

    def _offer_untick(self, people: PeopleViewModel) -> None:
        """Show the one thing to do about ticks of people who cannot be used."""
        if self._untick is None:
            from phota_desktop.ui.controls import push_button

            self._untick = push_button("untickStrangers", "Untick", self)
            self._untick.clicked.connect(lambda _on=False: people.drop_strangers())
            row = QHBoxLayout()
            row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
            row.addWidget(self._untick)
            row.addStretch(1)
            self._column.addLayout(row)
            self._order_tabs()
        self._untick.setVisible(bool(people.strangers))

    def _make_list(self, people: PeopleViewModel) -> None:
        from phota_desktop.ui.profile_drops import ProfileDrops
        from phota_desktop.ui.profile_list import ProfileList

        self._list = rows = ProfileList(people, self._art, self)
        rows.mention_asked.connect(self.mention_asked)
        rows.add_asked.connect(self.add_asked)
        rows.privacy_asked.connect(self.privacy_asked)
        rows.current_changed.connect(self._on_current)
        if people.can_add:
            ProfileDrops(rows.viewport(), self.photos_dropped.emit, rows)
        self._column.insertWidget(self._column.indexOf(self._empty) + 1, rows)
        self._order_tabs()

    def _make_find(self, people: PeopleViewModel) -> None:
        from PySide6.QtWidgets import QLineEdit

        self._find = QLineEdit(self)
        self._find.setObjectName("findProfile")
        self._find.setAccessibleName("Find people and pets")
        self._find.setPlaceholderText("Find by name")
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(people.set_filter)
        self._insert_line(self._find)

    def _order_tabs(self) -> None:
        """Bring what was made late into the order of the eyes."""
        if self._before is None:
            return
        at = self._before.previousInFocusChain()
        while at is not None and self.isAncestorOf(at):
            at = at.previousInFocusChain()
        buttons = self._strip.buttons if self._strip is not None else ()
        parts = (self._add, self._refresh, self._find, self._tag, self._list, *buttons)
        for part in (*parts, self._untick):
            if at is not None and part is not None:
                QWidget.setTabOrder(at, part)
                at = part

    def _fit(self) -> None:
        """Give the list all its rows, or the room there is, but a few rows at least."""
        if self._list is None or self._people is None:
            return
        rows, row = self._people.model.rowCount(), self._list.row_height()
        self._list.setVisible(rows > 0)
        taken = self._head.sizeHint().height() + 2 * GRID
        for line in (self._find, self._tag):
            if line is not None and not line.isHidden():
                taken += line.sizeHint().height() + GRID
        if not self._warning.isHidden():
            taken += self._warning.heightForWidth(self.width()) + GRID
        if self._strip is not None and not self._strip.isHidden():
            height = self._strip.heightForWidth(self.width())
            self._strip.setFixedHeight(height)  # words that wrap would give way to the rows
            taken += height + GRID
        room = max(FEWEST_ROWS * row, self._room - taken)
        self._list.setFixedHeight(min(max(rows, 1) * row, room))
