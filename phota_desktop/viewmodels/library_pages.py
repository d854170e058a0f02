"""The pictures that are in memory: a few thousand around what is looked at, by number. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from phota_desktop.core.library import Picture

MOST = 4000
"""Pictures that are kept: some 6 MB."""
PAGE = 200
"""Pictures that are asked for at once."""


class PicturePages:
    """Keeps pictures and tells which to ask for next: visible ones first, then those around."""

    def __init__(self) -> None:
        self._pictures: dict[int, Picture] = {}
        self._numbers_by_key: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._stale: set[int] = set()
        self._gone: set[int] = set()

    def get(self, number: int) -> Picture | None:
        """Return a picture as it was last read."""
        return self._pictures.get(number)

    def number_of(self, key: str) -> int | None:
        """Return the number of a picture that is in memory."""
        return self._numbers_by_key.get(key)

    def key_of(self, number: int) -> str:
        """Return a picture's key, also where only that was read; empty for none."""
        picture = self._pictures.get(number)
        return picture.key if picture is not None else self._keys.get(number, "")

    def has_unnamed(self, numbers: Iterable[int]) -> bool:
        """Tell whether the key of one of these is not known."""
        return any(n not in self._pictures and n not in self._keys for n in numbers)

    def name(self, pictures: Iterable[Picture]) -> None:
        """Keep the keys of pictures, which is little, and not the pictures."""
        self._keys.update((picture.number, picture.key) for picture in pictures)

    def missing(self, numbers: Sequence[int], first: int, last: int) -> list[int]:
        """Return up to a page of those to ask for while ``first`` to ``last`` are looked at."""
        screen = max(1, last - first + 1)
        seen = self._lacking(numbers[max(0, first) : last + 1])
        if seen:
            return seen[:PAGE]
        ahead = numbers[last + 1 : last + 1 + 2 * screen]
        before = numbers[max(0, first - screen) : max(0, first)]
        return self._lacking([*ahead, *before])[:PAGE]

    def _lacking(self, numbers: Iterable[int]) -> list[int]:
        have, stale, gone = self._pictures, self._stale, self._gone
        return [n for n in numbers if (n not in have or n in stale) and n not in gone]

    def put(self, asked: Sequence[int], pictures: Iterable[Picture]) -> bool:
        """Keep what came of those asked for; True if one was deleted or came back since."""
        turned = False
        came = set()
        for picture in pictures:
            came.add(picture.number)
            before = self._pictures.pop(picture.number, None)
            turned |= before is not None and (before.deleted is None) != (picture.deleted is None)
            self._pictures[picture.number] = picture
            self._numbers_by_key[picture.key] = picture.number
        self._stale.difference_update(asked)
        self._gone.update(number for number in asked if number not in came)
        while len(self._pictures) > MOST:
            old = self._pictures.pop(next(iter(self._pictures)))
            self._numbers_by_key.pop(old.key, None)
        return turned

    def outdate(self, keys: Collection[str], seen: Collection[int]) -> bool:
        """Read these anew when next needed; False if some are not among the numbers ``seen``.

        Only what is seen is read at once, and tells of itself if it was deleted or came back.
        """
        known = {self._numbers_by_key[key] for key in keys if key in self._numbers_by_key}
        self._stale.update(known)
        return len(known) == len(keys) and known.issubset(seen)

    def outdate_all(self) -> None:
        """Read all anew when next needed."""
        self._stale = set(self._pictures)
        self._gone.clear()
