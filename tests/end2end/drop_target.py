"""A window that writes what is dropped on it to a file: ``drop_target.py FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel


class Target(QLabel):
    """Takes URLs, as a file manager or another editor does."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        lines = [url.toLocalFile() for url in event.mimeData().urls()]
        lines.append(f"image {event.mimeData().hasImage()}")
        Path(sys.argv[1]).write_text("\n".join(lines))
        event.acceptProposedAction()


application = QApplication([])
target = Target("drop here")
target.setAcceptDrops(True)
target.setWindowTitle("drop target")
target.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
target.setGeometry(40, 500, 140, 80)
target.show()
application.exec()
