"""Palettes and the one stylesheet of the window, both made from a small set of tokens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

GRID = 8
"""Pixels; margins and gaps are whole or half multiples of it."""
RADIUS = 6
SURROUNDS = {"black": "#000000", "grey": "#767676", "light": "#c8c8c8", "white": "#ffffff"}
"""Canvas surrounds; grey reflects 18 %, which sRGB writes as 118."""


class ThemeName(StrEnum):
    """The palettes a person can choose."""

    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme as ``#rrggbb``; every text colour reaches 4.5:1 on its grounds."""

    window: str
    panel: str
    raised: str
    hover: str
    chosen: str
    line: str
    text: str
    quiet: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    good: str
    warn: str
    bad: str


_COLOURS = {
    "window": ("#1e1e1e", "#e9e9e9", "#000000"),
    "panel": ("#262626", "#f5f5f5", "#000000"),
    "raised": ("#303030", "#ffffff", "#141414"),
    "hover": ("#383838", "#e6e6e6", "#333333"),
    "chosen": ("#2f4658", "#cfe2f2", "#4d4419"),
    "line": ("#3a3a3a", "#cfcfcf", "#ffffff"),
    "text": ("#e6e6e6", "#1d1d1d", "#ffffff"),
    "quiet": ("#a0a0a0", "#5a5a5a", "#e2e2e2"),
    "disabled": ("#6e6e6e", "#9a9a9a", "#9c9c9c"),
    "accent": ("#5aa9e6", "#0b63a8", "#ffd54a"),
    "accent_hover": ("#74b8ec", "#09558f", "#ffe48a"),
    "on_accent": ("#0c1a26", "#ffffff", "#000000"),
    "good": ("#6bbf73", "#1c6e30", "#8dff98"),
    "warn": ("#e0b050", "#7d5200", "#ffd54a"),
    "bad": ("#e06c60", "#b02a20", "#ff9d94"),
}
"""Each token in the order of the themes: dark, light, contrast."""

THEMES: dict[ThemeName, Tokens] = {
    name: Tokens(**{token: colours[place] for token, colours in _COLOURS.items()})
    for place, name in enumerate(ThemeName)
}

_SHEET = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, #topBar, #statusRow { background: $window; }
#photoPanel, #studioDrawer, #stripPanel, #jobPanel { background: $panel; }
#emptyStage { color: #141414; padding: 24px; }
#emptyStage[surround="black"] { background: #000000; color: #e6e6e6; }
#emptyStage[surround="grey"] { background: #767676; }
#emptyStage[surround="light"] { background: #c8c8c8; }
#emptyStage[surround="white"] { background: #ffffff; }
#divider { background: $line; border: none; }
#drawerScroll, #drawerForm { background: $panel; border: none; }
#drawerFoot { background: $panel; border-top: 1px solid $panel; }
#drawerFoot[lined="true"] { border-top-color: $line; }
#adjustedLabel { border-left: 2px solid $accent; padding: 1px 0 1px 8px; }
#topBar { border-bottom: 1px solid $line; }
#statusRow { border-top: 1px solid $line; }
#stripPanel, #jobPanel { border-top: 1px solid $line; }
QSplitter::handle { background: $line; }
QLabel { background: transparent; }
QLabel[role="quiet"], QToolButton[role="quiet"] { color: $quiet; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="good"] { color: $good; }
QLabel[role="warn"] { color: $warn; }
QToolButton, QPushButton { background: transparent; border: 1px solid transparent;
  border-radius: ${radius}px; padding: 4px 8px; min-height: 20px; }
QToolButton[words="true"] { padding-right: 3px; }
QPushButton { background: $raised; border-color: $line; padding: 4px 12px; }
QToolButton:hover, QPushButton:hover { background: $hover; }
QToolButton:pressed, QPushButton:pressed { background: $line; }
QToolButton:disabled, QPushButton:disabled { color: $disabled; }
QToolButton:focus, QPushButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
  font-weight: 600; padding: 8px 16px; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 7px 15px; }
QPushButton[role="primary"]:disabled { background: $raised; color: $disabled;
  border-color: $line; }
QToolButton[segment] { background: $raised; border: 1px solid $line; border-radius: 0;
  padding: 3px 10px; color: $quiet; }
QToolButton[segment][words="true"] { padding-right: 5px; }
QToolButton[segment]:hover { background: $hover; color: $text; }
QToolButton[segment]:checked { background: $chosen; color: $text; }
QToolButton[segment="first"], QToolButton[segment="middle"] { border-right: none; }
QToolButton[segment="first"] { border-top-left-radius: ${radius}px;
  border-bottom-left-radius: ${radius}px; }
QToolButton[segment="only"] { border-radius: ${radius}px; }
QToolButton[segment="only"]:checked { background: $raised; }
QToolButton[segment="last"] { border-top-right-radius: ${radius}px;
  border-bottom-right-radius: ${radius}px; }
