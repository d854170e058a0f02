"""Reads a JSON answer as it arrives; base64 pictures in it go straight into files."""

from __future__ import annotations

import binascii
import contextlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

import pybase64

from phota_desktop.core.secrets import masked

WRAPPERS = ("result", "response", "output", "data", "job")
"""Keys under which an answer may be wrapped (section 15 of the contract)."""
MAX_PICTURES = 4
MAX_PICTURE_BYTES = 100_000_000
MAX_JSON_BYTES = 1_000_000
"""Bytes of an answer without its pictures (reliability.md §2, limits)."""
MAX_TEXT_BYTES = 65_536
"""A string that is no picture is cut to this many bytes."""
MAX_DEPTH = 64

_HEAD = 4096
"""Characters of a string that are looked at before it is taken for a picture."""
_SHORTEST = 32
"""A shorter string is a word, not a picture: the smallest GIF is 35 bytes."""

_IN_OBJECT = re.compile(rb'["{}\[\],:]')
_IN_ARRAY = re.compile(rb'["{}\[\]]')
_ESCAPED_RUN = re.compile(rb'(?:[^"\\]+|\\u[0-9a-fA-F]{4}|\\[^u])*')
_HALF_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?")
_DATA_PREFIX = re.compile(rb"data:[A-Za-z0-9.+/;=-]{0,100}?;base64,")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=\r\n-]*")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class UnreadableAnswerError(ValueError):
    """The answer is not JSON, or larger or deeper than any true answer."""


class _Place(IntEnum):
    """Where a value stands: where results are, right under their ``images``, deeper, or elsewhere.

    Elsewhere, ``images`` may be our own input sent back, which must not be taken for a result.
    """

    ELSEWHERE = 0
    RESULT = 1
    IMAGES = 2
    BELOW = 3


class _Level:
    """One open object or array."""

    __slots__ = ("expects_key", "is_object", "key", "place")

    def __init__(self, is_object: bool, place: _Place) -> None:
        self.is_object = is_object
        self.place = place
        self.key = b""
        self.expects_key = is_object


class _Text:
    """An open string that stays in the JSON, in its raw, escaped form."""

    is_key = False

    def __init__(self) -> None:
        self.raw = bytearray()
        self.length = 0

    def add(self, run: bytes) -> None:
        """Take a run of raw bytes that never ends within an escape."""
        self.length += len(run)
        if len(self.raw) < MAX_TEXT_BYTES:
            self.raw += run

    def close(self) -> bytes:
        """Return the raw bytes to stand in the JSON."""
        if self.length <= MAX_TEXT_BYTES:
            return bytes(self.raw)
        whole = _ESCAPED_RUN.match(self.raw, 0, MAX_TEXT_BYTES)
        return (whole.group() if whole else b"") + "…".encode()


class _Key(_Text):
    is_key = True


