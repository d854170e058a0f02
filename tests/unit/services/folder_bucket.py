"""A folder in the place of a bucket: the photos in it can be fetched over HTTP."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.training import Training
from phota_desktop.services.threads import Threads
from phota_desktop.store.trainings import Trainings


class FolderBucket:
    """Keeps rows as services/hosting.py does; ``point`` is called at each step that can be cut.

    ``broken`` is raised by uploads, ``stuck`` keeps everything from being deleted.
    """

    def __init__(self, folder: Path, point: Callable[[str], None] = lambda _: None) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.point = point
        self.is_ready = True
        self.broken: PhotaError | None = None
        self.stuck = False
        self.problem = ""
        self.told: list[int] = []
        self._trainings: Trainings | None = None
        self._threads: Threads | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def attach(self, trainings: Trainings, threads: Threads) -> None:
        """Keep rows in this journal from now on, as after a restart."""
        self._trainings, self._threads = trainings, threads

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def objects(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    async def load(self) -> None:
        pass

    async def host(
        self,
        training: Training,
        prepared: Sequence[tuple[str, bytes | Path]],
        on_progress: Callable[[int, int], None],
    ) -> list[HostedPhoto]:
        rows = []
        for number, (source, content) in enumerate(prepared, start=1):
            assert isinstance(content, bytes)
            address = BucketAddress(Provider.S3, "photos", "here")
            row = HostedPhoto(f"{secrets.token_hex(8)}.jpg", training.tag, address, source)
            await self._save(row)
            if self.broken is not None:
                raise self.broken
            self.point("before put")
            (self.folder / row.name).write_bytes(content)
            self.point("after put")
            row = replace(row, state=HostedState.UPLOADED, size=len(content), uploaded=time.time())
            await self._save(row)
            rows.append(row)
            on_progress(number, len(prepared))
        return rows

    async def links(self, tag: str, seconds: int) -> list[str]:
        self.told.append(seconds)
        rows = await self._rows(tag)
        where = f"http://127.0.0.1:{self._server.server_port}"
        return [
            f"{where}/{row.name}?X-Amz-Signature=secret"
            for row in rows
            if row.state is HostedState.UPLOADED
        ]

    async def clean(self, tag: str) -> int:
        left = 0
        for row in await self._rows(tag):
            if row.state is HostedState.DELETED:
                continue
            if self.stuck:
                self.problem = "The bucket did not answer."
                left += 1
                continue
            self.point("before delete")
            (self.folder / row.name).unlink(missing_ok=True)
            self.point("after delete")
            await self._save(replace(row, state=HostedState.DELETED, deleted=time.time()))
        return left

    async def _rows(self, tag: str) -> list[HostedPhoto]:
        assert self._trainings is not None
        assert self._threads is not None
        return await self._threads.journal(self._trainings.photos, tag)

    async def _save(self, row: HostedPhoto) -> None:
        assert self._trainings is not None
        assert self._threads is not None
        await self._threads.journal(self._trainings.save_photo, row)


def no_such_bucket() -> PhotaError:
    return PhotaError(ErrorKind.INVALID, "There is no such bucket.", field="bucket")


def _handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    class Serve(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.split("?")[0].strip("/")
            found = path.read_bytes() if path.is_file() else None
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            pass

    return Serve
