"""A server that answers with anything but what was agreed, over a real socket, and counts bytes."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

PIECE = 65_536
MB = 1_000_000
JSON_LIMIT = MB
ERROR_LIMIT = 65_536
PICTURE_LIMIT = 20 * MB
RESULT_LIMIT = 100 * MB
SPILL_LIMIT = MB + 4 * 150 * MB

Answer = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Case:
    """One hostile answer: to which call, what may come of it, and how much of it may be read.

    ``ends`` are kinds of PhotaError, or the name of what is returned. ``seconds`` is the longest
    time at the deadlines that the tests set.
    """

    name: str
    call: str
    answer: Answer
    ends: tuple[str, ...]
    limit: int = JSON_LIMIT
    seconds: float = 4.0
    rss: float = 48 * MB
    left: int = 0
    """Bytes that may stay on the disk: what a later try goes on from."""


def head(status: int = 200, /, *, length: int | None = None, **named: str) -> bytes:
    """Return the head of an answer; without a length the body ends with the connection."""
    lines = [f"HTTP/1.1 {status} Whatever", "content-type: application/json"]
    if length is not None:
        lines.append(f"content-length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def whole(body: bytes, status: int = 200, /, **named: str) -> list[bytes]:
    """Return a complete answer."""
    return [head(status, length=len(body), **named) + body]


def endless(first: bytes, again: bytes, pause: float = 0.0) -> Iterator[bytes]:
    """Yield ``first``, then ``again`` for ever."""
    yield first
    while True:
        yield again
        if pause:
            time.sleep(pause)


def _bomb(wbits: int, coding: str) -> Iterator[bytes]:
    """Yield 100 MB of blanks around a small JSON, compressed a thousandfold."""
    packer = zlib.compressobj(1, wbits=wbits)
    made = packer.compress(b'{"job_id":"j","status":"queued"')
    for _ in range(100):
        made += packer.compress(b" " * MB)
    made += packer.compress(b"}") + packer.flush()
    yield from whole(made, content_encoding=coding)


def _nothing_inside() -> Iterator[bytes]:
    """Yield a gzip stream of empty blocks: bytes without end that hold nothing."""
    packer = zlib.compressobj(9, wbits=31)
    yield head(200, content_encoding="gzip") + packer.compress(b"")
    empty = packer.flush(zlib.Z_FULL_FLUSH)
    yield from endless(empty, b"\x00\x00\x00\xff\xff" * (PIECE // 5))


def _after_the_end() -> Iterator[bytes]:
    """Yield a whole gzip stream, and then bytes without end."""
    packer = zlib.compressobj(wbits=31)
    small = packer.compress(b'{"status":"queued"}') + packer.flush()
    yield from endless(head(200, content_encoding="gzip") + small, b"x" * PIECE)


def _many(count: int, one: str, around: str) -> bytes:
    return around.replace("…", ",".join([one] * count)).encode()


def _nested(depth: int, opening: str, closing: str) -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


def _picture_of(megabytes: int) -> Iterator[bytes]:
    """Yield an answer with one base64 picture of so many megabytes."""
    yield head() + b'{"images":["'
    for _ in range(megabytes):
        yield b"QUJD" * (MB // 3)
    yield b'"]}'


def _json_cases() -> list[Case]:
    """Bodies that are complete, and no answer."""
    bodies: list[tuple[str, bytes]] = [
        ("deep arrays", _nested(100_000, "[", "]")),
        ("deep objects", _nested(20_000, '{"a":', "}")),
        ("10⁶ pictures", _many(1_000_000, '"x"', '{"images":[…]}')),
        ("10⁶ base64 pictures", _many(1_000_000, '"' + "QUJD" * 9 + '"', '{"images":[…]}')),
        ("10⁶ links", _many(1_000_000, '"/a"', '{"download_urls":[…]}')),
        ("a number of a million digits", b'{"progress":' + b"9" * 999_000 + b"}"),
        ("10⁵ equal names", b"{" + b",".join([b'"job":{}'] * 100_000) + b"}"),
        ("UTF-16", '{"job_id":"j"}'.encode("utf-16")),
        ("UTF-32", '{"job_id":"j"}'.encode("utf-32")),
        ("zeros", b"\0" * 5000),
        ("nothing", b""),
        ("HTML", b"<!doctype html><img src='http://127.0.0.1:1/x'>" * 200),
        ("two documents", b'{"job_id":"a"}{"job_id":"b"}'),
        ("half a document", b'{"job_id":"a","images":["' + b"QUJD" * 9000),
        ("a bare number", b"1e999"),
        ("a half escape", b'{"a":"\\u12'),
        ("lone surrogates", b'{"status":"\\ud800\\udfff"}'),
    ]
    return [
        Case(
            f"{name} → {call}",
            call,
            partial(whole, body),
            _ends_of(call, name),
            # A picture's characters do not count as JSON, a short note in its place does.
            limit=(2 if "base64" in name else 1) * JSON_LIMIT,
            rss=80 * MB,
        )
        for name, body in bodies
        for call in ("submit", "job", "ids")
    ]


def _ends_of(call: str, name: str) -> tuple[str, ...]:
    if call == "submit":
        return ("unknown", "Finished") if "pictures" in name else ("unknown",)
    if call == "job":
        return ("busy", "Running", "Finished", "Failed")
    return ("busy",)


def _odd_values() -> list[Case]:
    """Answers that can be read, with values that cannot be."""
    documents = [
        '{"job_id":"j","job_id":["x"],"poll_url":null}',
        '{"status":"queued","progress":NaN}',
        '{"status":"queued","progress":-1e999,"known_subjects":{"p":-5,"q":1e99}}',
        '{"status":{"a":1},"progress":{"fraction":-1}}',
        '{"status":"succeeded","download_urls":[-1,null,{},[],"ftp://x","//x",""]}',
        '{"images":{"0":"QUJD"},"download_urls":"https://h/a"}',
        '{"error":[[[]]],"detail":[{"loc":[[1]],"msg":{}}]}',
        json.dumps({"status": "queued", "state": "\u202e" + "x" * 60_000}),
        json.dumps({"known_subjects": {f"p{n}": n for n in range(20_000)}, "images": []}),
    ]
    return [
        Case(f"odd values {n} → {call}", call, partial(whole, text.encode()), ends)
        for n, text in enumerate(documents)
        for call, ends in (
            ("submit", ("unknown", "Accepted", "Finished")),
            ("job", ("busy", "Running", "Finished", "Failed")),
            ("status", ("busy", "Profile")),
        )
    ]


def _lengths() -> list[Case]:
    """Lengths that are lies, and heads that are none."""
    short = b'{"status":"queued"}'
    shapes: list[tuple[str, list[bytes], tuple[str, ...]]] = [
        ("length too long", [head(length=5000) + short], ("offline",)),
        ("length too short", [head(length=5) + short], ("busy",)),
        ("length negative", [head(content_length="-5") + short], ("offline",)),
        ("length of a word", [head(content_length="many") + short], ("offline",)),
        ("two lengths", [head(length=5, Content_Length="19") + short], ("offline",)),
        ("length and chunks", [head(length=5, transfer_encoding="chunked") + b"0\r\n\r\n"], ()),
        ("length of 10¹⁸", [head(length=10**18) + short], ("offline",)),
        ("a chunk of -5", [head(transfer_encoding="chunked") + b"-5\r\n" + short], ("offline",)),
        ("a chunk of 2⁶⁴", [head(transfer_encoding="chunked") + b"f" * 17 + b"\r\n"], ("offline",)),
        ("no status line", [b"hello\r\n\r\n"], ("offline",)),
        ("status 99999", [b"HTTP/1.1 99999 x\r\n\r\n"], ("offline",)),
        ("status 0", [b"HTTP/1.1 000 x\r\n\r\n"], ("offline", "busy")),
        ("HTTP/9.9", [b"HTTP/9.9 200 x\r\n\r\n"], ("offline", "busy")),
        ("zeros in a header", [b"HTTP/1.1 200 x\r\na: \0\0\r\n\r\n{}"], ("offline", "Running")),
        ("odd encoding", [head(content_encoding="br") + short], ("busy",)),
        ("damaged gzip", [head(content_encoding="gzip") + b"\x1f\x8b" + b"x" * 99], ("busy",)),
        ("gzip twice", [head(content_encoding="gzip, gzip") + short], ("busy",)),
        ("wrong charset", [head(content_type="text/html; charset=ebcdic") + short], ("Running",)),
        ("poisoned", [head(length=19) + short, head(length=2) + b"{}"], ("Running",)),
        ("redirect to a file", whole(b"", 302, location="file:///etc/passwd"), ("invalid",)),
        ("redirect of 60 kB", whole(b"", 307, location="/" + "a" * 60_000), ("invalid",)),
        ("retry in NaN", whole(b"{}", 429, retry_after="nan"), ("busy",)),
        ("retry in 1e999", whole(b"{}", 503, retry_after="1e999"), ("busy",)),
    ]
    return [
        Case(
            name,
            "job",
            lambda pieces=pieces: pieces,
            ends or ("offline", "busy"),
            limit=ERROR_LIMIT,
        )
        for name, pieces, ends in shapes
    ]


def _without_end() -> list[Case]:
    """Answers that do not end by themselves."""
    blank = b" " * PIECE
    letter = b"a" * PIECE
    made = [
        Case("gzip bomb", "job", partial(_bomb, 31, "gzip"), ("busy",)),
        Case("deflate bomb", "ids", partial(_bomb, zlib.MAX_WBITS, "deflate"), ("busy",)),
        Case("gzip without content", "job", _nothing_inside, ("busy", "offline")),
        Case("bytes behind a gzip", "job", _after_the_end, ("busy", "Running")),
        Case("bytes behind a gzip → ids", "ids", _after_the_end, ("busy",)),
    ]
    for call in ("job", "ids", "models"):
        made.append(Case(f"blanks → {call}", call, partial(endless, head(), blank), ("busy",)))
    made += [
        Case("blanks → submit", "submit", partial(endless, head(), blank), ("unknown",)),
        Case(
            *("blanks → picture", "picture", partial(endless, head(), blank), ("busy",)),
            limit=PICTURE_LIMIT,
            rss=2.5 * PICTURE_LIMIT,
        ),
        Case(
            *("blanks in an error", "job", partial(endless, head(500), blank), ("busy",)),
            limit=ERROR_LIMIT,
        ),
        Case(
            *("a string in an error → submit", "submit"),
            *(partial(endless, head(400) + b'{"detail":"', letter), ("invalid",)),
            limit=ERROR_LIMIT,
        ),
        Case(
            *("a key without end", "job", partial(endless, head() + b'{"', letter), ("busy",)),
            limit=SPILL_LIMIT,
            seconds=30,
        ),
        Case(
            *("a picture without end", "submit"),
            *(partial(endless, head() + b'{"images":["', b"QUJD" * 16_384), ("unknown",)),
            limit=140 * MB,
            seconds=30,
        ),
        Case(
            *("headers without end", "job", partial(endless, b"HTTP/1.1 200 x\r\n", b"a: b\r\n")),
            ("offline",),
            limit=ERROR_LIMIT * 2,
        ),
        Case(
            *("a header without end", "job"),
            *(partial(endless, b"HTTP/1.1 200 x\r\na: ", letter), ("offline",)),
            limit=ERROR_LIMIT * 2,
        ),
        Case(
            *("trailers without end", "job"),
            *(
                partial(
                    endless,
                    head(transfer_encoding="chunked") + b"2\r\n{}\r\n0\r\n",
                    b"a: " + b"b" * 999 + b"\r\n",
                ),
                ("offline", "busy", "Running"),
            ),
        ),
        Case(
            *("a chunk's name without end", "job"),
            *(
                partial(endless, head(transfer_encoding="chunked") + b"2;x=", letter),
                ("offline",),
            ),
        ),
        Case(
            *("not yet, without end", "job"),
            *(partial(endless, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), ("offline",)),
            limit=RESULT_LIMIT,
        ),
    ]
    return made


def _slow() -> list[Case]:
    """Answers whose bytes come one by one."""
    shapes = [
        ("slow head", b"", b"H"),
        ("slow headers", b"HTTP/1.1 200 x\r\n", b"a: b\r\n"),
        ("slow body", head(length=9_000_000) + b'{"status"', b" "),
        ("slow chunks", head(transfer_encoding="chunked"), b"1\r\n \r\n"),
        ("slow error", head(503, length=9_000), b" "),
        ("not yet, slowly", b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        ("silence", b"", b""),
    ]
    return [
        Case(
            *(f"{name} → {call}", call, partial(endless, first, again, 0.02)),
            ("offline", "busy") if call == "job" else ("unknown",),
            limit=ERROR_LIMIT,
        )
        for name, first, again in shapes
        for call in ("job", "submit")
    ]


def _downloads() -> list[Case]:
    """Files that are no pictures to be kept."""
    blank = b"\xff" * PIECE
    return [
        Case(
            *("a file without end", "download", partial(endless, head(), blank), ("invalid",)),
            limit=RESULT_LIMIT,
            seconds=20,
        ),
        Case(
            *("a file of 10¹² bytes", "download"),
            *(partial(endless, head(length=10**12), blank), ("invalid",)),
            limit=0,
        ),
        Case(
            *("a packed file", "download"),
            *(partial(endless, head(content_encoding="gzip"), blank), ("invalid",)),
            limit=0,
        ),
        Case(
            *("a slow file", "download", partial(endless, head(), b"x", 0.02), ("offline",)),
            limit=ERROR_LIMIT,
            seconds=8,
            left=ERROR_LIMIT,
        ),
        Case(
            *("a file that leads elsewhere", "download"),
            *(partial(whole, b"", 302, location="http://169.254.169.254/x"), ("invalid",)),
            limit=0,
        ),
        Case(
            *("a file in a circle", "download", partial(whole, b"", 302, location="again")),
            ("invalid",),
            limit=0,
        ),
    ]


CASES = (
    *_json_cases(),
    *_odd_values(),
    *_lengths(),
    *_without_end(),
    *_slow(),
    *_downloads(),
)


class HostileServer:
    """Answers requests below ``/<number>/`` with that case; counts what it got rid of."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        # Little may lie in the kernel between what is sent and what is read.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
        self.port = self._socket.getsockname()[1]
        self.sent: dict[int, int] = {}
        threading.Thread(target=self._accept, name="hostile", daemon=True).start()

    def close(self) -> None:
        """Take no more requests."""
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        got = b""
        with connection, contextlib.suppress(OSError, ValueError):
            while b"\r\n\r\n" not in got:
                piece = connection.recv(65_536)
                if not piece:
                    return
                got += piece
            number = int(got.split(b" ", 2)[1].split(b"/")[1].split(b"?")[0] or b"-1")
            for part in CASES[number].answer():
                connection.sendall(part)
                self.sent[number] = self.sent.get(number, 0) + len(part)
                if not part and connection.recv(1) == b"":
                    return
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
