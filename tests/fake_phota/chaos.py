"""What the fake does differently from a well-behaved server: lasting traits and passing faults."""

from __future__ import annotations

import dataclasses
import random
import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Traits:
    """How the server is, all the time; times in seconds, ``side`` in pixels.

    ``mode``: ``v0.7`` (async jobs, idempotent), ``v0.4`` (422 for ``async`` and its companions),
    ``lax`` (ignores those fields: a direct 200, every POST a charge), ``direct`` (idempotent, but
    an async submit is answered with a finished 200).
    ``poll_url``: ``relative``, ``absolute``, ``stranger`` (another origin), ``missing``, or a
    template that holds a slash, with ``{job_id}``, ``{api}``, ``{stranger}``.
    ``shape``: where a finished job holds its result: ``top``, ``result``, ``response``, ``deep``,
    ``handle`` (the bare result without job id and state).
    ``known_subjects``: ``counts``, ``null``, ``missing`` or ``bare`` (counts without the wrapper).
    ``job_polls`` in place of ``job_seconds``: how often a job is asked for before it is finished.
    ``job_ends``: ``done``, ``moderation``, ``error``. ``images`` caps the pictures delivered.
    ``error_key`` is where the code of an error sits: ``code``, ``type`` or ``error``.

    Trainings. Photos of loopback addresses are fetched, one after another, ``fetch_after`` seconds
    after the add and with ``fetch_pause`` seconds between; with ``fetch_first`` the add is
    answered after that. ``keep_photos`` is a folder for what came. ``validating_seconds``,
    ``queuing_seconds`` and ``in_progress_seconds`` are how long each state lasts, VALIDATING at
    least until the photos are fetched; one that is None lasts a third of ``training_seconds``.
    ``training_states`` are the words of these states, ``training_ends`` the last one, with
    ``training_message``. ``no_subject``: ``add`` (400 at once) or ``training`` (ERROR after
    validating). ``count_status`` answers a count that the tier does not take. ``picture_after``
    is how long after READY the picture is a 404 still.
    ``listed``: items of the list are ``status`` (objects with it), ``tag`` (objects with the tag),
    ``full`` (with both), ``bare`` (with neither) or ``strings``; ``listed_after`` is how long a
    new profile is missing there; without ``tag_filter`` the list ignores ``?tag=``.
    """

    mode: str = "v0.7"
    poll_url: str = "relative"
    shape: str = "top"
    known_subjects: str = "counts"
    job_seconds: float = 0.05
    job_polls: int = 0
    states: tuple[str, ...] = ("QUEUED", "IN_PROGRESS")
    done_state: str = "COMPLETED"
    job_ends: str = "done"
    error_key: str = "code"
    images: int | None = None
    side: int = 128
    link_seconds: float = 86_400.0
    forget_after: float | None = None
    training_seconds: float = 0.2
    validating_seconds: float | None = None
    queuing_seconds: float | None = None
    in_progress_seconds: float | None = None
    training_states: tuple[str, ...] = ("VALIDATING", "QUEUING", "IN_PROGRESS")
    training_ends: str = "READY"
    training_message: str = ""
    no_subject: str = ""
    count_status: int = 400
    fetch_after: float = 0.0
    fetch_pause: float = 0.0
    fetch_first: bool = False
    keep_photos: str = ""
    picture_after: float = 0.0
    listed: str = "status"
    listed_after: float = 0.0
    tag_filter: bool = True


@dataclass(frozen=True)
class Fault:
    """One passing fault: strikes requests of ``step`` number ``after`` to ``after + times``.

    ``step``: ``submit``, ``poll``, ``download``, ``profiles`` (all of them) or one of ``add``,
    ``ids``, ``status``, ``picture``, ``delete``. ``do`` on any step: ``status``
    (answer ``status`` with ``body`` json, html, empty or garbage and ``retry_after``), ``drop``
    (hang up before anything takes effect), ``lose_answer`` (take effect, then hang up), ``reset``
    (take effect, then RST), ``hang`` (take effect, stay silent for ``seconds``), ``truncate``
    (cut the answer at ``at``), ``garbage`` (take effect, then 200 with HTML), ``redirect`` (to
    ``to``), ``moderation``, ``delay``. On downloads also ``cut``, ``ignore_range``,
    ``wrong_range``, ``new_etag``, ``gzip``, ``extra``, ``expired``, ``stall`` (at ``at``),
    ``short`` (a file that ends at ``at`` and says so).
    ``at`` below 1 is a share of the body, else a byte. ``charged`` makes ``status`` strike after
    the request took effect. ``seconds`` is waited before any fault. ``detail`` is the sentence of
    a JSON ``status``, of the request's ``field`` (as a 422 says it) where one is named.
    """

    step: str
    do: str
    chance: float = 1.0
    after: int = 0
    times: int | None = None
    status: int = 500
    body: str = "json"
    retry_after: str = ""
    seconds: float = 0.0
    at: float = 0.5
    to: str = "stranger"
    charged: bool = False
    detail: str = "Chaos."
    field: str = ""

    def cut_at(self, size: int) -> int:
        """Return the byte of a body of ``size`` bytes at which this fault cuts."""
        return min(size, int(self.at * size) if self.at < 1 else int(self.at))


@dataclass
class Chaos:
    """Traits and faults together; the same seed strikes the same requests of each step."""

    traits: Traits = field(default_factory=Traits)
    faults: tuple[Fault, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        self._seen = [0] * len(self.faults)
        self._lock = threading.Lock()

    def pick(self, *steps: str) -> Fault | None:
        """Return the first fault that strikes a request of these steps, or None; counts it."""
        struck = None
        with self._lock:
            for index, fault in enumerate(self.faults):
                if fault.step not in (*steps, "any"):
                    continue
                number = self._seen[index]
                self._seen[index] += 1
                in_turn = fault.after <= number and (
                    fault.times is None or number < fault.after + fault.times
                )
                dice = random.Random(f"{self.seed}:{index}:{number}").random()  # noqa: S311
                if struck is None and in_turn and dice < fault.chance:
                    struck = fault
        return struck

    @classmethod
    def from_json(cls, spec: dict[str, object]) -> Chaos:
        """Read ``{"seed": …, "faults": [{…}], <trait>: …}``; an unknown name is a TypeError."""
        spec = dict(spec)
        seed = spec.pop("seed", 0)
        faults = spec.pop("faults", [])
        assert isinstance(seed, int)
        assert isinstance(faults, list)
        for name in ("states", "training_states"):
            if isinstance(spec.get(name), list):
                spec[name] = tuple(spec[name])  # type: ignore[arg-type]
        return cls(Traits(**spec), tuple(Fault(**f) for f in faults), seed)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, object]:
        """Return what :meth:`from_json` reads."""
        return {
            "seed": self.seed,
            "faults": [dataclasses.asdict(f) for f in self.faults],
            **dataclasses.asdict(self.traits),
        }
