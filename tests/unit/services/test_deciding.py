"""What a person decides about jobs: order, hold, cancel, retry; nothing is paid without it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import Operation
from phota_desktop.core.pricing import PUBLISHED, PriceRow
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import Services
from phota_desktop.services.queue import JobQueue
from phota_desktop.services.repeating import Again, how_again
from phota_desktop.store.lock import JobClaim
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

pytestmark = pytest.mark.timeout(60)
PHOTA = Engine.PHOTA
NOBODY = {"PHOTA_BASE_URL": "http://127.0.0.1:9/v1/phota", "PHOTA_API_KEY": "k"}


async def ask(queue: JobQueue, photo: Path, out: Path, prompt: str) -> Job:
    return await queue.submit(EnhanceRequest(photo, prompt=prompt), engine=PHOTA, out_dir=out)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def states(queue: JobQueue) -> dict[str, JobState]:
    return {job.request.prompt: job.state for job in queue.jobs()}


def ids(queue: JobQueue) -> dict[str, str]:
    return {job.request.prompt: job.id for job in queue.jobs()}


async def test_waiting_jobs_are_sent_in_the_order_a_person_made(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.3) as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            queue.set_concurrency(1)
            for prompt in "abcd":
                await ask(queue, photo, out_dir, prompt)
            at = ids(queue)
            assert queue.order() == [at["b"], at["c"], at["d"]]
            queue.move(at["d"], at["b"])
            queue.move(at["b"], None)
            assert queue.order() == [at["d"], at["c"], at["b"]]
            await asyncio.gather(*(queue.wait(one) for one in at.values()))
            assert queue.order() == []
            sent = sorted(queue.jobs(), key=lambda job: job.sent or 0)
        assert [job.request.prompt for job in sent] == list("adcb")
        assert {job.state for job in sent} == {JobState.DONE}
        assert len(fake.ledger.charges()) == 4


async def test_more_at_once_begins_at_once(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=5.0) as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            queue.set_concurrency(1)
            for prompt in "abc":
                await ask(queue, photo, out_dir, prompt)
            await until(lambda: states(queue)["a"] is JobState.ACCEPTED)
            assert states(queue)["b"] is JobState.QUEUED
            queue.set_concurrency(3)
            await until(lambda: set(states(queue).values()) == {JobState.ACCEPTED})
            queue.set_concurrency(1)
            await ask(queue, photo, out_dir, "d")
            await asyncio.sleep(0.2)
            assert states(queue)["d"] is JobState.QUEUED
            assert states(queue)["a"] is JobState.ACCEPTED
        assert len(fake.ledger.charges()) == 3


async def test_cancelling_all_that_wait_sends_none_of_them(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    credit = Fault("submit", "status", status=402)
    with FakePhotaThread(tmp_path / "ledger", credit) as fake:
        async with open_real_services(fake.environ(), patient=True) as services:
            queue = services.queue
            held: list[str] = []
            queue.held.subscribe(lambda hold: held.append(hold.job_id))
            for prompt in "abcdef":
                await ask(queue, photo, out_dir, prompt)
            await until(lambda: len(held) == 2)
            assert queue.hold_of(held[0]) is not None
            tries = len(fake.ledger.rows("api"))
            fake.set_chaos()
            assert await queue.cancel_waiting() == 6
            await asyncio.sleep(0.1)
            assert set(states(queue).values()) == {JobState.CANCELED}
            assert queue.order() == []
            assert len(fake.ledger.rows("api")) == tries, "no freed place sent another one"
        assert fake.ledger.charges() == []
    assert not [*(tmp_path / "home" / "spool").iterdir()]


async def test_a_job_cancelled_at_once_leaves_nothing_behind(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            for prompt in "abcdefgh":
                job = await ask(services.queue, photo, out_dir, prompt)
                await asyncio.sleep(0.001 * (ord(prompt) - ord("a")))
                ended = await services.queue.cancel(job.id)
                if ended.state is not JobState.CANCELED:
                    ended = await services.queue.wait(job.id)
                    assert (ended.state, ended.hidden) == (JobState.DONE, True)
            paid = [job for job in services.queue.jobs() if job.state is JobState.DONE]
        assert len(fake.ledger.charges()) == len(paid)
    assert not [*(tmp_path / "home" / "run").glob("*.lock")]


async def test_a_held_job_waits_and_a_released_one_is_sent_once(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.2) as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            queue.set_concurrency(1)
            for prompt in "abc":
                await ask(queue, photo, out_dir, prompt)
            at = ids(queue)
            await until(lambda: states(queue)["a"] is not JobState.QUEUED)
            queue.hold(at.values())
            assert [queue.needs_a_word(at[name]) for name in "abc"] == [False, True, True]
            await queue.wait(at["a"])
            await asyncio.sleep(0.1)
            assert states(queue)["b"] is JobState.QUEUED
            assert len(fake.ledger.charges()) == 1
            released = await asyncio.gather(*(queue.release([at["c"]]) for _ in range(5)))
            assert sum(len(jobs) for jobs in released) == 1
            assert (await queue.wait(at["c"])).state is JobState.DONE
            assert states(queue)["b"] is JobState.QUEUED
        assert len(fake.ledger.charges()) == 2


async def test_release_stays_below_the_cap_and_held_jobs_leave_room_below_it(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    cap = Decimal("0.30")
    async with open_real_services(NOBODY) as services:
        for prompt in "abc":
            await ask(services.queue, photo, out_dir, prompt)
        for job in services.queue.jobs():
            await services.queue.wait(job.id)
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            await queue.load()
            assert await queue.resume() == []
            unsent = [job.id for job in await queue.unsent()]
            assert [services.queue.job(one).request.prompt for one in unsent] == list("abc")  # type: ignore[union-attr]
            with pytest.raises(PhotaError) as caught:
                await queue.release(unsent, daily_cap=cap)
            assert caught.value.field == "daily_cap"
            assert set(states(queue).values()) == {JobState.QUEUED}
            assert all(queue.needs_a_word(one) for one in unsent)
            # Of another server than they were made for: the right one is not at hand here.
            assert len(await queue.release(unsent[:2], daily_cap=cap)) == 2
        assert fake.ledger.charges() == []


async def test_unsent_jobs_are_not_asked_about_while_another_program_is_at_them(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    async with open_real_services(NOBODY) as services:
        job = await ask(services.queue, photo, out_dir, "a")
        await services.queue.wait(job.id)
    async with open_real_services(NOBODY) as services:
        other = JobClaim(services.folders.runtime)
        assert other.claim(job.id)
        await services.queue.load()
        assert await services.queue.unsent() == []
        with pytest.raises(PhotaError) as caught:
            await services.queue.cancel(job.id)
        assert caught.value.kind is ErrorKind.BUSY
        other.release(job.id)
        assert [one.id for one in await services.queue.unsent()] == [job.id]
        assert await services.queue.discard([job.id]) == 1
        assert states(services.queue) == {"a": JobState.CANCELED}


async def test_one_hundred_clicks_on_retry_are_one_more_request(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_ends="error") as fake:
        async with open_real_services(fake.environ()) as services:
            job = await ask(services.queue, photo, out_dir, "a")
            failed = await services.queue.wait(job.id)
            assert failed.state is JobState.FAILED
            assert how_again(failed) is Again.SEND
            fake.set_chaos()
            for _ in range(2):
                again = await asyncio.gather(*(services.queue.retry(job.id) for _ in range(50)))
                assert len({one.id for one in again}) == 1
                done = await services.queue.wait(again[0].id)
            assert done.state is JobState.DONE
            assert done.id != job.id
            assert services.queue.retry_plan().job_ids == ()
        assert len(fake.ledger.posts()) == 2


async def test_one_hundred_clicks_on_a_refused_key_send_the_same_request_once_more(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    # In sync mode nothing but this program keeps a second POST from a second charge.
    traits = {"mode": "v0.4"}
    denied = Fault("submit", "status", status=401, times=1)
    with FakePhotaThread(tmp_path / "ledger", denied, **traits) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await ask(services.queue, photo, out_dir, "a")
            assert (await services.queue.wait(job.id)).state is JobState.FAILED
            clicks = [services.queue.retry(job.id) for _ in range(50)]
            clicks += [services.queue.cancel("nobody")]
            await asyncio.gather(*clicks, return_exceptions=True)
            done = await services.queue.wait(job.id)
            assert done.state is JobState.DONE, done.error
        assert len(fake.ledger.charges()) == 1


async def test_retrying_all_does_what_was_agreed_to_and_nothing_else(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_ends="error") as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            for prompt in "abb":
                job = await ask(queue, photo, out_dir, prompt)
                await queue.wait(job.id)
            fake.set_chaos(Fault("submit", "status", status=401))
            job = await ask(queue, photo, out_dir, "key")
            await queue.wait(job.id)
            fake.set_chaos(Fault("submit", "status", status=422))
            job = await ask(queue, photo, out_dir, "invalid")
            await queue.wait(job.id)
            fake.set_chaos(Fault("submit", "moderation"))
            job = await ask(queue, photo, out_dir, "refused")
            assert (await queue.wait(job.id)).state is JobState.REFUSED
            plan = queue.retry_plan()
            assert [job.request.prompt for job in plan.sends] == ["a", "b", "key"]
            before = len(fake.ledger.charges())
            with pytest.raises(PhotaError) as caught:
                await queue.retry_failed(plan, daily_cap=Decimal("0.50"))
            assert caught.value.field == "daily_cap"
            assert len(queue.jobs()) == 6
            fake.set_chaos()
            for _ in range(2):
                begun = await queue.retry_failed(plan, daily_cap=Decimal(5))
                assert len(begun) == 3
                for one in begun:
                    assert (await queue.wait(one.id)).state is JobState.DONE
            assert len(queue.jobs()) == 8
        assert len(fake.ledger.charges()) == before + 3


async def test_two_requests_at_once_do_not_share_the_last_room_below_the_cap(
    photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    async with open_real_services(NOBODY) as services:
        ends = await asyncio.gather(
            *(
                services.queue.submit(
                    EnhanceRequest(photo, prompt=prompt),
                    engine=PHOTA,
                    out_dir=out_dir,
                    daily_cap=Decimal("0.20"),
                )
                for prompt in "abcd"
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Job) for one in ends) == 1


async def test_a_persons_own_prices_count_for_estimate_cap_and_cost(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    own = PriceRow(Operation.ENHANCE, Decimal("0.50"), Decimal("0.70"))
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as old:
            services = replace(old, queue=_with_prices(old, own))
            with pytest.raises(PhotaError):
                await services.queue.submit(
                    EnhanceRequest(photo), engine=PHOTA, daily_cap=Decimal("0.40")
                )
            job = await services.queue.submit(EnhanceRequest(photo), engine=PHOTA)
            assert job.estimate is not None
            assert job.estimate.high == Decimal("0.50")
            done = await services.queue.wait(job.id)
            assert done.cost == Decimal("0.50")
            await services.queue.close()


def _with_prices(services: Services, *rows: PriceRow) -> JobQueue:
    table = PUBLISHED.changed(rows)
    return JobQueue(
        services.session,
        services.journal,
        services.vault,
        JobClaim(services.folders.runtime),
        services.threads,
        services.tasks,
        prices=lambda: table,
    )


async def test_every_open_job_ends_as_the_rules_say_after_a_restart(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    """3 running, 2 waiting, 1 failed, 1 unknown: no charge twice, no new one without a click."""
    with FakePhotaThread(tmp_path / "ledger", job_ends="error") as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            job = await ask(queue, photo, out_dir, "failed")
            await queue.wait(job.id)
            queue.set_concurrency(4)
            fake.set_chaos(job_seconds=2.0)
            for prompt in ("run 1", "run 2", "run 3"):
                await ask(queue, photo, out_dir, prompt)
            await until(
                lambda: [states(queue)[f"run {n}"] for n in (1, 2, 3)] == [JobState.ACCEPTED] * 3
            )
            fake.set_chaos(Fault("submit", "lose_answer"), job_seconds=2.0)
            lost = await ask(queue, photo, out_dir, "unknown")
            await until(lambda: len(fake.ledger.charges()) == 5)
            queue.set_concurrency(1)
            for prompt in ("wait 1", "wait 2"):
                await ask(queue, photo, out_dir, prompt)
            await queue.close()
            row = await services.threads.journal(services.journal.job, lost.id)
            assert row is not None
            assert row.state is JobState.SENT
            aged = replace(row, sent=time.time() - 5000)
            await services.threads.journal(services.journal.save, aged)
        fake.set_chaos()
        charged = len(fake.ledger.charges())
        assert charged == 5
        async with open_real_services(fake.environ(), patient=True) as services:
            queue = services.queue
            await queue.load()
            taken = await queue.resume()
            for one in taken:
                await queue.wait(one.id)
            assert states(queue) == {
                "failed": JobState.FAILED,
                "unknown": JobState.UNKNOWN,
                "run 1": JobState.DONE,
                "run 2": JobState.DONE,
                "run 3": JobState.DONE,
                "wait 1": JobState.QUEUED,
                "wait 2": JobState.QUEUED,
            }
            assert len(fake.ledger.charges()) == charged
            waiting = await queue.unsent()
            assert [job.request.prompt for job in waiting] == ["wait 1", "wait 2"]
            assert await queue.discard([waiting[0].id]) == 1
            for one in await queue.release([waiting[1].id], daily_cap=Decimal(5)):
                assert (await queue.wait(one.id)).state is JobState.DONE
            assert len(fake.ledger.charges()) == charged + 1
            again = await queue.check_again(ids(queue)["unknown"])
            assert (await queue.wait(again.id)).state is JobState.DONE
            assert len(fake.ledger.charges()) == charged + 1
        assert fake.ledger.double_charges() == 0
        assert not fake.ledger.changed_bodies()
