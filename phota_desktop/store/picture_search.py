"""Questions to the library: which pictures, in which order and groups, and what occurs in it."""

from __future__ import annotations

import datetime
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from phota_desktop.core.library import (
    Facets,
    Flag,
    Found,
    Grouping,
    Label,
    LibraryQuery,
    PictureGroup,
    PictureKind,
)
from phota_desktop.core.options import Operation
from phota_desktop.store.journal import Journal
from phota_desktop.store.picture_index import profile_word, searchable, storable

MAX_TEXT = 500
"""Characters of a search that are looked at."""
_MAX_WORDS = 20
_TREE = (
    "WITH RECURSIVE below(key) AS (SELECT ? UNION SELECT p.key FROM pictures AS p"
    " JOIN below ON p.parent = below.key AND p.parent != '') "
)


@dataclass
class _Asked:
    """A WHERE clause in the making, with the values for its marks."""

    before: str = ""
    conditions: list[str] = field(default_factory=lambda: ["deleted IS NULL"])
    values: list[object] = field(default_factory=list)
    is_narrow: bool = True
    """Whether the narrow index holds all that is asked about."""

    def add(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def among(self, column: str, wanted: Iterable[str]) -> None:
        words = sorted(storable(str(word)) for word in wanted)
        if words:
            self.add(f"{column} IN ({_places(words)})", *words)


def find(journal: Journal, query: LibraryQuery) -> Found:
    """Return the numbers of the pictures that ``query`` asks for, deleted ones left out."""
    asked = _asked(journal, query)
    if asked is None:
        return Found(())
    group = _GROUPED_BY[query.grouping]
    index = " INDEXED BY pictures_asked" if asked.is_narrow else ""
    # As one text for each column: a row for each picture would take twice as long to read.
    ((numbers, groups),) = journal.read(
        f"{asked.before}SELECT json_group_array(number),"  # noqa: S608  (ours)
        f" {f'json_group_array({group})' if group else 'NULL'} FROM pictures{index}"
        f" WHERE {' AND '.join(asked.conditions)}",
        *asked.values,
    )
    found: list[int] = json.loads(numbers)
    if group is None or not found:
        return Found(tuple(sorted(found, reverse=query.newest_first)))
    by: list[Any] = json.loads(groups)
    if found != sorted(found):  # never seen, and nowhere promised
        pairs = sorted(zip(found, by, strict=True))
        found, by = [number for number, _ in pairs], [one for _, one in pairs]
    if query.newest_first:
        found, by = found[::-1], by[::-1]
    if query.grouping is Grouping.DAY:
        return _by_day(found, by, query.newest_first)
    return _by_number(journal, found, by, query.grouping)


def find_first(journal: Journal, count: int, query: LibraryQuery) -> Found:
    """Return the first ``count`` numbers of a query without conditions, by day or not grouped.

    However large the library is: what a view shows at first need not wait for all numbers.
    """
    order = "DESC" if query.newest_first else "ASC"
    rows = journal.read(
        "SELECT number, CAST(added AS INTEGER) FROM pictures WHERE deleted IS NULL"  # noqa: S608
        f" ORDER BY number {order} LIMIT ?",
        count,
    )
    numbers = [number for number, _ in rows]
    if query.grouping is not Grouping.DAY or not rows:
        return Found(tuple(numbers))
    return _by_day(numbers, [added for _, added in rows], query.newest_first)


_GROUPED_BY = {
    Grouping.NONE: None,
    Grouping.DAY: "CAST(added AS INTEGER)",
    Grouping.PHOTO: "root",
    Grouping.RECIPE: "recipe",
}


def _asked(journal: Journal, query: LibraryQuery) -> _Asked | None:
    """Return the clause for a query; None where nothing can answer it."""
    asked = _Asked()
    if query.stars or query.stars_exactly:
        asked.add(f"stars {'=' if query.stars_exactly else '>='} ?", query.stars)
    asked.among("flag", query.flags)
    asked.among("label", query.labels)
    asked.among("kind", query.kinds)
    asked.among("operation", query.operations)
    asked.among("model", query.models)
    if query.since is not None:
        asked.add("added >= ?", _midnight(query.since))
    if query.until is not None and query.until < datetime.date.max:
        asked.add("added < ?", _midnight(query.until + datetime.timedelta(days=1)))
    if query.profile_ids:
        people = sorted(storable(profile) for profile in query.profile_ids)
        these = f"SELECT picture FROM picture_profiles WHERE profile IN ({_places(people)})"  # noqa: S608
        asked.add(f"number IN ({these})", *people)
    if query.source:
        asked.before = _TREE
        asked.values.insert(0, storable(query.source))
        asked.add("key IN (SELECT key FROM below)")
        asked.is_narrow = False
    words = words_of(query.text)
    if words:
        asked.add(
            "number IN (SELECT rowid FROM picture_words WHERE picture_words MATCH ?)",
            _match(words, _names(journal)),
        )
        asked.is_narrow = False
    elif query.text.strip():
        return None  # only signs, which no word has
    return asked


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _midnight(day: datetime.date) -> float:
    try:
        return datetime.datetime.combine(day, datetime.time()).timestamp()
    except (OverflowError, ValueError, OSError):  # the first and the last days there are
        return float("-inf") if day.year < 1970 else float("inf")


# words ----------------------------------------------------------------------------------------


def words_of(text: str) -> list[str]:
    """Return the words of a search; signs alone are none."""
    words = searchable(text[:MAX_TEXT]).replace('"', " ").replace("\0", " ").split()
    return [word for word in words if any(map(str.isalnum, word))][:_MAX_WORDS]


def folded(text: str) -> str:
    """Return ``text`` without case and accents, as the index has it."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in apart if not unicodedata.combining(ch))


def _parts(text: str) -> list[str]:
    """Return the words of a name or a search as the index would: signs only part them."""
    return "".join(ch if ch.isalnum() else " " for ch in folded(text)).split()


def _begins(wanted: list[str], words: list[str]) -> bool:
    """Tell whether ``wanted`` stands in ``words``, the last of it by its beginning."""
    last = len(wanted) - 1
    return last >= 0 and any(
        words[at : at + last] == wanted[:last] and words[at + last].startswith(wanted[last])
        for at in range(len(words) - last)
    )


def _names(journal: Journal) -> list[tuple[str, list[str]]]:
    rows = journal.read("SELECT profile, name FROM profile_names WHERE name != ''")
    return [(profile, _parts(name)) for profile, name in rows]


def _match(words: Sequence[str], names: Sequence[tuple[str, list[str]]]) -> str:
    """Return the search in FTS5's words: each word by its beginning, or as a person's name."""
    parts = []
    for word in words:
        ways = [f'{{prompt name operation model}} : "{word}" *']
        begin = _parts(word)
        people = {profile for profile, name in names if _begins(begin, name)}
        ways += [f'people : "{profile_word(profile)}"' for profile in sorted(people)]
        parts.append(f"({' OR '.join(ways)})")
    return " AND ".join(parts)


# groups ---------------------------------------------------------------------------------------


def _by_day(found: list[int], times: list[float], newest_first: bool) -> Found:
    """Group by the local day; a clock that was set back does not tear a day apart."""
    days: dict[str, list[int]] = {}
    start = end = 0.0
    numbers: list[int] = []
    for number, added in zip(found, times, strict=True):
        if not start <= added < end:
            day, start, end = _day(added)
            numbers = days.setdefault(day, [])
        numbers.append(number)
    return _found(sorted(days.items(), reverse=newest_first))


def _day(added: float) -> tuple[str, float, float]:
    try:
        day = datetime.date.fromtimestamp(added)
    except (OverflowError, ValueError, OSError):
        return "", added, added
    following = day + datetime.timedelta(days=1) if day < datetime.date.max else day
    return day.isoformat(), _midnight(day), _midnight(following)


def _by_number(journal: Journal, found: list[int], by: list[int], grouping: Grouping) -> Found:
    """Group by the root or the recipe; the group whose picture comes first is first."""
    groups: dict[int, list[int]] = {}
    for number, group in zip(found, by, strict=True):
        if group in groups:
            groups[group].append(number)
        else:
            groups[group] = [number]
    photos = "key) FROM pictures WHERE number = root"
    which = photos if grouping is Grouping.PHOTO else "text) FROM picture_recipes"
    ((numbers, words),) = journal.read(f"SELECT json_group_array(number), json_group_array({which}")
    names = dict(zip(json.loads(numbers), json.loads(words), strict=True))
    return _found((names.get(group, ""), numbers) for group, numbers in groups.items())


def _found(groups: Iterable[tuple[str, list[int]]]) -> Found:
    everything: list[int] = []
    headings = []
    for key, numbers in groups:
        headings.append(PictureGroup(key, len(everything), len(numbers)))
        everything += numbers
    return Found(tuple(everything), tuple(headings))


# what occurs ----------------------------------------------------------------------------------


def facets(journal: Journal) -> Facets:
    """Return what occurs among the pictures that are not deleted, with counts."""
    counts: list[dict[Any, int]] = [{} for _ in range(6)]
    # One look at all pictures for six columns: they have few different words in common.
    for *words, many in journal.read(
        "SELECT operation, model, label, flag, stars, kind, count(*)"
        " FROM pictures INDEXED BY pictures_asked WHERE deleted IS NULL GROUP BY 1, 2, 3, 4, 5, 6"
    ):
        for column, word in zip(counts, words, strict=True):
            column[word] = column.get(word, 0) + many
    operations, models, labels, flags, stars, kinds = counts
    people = dict(journal.read("SELECT profile, count(*) FROM picture_profiles GROUP BY 1"))
    for profile, many in journal.read(
        "SELECT profile, count(*) FROM picture_profiles WHERE picture IN (SELECT number"
        " FROM pictures INDEXED BY pictures_asked WHERE deleted IS NOT NULL) GROUP BY 1"
    ):
        people[profile] -= many
    return Facets(
        {one: operations[one] for one in Operation if one in operations},
        _by_count(models),
        _by_count(people),
        {one: labels[one] for one in Label if one in labels and one},
        {one: flags[one] for one in Flag if one in flags and one},
        {number: stars[number] for number in sorted(stars) if number},
        {one: kinds[one] for one in PictureKind if one in kinds},
    )


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    """Return what occurs, the most frequent first."""
    found = [(word, many) for word, many in counts.items() if word and many > 0]
    return dict(sorted(found, key=lambda one: (-one[1], one[0])))
