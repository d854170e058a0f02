"""Steps that can be undone and done again, newest first, as many as fit."""

from __future__ import annotations

from typing import Generic, TypeVar

S = TypeVar("S")
MOST_STEPS = 500


class History(Generic[S]):
    """Two piles of steps. What is pushed is done already; who asks carries a step out.

    A step leaves its pile only when it was carried out (``moved``) or can never be (``dropped``),
    so that a failure in between loses nothing.
    """

    def __init__(self, most: int = MOST_STEPS) -> None:
        self._most = most
        self._done: list[S] = []
        self._undone: list[S] = []

    def push(self, step: S) -> None:
        """Note what was just done; what was undone before cannot be done again any more."""
        self._done.append(step)
        del self._done[: -self._most]
        self._undone.clear()

    def next_undo(self) -> S | None:
        """Return the step that is undone next, None if there is none."""
        return self._done[-1] if self._done else None

    def next_redo(self) -> S | None:
        """Return the step that is done again next, None if there is none."""
        return self._undone[-1] if self._undone else None

    def moved(self, step: S, now: S | None = None) -> None:
        """Note that ``step`` was undone, or done again; ``now`` replaces it where it differs."""
        if self._done and self._done[-1] is step:
            self._done.pop()
            self._undone.append(now or step)
        elif self._undone and self._undone[-1] is step:
            self._undone.pop()
            self._done.append(now or step)

    def dropped(self, step: S) -> None:
        """Forget a step that cannot be carried out for good."""
        for pile in (self._done, self._undone):
            if pile and pile[-1] is step:
                pile.pop()
