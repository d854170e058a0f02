"""Which pictures of a found row are chosen: by clicks and keys as in every list. No Qt."""

from __future__ import annotations

from collections.abc import Sequence


class PictureSelection:
    """Numbers of chosen pictures over what is found; ``current`` is a place in it, -1 for none.

    Places change when something else is found; what is chosen goes by number.
    """

    def __init__(self) -> None:
        self._numbers: Sequence[int] = ()
        self._chosen: set[int] = set()
        self._anchor = -1
        self.current = -1

    def __len__(self) -> int:
        return len(self._chosen)

    def __contains__(self, number: int) -> bool:
        return number in self._chosen

    @property
    def current_number(self) -> int:
        """The number of the current picture, -1 for none."""
        return self._numbers[self.current] if 0 <= self.current < len(self._numbers) else -1

    def chosen(self) -> list[int]:
        """Return the chosen numbers in the order in which they are found."""
        if len(self._chosen) == 1:
            return list(self._chosen)
        return [number for number in self._numbers if number in self._chosen]

    def find_again(self, numbers: Sequence[int]) -> None:
        """Take what is found now; where the current one has gone, the next takes its place.

        What is chosen and still found stays chosen.
        """
        before, was = self.current_number, self.current
        self._numbers = numbers
        try:
            self.current = numbers.index(before)
        except ValueError:
            self.current = min(was, len(numbers) - 1)
        if self._chosen:
            self._chosen.intersection_update(numbers)
            if not self._chosen and self.current >= 0:
                self._chosen = {self.current_number}
        self._anchor = self.current

    def choose(self, place: int) -> None:
        """Choose one alone; a place outside of what is found chooses none."""
        if not 0 <= place < len(self._numbers):
            self._chosen.clear()
            return
        self.current = self._anchor = place
        self._chosen = {self._numbers[place]}

    def toggle(self, place: int) -> None:
        """Choose one more, or one less."""
        if 0 <= place < len(self._numbers):
            self.current = self._anchor = place
            self._chosen.symmetric_difference_update({self._numbers[place]})

    def extend(self, place: int, *, adding: bool = False) -> None:
        """Choose all from where the last click was to this one."""
        if not 0 <= place < len(self._numbers):
            return
        anchor = self._anchor if self._anchor >= 0 else place
        first, last = sorted((anchor, place))
        run = set(self._numbers[first : last + 1])
        self._chosen = self._chosen | run if adding else run
        self.current = place

    def choose_run(self, first: int, size: int) -> None:
        """Choose the pictures of a group."""
        self._chosen = set(self._numbers[first : first + size])
        self.current = self._anchor = first

    def choose_numbers(self, numbers: set[int]) -> None:
        """Choose these of what is found; the current one stays."""
        self._chosen = numbers & set(self._numbers) if numbers else set()

    def go(self, place: int) -> None:
        """Make one the current one and leave what is chosen as it is."""
        if 0 <= place < len(self._numbers):
            self.current = place

    def choose_all(self) -> None:
        """Choose all that is found."""
        self._chosen = set(self._numbers)
        if self.current < 0 and self._numbers:
            self.current = 0

    def choose_none(self) -> None:
        """Choose the current one alone."""
        self.choose(self.current)
