"""The menu behind the three lines: every command that has no button of its own, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from phota_desktop.ui.command_table import COMMANDS

if TYPE_CHECKING:
    from phota_desktop.ui.window_commands import WindowCommands


UNDO = ("undo", "redo", "trash")
_WORDS = {
    "undo": "Undo",
    "trash": "Move to the trash",
    "advance": "Advance after rating",
    "label_red": "Red label",
    "picks": "Read picks…",
}
"""Where the menu says less than the sheet."""
_FIRST = ("stars_1", "pick", "label_red", "advance", "lineage", "recall", "finalize", "proof")
"""Commands before which a line is drawn."""


def fill_menu(menu: QMenu, commands: WindowCommands) -> None:
    """Add the entries once; what belongs together has a menu of its own, for small screens."""
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
    copy = next(action for action in menu.actions() if action.objectName() == "menu_copy")
    menu.insertMenu(copy, _section(menu, commands, "Marks", "Marks and undo", UNDO))
    menu.insertMenu(copy, _section(menu, commands, "Library", "Library"))
    menu.insertMenu(copy, _section(menu, commands, "Export", "Hand on"))


def _section(
    menu: QMenu, commands: WindowCommands, section: str, title: str, more: tuple[str, ...] = ()
) -> QMenu:
    """Return a menu of what a section of the key table (and ``more``) has, and the other not."""
    bindings, calls = commands.keys.bindings, commands.calls()
    made = QMenu(title, menu)
    made.setObjectName(f"menu{section}")
    above = {action.objectName() for action in menu.actions()}
    for one in COMMANDS:
        if (one.section != section and one.id not in more) or f"menu_{one.id}" in above:
            continue
        if one.id in _FIRST:
            made.addSeparator()
        key, words = bindings.first(one.id), _WORDS.get(one.id, one.words)
        action = made.addAction(f"{words}\t{key}" if key else words)
        action.setObjectName(f"menu_{one.id}")
        action.triggered.connect(lambda _on=False, call=calls[one.id]: call())
        if one.id == "advance":
            action.setCheckable(True)
            made.aboutToShow.connect(
                lambda action=action: action.setChecked(commands.marking.advances)
            )
    return made