QToolButton[segment]:focus { border: 1px solid $accent; }
#variantCountBox QToolButton, #outputFormatBox QToolButton { padding: 3px 0; }
#aspectRatioBox QToolButton { padding: 0; }
QToolButton[small="true"] { background: $raised; border-color: $line; border-radius: 4px;
  padding: 0 7px; min-height: 18px; }
QToolButton[small="true"]:hover { background: $hover; }
QToolButton[small="true"]:focus { border-color: $accent; }
#removeReferenceButton { background: $panel; border-radius: 4px; padding: 0; min-height: 0; }
#removeReferenceButton:hover { background: $hover; }
#pinButton:checked { background: $chosen; border-color: $accent; }
QPlainTextEdit, QTextEdit, QLineEdit, QComboBox { background: $raised; border: 1px solid $line;
  border-radius: ${radius}px; padding: 4px 8px; selection-background-color: $accent;
  selection-color: $on_accent; placeholder-text-color: $quiet; }
QLineEdit, QComboBox { min-height: 22px; }
#promptEditor { padding: 4px; }
QPlainTextEdit:focus, QTextEdit:focus, QLineEdit:focus, QComboBox:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line;
  selection-background-color: $hover; selection-color: $text; outline: none; }
QComboBox QAbstractItemView::item { padding: 4px 8px; min-height: 20px; }
QComboBox QAbstractItemView::item:selected { background: $hover; color: $text; }
QListView { background: $panel; border: none; outline: none; }
#libraryShelf QPushButton { background: transparent; border-color: transparent; text-align: left;
  padding: 3px 8px; }
#libraryShelf QPushButton:hover { background: $hover; }
#libraryShelf QPushButton:focus { border-color: $accent; }
#keyCapture { background: $raised; border: 1px solid $accent; border-radius: ${radius}px;
  padding: 6px 12px; }
#keySheetScroll, #keySheetInner { background: $window; border: 1px solid transparent; }
#keySheetScroll:focus { border-color: $accent; }
QTreeView { background: $panel; border: 1px solid $line; border-radius: ${radius}px;
  outline: none; selection-color: $text; }
QTreeView::item { padding: 4px 8px; }
QTreeView::item:selected { background: $hover; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: $panel; color: $quiet; border: none;
  border-bottom: 1px solid $line; padding: 4px 11px; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $quiet; border: none; padding: 8px 8px 7px 8px;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QMenu { background: $raised; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }
QScrollBar { background: transparent; width: 10px; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; min-height: 24px;
  min-width: 24px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def theme_name(text: str) -> ThemeName:
    """Return the theme of that name, dark for a name that is not known."""
    try:
        return ThemeName(text)
    except ValueError:
        return ThemeName.DARK


def style_sheet(tokens: Tokens) -> str:
    """Return the application's stylesheet for these colours."""
    names = {field.name: str(getattr(tokens, field.name)) for field in fields(tokens)}
    return _SHEET.substitute(names, radius=RADIUS)


def palette(tokens: Tokens) -> QPalette:
    """Return the Qt palette for these colours, for everything that the stylesheet leaves alone."""
    roles = QPalette.ColorRole
    colours = {
        roles.Window: tokens.window,
        roles.WindowText: tokens.text,
        roles.Base: tokens.raised,
        roles.AlternateBase: tokens.panel,
        roles.Text: tokens.text,
        roles.PlaceholderText: tokens.quiet,
        roles.Button: tokens.raised,
        roles.ButtonText: tokens.text,
        roles.BrightText: tokens.bad,
        roles.ToolTipBase: tokens.raised,
        roles.ToolTipText: tokens.text,
        roles.Link: tokens.accent,
        roles.LinkVisited: tokens.accent,
        roles.Highlight: tokens.accent,
        roles.HighlightedText: tokens.on_accent,
        roles.Light: tokens.hover,
        roles.Midlight: tokens.hover,
        roles.Mid: tokens.line,
        roles.Dark: tokens.window,
        roles.Shadow: tokens.window,
        roles.Accent: tokens.accent,
    }
    made = QPalette()
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled))
    return made


class _Current:
    tokens = THEMES[ThemeName.DARK]


def tokens() -> Tokens:
    """Return the colours in use, for delegates that paint by themselves."""
    return _Current.tokens


def apply_theme(application: QApplication, name: str, *, is_fusion: bool = False) -> None:
    """Give the application that theme; what is drawn with tokens repaints by itself.

    ``is_fusion`` says that Qt's command line named the style already: to look at the style or to
    set it from Python costs 8 ms before the first paint.
    """
    _Current.tokens = THEMES[theme_name(name)]
    if not is_fusion and not application.styleSheet():
        application.setStyle("fusion")
    application.setPalette(palette(_Current.tokens))
    application.setStyleSheet(style_sheet(_Current.tokens))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
