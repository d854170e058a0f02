"""``python -m tests.faults.hostile_client PORT FOLDER [NUMBER…]``: the real client, case by case.

Prints a JSON line for each case: what came of it, seconds, bytes it took, and how far its memory
grew. It runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path

import httpx

from phota_desktop.api import channel, download, profiles, streams, studio
from phota_desktop.api.address import ServerAddress
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.options import Operation
from phota_desktop.core.secrets import ApiKey
from tests.faults.hostile_server import CASES

PAGE = 4096
DEADLINE = float(os.environ.get("PHOTA_TEST_DEADLINE", "0.4"))
"""Seconds in the place of 20 to 60: the same code, a shorter wait."""

_taken = 0


def _count_bytes() -> None:
    take = streams._Connection.take

    def counted(self: streams._Connection) -> bytes:
        global _taken
        piece = take(self)
        _taken += len(piece)
        return piece

    streams._Connection.take = counted  # type: ignore[method-assign]


async def _everything(response: httpx.Response, deadline: channel.Deadline, limit: int) -> bytes:
    """Stand in for ``collect`` in the mutant: what comes is taken."""
    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > 20 * limit:
            break
    return bytes(content)


class Memory(threading.Thread):
    """Looks at this process's resident memory every 2 ms."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.002):
            self.most = max(self.most, now())


def now() -> int:
    """Return the bytes that are resident."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


async def _call(client: PhotaClient, call: str, folder: Path) -> str:
    def part_for(n: int) -> Path:
        return folder / f"{n}.part"

    body = folder / "body.json"
    body.write_bytes(b'{"async":true,"client_request_id":"c-1","image":"AAAA"}')
    found: object
    try:
        if call == "submit":
            found = await client.studio.submit(Operation.ENHANCE, body, part_for)
        elif call == "job":
            found = await client.studio.job("j-1", "", part_for)
        elif call == "models":
            found = await client.studio.models()
        elif call == "ids":
            found = await client.profiles.ids()
        elif call == "status":
            found = await client.profiles.status("p-1")
        elif call == "picture":
            found = await client.profiles.picture("p-1")
        else:
            found = await client.downloads.fetch("file", folder / "file.part")
    except PhotaError as error:
        for words in (error.message, error.hint):
            if len(words) > 600 or not words.isprintable():
                return f"unbounded words: {words[:200]!r}"
        return error.kind.value
    return "None" if found is None else type(found).__name__


async def _main(port: int, folder: Path, numbers: list[int]) -> None:
    network = NetworkThread()
    for number in numbers:
        case = CASES[number]
        place = folder / str(number)
        place.mkdir()
        address = ServerAddress.parse(f"http://127.0.0.1:{port}/{number}")
        client = PhotaClient(address, ApiKey("pk-hostile-servers"), network)
        client.downloads.pause = lambda _: asyncio.sleep(0)
        global _taken
        _taken = 0
        began, before = time.monotonic(), now()
        cpu = time.process_time()
        memory = Memory()
        memory.most = before
        memory.start()
        try:
            async with asyncio.timeout(60):
                end = await _call(client, case.call, place)
        except Exception as error:  # noqa: BLE001 - any that is no PhotaError is a finding
            end = f"{type(error).__name__}: {error}"[:300]
        seconds = time.monotonic() - began
        memory.over.set()
        memory.join()
        await client.close()
        left = sum(path.stat().st_size for path in place.rglob("*") if path.name != "body.json")
        found = {
            "number": number,
            "end": end,
            "seconds": round(seconds, 2),
            "cpu": round(time.process_time() - cpu, 2),
            "taken": _taken,
            "rss": memory.most - before,
            "left": left,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    network.close()


if __name__ == "__main__":
    _count_bytes()
    studio.ACCEPT_S = studio.POLL_S = DEADLINE
    profiles.READ_S = profiles.ADD_S = DEADLINE
    download.STALL_S = DEADLINE
    download._MOST_TRIES = 2
    if "no-limit" in sys.argv:
        channel.collect = _everything
    assert channel.SLOWEST == 32_000
    named = [int(number) for number in sys.argv[3:] if number.isdecimal()]
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]), named or list(range(len(CASES)))))
