"""Goal 7: four 4K pictures as base64 in one answer, against receiving and forgetting it.

Run as ``python -m pytest -m benchmark tests/benchmarks/test_receive.py -s``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path

import httpx
import pytest

from phota_desktop.api.address import ServerAddress
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.studio import Finished
from phota_desktop.api.transport import LeanTransport
from phota_desktop.core.options import Operation
from phota_desktop.core.secrets import ApiKey
from tests.benchmarks.loopback import answering
from tests.benchmarks.measure import LoopGap, interleaved, median, peak_rss_mb, ratio, table

PICTURE = 26_400_000
BODY = b'{"response_mode":"bytes","prompt":"four 4K pictures"}'


class Bench:
    """One network thread for the bare receive and for ours, so that only the work differs."""

    def __init__(self, origin: str, folder: Path) -> None:
        self.origin = origin
        self.folder = folder
        self.body = folder / "body.json"
        self.body.write_bytes(BODY)
        self.network = NetworkThread()
        address = ServerAddress.parse(f"{origin}/v1/phota")
        self.client = PhotaClient(address, ApiKey("key-of-a-bench"), self.network)
        self.bare_client = httpx.AsyncClient(trust_env=False)
        lean = LeanTransport(self.network.tls(), 1, checked=False)
        self.lean_client = httpx.AsyncClient(transport=lean, trust_env=False)
        self.runner = asyncio.Runner()
        self.gaps = LoopGap()

    async def bare(self, client: httpx.AsyncClient) -> int:
        return await self.network.run(self._bare(client))

    async def _bare(self, client: httpx.AsyncClient) -> int:
        count = 0
        url = f"{self.origin}/v1/phota/generate"
        async with client.stream("POST", url, content=BODY, timeout=60) as response:
            async for piece in response.aiter_raw():
                count += len(piece)
        return count

    async def ours(self) -> Finished:
        async with self.gaps:
            found = await self.client.studio.submit(
                Operation.GENERATE, self.body, lambda n: self.folder / f"{n}.part"
            )
        assert isinstance(found, Finished)
        return found

    def close(self) -> None:
        self.runner.run(self.network.run(self.bare_client.aclose()))
        self.runner.run(self.network.run(self.lean_client.aclose()))
        self.runner.run(self.client.close())
        self.runner.close()
        self.network.close()


def naive(origin: str, folder: Path) -> None:
    answer = httpx.post(f"{origin}/v1/phota/generate", content=BODY, timeout=60)
    for n, code in enumerate(answer.json()["images"]):
        (folder / f"naive-{n}.png").write_bytes(base64.b64decode(code))


@pytest.mark.benchmark
def test_receive(tmp_path: Path) -> None:
    pictures = [os.urandom(PICTURE) for _ in range(4)]
    answer = json.dumps(
        {
            "known_subjects": {"counts": {}},
            "images": [base64.b64encode(picture).decode() for picture in pictures],
            "download_urls": [],
        }
    ).encode()
    with answering(answer) as origin:
        made: list[Bench] = []

        def prepare() -> None:
            made.append(Bench(origin, tmp_path))
            made[0].runner.run(made[0].ours())

        more = peak_rss_mb(lambda: made[0].runner.run(made[0].ours()), prepare=prepare)
        naive_more = peak_rss_mb(
            lambda: naive(origin, tmp_path), prepare=lambda: httpx.get(f"{origin}/warm").read()[:1]
        )
        bench = Bench(origin, tmp_path)
        times = interleaved(
            {
                "bare receive": lambda: bench.runner.run(bench.bare(bench.bare_client)),
                "bare receive, our sockets": lambda: bench.runner.run(
                    bench.bare(bench.lean_client)
                ),
                "ours: receive, decode, save": lambda: bench.runner.run(bench.ours()),
                "json() + base64 + write": lambda: naive(origin, tmp_path),
            },
            repeats=9,
        )
        found = bench.runner.run(bench.ours())
        assert [part.read_bytes() for part in found.parts] == pictures
        bench.close()
    reference = times["bare receive"]
    memory = {"ours: receive, decode, save": more, "json() + base64 + write": naive_more}
    rows: list[tuple[object, ...]] = [(f"{len(answer) / 1e6:.0f} MB", "ms", "x bare", "+MB")]
    for name, values in times.items():
        rows.append((name, median(values), ratio(values, reference), memory.get(name, "")))
    table("Goal 7: receive and save 4 × 4K base64 (≤ 1.35×, ≤ 2.6 MB)", rows)
    table(
        "Gap of the window's loop meanwhile, ms",
        [("", "p99", "max"), ("ours", bench.gaps.p99, bench.gaps.worst)],
    )
    assert ratio(times["ours: receive, decode, save"], reference) <= 1.35
    assert more * 1e6 <= 0.1 * PICTURE
