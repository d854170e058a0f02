"""The notebook: prompts used, recipes saved and the names of people and pets, in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.options import Operation
from phota_desktop.core.recipes import Recipe, from_json, to_json
from phota_desktop.store.journal import Journal

PROMPTS_KEPT = 2000
"""How many prompts that are not pinned are kept, those used last."""
MAX_NAME = 100


@dataclass(frozen=True)
class PromptEntry:
    """One prompt in wire text (``[[profile_id]]``), last ``used`` in seconds since 1970."""

    id: int
    text: str
    operation: Operation
    used: float
    pinned: bool
    times: int


@dataclass(frozen=True)
class PersonName:
    """What a person calls a profile; ``kind`` is their own word, such as ``"pet"``, or empty."""

    name: str
    kind: str = ""


class Notebook:
    """Reads and writes the notebook over the journal's connection; every call may block.

    ``problems`` are sentences for the person about what could not be read. Every method raises
    PhotaError DISK when the disk does not take or give the data.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.problems: list[str] = []

    def add(self, text: str, operation: Operation, photos: Sequence[str], now: float) -> None:
        """Note that ``text`` was used on ``photos`` (digests or paths); blank text is not noted.

        The same text for the same operation is one entry that is counted.
        """
        text = _storable(text).strip()
        if not text:
            return
        with self._journal.transaction() as database:
            (prompt,) = database.execute(
                "INSERT INTO prompts (text, folded, operation, used) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (text, operation) DO UPDATE SET used = max(used, excluded.used),"
                " times = times + 1 RETURNING id",
                (text, text.casefold(), operation.value, now),
            ).fetchone()
            database.executemany(
                "INSERT INTO prompt_photos (prompt, photo, used) VALUES (?, ?, ?)"
                " ON CONFLICT (photo, prompt) DO UPDATE SET used = max(used, excluded.used)",
                [(prompt, _storable(photo), now) for photo in photos],
            )
            database.execute(
                "DELETE FROM prompts WHERE pinned = 0 AND id NOT IN (SELECT id FROM prompts"
                " WHERE pinned = 0 ORDER BY used DESC, id DESC LIMIT ?)",
                (PROMPTS_KEPT,),
            )
            database.execute(
                "DELETE FROM prompt_photos WHERE prompt NOT IN (SELECT id FROM prompts)"
            )

    def prompts(
        self, query: str = "", photo: str | None = None, limit: int = 50
    ) -> list[PromptEntry]:
        """Return prompts with every word of ``query`` in them, pinned ones first, then newest.

        Case does not matter. With ``photo`` (digest or path) only those used on it, by that use.
        """
        source, used, values = "prompts AS p", "p.used", list[object]()
        if photo is not None:
            source += " JOIN prompt_photos AS f ON f.prompt = p.id AND f.photo = ?"
            used = "f.used"
            values.append(_storable(photo))
        words = _storable(query).casefold().split()
        where = "".join(" AND instr(p.folded, ?)" for _ in words)
        rows = self._journal.read(
            f"SELECT p.id, p.text, p.operation, {used}, p.pinned, p.times"  # noqa: S608  (ours)
            f" FROM {source} WHERE 1{where} ORDER BY p.pinned DESC, {used} DESC, p.id DESC LIMIT ?",
            *values,
            *words,
            limit,
        )
        return [
            PromptEntry(number, text, Operation(operation), when, bool(pinned), times)
            for number, text, operation, when, pinned, times in rows
            if operation in list(Operation)  # a later version may know more
        ]

    def pin(self, prompt: int, pinned: bool) -> None:
        """Keep a prompt at the top for good, or no longer; one that is gone stays gone."""
        with self._journal.transaction() as database:
            database.execute("UPDATE prompts SET pinned = ? WHERE id = ?", (int(pinned), prompt))

    def forget(self, prompt: int) -> None:
        """Delete one prompt, pinned or not."""
        with self._journal.transaction() as database:
            database.execute("DELETE FROM prompt_photos WHERE prompt = ?", (prompt,))
            database.execute("DELETE FROM prompts WHERE id = ?", (prompt,))

    def recipes(self) -> list[Recipe]:
        """Return the saved recipes by name; one that cannot be read is said in ``problems``."""
        found: list[Recipe] = []
        for name, document in self._journal.read("SELECT name, document FROM recipes"):
            try:
                found.extend(from_json(document))
            except PhotaError as error:
                problem = f"The recipe “{name}” cannot be read: {error.message}"
                if problem not in self.problems:
                    self.problems.append(problem)
        return sorted(found, key=lambda recipe: (recipe.name.casefold(), recipe.name))

    def save_recipe(self, recipe: Recipe) -> None:
        """Save ``recipe`` in place of one of the same name; PhotaError INVALID as ``from_json``."""
        document = to_json([recipe])
        (recipe,) = from_json(document)
        with self._journal.transaction() as database:
            database.execute(
                "INSERT INTO recipes (name, document) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET document = excluded.document",
                (recipe.name, document),
            )

    def remove_recipe(self, name: str) -> None:
        """Delete the recipe ``name`` if it is there."""
        with self._journal.transaction() as database:
            database.execute("DELETE FROM recipes WHERE name = ?", (_storable(name).strip(),))

    def names(self, account: str) -> dict[str, PersonName]:
        """Return our names of the profiles of ``account`` (``ApiKey.account``) by profile id."""
        rows = self._journal.read(
            "SELECT profile, name, kind FROM profile_names WHERE account = ?", account
        )
        return {profile: PersonName(name, kind) for profile, name, kind in rows}

    def name(self, account: str, profile_id: str, name: str, kind: str = "") -> None:
        """Name a profile, at most 100 characters on one line; with an empty name it has none."""
        name = " ".join(_storable(name).split())[:MAX_NAME]
        with self._journal.transaction() as database:
            if not name:
                database.execute(
                    "DELETE FROM profile_names WHERE account = ? AND profile = ?",
                    (account, profile_id),
                )
                return
            database.execute(
                "INSERT INTO profile_names (account, profile, name, kind) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (account, profile) DO UPDATE SET name = excluded.name,"
                " kind = excluded.kind",
                (account, profile_id, name, _storable(kind)),
            )


def _storable(text: str) -> str:
    """Return ``text`` as SQLite takes it: a path that is not UTF-8 is written with escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
