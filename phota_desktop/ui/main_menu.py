"""The menu behind the three lines: every command that has no button of its own, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from phota_desktop.ui.command_table import COMMANDS

if TYPE_CHECKING:
    from phota_desktop.ui.window_commands import WindowCommands


MENU_WORDS = {"advance": "Advance after rating", "label_red": "Red label"}
"""Where the menu says less than the sheet."""


def fill_menu(menu: QMenu, commands: WindowCommands) -> None:
    """Add the entries once."""
    calls, bindings = commands.calls(), commands.keys.bindings
    calls["folder"] = commands.open_folder
    calls["samples"] = commands.open_samples
    calls["bucket"] = commands.open_bucket
    calls["panels"] = commands.layout.toggle_panels
    sections = (
        (
            ("open", "Open photos…"),
            ("folder", "Open folder…"),
            ("paste", "Paste"),
            ("samples", "Open sample photos"),
        ),
        (("undo", "Undo"), ("redo", "Redo"), ("trash", "Move to the trash")),
        (("copy", "Copy picture"), ("export", "Export…")),
        (
            ("compare", "Compare selected"),
            ("flick", "Flick in place"),
            ("pin", "Pin as reference"),
            ("align", "Align"),
        ),
        (
            ("panels", "Hide or show panels"),
            ("info", "Photo information"),
            ("surround", "Next surround"),
            ("full_screen", "Full screen"),
            ("jobs", "Jobs"),
            ("generated", "Generated pictures"),
            ("add_profile", "Add a person or pet…"),
            ("bucket", "Bucket for training photos…"),
            ("ledger", "What was spent…"),
        ),
        (("keys", "Keys"), ("settings", "Settings…")),
        (("quit", "Quit"),),
    )
    for n, section in enumerate(sections):
        if n:
            menu.addSeparator()
        for name, words in section:
            key = bindings.first(name)
            action = menu.addAction(f"{words}\t{key}" if key else words)
            action.setObjectName(f"menu_{name}")
            action.triggered.connect(lambda _on=False, call=calls[name]: call())
    _add_marks(menu, commands)


def _add_marks(menu: QMenu, commands: WindowCommands) -> None:
    """Add a menu of all marks before the quitting."""
    bindings, calls = commands.keys.bindings, commands.calls()
    marks = QMenu("Marks", menu)
    marks.setObjectName("menu_marks")
    for one in COMMANDS:
        if one.section != "Marks":
            continue
        if one.id in ("stars_1", "pick", "label_red", "advance") and not marks.isEmpty():
            marks.addSeparator()
        key = bindings.first(one.id)
        words = MENU_WORDS.get(one.id, one.words)
        action = marks.addAction(f"{words}\t{key}" if key else words)
        action.setObjectName(f"menu_{one.id}")
        action.triggered.connect(lambda _on=False, call=calls[one.id]: call())
        if one.id == "advance":
            action.setCheckable(True)
            marks.aboutToShow.connect(
                lambda action=action: action.setChecked(commands.marking.advances)
            )
    actions = menu.actions()
    menu.insertMenu(next(a for a in actions if a.objectName() == "menu_copy"), marks)
