"""The history of prompts: what was asked for, on which photos, and which of it is pinned."""

from __future__ import annotations

import time
from collections.abc import Sequence

from phota_desktop.core.events import Event
from phota_desktop.core.options import Operation
from phota_desktop.services.threads import Threads
from phota_desktop.store.notebook import Notebook, PromptEntry


class PromptHistory:
    """Prompts of every operation; they outlive the pictures. Every method raises PhotaError DISK.

    ``changed`` is emitted in the loop after each change.
    """

    def __init__(self, notebook: Notebook, threads: Threads) -> None:
        self.changed: Event[PromptHistory] = Event()
        self._notebook = notebook
        self._threads = threads

    async def add(self, text: str, operation: Operation, photos: Sequence[str] = ()) -> None:
        """Note that ``text`` was used just now; blank ones are not kept.

        ``photos`` are the sources it was used on, by the SHA-256 of their bytes or by path.
        """
        if text.strip():
            await self._threads.journal(
                self._notebook.add, text.strip(), operation, tuple(photos), time.time()
            )
            self.changed.emit(self)

    async def search(
        self, query: str = "", *, photo: str | None = None, limit: int = 50
    ) -> list[PromptEntry]:
        """Return prompts that hold ``query``, of ``photo`` alone if given: pinned, then newest."""
        return await self._threads.journal(self._notebook.prompts, query, photo=photo, limit=limit)

    async def pin(self, prompt_id: int, pinned: bool = True) -> None:
        """Keep a prompt at the top, or no longer."""
        await self._threads.journal(self._notebook.pin, prompt_id, pinned)
        self.changed.emit(self)

    async def forget(self, prompt_id: int) -> None:
        """Delete a prompt from the history."""
        await self._threads.journal(self._notebook.forget, prompt_id)
        self.changed.emit(self)
