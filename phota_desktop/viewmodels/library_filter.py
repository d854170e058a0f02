"""What the filter bar says: the conditions that are on, each with the way to take it off. No Qt."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from phota_desktop.core.library import Flag, Grouping, Label, LibraryQuery, PictureKind
from phota_desktop.viewmodels.words import plain

FLAG_WORDS = {Flag.PICK: "Picks", Flag.NONE: "Unflagged", Flag.REJECT: "Rejects"}
LABEL_WORDS = {
    Label.RED: "Red",
    Label.YELLOW: "Yellow",
    Label.GREEN: "Green",
    Label.BLUE: "Blue",
    Label.PURPLE: "Purple",
    Label.NONE: "No label",
}
KIND_WORDS = {PictureKind.RESULT: "Results", PictureKind.PHOTO: "Photos"}
GROUPING_WORDS = {
    Grouping.DAY: "By day",
    Grouping.PHOTO: "By photo",
    Grouping.RECIPE: "By recipe",
    Grouping.NONE: "Ungrouped",
}
_TEXT_SHOWN = 24


@dataclass(frozen=True)
class Condition:
    """One thing that is asked for: its words, and the query without it."""

    words: str
    without: LibraryQuery


def conditions(query: LibraryQuery, name_of: Callable[[str], str]) -> list[Condition]:
    """Return what is asked for, in the order of the bar; ``name_of`` gives a person's name."""
    made: list[Condition] = []

    def add(words: str, without: LibraryQuery) -> None:
        made.append(Condition(words, without))

    if query.text.strip():
        add(f"“{plain(query.text.strip(), _TEXT_SHOWN)}”", replace(query, text=""))
    if query.stars or query.stars_exactly:
        add(stars_words(query), replace(query, stars=0, stars_exactly=False))
    for flag, words in FLAG_WORDS.items():
        if flag in query.flags:
            add(words, replace(query, flags=query.flags - {flag}))
    for label, words in LABEL_WORDS.items():
        if label in query.labels:
            add(words, replace(query, labels=query.labels - {label}))
    for kind, words in KIND_WORDS.items():
        if kind in query.kinds:
            add(words, replace(query, kinds=query.kinds - {kind}))
    for operation in sorted(query.operations):
        add(operation.value.capitalize(), replace(query, operations=query.operations - {operation}))
    for model in sorted(query.models):
        add(plain(model, 40), replace(query, models=query.models - {model}))
    for profile in sorted(query.profile_ids, key=name_of):
        add(
            plain(name_of(profile), 40) or "Somebody without a name",
            replace(query, profile_ids=query.profile_ids - {profile}),
        )
    if query.since or query.until:
        add(dates_words(query.since, query.until), replace(query, since=None, until=None))
    if query.source:
        add("Made from one picture", replace(query, source=""))
    return made


def cleared(query: LibraryQuery) -> LibraryQuery:
    """Return the query that lets all through, in the same order and groups."""
    return LibraryQuery(grouping=query.grouping, newest_first=query.newest_first)


def is_filtered(query: LibraryQuery) -> bool:
    """Tell whether something is asked for at all."""
    return query != cleared(query)


def depends_on_marks(query: LibraryQuery) -> bool:
    """Tell whether another mark may let a picture in or out."""
    return bool(query.stars or query.stars_exactly or query.flags or query.labels)


def stars_words(query: LibraryQuery) -> str:
    """Return ``★ 3 or more``, ``★ 3`` or ``No stars``."""
    if not query.stars:
        return "No stars"
    return f"★ {query.stars}" if query.stars_exactly or query.stars == 5 else f"★ {query.stars}+"


def dates_words(since: datetime.date | None, until: datetime.date | None) -> str:
    """Return a range of days in few words."""
    if since and until:
        if since == until:
            return day_words(since)
        return f"{short_day(since)} – {short_day(until)}"
    if since:
        return f"Since {short_day(since)}"
    return f"Until {short_day(until)}" if until else ""


def short_day(day: datetime.date) -> str:
    """Return ``3 Nov 2026``."""
    return f"{day.day} {day:%b %Y}"


def day_words(day: datetime.date, today: datetime.date | None = None) -> str:
    """Return ``Today``, ``Yesterday`` or ``Friday, 20 November 2026``."""
    today = today or datetime.date.today()
    if day == today:
        return "Today"
    if day == today - datetime.timedelta(days=1):
        return "Yesterday"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def date_presets(
    today: datetime.date,
) -> Sequence[tuple[str, datetime.date | None, datetime.date | None]]:
    """Return the ranges that are offered: words, first and last day."""
    month = today.replace(day=1)
    before = (month - datetime.timedelta(days=1)).replace(day=1)
    week = datetime.timedelta(days=6)
    return (
        ("Any time", None, None),
        ("Today", today, today),
        ("Last 7 days", today - week, today),
        ("This month", month, today),
        ("Last month", before, month - datetime.timedelta(days=1)),
        ("This year", today.replace(month=1, day=1), today),
        (
            "Last year",
            today.replace(year=today.year - 1, month=1, day=1),
            today.replace(year=today.year - 1, month=12, day=31),
        ),
    )


def bytes_words(size: int) -> str:
    """Return ``840 KB``, ``12 MB`` or ``1.4 GB`` (of 1000)."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.1f} {unit}" if unit == "GB" else f"{amount:.0f} {unit}"
