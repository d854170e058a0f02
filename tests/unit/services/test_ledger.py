"""The ledger of real jobs, and the table that people take away: equal to the cent."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.ledger import total
from phota_desktop.core.options import Operation, Resolution
from phota_desktop.core.pricing import PriceRow
from phota_desktop.core.requests import EnhanceRequest, GenerateRequest, StudioRequest
from phota_desktop.services import ledger as module
from phota_desktop.services.composition import Services
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA


async def run(services: Services, request: StudioRequest, engine: Engine = PHOTA) -> None:
    job = await services.queue.submit(request, engine=engine, deliver=False)
    await services.queue.wait(job.id)


async def test_the_ledger_holds_what_was_charged_and_nothing_else(
    tmp_path: Path, photo: Path, open_real_services: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    before = time.time()
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            await run(services, EnhanceRequest(photo, variants=2))
            await run(services, EnhanceRequest(photo, profile_ids=("prof_1",)))
            await run(services, GenerateRequest("a boat"))
            await run(services, EnhanceRequest(photo), Engine.LOCAL)
            fake.set_chaos(Fault("submit", "moderation"))
            await run(services, EnhanceRequest(photo))
            entries = await services.ledger.entries()
            assert [(one.operation, one.images, one.amount) for one in entries] == [
                (Operation.GENERATE, 1, None),
                (Operation.ENHANCE, 1, Decimal("0.15")),
                (Operation.ENHANCE, 2, Decimal("0.24")),
            ]
            assert await services.ledger.entries(before, entries[0].time) == entries[1:]
            assert await services.ledger.entries(since=time.time()) == ()
            assert len(fake.ledger.charges()) == 3


async def test_the_table_adds_up_and_never_replaces_a_file(
    tmp_path: Path, photo: Path, open_real_services: Open
) -> None:
    path = tmp_path / "costs.csv"
    path.write_text("mine")
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            for variants in (1, 3):
                await run(services, EnhanceRequest(photo, "x", ("prof_1",), variants))
            entries = await services.ledger.entries()
            names = {"prof_1": "=Zoë"}
            written = [await services.ledger.write_csv(path, entries, names) for _ in range(2)]
    assert [one.name for one in written] == ["costs (2).csv", "costs (3).csv"]
    assert path.read_text() == "mine"
    rows = list(csv.reader(written[0].read_text("utf-8-sig").splitlines()))
    header, *jobs, last = rows
    column = header.index("Amount")
    assert sum(Decimal(row[column]) for row in jobs) == Decimal(last[column]) == total(entries)
    assert total(entries) == Decimal("0.60")
    assert "'=Zoë" in jobs[0]
    with pytest.raises(PhotaError) as caught:
        module._write_new(tmp_path / "missing" / "costs.csv", "")
    assert caught.value.kind is ErrorKind.DISK


async def test_the_prices_in_force_are_a_persons_own_over_the_published(
    open_real_services: Open,
) -> None:
    own = PriceRow(Operation.GENERATE, Decimal("0.09"), Decimal("0.11"), "nb2", Resolution.R1K)
    async with open_real_services(engine=Engine.LOCAL) as services:
        request = GenerateRequest("a boat")
        assert services.prices().row_for(request) is None
        services.settings = replace(services.settings, prices=(own,))
        assert services.prices().row_for(request) == own
        assert services.prices().row_for(EnhanceRequest(Path("x"))) is not None


async def test_an_own_price_is_what_the_queue_estimates_and_the_ledger_counts(
    tmp_path: Path, open_real_services: Open
) -> None:
    own = PriceRow(Operation.GENERATE, Decimal("0.09"), Decimal("0.11"))
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            services.settings = replace(services.settings, prices=(own,))
            await run(services, GenerateRequest("a boat", variants=3))
            [entry] = await services.ledger.entries()
            assert (entry.amount, entry.certain) == (Decimal("0.27"), True)
