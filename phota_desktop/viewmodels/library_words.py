"""Words of the library: headings, pictures for those who cannot see them, and counts. No Qt."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from phota_desktop.core.library import Flag, Grouping, Label, Picture, PictureGroup
from phota_desktop.viewmodels.library_filter import LABEL_WORDS, day_words
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.viewmodels.library import LibraryViewModel

_MENTION = re.compile(r"\[\[([^\]]+)\]\]")


def group_words(group: PictureGroup, grouping: Grouping, name: str = "") -> tuple[str, str]:
    """Return a heading's title and its quiet part; ``name`` is what stands for its key."""
    detail = count(group.size, "picture")
    if grouping is Grouping.DAY:
        try:
            return day_words(datetime.date.fromisoformat(group.key)), detail
        except ValueError:
            return plain(group.key, 120), detail
    if grouping is Grouping.PHOTO:
        return plain(name, 120) or ("Without a photo" if not group.key else "…"), detail
    return plain(name or group.key, 200) or "Without a recipe", detail


def group_title(model: LibraryViewModel, group: PictureGroup) -> tuple[str, str]:
    """Return a heading's words, with the names that only the library knows."""
    name = ""
    if model.found_by is Grouping.PHOTO:
        name = model.group_name(group)
    elif model.found_by is Grouping.RECIPE:
        name = _MENTION.sub(lambda found: model.name_of(found[1]) or "somebody", group.key)
    return group_words(group, model.found_by, name)


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
        return group_title(model, one)[0]
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