class _Picture(_Text):
    """An open string under ``images``: a picture if its beginning is base64, else a text."""

    def __init__(self, reader: SpillReader, place: _Place) -> None:
        super().__init__()
        self._reader = reader
        self._shortest = _SHORTEST if place is _Place.IMAGES else _HEAD
        self._is_picture: bool | None = None
        self._left = b""
        self._ended = False
        self._clean = False
        self._damaged = False
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._bytes = 0

    def add(self, run: bytes) -> None:
        if self._is_picture:
            self._decode(_plain(run))
            return
        super().add(run)
        if self._is_picture is None and self.length >= _HEAD:
            self._decide()

    def close(self) -> bytes:
        if self._is_picture is None:
            self._decide()
        if not self._is_picture:
            return super().close()
        self._decode_rest()
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._damaged:
            self.drop()
            return b"<damaged picture>"
        if self._path is None:
            return b"<one picture too many>"
        self._reader.parts.append(self._path)
        return f"<picture of {self._bytes} bytes>".encode()

    def drop(self) -> None:
        """Close and remove the file, which holds no whole picture."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _decide(self) -> None:
        if self.length < self._shortest:
            self._is_picture = False
            return
        head = _ESCAPED_RUN.match(self.raw, 0, _HEAD)
        plain = _plain(head.group() if head else b"")
        prefix = _DATA_PREFIX.match(plain)
        start = prefix.end() if prefix else 0
        self._is_picture = _BASE64.fullmatch(plain, start) is not None and len(plain) > start
        if self._is_picture and self.length < _HEAD:
            # A short string is here as a whole, so it can be held to the letter.
            self._is_picture = _is_strict(plain[start:])
        if not self._is_picture:
            return
        if len(self._reader.parts) < MAX_PICTURES:
            self._path = self._reader.part_for(len(self._reader.parts))
            self._file = _create(self._path)
        everything = _plain(bytes(self.raw))
        self.raw.clear()
        self._decode(everything[start:])

    def _decode(self, characters: bytes) -> None:
        if self._damaged:
            return
        if self._clean:
            characters = characters.translate(_URL_SAFE, b"\r\n")
        if self._left:
            characters = self._left + characters
        whole = len(characters) & ~3
        block = characters if whole == len(characters) else characters[:whole]
        self._left = characters[whole:]
        if not block:
            return
        if self._ended:
            self._damaged = True
            return
        try:
            decoded = pybase64.b64decode(block, validate=True)
        except (binascii.Error, ValueError):
            if self._clean:
                self._damaged = True
                return
            # Line breaks or the URL-safe alphabet: from here on every piece is cleaned first.
            self._clean, again, self._left = True, block + self._left, b""
            self._decode(again)
            return
        self._ended = block.endswith(b"=")
        self._bytes += len(decoded)
        if self._bytes > self._reader.max_picture:
            raise UnreadableAnswerError("a picture is larger than any true one")
        if self._file is not None:
            self._file.write(decoded)

    def _decode_rest(self) -> None:
        rest = self._left.translate(_URL_SAFE, b"\r\n").rstrip(b"=")
        self._left = b""
        if rest and not self._damaged:
            # Padding that is missing is put right; one single character cannot be.
            self._damaged = len(rest) == 1 or self._ended
            if not self._damaged:
                self._decode(rest + b"=" * (4 - len(rest)))


@dataclass(frozen=True)
class Spilled:
    """What was read: the JSON as text and as values, and the pictures' files in order."""

    text: str
    document: object
    parts: tuple[Path, ...]


