"""What the export dialog says: choices, what a tick writes, names to come, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Sharpening,
    Subsampling,
)
from phota_desktop.core.file_names import distinct, expand
from phota_desktop.core.provenance import MODEL_MADE, SourceType, source_type
from phota_desktop.viewmodels.export_subjects import Subject
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.services.export import ExportReport

FORMATS = {
    ExportFormat.AS_IS: ("As it is", "The format that each picture has"),
    ExportFormat.JPEG: ("JPEG", "For clients, the web and print labs"),
    ExportFormat.PNG: ("PNG", "Lossless, keeps transparency"),
    ExportFormat.WEBP: ("WebP", "Smaller files for the web"),
    ExportFormat.TIFF: ("TIFF", "Lossless, for further editing"),
}
COLOURS = {
    ColourSpace.AS_IS: "As they are",
    ColourSpace.SRGB: "sRGB, for screens and the web",
    ColourSpace.DISPLAY_P3: "Display P3",
    ColourSpace.ADOBE_RGB: "Compatible with Adobe RGB (1998)",
    ColourSpace.ORIGINAL: "As in the original photo",
}
SHARPENINGS = {
    Sharpening.NONE: "None",
    Sharpening.LOW: "Low",
    Sharpening.MEDIUM: "Medium",
    Sharpening.HIGH: "High",
}
SUBSAMPLINGS = {
    Subsampling.FULL: ("4:4:4", "All colour detail"),
    Subsampling.HALF: ("4:2:2", "Half the colour detail across; smaller"),
    Subsampling.QUARTER: ("4:2:0", "A quarter of the colour detail; smallest"),
}
EXTENSIONS = {
    ExportFormat.JPEG: "jpg",
    ExportFormat.PNG: "png",
    ExportFormat.WEBP: "webp",
    ExportFormat.TIFF: "tif",
}
_LABELS = {
    SourceType.TRAINED: "Says that a trained model made the picture.",
    SourceType.COMPOSITE_TRAINED: "Says that a trained model changed the picture.",
    SourceType.ENHANCED: "Says that software, not a trained model, changed the picture.",
    SourceType.ALGORITHMIC: "Says that software, not a trained model, made the picture.",
}
_ASKED_FOR = "Many sites and laws ask for it."
SHOWN_NAMES = 3
SHOWN_PEOPLE = 2


@dataclass(frozen=True)
class Label:
    """What is said about the label of a picture's making; ``role`` is the colour of the words."""

    words: str
    role: str = "quiet"


@dataclass(frozen=True)
class ReportLine:
    """One line of a report: a picture's name, what is to be known, and the colour of that."""

    name: str
    words: str
    role: str = "warn"


def names_of(
    subjects: Sequence[Subject], settings: ExportSettings, folders: Sequence[Path]
) -> list[str]:
    """Return the file name of each picture in the batch, without clashes in a folder."""
    names = [
        expand(
            settings.name_template,
            replace(one.tokens, counter=place),
            EXTENSIONS.get(settings.format, one.extension),
        )
        for place, one in enumerate(subjects, 1)
    ]
    for folder in set(folders):
        here = [n for n, place in enumerate(folders) if place == folder]
        for n, name in zip(here, distinct(names[n] for n in here), strict=True):
            names[n] = name
    return names


def kinds_of(subjects: Sequence[Subject]) -> frozenset[str]:
    """Return how pictures were made, in IPTC's terms; nothing of photos."""
    done = {one.provenance.done for one in subjects if one.provenance is not None}
    return frozenset(source_type(one) for one in done)


def label_words(kinds: frozenset[str], *, on: bool) -> Label:
    """Return what the tick for the label of such pictures' making means, on or off."""
    if not kinds:
        return Label("These are photos as they were taken: there is nothing to say.")
    by_model = bool(kinds & MODEL_MADE)
    if not on:
        if by_model:
            return Label(f"Nobody can tell that a trained model was at work. {_ASKED_FOR}", "warn")
        return Label("Nobody can tell that the picture was changed.")
    if len(kinds) > 1:
        words = "Says of each picture how it was made or changed."
    else:
        words = _LABELS.get(SourceType(next(iter(kinds))), "Says how the picture was made.")
    return Label(f"{words} {_ASKED_FOR}" if by_model else words)


