"""Which engine does the work, with which key: the session owns the clients."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.secrets import ApiKey
from phota_desktop.services.threads import Threads
from phota_desktop.store.keys import KeyFinding, KeyState, KeyStore
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from phota_desktop.api.address import ServerAddress
    from phota_desktop.api.client import PhotaClient
    from phota_desktop.api.network import NetworkThread

KEYRING_PATIENCE = 120.0
"""Seconds until a keyring that waits for its owner is given up (threat T5)."""


class Session:
    """The chosen engine, the key as it was found, and one client per engine.

    ``changed`` tells that the engine or the key is another one.
    """

    def __init__(
        self,
        folders: AppFolders,
        settings: Settings,
        threads: Threads,
        environ: Mapping[str, str],
    ) -> None:
        self.changed: Event[Session] = Event()
        self.engine = Engine.LOCAL
        self.finding = KeyFinding(None, KeyState.WAITING, "", "")
        self._folders = folders
        self._threads = threads
        self._salt = bytes.fromhex(settings.install_salt)
        self._base_url = environ.get("PHOTA_BASE_URL", "")
        self._keys = KeyStore(environ)
        self._clients: dict[Engine, PhotaClient] = {}
        self._retired: list[PhotaClient] = []
        self._network: NetworkThread | None = None
        self._app: Starlette | None = None
        self._sync_servers: set[str] = set()
        self._loaded: set[Engine] = set()

    async def start(self, wanted: Engine | None = None, *, look: bool = False) -> KeyFinding:
        """Choose the engine: the one that is wanted, else Phota where there is a key.

        The keyring is asked unless the local engine alone is wanted and ``look`` is false. With
        ``look``, a window's wish for Phota gives way to the local engine while there is no key.
        """
        if look or wanted is not Engine.LOCAL:
            self.finding = await self._threads.files(self._keys.find)
        self.engine = Engine.PHOTA if self.finding.key else Engine.LOCAL
        if wanted is Engine.LOCAL or (wanted is Engine.PHOTA and not look):
            self.engine = wanted
        self.changed.emit(self)
        return self.finding

    async def await_keyring(
        self, wanted: Engine | None = None, seconds: float = KEYRING_PATIENCE
    ) -> None:
        """Go on waiting for a keyring that asks its owner; use Phota if it gives a key in time."""
        until = time.monotonic() + seconds
        while self.finding.state is KeyState.WAITING and time.monotonic() < until:
            await self.look_for_key()
            if self.finding.key is not None and wanted is not Engine.LOCAL:
                self.set_engine(Engine.PHOTA)

    async def look_for_key(self) -> KeyFinding:
        """Look for a key again without changing the engine."""
        await self._take(await self._threads.files(self._keys.find))
        return self.finding

    def set_engine(self, engine: Engine) -> None:
        """Send new jobs to ``engine``; jobs at work stay where they are."""
        if engine is not self.engine:
            self.engine = engine
            self.changed.emit(self)

    async def use_key(self, text: str) -> KeyFinding:
        """Store a key (or keep it for this session where there is no keyring) and use Phota.

        Raises PhotaError(INVALID) for a text that cannot be a key.
        """
        await self._take(await self._threads.files(self._keys.save, _key(text)))
        if self.finding.key is not None:
            self.engine = Engine.PHOTA
            self.changed.emit(self)
        return self.finding

    async def check_key(self, text: str) -> int:
        """Ask Phota with this key for the free profile list; return how many profiles there are.

        Raises PhotaError: KEY_REJECTED, OFFLINE, … ; nothing is stored.
        """
        await self.load(Engine.PHOTA)
        client = self._make_client(Engine.PHOTA, _key(text))
        try:
            return await client.check_key()
        finally:
            await client.close()

    async def forget_key(self) -> KeyFinding:
        """Delete the key from the keyring and from this session; work goes on locally."""
        await self._take(await self._threads.files(self._keys.forget))
        if self.finding.key is None:
            self.set_engine(Engine.LOCAL)
        return self.finding

    def base_url(self, engine: Engine) -> str:
        """Return where jobs of that engine go."""
        from phota_desktop.api.address import DEFAULT_BASE_URL, ENGINE_ADDRESS

        if engine is Engine.LOCAL:
            return ENGINE_ADDRESS.base_url
        return self._base_url or DEFAULT_BASE_URL

    def account(self, engine: Engine) -> str:
        """Return what tells this key from another one, without saying anything of it."""
        if engine is Engine.LOCAL or self.finding.key is None:
            return ""
        return self.finding.key.account(self._salt)

    def takes_async(self, base_url: str) -> bool:
        """Tell whether this server may know the async mode; docs v0.4 and before do not."""
        return base_url not in self._sync_servers

    def remember_sync(self, base_url: str) -> None:
        """Use the sync mode with this server from now on."""
        self._sync_servers.add(base_url)

    async def load(self, engine: Engine) -> None:
        """Import in a thread what a client needs: 0.2 s is too long for a loop that paints."""
        if engine not in self._loaded:
            await self._threads.files(_import_client, engine)
            self._loaded.add(engine)

    def client(self, engine: Engine) -> PhotaClient:
        """Return the client of an engine, made on first use; quick after :meth:`load`.

        Raises PhotaError(KEY_REJECTED) when Phota is asked for and there is no key.
        """
        if engine not in self._clients:
            if engine is Engine.PHOTA and self.finding.key is None:
                raise PhotaError(
                    ErrorKind.KEY_REJECTED,
                    "There is no API key.",
                    hint="Add one in the settings or with `phota-desktop key set`.",
                    surely_not_charged=True,
                )
            self._clients[engine] = self._make_client(engine, self.finding.key)
        return self._clients[engine]

    def client_for(self, job: Job) -> PhotaClient:
        """Return the client for a job; PhotaError(OFFLINE) if its server is not the present one.

        A job belongs to the server that may have charged it: after a change of
        ``PHOTA_BASE_URL`` it waits until the old address is back.
        """
        if job.base_url and job.base_url != self.base_url(job.engine):
            raise PhotaError(
                ErrorKind.OFFLINE,
                f"This job belongs to another server ({job.base_url}).",
                hint="Set PHOTA_BASE_URL back to it to finish the job.",
                surely_not_charged=False,
            )
        return self.client(job.engine)

    def _make_client(self, engine: Engine, key: ApiKey | None) -> PhotaClient:
        from phota_desktop.api.address import ENGINE_ADDRESS
        from phota_desktop.api.client import PhotaClient
        from phota_desktop.api.network import NetworkThread

        if self._network is None:
            self._network = NetworkThread()
        if engine is Engine.PHOTA:
            return PhotaClient(self._address(), key, self._network)
        return PhotaClient(ENGINE_ADDRESS, None, self._network, app=self.local_app())

    def _address(self) -> ServerAddress:
        from phota_desktop.api.address import ServerAddress

        try:
            return ServerAddress.parse(self.base_url(Engine.PHOTA))
        except PhotaError as error:
            if not error.hint:
                error.hint = "PHOTA_BASE_URL holds it."
            raise

    def local_app(self) -> Starlette:
        """Return the embedded engine, made on first use."""
        if self._app is None:
            from phota_desktop.engine.app import create_app

            folder = self._folders.home / "engine"
            self._app = create_app(folder, base_url=self.base_url(Engine.LOCAL))
        return self._app

    async def _take(self, finding: KeyFinding) -> None:
        old = None
        if finding.key != self.finding.key:
            old = self._clients.pop(Engine.PHOTA, None)
        # At once: a client that a job at work makes from here on has the new key.
        self.finding = finding
        if old is not None:
            # A job at work may open it once more: it is closed again at the end.
            self._retired.append(old)
            await old.close()
        self.changed.emit(self)

    async def close(self) -> None:
        """Close clients, engine and network thread."""
        for client in (*self._clients.values(), *self._retired):
            await client.close()
        self._clients.clear()
        self._retired.clear()
        if self._network is not None:
            if self._app is not None:
                await self._network.run(self._app.state.engine.close())
            self._network.close()


def _import_client(engine: Engine) -> None:
    import phota_desktop.api.client

    if engine is Engine.LOCAL:
        import phota_desktop.engine.app  # noqa: F401


def _key(text: str) -> ApiKey:
    try:
        return ApiKey(text)
    except ValueError as problem:
        raise PhotaError(ErrorKind.INVALID, str(problem), field="api_key") from None
