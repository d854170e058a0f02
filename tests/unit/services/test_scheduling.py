"""The line: who gets a place, in which order, and what a person may change about it."""

from __future__ import annotations

import asyncio

from phota_desktop.core.jobs import Engine
from phota_desktop.services.scheduling import SENT_PLACES, Line

PHOTA, LOCAL = Engine.PHOTA, Engine.LOCAL


def stand(line: Line, *job_ids: str, engine: Engine = PHOTA) -> None:
    """Let jobs be recorded, announced and wait, in this order."""
    for job_id in job_ids:
        line.add(job_id)
        line.announce(job_id, engine, was_sent=False)
    for job_id in reversed(job_ids):  # whoever comes first, the order counts
        wish = asyncio.ensure_future(line.enter(job_id))
        wish.add_done_callback(lambda done: done.cancelled() or done.exception())


async def inside(line: Line, job_ids: str) -> str:
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return "".join(job_id for job_id in job_ids if line.is_inside(job_id))


async def test_places_are_given_in_order_however_they_are_asked_for() -> None:
    line = Line(2)
    stand(line, *"abcd")
    assert await inside(line, "abcd") == "ab"
    assert line.order() == ["c", "d"]
    line.leave("a")
    line.drop("a")
    assert await inside(line, "abcd") == "bc"


async def test_nobody_takes_the_place_of_one_who_is_on_the_way() -> None:
    line = Line(1)
    for job_id in "ab":
        line.add(job_id)
        line.announce(job_id, PHOTA, was_sent=False)
    second = asyncio.ensure_future(line.enter("b"))
    assert await inside(line, "ab") == ""
    first = asyncio.ensure_future(line.enter("a"))
    assert await inside(line, "ab") == "a"
    line.leave("a")
    await asyncio.gather(first, second)
    assert await inside(line, "ab") == "b"


async def test_a_waiting_job_moves_before_another_or_to_the_end() -> None:
    line = Line(1)
    stand(line, *"abcd")
    assert await inside(line, "abcd") == "a"
    assert line.move("d", "b")
    assert line.order() == ["d", "b", "c"]
    assert line.move("d", None)
    assert line.order() == ["b", "c", "d"]
    assert not line.move("d", None)
    assert not line.move("a", "c"), "it is at work"
    assert not line.move("b", "a")
    assert not line.move("nobody", None)
    line.move("d", "b")
    line.leave("a")
    line.drop("a")
    assert await inside(line, "abcd") == "d"


async def test_parked_jobs_get_no_place_until_they_are_let_go() -> None:
    line = Line(1)
    stand(line, *"abc")
    await inside(line, "abc")
    line.park("abc")
    assert not line.is_parked("a"), "it is at work"
    line.leave("a")
    assert await inside(line, "bc") == ""
    line.unpark("c")
    assert await inside(line, "bc") == "c"
    assert line.order() == ["a", "b"]


async def test_more_places_are_given_at_once_and_fewer_take_none_away() -> None:
    line = Line(1)
    stand(line, *"abcd")
    assert await inside(line, "abcd") == "a"
    line.set_places(3)
    assert await inside(line, "abcd") == "abc"
    line.set_places(0)
    assert line.places == 1
    line.leave("a")
    line.leave("b")
    assert await inside(line, "cd") == "c"
    line.leave("c")
    assert await inside(line, "cd") == "d"


async def test_engines_and_jobs_that_were_sent_do_not_hold_up_each_other() -> None:
    line = Line(1)
    stand(line, *"ab")
    stand(line, "l", engine=LOCAL)
    sent = [f"s{n}" for n in range(SENT_PLACES + 1)]
    for job_id in sent:
        line.announce(job_id, PHOTA, was_sent=True)
        wish = asyncio.ensure_future(line.enter(job_id))
        wish.add_done_callback(lambda done: done.cancelled() or done.exception())
    assert await inside(line, "abl") == "al"
    assert [line.is_inside(job_id) for job_id in sent] == [True] * SENT_PLACES + [False]
    assert line.order() == ["b"]
    line.leave("s0")
    assert line.is_inside(sent[-1])


async def test_a_wish_that_was_given_up_takes_no_place() -> None:
    line = Line(1)
    line.add("a")
    line.announce("a", PHOTA, was_sent=False)
    line.leave("a")
    stand(line, "b")
    assert await inside(line, "b") == "b"
