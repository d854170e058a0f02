"""A bucket for training photos: its address and key, a test, and what still lies in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.hosting import Provider
from phota_desktop.ui.bucket_form import BucketForm
from phota_desktop.ui.bucket_left import BucketLeft
from phota_desktop.ui.controls import Caption, plain_label, push_button, scale_font
from phota_desktop.ui.step_list import StepList
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.bucket_fields import (
    EXPLANATION,
    address_of,
    policy,
    rights_words,
)
from phota_desktop.viewmodels.hosting import HostingViewModel

_WIDTH, _HEIGHT = 880, 592
_FRAME = 48
"""Pixels of a screen's height left for the window's title and a panel."""
_SIDE = 340


class BucketDialog(QDialog):
    """The form at the left; at the right what the key needs, and the test of it."""

    def __init__(self, hosting: HostingViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("bucketDialog")
        self.setWindowTitle("Bucket for training photos")
        room = self.screen().availableGeometry().height() - _FRAME
        self.resize(_WIDTH, min(_HEIGHT, room))
        self._hosting = hosting
        self._pressed: QWidget | None = None
        self.form = BucketForm(self)
        self._kept = Caption("", self)
        self._kept.setObjectName("bucketSecretStatus")
        self._kept.setWordWrap(True)
        self._rights = Caption("", self)
        self._rights.setWordWrap(True)
        self.copy_policy = push_button("copyPolicyButton", "Copy smallest policy", self)
        self.test = push_button("testBucketButton", "Test this bucket", self)
        self.steps = StepList("bucketSteps", "Test of the bucket", self)
        self._verdict = Caption("", self)
        self._verdict.setObjectName("bucketVerdict")
        self._verdict.setWordWrap(True)
        self.left = BucketLeft(hosting, self)
        self._told = Caption("", self)
        self._told.setObjectName("bucketTold")
        self._told.setWordWrap(True)
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.forget = push_button("forgetBucketButton", "Forget bucket", self)
        self.save = push_button("saveBucketButton", "Save", self, role="primary")
        self.close_button = push_button("closeBucket", "Close", self)
        self._lay_out()
        self._connect()
        self._show_rights()
        self.refresh()

    def _lay_out(self) -> None:
        explanation = plain_label(EXPLANATION, self)
        explanation.setWordWrap(True)
        form = QVBoxLayout()
        form.setSpacing(GRID)
        form.addWidget(self.form)
        form.addWidget(self._kept)
        form.addStretch(1)
        heading = plain_label("Does it work?", self)
        scale_font(heading, 1.1)
        tests = QHBoxLayout()
        tests.setSpacing(GRID)
        tests.addWidget(self.test)
        tests.addWidget(self.copy_policy)
        tests.addStretch(1)
        side = QVBoxLayout()
        side.setSpacing(GRID)
        for part in (heading, self._rights):
            side.addWidget(part)
        side.addLayout(tests)
        side.addWidget(self._verdict)
        side.addWidget(self._scrolled(self.steps), 1)
        self._rights.setMinimumWidth(_SIDE)
        columns = QHBoxLayout()
        columns.setSpacing(4 * GRID)
        columns.addLayout(form, 1)
        columns.addLayout(side, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.forget)
        foot.addWidget(self._told, 1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(explanation)
        whole.addLayout(columns, 1)
        whole.addWidget(self.left)
        whole.addLayout(foot)

    def _scrolled(self, steps: QWidget) -> QScrollArea:
        """Let long words of a test scroll: there is no room for all of them on a small screen."""
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(steps)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setObjectName("bucketStepsScroll")
        area.setAccessibleName("Test of the bucket")
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        for part in (area.viewport(), inside):
            part.setAutoFillBackground(False)
        return area

    def _connect(self) -> None:
        hosting, form = self._hosting, self.form
        self.test.clicked.connect(lambda _on=False: self._test())
        self.save.clicked.connect(lambda _on=False: self._save())
        self.forget.clicked.connect(lambda _on=False: self._ask_to_forget())
        self.close_button.clicked.connect(lambda _on=False: self.accept())
        self.copy_policy.clicked.connect(lambda _on=False: self._copy_policy())
        form.changed.connect(self._on_typed)
        form.confirmed.connect(self._test)
        form.file_asked.connect(self._ask_key_file)
        hosting.changed.connect(self.refresh)
        hosting.steps_changed.connect(self._show_steps)
        hosting.told.connect(self._tell)
        hosting.problem_found.connect(self._show_problem)
        hosting.saved.connect(self._on_saved)
        hosting.key_read.connect(form.set_secret)

    # -- shown --------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if event.spontaneous():  # it was covered or minimised: what was typed stays
            return
        self._tell("", True)
        self.form.forget_secret()
        if self._hosting.address is not None:
            self.form.show_address(self._hosting.address)
        self._show_placeholder()
        self._hosting.forget_steps()
        self._hosting.refresh()
        self.form.first.setFocus()

    def refresh(self) -> None:
        """Show what is kept and what may be pressed."""
        hosting = self._hosting
        busy = hosting.is_busy
        self._show_placeholder()
        self._kept.setText(hosting.secret_words)
        self._kept.setVisible(bool(hosting.secret_words))
        buttons = (self.test, self.save, self.forget)
        pressed = next((button for button in buttons if button.hasFocus()), None)
        for button in buttons:
            button.setEnabled(not busy)
        self.forget.setVisible(hosting.address is not None)
        if busy:
            self._pressed = pressed or self._pressed
        elif self._pressed is not None:  # the focus comes back from where Qt put it
            if self.close_button.hasFocus():
                self._pressed.setFocus()
            self._pressed = None
        self.left.refresh()

    def _show_placeholder(self) -> None:
        """Say that the key is kept only where it is the key of the bucket that is typed."""
        address = address_of(self.form.provider, self.form.texts())
        kept = self._hosting.keeps_secret(address)
        self.form.set_placeholder(self._hosting.secret_placeholder if kept else "")

    def _show_rights(self) -> None:
        provider = self.form.provider
        self._rights.setText(rights_words(provider))
        self.copy_policy.setVisible(provider is Provider.S3)

    def _show_steps(self) -> None:
        self.steps.show_steps(self._hosting.steps)
        self._verdict.setText(self._hosting.verdict)
        marks = {step.mark for step in self._hosting.steps}
        over = not self._hosting.verdict.endswith("…")
        role = "bad" if "bad" in marks else "warn" if "warn" in marks else "good"
        self._verdict.set_role(role if over else "quiet")

    def _tell(self, words: str, good: bool) -> None:
        self._told.set_role("good" if good else "warn")
        self._told.setText(words)

    def _show_problem(self, field: str, words: str) -> None:
        self._told.set_role("bad")
        self._told.setText(words)
        self.form.point_at(field)

    # -- done ---------------------------------------------------------------------------

    def _on_typed(self) -> None:
        self._hosting.forget_steps()
        self._told.setText("")
        self._show_placeholder()
        self._show_rights()

    def _test(self) -> None:
        self._told.setText("")
        self._hosting.test(self.form.provider, self.form.texts())

    def _save(self) -> None:
        self._told.set_role("quiet")
        self._told.setText("Saving…")
        self._hosting.save(self.form.provider, self.form.texts())

    def _on_saved(self) -> None:
        self.form.forget_secret()

    def _copy_policy(self) -> None:
        address = address_of(self.form.provider, self.form.texts())
        QApplication.clipboard().setText(policy(address))
        self._tell("The policy is in the clipboard.", True)

    def _ask_key_file(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_key_file

        ask_key_file(self, self._hosting.read_key_file)

    def _ask_to_forget(self) -> None:
        from phota_desktop.ui.question_dialog import QuestionDialog

        lines = ["The key is deleted from this computer; training with local photos needs it."]
        if self._hosting.left:
            lines.append(f"{self._hosting.left_words} They can then not be deleted from here.")
        dialog = QuestionDialog("forgetBucket", "Forget this bucket?", lines, "Forget", self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._hosting.forget)
        dialog.open()
