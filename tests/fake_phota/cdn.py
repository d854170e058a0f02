"""The other origins: signed downloads with ranges and validators, and a stranger that listens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from tests.fake_phota.wire import Answer, Wire

_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class Cdn(Wire):
    """Result files behind signed links that end."""

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> None:
        memory = self.server.memory
        name = path.rsplit("/", 1)[-1]
        wanted = self.headers.get("Range")
        memory.ledger.write(
            "download", file=name, range=wanted, leaked_key=self.headers.get("X-API-Key")
        )
        fault = memory.chaos.pick("download")
        do = fault.do if fault else ""
        if self.strike_early(fault):
            return
        file = memory.open_link(name, query.get("token", ""), query.get("expires", ""))
        if file is None or do == "expired":
            self.send(Answer(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml"))
            return
        etag = f'"{hashlib.sha256(file).hexdigest()[:16]}"'
        if do == "new_etag":
            file = file[::-1]
            etag = f'"{hashlib.sha256(file).hexdigest()[:16]}"'
        if fault is not None and do == "short":
            file = file[: fault.cut_at(len(file))]
        answer = self._ranged(file, wanted if do != "ignore_range" else None, etag)
        answer.content_type = _TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")
        answer.headers |= {"ETag": etag, "Accept-Ranges": "bytes"}
        if do == "wrong_range" and answer.status == 206:
            answer.headers["Content-Range"] = f"bytes 0-{len(answer.body) - 1}/{len(file)}"
        elif do == "gzip":
            answer.headers["Content-Encoding"] = "gzip"
        elif do == "extra":
            answer.body += b"EXTRA BYTES"
        if fault is not None and do == "cut":
            self.send(answer, cut_at=fault.cut_at(len(answer.body)))
        elif fault is not None and do == "stall":
            self._stall(answer, fault.cut_at(len(answer.body)), fault.seconds)
        else:
            self.strike_late(fault, answer)

    def _ranged(self, file: bytes, wanted: str | None, etag: str) -> Answer:
        match = _RANGE.match(wanted or "")
        validator = self.headers.get("If-Range")
        if match is None or (validator is not None and validator != etag):
            return Answer(200, file)
        start = int(match[1])
        if start >= len(file):
            return Answer(416, headers={"Content-Range": f"bytes */{len(file)}"})
        end = min(int(match[2] or len(file) - 1), len(file) - 1)
        span = {"Content-Range": f"bytes {start}-{end}/{len(file)}"}
        return Answer(206, file[start : end + 1], headers=span)

    def _stall(self, answer: Answer, at: int, seconds: float) -> None:
        head, tail = answer.body[:at], answer.body[at:]
        answer.headers["Content-Length"] = str(len(answer.body))
        answer.body = head
        self.send(answer)
        self.pause(seconds)
        self.wfile.write(tail)


class Stranger(Wire):
    """An origin that is nobody's: it only notes who came and whether they brought the key."""

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> None:
        self.server.memory.ledger.write(
            "stranger",
            method=method,
            path=path,
            leaked_key=self.headers.get("X-API-Key"),
            body_bytes=len(body),
        )
        self.send(Answer.json(404, {"detail": "Nobody here."}))
