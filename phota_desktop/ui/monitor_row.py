"""The settings of colour: the monitor's profile and what becomes of colours it does not have."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, ElidedLabel, push_button
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.monitor import Monitor


class MonitorRow(QWidget):
    """sRGB or a file, and why a file cannot be used; ``intent`` stands in a row of its own."""

    def __init__(self, monitor: Monitor, parent: QWidget) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self.profile = ElidedLabel("", self, role="text")
        self.profile.setObjectName("monitorProfile")
        self.choose = push_button("chooseMonitorButton", "Choose…", self)
        self.choose.setAccessibleName("Choose the monitor's profile")
        self.use_srgb = push_button("useSrgbButton", "Use sRGB", self)
        self.intent = SegmentedControl(
            "intentBox",
            "Rendering intent",
            [
                Segment(
                    "relative",
                    "Relative",
                    "Relative colorimetric",
                    tip="Colours stay as they are; what the monitor lacks is cut off",
                ),
                Segment(
                    "perceptual",
                    "Perceptual",
                    "Perceptual: all colours give way",
                    tip="All colours give way, where the profile says how",
                ),
            ],
            parent,
            stretch=True,
        )
        self.problem = Caption("", self, role="bad")
        self.problem.setObjectName("monitorProblem")
        self.problem.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.profile, 1)
        for part in (self.use_srgb, self.choose):
            line.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID // 2)
        whole.addLayout(line)
        whole.addWidget(self.problem)
        self.setFocusProxy(self.choose)
        self.choose.clicked.connect(lambda _on=False: self._ask())
        self.use_srgb.clicked.connect(lambda _on=False: monitor.choose(None))
        self.intent.chosen.connect(monitor.set_intent)
        monitor.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what counts now."""
        monitor = self._monitor
        self.profile.set_text(monitor.words)
        self.profile.setAccessibleName(f"Monitor profile: {monitor.words}")
        if monitor.is_chosen or not self.use_srgb.hasFocus():
            self.use_srgb.setVisible(monitor.is_chosen)
        self.intent.set_value(monitor.intent)
        self.problem.setText(monitor.problem)
        self.problem.setVisible(bool(monitor.problem))

    def _ask(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_profile

        def take(path: Path) -> None:
            self._monitor.choose(path)

        ask_profile(self, take)
