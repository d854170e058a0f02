"""The menu behind the three lines: every command that has no button of its own, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from phota_desktop.ui.window_commands import WindowCommands


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