def people_words(subjects: Sequence[Subject]) -> str:
    """Return what the tick for names says: whose they are, as far as there is room."""
    names = list(dict.fromkeys(name for one in subjects for name in one.people))
    if not names:
        return "Names of people"
    shown = ", ".join(plain(name, 20) for name in names[:SHOWN_PEOPLE])
    return f"Names of people: {shown}{' …' if len(names) > SHOWN_PEOPLE else ''}"


def changes_pixels(settings: ExportSettings) -> bool:
    """Tell whether anything but metadata is asked for."""
    return not (
        settings.format is ExportFormat.AS_IS
        and settings.resize is None
        and settings.colour is ColourSpace.AS_IS
        and settings.sharpening is Sharpening.NONE
        and settings.target_bytes is None
    )


def quality_counts(settings: ExportSettings) -> bool:
    """Tell whether the quality has an effect on what is written."""
    if settings.format is ExportFormat.WEBP:
        return not settings.lossless
    if settings.format is ExportFormat.AS_IS:
        return changes_pixels(settings)
    return settings.format is ExportFormat.JPEG


def size_words(size: int) -> str:
    """Return ``840 kB`` or ``2.4 MB``."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    if size < 1_000_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1_000_000_000:.1f} GB"


def estimate_words(first: int, number: int) -> str:
    """Return how large the files will be, by the first that was tried, in bytes."""
    if number == 1:
        return f"The file will have {size_words(first)}"
    return f"{size_words(first)} the first, about {size_words(first * number)} in all"


def title_words(number: int) -> str:
    """Return the dialog's heading."""
    return "Export picture" if number == 1 else f"Export {number} pictures"


def button_words(number: int) -> str:
    """Return what the button says."""
    return "Export" if number <= 1 else f"Export {number}"


def saved_words(report: ExportReport) -> str:
    """Return what became of an export as one sentence."""
    saved, failed, left = len(report.saved), len(report.failed), len(report.left)
    if saved == 1 and not (failed or left):
        return f"Saved as {plain(report.paths[0].name, 120)}"
    words = f"{count(saved, 'picture')} saved" if saved else "No picture saved"
    if failed:
        words += f", {failed} failed"
    return f"{words}, {left} left when you cancelled" if left else words


def report_lines(report: ExportReport) -> list[ReportLine]:
    """Return what failed, each with its reason, then what is to be known of the others."""
    lines = [
        ReportLine(one.name, f"{one.error.message} {one.error.hint}".strip(), "bad")
        for one in report.failed
        if one.error is not None
    ]
    for words, number in report.warnings:
        names = [
            one.name for one in report.saved if one.exported and words in one.exported.warnings
        ]
        subject = names[0] if number == 1 else f"{number} of {count(len(report.saved), 'picture')}"
        lines.append(ReportLine(subject, words))
    return lines


def hint_words(report: ExportReport) -> str:
    """Return the first thing to know about an export that did not go wholly well."""
    lines = report_lines(report)
    return plain(lines[0].words, 200) if lines else ""


def can_be_limited(settings: ExportSettings) -> bool:
    """Tell whether the quality can be found that fits a size."""
    return settings.format is not ExportFormat.AS_IS and quality_counts(settings)


def form_note(settings: ExportSettings) -> str:
    """Return what is worth knowing about these settings; empty where nothing is."""
    kept = settings.metadata
    if not changes_pixels(settings):
        if any((kept.carry, kept.recipe, kept.provenance, kept.people, kept.marks)):
            return "Not one pixel changes: metadata alone is written into a copy."
        return "The files are copied byte for byte."
    if not changes_pixels(replace(settings, format=ExportFormat.AS_IS)):
        name = FORMATS[settings.format][0]
        return f"What is {name} already, and fits these settings, is not coded again."
    return ""


def can_sign() -> bool:
    """Tell whether exports can be signed with content credentials: the optional extra is there."""
    from importlib.util import find_spec

    return find_spec("c2pa") is not None and find_spec("cryptography") is not None
