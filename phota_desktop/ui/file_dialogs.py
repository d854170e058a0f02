"""Asking for files and folders without stopping the program: open(), never exec()."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from phota_desktop.core.proofing import ProofKind

_RAW_PATTERNS = (
    "*.dng *.cr2 *.cr3 *.crw *.nef *.nrw *.arw *.orf *.rw2 *.raf *.pef *.srw *.3fr *.iiq *.mrw"
)
PATTERNS = f"*.jpg *.jpeg *.png *.webp *.tif *.tiff *.heic *.heif {_RAW_PATTERNS} *.bmp *.gif"


def file_dialog(parent: QWidget, name: str, title: str, folder: Path | None = None) -> QFileDialog:
    """Return a dialog that goes when it is closed, Qt's own where the environment asks for it."""
    dialog = QFileDialog(parent, title)
    dialog.setObjectName(name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if os.environ.get("PHOTA_DESKTOP_QT_DIALOGS"):
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    if folder is not None and folder.is_dir():
        dialog.setDirectory(str(folder))
    return dialog


def _saving_dialog(parent: QWidget, name: str, title: str, folder: Path | None) -> QFileDialog:
    dialog = file_dialog(parent, name, title, folder)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    # A taken name becomes the next free one, so there is nothing to confirm.
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    return dialog


def ask_photos(
    parent: QWidget, beside: Path | None, then: Callable[[Sequence[Path]], object]
) -> None:
    """Ask for photos to open; ``then`` gets them."""
    dialog = file_dialog(parent, "openDialog", "Open photos", beside.parent if beside else None)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters([f"Photos ({PATTERNS} {PATTERNS.upper()})", "All files (*)"])
    dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
    dialog.open()


def ask_table(
    parent: QWidget, name: str, folder: Path | None, then: Callable[[Path], object]
) -> None:
    """Ask where a table is to be saved as CSV under ``name`` or another one."""
    dialog = _saving_dialog(parent, "tableDialog", "Export table", folder)
    dialog.setDefaultSuffix("csv")
    dialog.setNameFilters(["CSV (*.csv)"])
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def ask_report(
    parent: QWidget, name: str, folder: Path | None, then: Callable[[Path], object]
) -> None:
    """Ask where a report is to be saved as plain text under ``name`` or another one."""
    dialog = _saving_dialog(parent, "reportDialog", "Export report", folder)
    dialog.setDefaultSuffix("txt")
    dialog.setNameFilters(["Text (*.txt)"])
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def ask_proof(
    parent: QWidget,
    name: str,
    kind: ProofKind,
    folder: Path | None,
    then: Callable[[Path], object],
) -> None:
    """Ask where a proof sheet is to be saved under ``name`` or another one."""
    dialog = _saving_dialog(parent, "proofFileDialog", "Save proof sheet", folder)
    dialog.setDefaultSuffix(kind.value)
    dialog.setNameFilters(["Web page (*.html)" if kind is ProofKind.PAGE else "PDF (*.pdf)"])
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def ask_picks(parent: QWidget, folder: Path | None, then: Callable[[Path], object]) -> None:
    """Ask for a picks file that a proof page saved; ``then`` gets it."""
    dialog = file_dialog(parent, "picksDialog", "Read picks", folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Picks (*.json)", "All files (*)"])
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()


def ask_key_file(parent: QWidget, then: Callable[[Path], object]) -> None:
    """Ask for a JSON key file; ``then`` gets it."""
    dialog = file_dialog(parent, "keyFileDialog", "Choose key file")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Key files (*.json)", "All files (*)"])
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()


def ask_profile(parent: QWidget, then: Callable[[Path], object]) -> None:
    """Ask for a monitor's ICC profile; ``then`` gets it."""
    # Where desktops on Linux and macOS keep those that an instrument made.
    folders = (".local/share/icc", "Library/ColorSync/Profiles", ".color/icc")
    known = [Path.home() / folder for folder in folders] + [Path("/usr/share/color/icc")]
    start = next((folder for folder in known if folder.is_dir()), None)
    dialog = file_dialog(parent, "profileDialog", "Choose the monitor's profile", start)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["ICC profiles (*.icc *.icm *.ICC *.ICM)", "All files (*)"])
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()


def ask_folder(parent: QWidget, start: Path | None, then: Callable[[Path], object]) -> None:
    """Ask for a folder; ``then`` gets it."""
    dialog = file_dialog(parent, "folderDialog", "Choose folder", start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
