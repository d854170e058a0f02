"""Words of the library: headings, pictures for those who cannot see them, and counts. No Qt."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from phota_desktop.core.library import Flag, Grouping, Label, Picture, PictureGroup
from phota_desktop.viewmodels.library_filter import LABEL_WORDS, day_words
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.viewmodels.library import LibraryViewModel


def group_words(group: PictureGroup, grouping: Grouping, name: str = "") -> tuple[str, str]:
    """Return a heading's title and its quiet part; ``name`` is that of the group's photo."""
    detail = count(group.size, "picture")
    if grouping is Grouping.DAY:
        try:
            return day_words(datetime.date.fromisoformat(group.key)), detail
        except ValueError:
            return plain(group.key, 120), detail
    if grouping is Grouping.PHOTO:
        return plain(name, 120) or ("Without a photo" if not group.key else "…"), detail
    return plain(group.key, 200) or "Without a recipe", detail


def picture_words(picture: Picture, place: int, of: int, *, is_missing: bool = False) -> str:
    """Return what a screen reader says of a picture."""
    marks = picture.marks
    parts = [plain(picture.name, 120)]
    if picture.operation is not None:
        parts.append(picture.operation.value)
    if marks.stars:
        parts.append(count(marks.stars, "star"))
    if marks.flag is not Flag.NONE:
        parts.append("picked" if marks.flag is Flag.PICK else "rejected")
    if marks.label is not Label.NONE:
        parts.append(f"{LABEL_WORDS[marks.label].lower()} label")
    if is_missing:
        parts.append("its file is gone")
    if picture.deleted is not None:
        parts.append("in the trash")
    parts.append(f"{place + 1:,} of {of:,}")
    return ", ".join(parts)


def scrub_words(model: LibraryViewModel, place: int, group: int) -> str:
    """Return where a dragged scroll bar leads: a group's heading, else the day."""
    if group >= 0:
        one = model.found.groups[group]
        name = model.group_name(one) if model.found_by is Grouping.PHOTO else ""
        return group_words(one, model.found_by, name)[0]
    picture = model.picture(place)
    if picture is None:
        return ""
    return day_words(datetime.date.fromtimestamp(picture.added))


def count_words(model: LibraryViewModel) -> str:
    """Return ``1,204 pictures``, ``12 of 1,204`` and how many are chosen."""
    found, chosen = len(model.found.numbers), len(model.selection)
    if not model.is_found:
        return ""
    words = f"{found:,} of {model.total:,}" if found < model.total else f"{found:,} pictures"
    if found == 1 == model.total:
        words = "1 picture"
    return f"{words} · {chosen:,} selected" if chosen > 1 else words
