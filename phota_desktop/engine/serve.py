"""The local engine on a loopback port, for scripts and for people who build against the API."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from phota_desktop.engine.app import PREFIX, create_app
from phota_desktop.engine.middleware import is_loopback

_GRACE_S = 2
"""Seconds that requests get to end after Ctrl-C."""


def serve(host: str, port: int, folder: Path, *, announce: Callable[[str], None]) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit code 0.

    ``announce`` is called once with the base URL when connections are taken; port 0 chooses a
    free one. Raises ValueError for an address that other computers could reach, OSError when
    the port cannot be had.
    """
    if not is_loopback(host):
        raise ValueError(
            f"The local engine has no key and serves this computer only; {host} is no loopback "
            "address. Use 127.0.0.1 or ::1."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        base_url = f"http://{shown}:{listener.getsockname()[1]}{PREFIX}"
        app = create_app(folder, base_url=base_url)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        try:
            asyncio.run(_run(uvicorn.Server(config), listener, base_url, announce))
        except KeyboardInterrupt:
            # Ctrl-C is how this ends; by now everything is closed.
            return 0
    return 0


async def _run(
    server: uvicorn.Server, listener: socket.socket, base_url: str, announce: Callable[[str], None]
) -> None:
    # The socket listens already: whoever reads the address can connect.
    announce(base_url)
    await server.serve(sockets=[listener])
