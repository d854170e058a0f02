"""Adding a profile: photos with their verdicts at the left, who and how at the right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind
from phota_desktop.ui.controls import Caption, plain_label, push_button
from phota_desktop.ui.drop_targets import Offered
from phota_desktop.ui.field import Field
from phota_desktop.ui.picture_drops import PictureDrops
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.ui.ticks import SentenceTick
from phota_desktop.ui.tier_picker import TierCard, TierPicker
from phota_desktop.ui.training_photo_list import TrainingPhotoList
from phota_desktop.viewmodels.add_profile import AddProfileViewModel
from phota_desktop.viewmodels.profile_draft import LONGEST_NAME, Way
from phota_desktop.viewmodels.training_words import TIER_MEANS
from phota_desktop.viewmodels.words import count

_SIZE = (976, 720)
_FRAME = 48
"""Pixels of a screen's height and width left for the window's frame and a panel."""
_SIDE = 320
_ADDRESS_LINES = 4
_LONGEST_ADDRESSES = 100_000


class AddProfileDialog(QDialog):
    """Shows a form; closing it loses nothing, and a training that starts closes it."""

    def __init__(
        self, form: AddProfileViewModel, art: ThumbnailArt | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("addProfileDialog")
        self.setWindowTitle("Add a profile")
        room = self.screen().availableGeometry()
        self.resize(min(_SIZE[0], room.width() - _FRAME), min(_SIZE[1], room.height() - _FRAME))
        self._form = form
        self._way = Way.NONE
        self._wants_addresses = False
        self.note = Caption("", self, role="text")
        self.add_button = push_button("addTrainingPhotosButton", "Add photos…", self)
        self.folder_button = push_button("addTrainingFolderButton", "Add folder…", self)
        self.paste_button = push_button("showAddressesButton", "Paste addresses…", self)
        self.list = TrainingPhotoList(form.photos, art, self)
        self.addresses = QPlainTextEdit(self)
        self._address_words = Caption("", self)
        self.status = Caption("", self)
        self.progress = QProgressBar(self)
        self.stop_button = push_button("stopCheckButton", "Stop", self)
        self.subfolders_button = push_button("addSubfoldersButton", "Add subfolders", self)
        self.verdict = plain_label("", self)
        self.hints = Caption("", self)
        self.name = QLineEdit(self)
        self.kind = SegmentedControl(
            "kindBox",
            "Who it is",
            [Segment(kind.value, kind.value.title(), kind.value.title()) for kind in Kind],
            self,
            stretch=True,
        )
        self.tier = TierPicker(self._cards(), self)
        self.consent = SentenceTick("consentBox", self)
        self.where = Caption("", self)
        self.bucket_button = push_button("setUpBucketButton", Way.BUCKET.value, self)
        self.cost = Caption("", self)
        self.problem = Caption("", self)
        self.way_button = push_button("problemButton", "", self)
        self.clear_button = push_button("clearProfileButton", "Start over", self)
        self.close_button = push_button("closeAddProfile", "Close", self)
        self.train_button = push_button("trainButton", "Train", self, role="primary")
        self._name_parts()
        self._lay_out()
        self._connect()
        self.refresh()

    def open_for(self, paths: Sequence[Path] = (), profile_id: str = "") -> None:
        """Show the form for someone new or a profile, with these photos added to it."""
        self._form.open(paths, profile_id)
        self.open()

    # -- building -----------------------------------------------------------------------

    def _name_parts(self) -> None:
        names: tuple[tuple[QWidget, str, str], ...] = (
            (self.note, "profileNote", "Note"),
            (self.addresses, "pasteAddressesEdit", "Addresses of photos, one a line"),
            (self.status, "checkStatus", "Check"),
            (self.progress, "checkProgress", "Photos checked"),
            (self.verdict, "trainingVerdict", "All photos"),
            (self.hints, "trainingHints", "Advice"),
            (self.name, "profileNameEdit", "Name"),
            (self.where, "trainingWhere", "Where the photos go"),
            (self.cost, "trainingCostLabel", "Cost"),
            (self.problem, "trainingProblem", "What is missing"),
        )
        for part, name, words in names:
            part.setObjectName(name)
            part.setAccessibleName(words)
        for label in (self.note, self.hints, self.where, self.cost, self.problem, self.verdict):
            label.setWordWrap(True)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText("For you; not sent to Phota")
        self.addresses.setPlaceholderText("https://…  one a line")
        self.addresses.setTabChangesFocus(True)
        self.addresses.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        lines = _ADDRESS_LINES * QFontMetrics(self.addresses.font()).lineSpacing()
        self.addresses.setFixedHeight(lines + 3 * GRID)
        # What is dropped on a field goes to the list, as everywhere in the dialog.
        for field in (self.name, self.addresses):
            field.setAcceptDrops(False)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(GRID)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        columns = QHBoxLayout()
        columns.setSpacing(3 * GRID)
        columns.addLayout(self._photo_column(), 1)
        columns.addWidget(self._side())
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.clear_button)
        foot.addWidget(self.problem, 1)
        for button in (self.way_button, self.close_button, self.train_button):
            foot.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(self.note)
        whole.addLayout(columns, 1)
        whole.addLayout(foot)

    def _photo_column(self) -> QVBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        title = plain_label("Photos", self)
        title.setBuddy(self.list)
        head.addWidget(title)
        head.addStretch(1)
        for button in (self.add_button, self.folder_button, self.paste_button):
            head.addWidget(button)
        check = QHBoxLayout()
        check.setSpacing(GRID)
        check.addWidget(self.status, 1)
        check.addWidget(self.subfolders_button)
        check.addWidget(self.progress, 1)
        check.addWidget(self.stop_button)
        keeps_room = self.stop_button.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)  # the list does not jump when a check ends
        self.stop_button.setSizePolicy(keeps_room)
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.addresses)
        column.addWidget(self._address_words)
        column.addLayout(check)
        column.addWidget(self.verdict)
        column.addWidget(self.hints)
        return column

    def _side(self) -> QScrollArea:
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(Field("Name", self.name, inner))
        column.addWidget(Field("Who it is", self.kind, inner))
        column.addWidget(Field("Training", self.tier, inner))
        column.addWidget(self.consent)
        told = QVBoxLayout()
        told.setSpacing(GRID)
        told.addWidget(self.where)
        told.addWidget(self.bucket_button, 0, Qt.AlignmentFlag.AlignLeft)
        told.addWidget(self.cost)
        column.addLayout(told)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setObjectName("addProfileScroll")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        area.setFixedWidth(_SIDE)
        for part in (area.viewport(), inner):
            part.setAutoFillBackground(False)
        return area

    def _connect(self) -> None:
        form = self._form
        self.add_button.clicked.connect(lambda _on=False: self._ask_photos())
        self.folder_button.clicked.connect(lambda _on=False: self._ask_folder())
        self.paste_button.clicked.connect(lambda _on=False: self._show_addresses())
        self.stop_button.clicked.connect(lambda _on=False: form.intake.stop())
        self.subfolders_button.clicked.connect(lambda _on=False: form.intake.add_subfolders())
        self.addresses.textChanged.connect(self._take_addresses)
        self.name.textEdited.connect(form.set_name)
        self.kind.chosen.connect(form.set_kind)
        self.tier.chosen.connect(form.set_tier)
        self.consent.toggled.connect(form.set_consent)
        self.bucket_button.clicked.connect(lambda _on=False: form.take_way(Way.BUCKET))
        self.way_button.clicked.connect(lambda _on=False: form.take_way(self._way))
        self.clear_button.clicked.connect(lambda _on=False: form.clear())
        self.close_button.clicked.connect(lambda _on=False: self.reject())
        self.train_button.clicked.connect(lambda _on=False: form.submit())
        drops = PictureDrops(self)
        drops.dropped.connect(self._take)
        drops.hovered.connect(self.list.show_hovered)
        form.changed.connect(self.refresh)
        form.started.connect(lambda _training: self.accept())

    # -- showing ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the form as it is now."""
        form, draft = self._form, self._form.draft
        self.note.setText(draft.note)
        self.note.setVisible(bool(draft.note))
        if self.name.text() != draft.name:
            self.name.setText(draft.name)
        self.kind.set_value(draft.kind)
        self.tier.show_cards(self._cards(), draft.tier)
        self.consent.set_words(form.consent_words)
        self.consent.setVisible(form.needs_consent)
        self.consent.blockSignals(True)
        self.consent.setChecked(bool(draft.consent))
        self.consent.blockSignals(False)
        self.where.setText(form.where_words)
        self.cost.setText(form.cost_words)
        self._show_photos()
        self._show_foot()

    def _show_photos(self) -> None:
        form = self._form
        if self.addresses.toPlainText() != form.draft.addresses:
            self.addresses.setPlainText(form.draft.addresses)
        # The local engine takes no addresses; what was pasted before stays to be seen.
        shown = self._wants_addresses or bool(form.draft.addresses)
        self.addresses.setVisible(shown)
        self._address_words.setVisible(shown)
        self.paste_button.setVisible(not shown and form.needs_consent)
        number = len(form.addresses)
        self._address_words.setText(
            f"{count(number, 'address', 'addresses')}. Phota fetches these itself;"
            " they are not checked here."
        )
        done, all_ = form.progress
        is_busy = form.intake.is_checking
        self.status.setText(form.status_words)
        self.progress.setMaximum(max(1, all_))
        self.progress.setValue(done)
        self.progress.setVisible(is_busy)
        self.stop_button.setVisible(is_busy)
        self.subfolders_button.setVisible(bool(form.intake.folders) and not is_busy)
        verdict = form.set_verdict
        self.verdict.setText(verdict.words if form.number else "")
        self.verdict.setVisible(bool(form.number))
        self.hints.setText("\n".join(verdict.hints))

    def _show_foot(self) -> None:
        form = self._form
        problem = form.first_problem
        self.train_button.setText(form.train_words.replace("&", "&&"))
        self.train_button.setAccessibleName(form.train_words)
        self.train_button.setEnabled(form.can_start)
        words = "Starting…" if form.is_starting else problem.words if problem else ""
        self.problem.set_role("bad" if form.failure else "quiet")
        self.problem.setText(words)
        self.train_button.setAccessibleDescription(words)
        self._way = problem.way if problem and not form.is_starting else Way.NONE
        self.way_button.setText(form.way_words(self._way))
        self.way_button.setAccessibleName(form.way_words(self._way))
        self.way_button.setVisible(self._way is not Way.NONE)
        needs_bucket = form.needs_consent and not form.bucket
        self.bucket_button.setVisible(needs_bucket and self._way is not Way.BUCKET)
        self.clear_button.setVisible(not form.is_blank)

    def _cards(self) -> list[TierCard]:
        form, cards = self._form, []
        for tier in TrainingTier:
            fit, number = "", form.number
            if number and form.fits(tier):
                fit = f"Fits your {count(number, 'photo')}"
            elif number:
                fewest, most = tier.photo_range
                fit = (
                    f"{fewest - number} too few" if number < fewest else f"{number - most} too many"
                )
            price = form.price_words(tier)
            means = TIER_MEANS[tier]
            cards.append(TierCard(tier, tier.label, price, means, fit, form.fits(tier)))
        return cards

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._wants_addresses = False
        self.refresh()
        (self.name if self._form.photos.rowCount() else self.add_button).setFocus()

    # -- asking and taking --------------------------------------------------------------

    def _show_addresses(self) -> None:
        self._wants_addresses = True
        self.refresh()
        self.addresses.setFocus()

    def _take_addresses(self) -> None:
        self._form.set_addresses(self.addresses.toPlainText()[:_LONGEST_ADDRESSES])

    def _take(self, what: Offered) -> None:
        if what.paths:
            self._form.intake.add(what.paths)
        elif what.link:
            self._form.add_link(what.link)
        else:
            self._form.intake.tell("This picture is not a file: save it first, then add it.")

    def _ask_photos(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_photos

        beside = self._form.photos.paths[-1:]
        ask_photos(self, beside[0] if beside else None, self._form.intake.add)

    def _ask_folder(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_folder

        beside = self._form.photos.paths[-1:]
        ask_folder(
            self,
            beside[0].parent if beside else None,
            lambda folder: self._form.intake.add([folder]),
        )
