"""Every command that has a key, and what mouse and touchpad do: the key sheet shows this table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """What a key does, with its keys as they come: several names of Qt, all of them valid.

    ``held`` keys act while they are down; ``repeats`` ones again and again. ``fixed`` keys belong
    to the system or to every window, so that nobody can lose them. ``goes_on`` ones mark a
    picture: with Shift or Caps Lock they go on to the next one (see :func:`going_on`).
    """

    id: str
    keys: tuple[str, ...]
    words: str
    section: str
    held: bool = False
    repeats: bool = False
    fixed: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class Gesture:
    """What mouse, touchpad or a key do at one place alone; nothing to rebind."""

    hand: str
    words: str
    section: str = "Mouse and touchpad"


def _mark(command_id: str, keys: tuple[str, ...], words: str) -> Command:
    return Command(command_id, keys, words, "Marks", goes_on=True)


COMMANDS = (
    Command("open", ("Ctrl+O",), "Open photos", "Photos"),
    Command("paste", ("Ctrl+V",), "Paste a photo", "Photos"),
    Command("previous_photo", ("Up",), "Previous photo", "Photos", repeats=True),
    Command("next_photo", ("Down",), "Next photo", "Photos", repeats=True),
    Command("previous_variant", ("Left",), "Previous variant", "Photos", repeats=True),
    Command("next_variant", ("Right",), "Next variant", "Photos", repeats=True),
    Command("copy", ("Ctrl+C",), "Copy the picture", "Photos"),
    Command("trash", ("Del",), "Move the variant to the trash", "Photos"),
    Command("undo", ("Ctrl+Z",), "Undo a mark or a delete", "Photos", repeats=True),
    Command("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", "Photos", repeats=True),
    _mark("stars_1", ("1",), "1 star"),
    _mark("stars_2", ("2",), "2 stars"),
    _mark("stars_3", ("3",), "3 stars"),
    _mark("stars_4", ("4",), "4 stars"),
    _mark("stars_5", ("5",), "5 stars"),
    _mark("stars_0", ("0",), "No stars"),
    _mark("pick", ("P",), "Pick"),
    _mark("reject", ("X",), "Reject"),
    _mark("unflag", ("U",), "No flag"),
    _mark("label_red", ("6",), "Red label; once more takes it away"),
    _mark("label_yellow", ("7",), "Yellow label"),
    _mark("label_green", ("8",), "Green label"),
    _mark("label_blue", ("9",), "Blue label"),
    _mark("label_purple", (), "Purple label"),
    Command("advance", (), "Advance after rating: on or off", "Marks"),
    Command("library", ("Ctrl+B",), "Library", "Library"),
    Command("search", ("Ctrl+F",), "Search the library", "Library"),
    Command("filmstrip", ("F9",), "Filmstrip", "Library"),
    Command("lineage", ("T",), "Family tree", "Library"),
    Command("continue", ("Ctrl+T",), "Continue from this variant", "Library"),
    Command("recall", ("Ctrl+R",), "Recall its settings", "Library"),
    Command("recall_prompt", ("Ctrl+Shift+R",), "Recall its prompt only", "Library"),
    Command("finalize", ("Ctrl+Shift+F",), "Make the final version…", "Library"),
    Command("export", ("Ctrl+S",), "Export…", "Export"),
    Command("export_again", ("Ctrl+Shift+S",), "Export again as last time", "Export"),
    Command("copy_recipe", ("Ctrl+Shift+C",), "Copy the recipe", "Export"),
    Command("open_in", ("Ctrl+Shift+E",), "Open in the editor", "Export"),
    Command("choose_editor", (), "Choose the editor…", "Export"),
    Command("reveal", ("Ctrl+Shift+O",), "Show in folder", "Export"),
    Command("proof", ("Ctrl+P",), "Proof sheet…", "Export"),
    Command("picks", (), "Read picks of a proof sheet…", "Export"),
    Command("submit", ("Ctrl+Return", "Ctrl+Enter"), "Ask for variants", "Request"),
    Command("prompt", ("Ctrl+E",), "Write a prompt", "Request"),
    Command("enhance", ("Alt+1",), "Enhance", "Request"),
    Command("edit", ("Alt+2",), "Edit", "Request"),
    Command("generate", ("Alt+3",), "Generate", "Request"),
    Command("remix", ("Alt+4",), "Remix", "Request"),
    Command("generated", ("Ctrl+G",), "Show generated pictures", "Request"),
    Command("ledger", ("Ctrl+L",), "What was spent", "Request"),
    Command("jobs", ("Ctrl+J",), "Show or hide jobs", "Request"),
    Command("original", ("B", "\\"), "Original while held; a tap toggles", "Compare", held=True),
    Command("swipe", ("S",), "Before and after with a line", "Compare"),
    Command("side", ("Y",), "Side by side", "Compare"),
    Command("compare", ("C",), "Compare the selected two", "Compare"),
    Command("survey", ("N",), "Survey up to six", "Compare"),
    Command("difference", ("D",), "Difference", "Compare"),
    Command("flick", (",", "."), "Flick between the two in place", "Compare"),
    Command("pin", ("Shift+R",), "Pin as what is compared with", "Compare"),
    Command("align", ("A",), "Align the variant with the original", "Compare"),
    Command("turn", ("R",), "Turn the line by a quarter", "Compare"),
    Command("less", ("[",), "Turn the line back, or fade the difference", "Compare", repeats=True),
    Command("more", ("]",), "Turn the line on, or boost the difference", "Compare", repeats=True),
    Command("toggle_zoom", ("Z",), "Fit or 100 % at the cursor", "Zoom"),
    Command("zoom_fit", ("Ctrl+0",), "Fit", "Zoom"),
    Command("zoom_100", ("Ctrl+1",), "100 %", "Zoom"),
    Command("zoom_200", ("Ctrl+2",), "200 %", "Zoom"),
    Command("zoom_in", ("Ctrl++", "Ctrl+="), "Larger", "Zoom", repeats=True),
    Command("zoom_out", ("Ctrl+-",), "Smaller", "Zoom", repeats=True),
    Command("loupe", ("G",), "Loupe while held", "Zoom", held=True),
    Command("info", ("I",), "Photo information", "Window"),
    Command("lab", ("Shift+I",), "Lab values below the cursor", "Window"),
    Command("surround", ("L",), "Next surround of the canvas", "Window"),
    Command("full_screen", ("F11", "F"), "Full screen", "Window"),
    Command("panels", ("Tab",), "Hide or show all panels (on the canvas)", "Window", fixed=True),
    Command("fold_strip", ("F6",), "Hide or show the variants", "Window"),
    Command("fold_photos", ("F7",), "Hide or show the photos", "Window"),
    Command("fold_drawer", ("F8",), "Hide or show the drawer", "Window"),
    Command("settings", ("Ctrl+,",), "Settings", "Window"),
    Command("keys", ("?", "F1"), "This sheet", "Window"),
    Command("escape", ("Esc",), "Back to the canvas, step by step", "Window", fixed=True),
    Command("quit", ("Ctrl+Q",), "Quit", "Window"),
)

GESTURES = (
    Gesture("Wheel, pinch", "Zoom at the cursor"),
    Gesture("Two fingers", "Move the picture"),
    Gesture("Shift+wheel", "Move sideways"),
    Gesture("Drag, middle drag", "Move the picture"),
    Gesture("Shift+drag", "Move one view only"),
    Gesture("Double-click", "Fit or 100 % there"),
    Gesture("Space", "Tap: fit or 100 %; hold: drag moves"),
    Gesture("Shift+key", "Mark and go on to the next", "Marks"),
    Gesture("Caps Lock", "The same while it is on", "Marks"),
    Gesture("Drag", "Move it", "On the line"),
    Gesture("Double-click", "Turn it by a quarter", "On the line"),
    Gesture("Shift+drag", "Turn it freely (on its handle)", "On the line"),
    Gesture("Ctrl+wheel", "Turn it by 5°", "On the line"),
    Gesture("Arrow keys", "Move it; with Shift faster", "On the line"),
    Gesture("Alt+↑  Alt+↓", "In the prompt: other prompts", "In fields and lists"),
    Gesture("Alt+↑  Alt+↓", "On a waiting job: move it", "In fields and lists"),
)

RESERVED = {
    "Esc": "leads back to the canvas",
    "Tab": "goes from one control to the next",
    "Shift+Tab": "goes from one control to the one before",
    "Shift+Backtab": "goes from one control to the one before",
    "Backtab": "goes from one control to the one before",
    "Return": "presses what has the focus",
    "Enter": "presses what has the focus",
    "Space": "presses what has the focus, and moves the picture while held",
    "Alt+Up": "shows earlier prompts and moves jobs",
    "Alt+Down": "shows later prompts and moves jobs",
    "Alt+F4": "belongs to the system",
    "Shift+F10": "opens the menu of what has the focus",
    "Menu": "opens the menu of what has the focus",
}
"""Keys that nobody can bind, and what each of them does."""


def going_on(command_id: str) -> str:
    """Return the name of the call that marks and then goes on to the next picture."""
    return f"{command_id}_and_on"


def command(command_id: str) -> Command:
    """Return a command of the table; raises KeyError for another."""
    return _BY_ID[command_id]


_BY_ID = {one.id: one for one in COMMANDS}
