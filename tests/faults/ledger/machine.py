"""Random lives of paid requests: what a person, a server, a network and a clock may do to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.library import result_key
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.repeating import can_send_again, newer_equal
from phota_desktop.viewmodels.job_actions import JobAction, actions_for
from tests.fake_phota.chaos import Fault
from tests.faults.ledger.verdict import Intent, broken_at_any_time, broken_in_the_end
from tests.faults.ledger.world import ACCOUNTS, KEYS, World

MOST_JOBS = 4
ROUNDS = 6
DAY = 86_400.0

_LOST = ("lose_answer", "reset", "drop", "garbage")
FAULTS = [
    *[Fault(step, do, times=n) for step in ("submit", "poll", "download") for do in _LOST
      for n in (1, 2)],
    *[Fault("submit", "status", status=status, body=body, charged=charged, times=1)
      for status, body in ((500, "json"), (502, "html"), (503, "empty"), (504, "garbage"))
      for charged in (False, True)],
    Fault("submit", "truncate", at=20, times=1),
    *[Fault(step, "status", status=429, retry_after=wish, times=1)
      for step in ("submit", "poll", "download") for wish in ("", "1", "120", "121", "4000")],
    *[Fault(step, "status", status=status, body="html", times=times)
      for step in ("poll", "download") for status in (500, 502, 503, 504) for times in (1, 9)],
    *[Fault(step, "redirect", times=1) for step in ("submit", "poll")],
    Fault("poll", "truncate", at=0.7, times=1),
    *[Fault("download", do, times=1) for do in
      ("cut", "short", "new_etag", "ignore_range", "wrong_range", "gzip", "expired")],
    Fault("download", "cut", at=1, times=8),
    Fault("submit", "status", status=402, times=1),
]  # fmt: skip
"""What may strike requests on their way, each a few times."""

LOST_SUBMITS = [
    fault
    for fault in FAULTS
    if fault.step == "submit" and (fault.do in (*_LOST, "truncate") or fault.status >= 500)
]
BAD_DOWNLOADS = [fault for fault in FAULTS if fault.step == "download"]
DECISIONS = [
    "cancel",
    "check again",
    "retry",
    "release",
    "try now",
    "delete",
    "delete, undo",
    "undo",
]
ODD = [
    *[f"clock {seconds}" for seconds in (DAY, -DAY, 1200.0, -1200.0)],
    *[f"{what} {n}" for what in ("revoke", "allow") for n in range(len(KEYS))],
    "expire",
]
POLL_URLS = ["relative", "absolute", "stranger", "missing", "{stranger}/jobs/{job_id}"]
NUMBERS = st.integers(0, 30)


class Life(RuleBasedStateMachine):
    """Every rule is something that happens; the invariant is what is promised all the time."""

    sync = False

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None
        self.intents: dict[str, Intent] = {}

    @initialize(
        poll_url=st.sampled_from(POLL_URLS),
        shape=st.sampled_from(["top", "result", "deep", "handle"]),
        mode=st.sampled_from(["v0.7", "v0.7", "direct", "v0.4"]),
        job_polls=st.sampled_from([0, 1, 3]),
    )
    def begin(self, poll_url: str, shape: str, mode: str, job_polls: int) -> None:
        """Start the server as it is, and the program for the first time."""
        self.world = World(poll_url=poll_url, shape=shape, mode=mode, job_polls=job_polls)

    def teardown(self) -> None:
        """Mend the world, let a person decide what is open, and compare."""
        if self.world is None:
            return
        try:
            with self._told():
                self._finish()
                broken = broken_in_the_end(self.world, self.intents)
            assert not broken, "\n".join([*broken, self.world.history()])
        finally:
            self.world.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say of an unexpected error what the jobs were like."""
        try:
            yield
        except BaseException:
            for job in self.world.jobs() if self.world else ():
                note(f"{job.request.prompt}: {job.state} {job.error}")
            raise

    def _job(self, number: int) -> Job:
        jobs = self.world.jobs()
        return jobs[number % len(jobs)]

    def _has_jobs(self) -> bool:
        return self.world is not None and bool(self.world.services.queue.jobs())

    # what a person does -------------------------------------------------------------------------

    @precondition(lambda self: self.world and len(self.intents) < MOST_JOBS)
    @rule(
        variants=st.integers(1, 2),
        photo=st.integers(0, 1),
        deliver=st.booleans(),
        declined=st.sampled_from(["", "", "", "", "", "400", "422", "moderation", "error"]),
    )
    def submit(self, variants: int, photo: int, deliver: bool, declined: str) -> None:
        """Ask for something; ``declined`` is what Phota has to say of it, every time."""
        prompt = f"look {len(self.intents)}"
        if declined.isdecimal():
            self.world.memory.declines[prompt] = int(declined)
        elif declined and self.world.traits.mode == "v0.7":
            self.world.memory.ends[prompt] = declined
        else:
            declined = ""
        self.intents[prompt] = Intent(prompt, variants, declined=declined)
        request = EnhanceRequest(self.world.photos[photo], prompt=prompt, variants=variants)
        queue = self.world.services.queue
        self.world.run(
            queue.submit(request, engine=Engine.PHOTA, out_dir=self.world.out, deliver=deliver)
        )

    @precondition(_has_jobs)
    @rule(what=st.sampled_from(DECISIONS), number=NUMBERS)
    def decide(self, what: str, number: int) -> None:
        """Let a person decide about a job, or about what came of it."""
        job = self._job(number)
        self.world.trace.append(f"{what}: {job.request.prompt}")
        queue, library = self.world.services.queue, self.world.services.library
        if what == "cancel":
            self._cancel(job)
        elif what == "check again":
            self._check_again(job)
        elif what == "retry":
            self._retry(job)
        elif what == "release":
            self.world.try_to(lambda: queue.release([one.id for one in queue.jobs()]))
        elif what == "try now":
            queue.try_now()
        else:
            keys = [result_key(one, made) for one in self.world.jobs() for made in one.variants]
            if keys and what.startswith("delete"):
                self.world.try_to(lambda: library.delete([keys[number % len(keys)]]))
            if what.endswith("undo"):
                self.world.try_to(library.undo)

    def _cancel(self, job: Job) -> None:
        intent = self.intents[job.request.prompt]
        after = self.world.try_to(lambda: self.world.services.queue.cancel(job.id))
        if after is not None and after.state is JobState.CANCELED:
            intent.canceled = True
            intent.given_up |= job.id in self.world.unknown

    def _check_again(self, job: Job) -> None:
        """Ask again about a job; where that may cost something new, the person is told so."""
        if job.state is JobState.UNKNOWN and self.world.may_charge_again(job):
            self.intents[job.request.prompt].sends += 1
        self.world.try_to(lambda: self.world.services.queue.check_again(job.id))

    def _retry(self, job: Job) -> None:
        """Do a failed job again, which is a new wish if it ended at Phota."""
        queue = self.world.services.queue
        if job.state is JobState.UNKNOWN:
            self._check_again(job)
        elif job.state is JobState.FAILED and newer_equal(job, queue.jobs()) is None:
            self.intents[job.request.prompt].sends += not can_send_again(job)
            self.world.try_to(lambda: queue.retry(job.id))

    @precondition(lambda self: self.world)
    @rule(key=st.sampled_from(KEYS))
    def change_key(self, key: str) -> None:
        """Give the program the key of this or of the other account."""
        self.world.use_key(key)

    # what the program does ----------------------------------------------------------------------

    @precondition(_has_jobs)
    @rule(changes=st.sampled_from([1, 1, 2, 3, 4]))
    def work(self, changes: int) -> None:
        """Let the program go on for a few commits."""
        self.world.work(changes)

    @precondition(_has_jobs)
    @rule(posts=st.integers(1, 3))
    def work_until_sent(self, posts: int) -> None:
        """Let the program go on until so many submits have reached the server."""
        self.world.work_until_posts(posts)

    @precondition(_has_jobs)
    @rule()
    def rest(self) -> None:
        """Let the program go on until nothing more happens by itself."""
        self.world.work()

    @precondition(lambda self: self.world)
    @rule(cut=st.booleans())
    def restart(self, cut: bool) -> None:
        """End the program, in order or in the middle of everything, and start it again."""
        (self.world.cut_off if cut else self.world.restart)()

    # what the server, the network and the clock do ----------------------------------------------

    @precondition(lambda self: self.world)
    @rule(number=st.integers(0, len(FAULTS) - 1))
    def strike(self, number: int) -> None:
        """Let the next requests of one step go wrong."""
        self.world.arm(FAULTS[number])

    @precondition(_has_jobs)
    @rule(number=st.integers(0, len(LOST_SUBMITS) - 1), changes=st.integers(1, 3))
    def lose(self, number: int, changes: int) -> None:
        """Let the next submit be lost on its way there or back, and go on a little."""
        self.world.arm(LOST_SUBMITS[number])
        self.world.work(changes)

    @precondition(_has_jobs)
    @rule(number=st.integers(0, len(BAD_DOWNLOADS) - 1), changes=st.integers(2, 5))
    def spoil(self, number: int, changes: int) -> None:
        """Let the next picture come badly, and go on."""
        self.world.arm(BAD_DOWNLOADS[number])
        self.world.work(changes)

    @precondition(lambda self: self.world)
    @rule(what=st.sampled_from(ODD))
    def meanwhile(self, what: str) -> None:
        """Let something happen that has nothing to do with a request."""
        world = self.world
        what, _, which = what.partition(" ")
        if what == "clock":
            world.clock.wall += float(which)
        elif what == "revoke":
            world.memory.accounts.pop(KEYS[int(which)], None)
        elif what == "allow":
            world.memory.accounts[KEYS[int(which)]] = ACCOUNTS[KEYS[int(which)]]
            world.services.queue.try_now()
        else:
            world.memory.expire_links()

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        """Money and keys: at every moment."""
        if self.world is not None:
            broken = broken_at_any_time(self.world, self.intents)
            assert not broken, "\n".join([*broken, self.world.history()])

    # the end ------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Let the person decide, with the right key, whatever the program asks of them."""
        world = self.world
        world.calm()
        for number in range(ROUNDS):
            world.use_key(KEYS[number % len(KEYS)])
            if number in (0, 1):
                world.restart()
            world.services.queue.try_now()
            world.work()
            for job in world.jobs():
                self._decide(job, last=number >= ROUNDS - len(KEYS))
            world.work()
            if not any(self._needs_a_person(job) for job in world.jobs()):
                break
        world.restart()
        world.work()

    def _needs_a_person(self, job: Job) -> bool:
        gone = job.error is not None and job.error.kind is ErrorKind.GONE
        checks = self._offers_check(job) and (gone or not self.intents[job.request.prompt].declined)
        return not job.state.is_final or job.state is JobState.UNKNOWN or checks

    def _offers_check(self, job: Job) -> bool:
        """Tell whether the window offers to check this job again."""
        return JobAction.CHECK_AGAIN in actions_for(job)

    def _decide(self, job: Job, *, last: bool) -> None:
        queue, mine = self.world.services.queue, job.account == self.world.account
        if queue.needs_a_word(job.id):
            self.world.try_to(lambda: queue.release([job.id]))
        elif job.state is JobState.UNKNOWN and job.async_mode and mine:
            self._check_again(job)
        elif job.state is JobState.UNKNOWN and not job.async_mode:
            self.cancel_unknown(job)
        elif self._offers_check(job) and mine and not last:
            self._check_again(job)

    def cancel_unknown(self, job: Job) -> None:
        """Give up what a server without ids of requests may have charged."""
        self.intents[job.request.prompt].given_up = True
        self.world.try_to(lambda: self.world.services.queue.cancel(job.id))


def sized(sequences: int, steps: int = 25, seed: str = "") -> settings:
    """Return settings for so many sequences of up to so many steps, the same every time.

    Not shrunk: each try is a whole life, and threads make no two of them quite the same.
    """
    return settings(
        max_examples=int(os.environ.get("PHOTA_TEST_SEQUENCES", sequences)),
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=not os.environ.get("PHOTA_TEST_RANDOM"),
        phases=(Phase.explicit, Phase.generate),
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
