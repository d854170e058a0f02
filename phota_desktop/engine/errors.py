"""How the engine says no: one exception, and the two error bodies of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CONTENT_MODERATION = "CONTENT_MODERATION"
"""The one error code that the documents name (release note v0.1.1)."""


@dataclass(frozen=True)
class Problem:
    """One broken rule of a request: where, a word for machines and a sentence for people."""

    loc: tuple[str | int, ...]
    type: str
    message: str


class RefusalError(Exception):
    """A request that is answered with an error; can travel between processes.

    ``problems`` makes it an HTTPValidationError body (422), else ``detail`` is the sentence.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        problems: tuple[Problem, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(status, code, detail, problems, headers)
        self.status = status
        self.code = code
        self.detail = detail
        self.problems = problems
        self.headers = headers

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.detail}"


def invalid(detail: str, code: str = "BAD_REQUEST") -> RefusalError:
    """Return a 400: well-formed, but not what this server does."""
    return RefusalError(400, code, detail)


def not_found(detail: str) -> RefusalError:
    """Return a 404."""
    return RefusalError(404, "NOT_FOUND", detail)


def unprocessable(problems: Iterable[Problem]) -> RefusalError:
    """Return a 422 with one entry for each broken rule."""
    found = tuple(problems)
    said = "; ".join(problem.message for problem in found)
    return RefusalError(422, "VALIDATION_ERROR", said, found)


def moderated() -> RefusalError:
    """Return the 400 of the content rules, here only ever for practice."""
    return invalid("The prompt was declined by the practice content rules.", CONTENT_MODERATION)


def error_body(refusal: RefusalError, request_id: str) -> dict[str, object]:
    """Return the JSON body of ``refusal``."""
    detail: object = refusal.detail
    if refusal.problems:
        detail = [
            {"loc": list(problem.loc), "msg": problem.message, "type": problem.type}
            for problem in refusal.problems
        ]
    return {"code": refusal.code, "detail": detail, "request_id": request_id}