class SpillReader:
    """Feed it the pieces of a JSON answer, then :meth:`close` it.

    Strings under ``images`` of the answer, or of what it is wrapped in, that are base64
    (``data:`` prefix, line breaks, URL-safe alphabet and missing padding tolerated) are decoded
    into ``part_for(0)``, ``part_for(1)`` … at most four; damaged ones are left out.
    :meth:`abort` removes the files. Raises
    UnreadableAnswerError, and OSError when a file cannot be written.
    """

    def __init__(
        self,
        part_for: Callable[[int], Path],
        *,
        max_picture: int = MAX_PICTURE_BYTES,
        max_json: int = MAX_JSON_BYTES,
    ) -> None:
        self.part_for = part_for
        self.max_picture = max_picture
        self.parts: list[Path] = []
        self._max_json = max_json
        self._max_total = max_json + MAX_PICTURES * (max_picture * 3 // 2)
        self._total = 0
        self._json = bytearray()
        self._levels: list[_Level] = []
        self._string: _Text | None = None
        self._carry = b""

    def feed(self, piece: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        self._total += len(piece)
        if self._total > self._max_total:
            raise UnreadableAnswerError("it is larger than any true answer")
        if self._carry:
            piece, self._carry = self._carry + piece, b""
        at = 0
        while at < len(piece):
            at = self._outside(piece, at) if self._string is None else self._inside(piece, at)
        if len(self._json) > self._max_json:
            raise UnreadableAnswerError("it is larger than any true answer")

    def close(self) -> Spilled:
        """Return what was read."""
        if self._string is not None or self._levels or self._carry:
            raise UnreadableAnswerError("it ends in the middle")
        text = self._json.decode("utf-8-sig", "replace")
        text = masked(text)  # whatever is kept of an answer, a key that it repeats is not
        return Spilled(text, load_json(text), tuple(self.parts))

    def abort(self) -> None:
        """Close and remove every file that was begun."""
        with contextlib.suppress(OSError):
            if isinstance(self._string, _Picture):
                self._string.drop()
            for part in self.parts:
                part.unlink(missing_ok=True)
        self._string = None
        self.parts.clear()

    def _outside(self, piece: bytes, at: int) -> int:
        level = self._levels[-1] if self._levels else None
        marks = _IN_OBJECT if level is not None and level.is_object else _IN_ARRAY
        found = marks.search(piece, at)
        if found is None:
            self._json += piece[at:]
            return len(piece)
        end = found.end()
        self._json += piece[at:end]
        mark = piece[end - 1 : end]
        if mark == b'"':
            self._string = self._new_string(level)
        elif mark in b"{[":
            self._open(mark == b"{", level)
        elif mark in b"}]":
            if level is None or level.is_object != (mark == b"}"):
                raise UnreadableAnswerError("its brackets do not match")
            self._levels.pop()
        elif level is not None and level.is_object:
            level.expects_key = mark == b","
        return end

    def _open(self, is_object: bool, level: _Level | None) -> None:
        if len(self._levels) >= MAX_DEPTH:
            raise UnreadableAnswerError("it is nested too deeply")
        place = _place_in(level)
        if place is _Place.IMAGES and (is_object or (level is not None and not level.is_object)):
            place = _Place.BELOW
        self._levels.append(_Level(is_object, place))

    def _new_string(self, level: _Level | None) -> _Text:
        if level is not None and level.expects_key:
            return _Key()
        place = _place_in(level)
        return _Picture(self, place) if place >= _Place.IMAGES else _Text()

    def _inside(self, piece: bytes, at: int) -> int:
        string = self._string
        assert string is not None  # noqa: S101 - feed() comes here only with an open string
        quote = piece.find(b'"', at)
        end = len(piece) if quote < 0 else quote
        if piece.find(b"\\", at, end) >= 0:
            run = _ESCAPED_RUN.match(piece, at)
            end = run.end() if run else at
            if end < len(piece) and piece[end : end + 1] != b'"':
                if not _HALF_ESCAPE.fullmatch(piece, end):
                    raise UnreadableAnswerError("it has a broken escape")
                self._carry = piece[end:]
                string.add(piece[at:end])
                return len(piece)
            quote = end if end < len(piece) else -1
        string.add(piece[at:end])
        if quote < 0:
            return len(piece)
        closed = string.close()
        if string.is_key:
            self._levels[-1].key = closed
        self._json += closed
        self._json += b'"'
        self._string = None
        return quote + 1


def load_json(text: str) -> object:
    """Return the values of a JSON text; NaN and infinities read as None.

    Raises UnreadableAnswerError for whatever is no JSON.
    """
    try:
        document: object = json.loads(text, strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("it is not JSON") from error
    return document


def _place_in(level: _Level | None) -> _Place:
    if level is None:
        return _Place.RESULT
    if level.place is not _Place.RESULT or not level.is_object:
        return level.place
    if level.key == b"images":
        return _Place.IMAGES
    return _Place.RESULT if level.key.decode("utf-8", "replace") in WRAPPERS else _Place.ELSEWHERE


def _plain(raw: bytes) -> bytes:
    """Return a raw run without its JSON escapes."""
    if b"\\" not in raw:
        return raw
    text = json.loads(b'"' + raw + b'"', strict=False)
    return str(text).encode("utf-8", "replace")


def _is_strict(characters: bytes) -> bool:
    cleaned = characters.translate(_URL_SAFE, b"\r\n")
    core = cleaned.rstrip(b"=")
    padding = len(cleaned) - len(core)
    return len(core) % 4 != 1 and padding <= 3 and b"=" not in core


def _create(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600), "wb")
