"""Testing a bucket: each step told, what is wrong named, nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from phota_desktop.services.hosting import Hosting, Part, StepMark, TestStep
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket
from tests.unit.services.hosts import Opens

pytestmark = pytest.mark.usefixtures("quick_bucket")


async def run_test(hosting: Hosting, bucket: FakeBucket) -> dict[Part, TestStep]:
    told: list[TestStep] = []
    report = await hosting.test(bucket.address, bucket.secret, told.append)
    assert report.steps == tuple(told)
    return {step.part: step for step in told}


async def test_a_good_bucket_passes_and_is_empty_again(
    opens: Opens, fake_bucket: FakeBucket
) -> None:
    steps = await run_test(await opens(empty=True), fake_bucket)
    assert list(steps) == list(Part)
    assert {part for part, step in steps.items() if step.mark is not StepMark.OK} == {Part.READ}
    assert "Phota cannot fetch" in steps[Part.READ].words  # it is on this computer
    assert fake_bucket.objects() == {}
    unsigned = [one for one in fake_bucket.ledger if one.signed == "none"]
    assert [one.status for one in unsigned] == [403]


@pytest.mark.parametrize(
    ("bend", "part", "mark", "words"),
    [
        ({"is_public": True}, Part.PRIVATE, StepMark.WARN, "Block public access"),
        ({"versioned": True}, Part.WRITE, StepMark.WARN, "keeps old versions"),
        ({"denied": {"put"}}, Part.WRITE, StepMark.BAD, "may not write to"),
        ({"denied": {"get"}}, Part.READ, StepMark.BAD, "may not read from"),
        ({"denied": {"list"}}, Part.LIST, StepMark.BAD, "may not list"),
        ({"denied": {"delete"}}, Part.DELETE, StepMark.BAD, "One small text file is left"),
        ({"ahead": 1800.0}, Part.WRITE, StepMark.BAD, "clock is off by 30 minutes"),
        ({"region": "us-east-2"}, Part.WRITE, StepMark.BAD, "Set the region to us-east-2"),
        ({"keys": {}}, Part.WRITE, StepMark.BAD, "does not know this access key"),
        ({"keys": {KEY_ID: "other"}}, Part.WRITE, StepMark.BAD, "The secret is not"),
    ],
)
async def test_what_is_wrong_is_named_with_the_way_out(
    opens: Opens,
    fake_bucket: FakeBucket,
    bend: dict[str, object],
    part: Part,
    mark: StepMark,
    words: str,
) -> None:
    for name, value in bend.items():
        setattr(fake_bucket.rules, name, value)
    steps = await run_test(await opens(empty=True), fake_bucket)
    assert (steps[part].mark, words in steps[part].words) == (mark, True), steps
    assert SECRET not in str(steps)
    assert bool(fake_bucket.objects()) == (part is Part.DELETE)
    if part is Part.WRITE and mark is StepMark.BAD:
        assert list(steps) == [Part.WRITE]


async def test_the_test_cleans_up_when_it_is_cancelled(
    opens: Opens, fake_bucket: FakeBucket
) -> None:
    hosting = await opens(empty=True)
    first = asyncio.Event()
    running = asyncio.ensure_future(
        hosting.test(fake_bucket.address, fake_bucket.secret, lambda _step: first.set())
    )
    await first.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert fake_bucket.objects() == {}
