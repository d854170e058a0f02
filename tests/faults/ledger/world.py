"""One person's computer and one fake Phota: the real services, started, stopped and cut off."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from PIL import Image

from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.secrets import ApiKey
from phota_desktop.services import threads as threads_module
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.disposal import FolderTrash
from phota_desktop.services.running import JobChange
from phota_desktop.services.tasks import Failure
from phota_desktop.store import vault as vault_module
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings
from tests.fake_phota.chaos import Chaos, Fault, Traits
from tests.fake_phota.ledger import Ledger
from tests.fake_phota.running import Servers
from tests.faults.ledger.clock import Away, FakeTime, SkippingLoop

T = TypeVar("T")
ACCOUNTS = {"first-key-0123456789": "first", "second-key-0123456789": "second"}
KEYS = tuple(ACCOUNTS)
SALT = "5a" * 32
DECOY = b"A photo of the person that stands where a result would like to stand."
LONGEST_S = 6 * 3600.0
"""Seconds of the program's time in which everything must have come to rest."""


class World:
    """A home, a folder of results, a trash, a server; ``restart`` and ``cut_off`` are its nights.

    ``unknown`` are the ids of jobs that were ever shown as "may have been charged", ``trouble``
    what the program itself reported as its own mistake. ``disturbances`` is how often answers may
    have gone unheard because the program ended or changed its key.
    """

    def __init__(self, **traits: object) -> None:
        self._opened = ExitStack()
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  (a made folder)
        folder = tempfile.TemporaryDirectory(prefix="phota-life-", dir=memory)
        self.root = Path(self._opened.enter_context(folder))
        self.disk = self.root / "disk"
        self.out = self.disk / "out"
        self.traits = Traits(job_seconds=0.0, side=16, **traits)  # type: ignore[arg-type]
        self.ledger = Ledger(self.root / "ledger")
        self.server = Servers(self.ledger, Chaos(self.traits), KEYS[0])
        self._opened.callback(self.server.close)
        self.memory = self.server.memory
        self.memory.accounts = dict(ACCOUNTS)
        self.clock = FakeTime()
        self._away = Away()
        self._loop = SkippingLoop(self.clock, self._away)
        self._runner = self._opened.enter_context(asyncio.Runner(loop_factory=lambda: self._loop))
        self._opened.enter_context(self.clock.in_the_program())
        self._patch()
        self.environ = {
            "PHOTA_DESKTOP_HOME": str(self.disk / "home"),
            "PHOTA_BASE_URL": self.server.url,
            "PHOTA_API_KEY": KEYS[0],
        }
        self.unknown: set[str] = set()
        self.trouble: list[str] = []
        self.trace: list[str] = []
        self.disturbances = 0
        self._changes = 0
        self._wanted: tuple[int, asyncio.Event] | None = None
        self.photos = [self._photo(n) for n in range(2)]
        self.out.mkdir()
        self.decoy = self.out / "IMG_0-enhance-1.jpg"
        self.decoy.write_bytes(DECOY)
        self.services = self.run(self._open())

    def _patch(self) -> None:
        """Count the calls into other threads, and keep small what is large only for real disks."""
        away, run, network_run = self._away, threads_module._run, NetworkThread.run

        async def counted(*args: Any, **kwargs: Any) -> Any:
            with away:
                return await run(*args, **kwargs)

        async def counted_network(self: NetworkThread, coroutine: Any) -> Any:
            if asyncio.get_running_loop() is not away_loop:
                return await network_run(self, coroutine)
            with away:
                return await network_run(self, coroutine)

        away_loop = self._loop
        self._opened.enter_context(mock.patch.object(threads_module, "_run", counted))
        self._opened.enter_context(mock.patch.object(NetworkThread, "run", counted_network))
        self._opened.enter_context(mock.patch.object(vault_module, "RESERVE_BYTES", 65_536))

    def _photo(self, n: int) -> Path:
        self.disk.mkdir(exist_ok=True)
        path = self.disk / f"IMG_{n}.jpg"
        Image.effect_noise((48, 32), 60).convert("RGB").save(path, quality=80)
        return path

    # the program ------------------------------------------------------------------------------

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something in the program's loop; everything else of it goes on meanwhile."""
        return self._runner.run(coroutine)

    async def _open(self) -> Services:
        folders = AppFolders.find(self.environ)
        folders.create()
        settings = Settings(install_salt=SALT, out_dir=self.out, daily_cap=Decimal(10_000))
        services = await open_services(folders, settings, environ=self.environ)
        self._quicken(services)
        services.queue.changed.subscribe(self._on_change)
        services.tasks.failed.subscribe(self._on_failure)
        services.library.use_trash(FolderTrash(self.disk / "trash"))
        # As the window does.
        await services.queue.load()
        services.tasks.spawn(services.library.start(), name="library")
        await services.session.start(Engine.PHOTA, look=True)
        await services.queue.sweep()
        await services.queue.resume()
        return services

    def _quicken(self, services: Services) -> None:
        make = services.session._make_client

        async def pause(seconds: float) -> None:
            self.clock.skipped += seconds

        def quick(engine: Engine, key: ApiKey | None) -> PhotaClient:
            client = make(engine, key)
            client.downloads.pause = pause
            return client

        services.session._make_client = quick  # type: ignore[method-assign]

    def _on_change(self, change: JobChange) -> None:
        self._changes += 1
        job, error = change.job, change.job.error.kind if change.job.error else ""
        self.trace.append(f"{job.request.prompt} {job.state} {error} {job.account[:4]}")
        if change.job.state == "unknown":
            self.unknown.add(change.job.id)
        if self._wanted is not None and self._changes >= self._wanted[0]:
            self._wanted[1].set()

    def _on_failure(self, failure: Failure) -> None:
        self.trouble.append(f"{failure.name}: {failure.error!r}")

    def work(self, changes: int | None = None) -> None:
        """Let the program work until so many changes are journalled, or until it rests."""
        self.run(self._work(1 << 30 if changes is None else changes))

    async def _work(self, changes: int) -> None:
        enough = asyncio.Event()
        self._wanted = self._changes + changes, enough
        self._loop.on_idle = enough.set
        self._loop.latest = self.clock.monotonic() + LONGEST_S
        await enough.wait()
        if self.clock.monotonic() > self._loop.latest:
            self.trouble.append("The program did not come to rest.")
        self._wanted = None
        self._loop.on_idle = lambda: None
        self._loop.latest = float("inf")

    def work_until_posts(self, posts: int) -> None:
        """Let the program work until so many submits more have come, or until it rests."""
        wanted = len(self.ledger.posts()) + posts
        for _ in range(20):
            before = self._changes
            self.work(1)
            if len(self.ledger.posts()) >= wanted or self._changes == before:
                return

    def restart(self) -> None:
        """Close the program in order, and start it again."""
        self.disturbances += 1
        self.trace.append("restart")
        self.run(self.services.close())
        self.services = self.run(self._open())

    def cut_off(self) -> None:
        """Let the program end in the middle of what it does, and start it on the disk as it was.

        What it did to the disk since its last commit stays; what it would have done as it was
        told to end does not, as if it had been killed.
        """
        self.disturbances += 1
        self.trace.append("cut off")
        old = self.services
        for one in asyncio.all_tasks(self._loop):
            one.cancel()
        kept = self.root / "kept"
        with old.journal._lock:
            shutil.copytree(self.disk, kept, symlinks=True, ignore=shutil.ignore_patterns("run"))
        self.run(old.close())
        for path in kept.rglob("*.jpg"):  # a lost right to write would be noticed
            path.chmod((self.disk / path.relative_to(kept)).stat().st_mode & 0o777)
        shutil.rmtree(self.disk)
        kept.rename(self.disk)
        self.services = self.run(self._open())

    def close(self) -> None:
        """End everything and take it away."""
        try:
            self.run(self.services.close())
        finally:
            self._opened.close()

    # the server and the account -----------------------------------------------------------------

    def arm(self, fault: Fault) -> None:
        """Let a fault strike the next requests of its step; those armed before go on striking."""
        self.trace.append(f"armed {fault.step} {fault.do} {fault.status} {fault.charged}")
        chaos = self.memory.chaos
        fresh = Chaos(self.traits, (*chaos.faults, fault))
        fresh._seen[: len(chaos._seen)] = chaos._seen
        self.memory.chaos = fresh

    def calm(self) -> None:
        """Let nothing strike any more, and take both keys."""
        self.memory.chaos = Chaos(self.traits)
        self.memory.accounts = dict(ACCOUNTS)

    def use_key(self, key: str) -> None:
        """Give the running program another key."""
        self.disturbances += 1
        self.trace.append(f"key {key[:6]} {self.account_of(key)[:4]}")
        self.environ["PHOTA_API_KEY"] = key
        self.run(self.services.session.look_for_key())

    def may_charge_again(self, job: Job) -> bool:
        """Return what the program tells a person before they ask again about a job."""
        return self.services.queue.may_charge_again(job)

    @property
    def account(self) -> str:
        """What the program calls the present account."""
        return self.services.session.account(Engine.PHOTA)

    def account_of(self, key: str) -> str:
        """Return what the program calls the account of a key."""
        return ApiKey(key).account(bytes.fromhex(SALT))

    def jobs(self) -> list[Job]:
        """Return what the program shows, oldest first."""
        return sorted(self.services.queue.jobs(), key=lambda job: job.sequence)

    def history(self) -> str:
        """Return what happened, for who looks for the cause of a broken promise."""
        posts = [
            " ".join(
                str(row.get(name))
                for name in ("at", "prompt", "account", "client_request_id", "charged", "fault")
            )
            for row in self.ledger.posts()
        ]
        return "\n".join([str(self.traits), *self.trace, *posts])

    def try_to(self, what: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
        """Do what a person may do; a refusal in words is fine."""
        from phota_desktop.core.errors import PhotaError

        try:
            return self.run(what())
        except PhotaError:
            return None
