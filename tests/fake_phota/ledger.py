"""The ledger: one JSON line for everything that reached the fake, written before the answer."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any  # rows are free-form JSON, read by tests only

Row = dict[str, Any]


class Ledger:
    """Append-only JSON lines; the same class writes (server) and reads (tests)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def write(self, event: str, **values: object) -> None:
        """Append one row; it is with the kernel when this returns."""
        line = json.dumps({"event": event, "at": round(time.time(), 4), **values}) + "\n"
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line)

    def rows(self, event: str | None = None) -> list[Row]:
        """Return the rows so far, of one event or all."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        return [row for row in found if event in (None, row["event"])]

    def posts(self) -> list[Row]:
        """Return every image POST that was read to its end, charged or not."""
        return self.rows("post")

    def charges(self) -> list[Row]:
        """Return the image POSTs that cost money."""
        return [row for row in self.posts() if row["charged"]]

    def double_charges(self) -> int:
        """How many charges too many: of equal requests, however their ids differ, one is due.

        Requests are equal when their bodies are equal but for ``client_request_id`` and the
        mode of the answer; tests whose intents are really equal must vary the prompt.
        """
        counts = Counter(row["intent_sha256"] for row in self.charges())
        return sum(count - 1 for count in counts.values())

    def trainings(self) -> list[Row]:
        """Return every profile that was made, each of which cost money (``cents``)."""
        return self.rows("training")

    def double_trainings(self) -> int:
        """How many profiles too many: of one tag, one is due."""
        tags = Counter(row["tag"] for row in self.trainings() if row["tag"])
        return sum(count - 1 for count in tags.values())

    def fetches(self, profile_id: str | None = None) -> list[Row]:
        """Return the photos that were fetched, of one profile or all, in their order."""
        return [row for row in self.rows("fetch") if profile_id in (None, row["profile_id"])]

    def asked(self, step: str | None = None) -> list[Row]:
        """Return the requests below ``/profiles``: add, ids, status, picture, delete or none."""
        return [row for row in self.rows("profiles") if step in (None, row["step"])]

    def changed_bodies(self) -> list[str]:
        """Return the ``client_request_id`` of every re-POST whose bytes differ from the first."""
        first: dict[str, str] = {}
        changed = []
        for row in self.posts():
            key = row["client_request_id"]
            if key and first.setdefault(key, row["body_sha256"]) != row["body_sha256"]:
                changed.append(key)
        return changed

    def key_leaks(self) -> list[Row]:
        """Return every request that brought a key to anything but the API's own origin."""
        return [row for row in self.rows() if row["event"] != "api" and row.get("leaked_key")]
