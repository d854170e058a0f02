"""A Secret Service on a bus of its own, which does what real ones do on bad days.

``python -m tests.fake_keyring MODE [SECRET]`` under ``DBUS_SESSION_BUS_ADDRESS``; MODE is one of
``open``, ``dismissed`` (locked, the person waves the question off), ``asking`` (locked, the
question is answered when a line comes on standard input), ``dying`` (ends when the secret is asked
for), ``mute`` (never answers anything).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from jeepney import HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusAddress

ROOT = Path(__file__).parents[1]
_NAME = "org.freedesktop.secrets"
_BASE = "/org/freedesktop/secrets"
_COLLECTION = f"{_BASE}/collection/login"
_ITEM = f"{_COLLECTION}/1"
_PROMPT = f"{_BASE}/prompt/1"
_SESSION = f"{_BASE}/session/1"
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


class Service:
    """Answers calls until the bus or the mode ends it."""

    def __init__(self, mode: str, secret: bytes) -> None:
        self._mode = mode
        self._secret: bytes | None = secret or None
        self._locked = mode in ("dismissed", "asking")
        self._connection: DBusConnection = open_dbus_connection("SESSION")
        self._sending = threading.Lock()

    def serve(self) -> None:
        self._connection.send_and_get_reply(message_bus.RequestName(_NAME))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            message = self._connection.receive()
            if message.header.message_type is MessageType.method_call and self._mode != "mute":
                self._answer(message)

    def _answer(self, message: Message) -> None:
        fields = message.header.fields
        member, path = fields[HeaderFields.member], fields[HeaderFields.path]
        match member, message.body:
            case "Get", (_, "Locked"):
                self._reply(message, "v", ("b", self._locked))
            case "Get", (_, "Label"):
                self._reply(message, "v", ("s", "Login"))
            case "Get", _:
                self._reply(message, "v", ("a{ss}", {}))
            case "ReadAlias", _:
                self._reply(message, "o", _COLLECTION)
            case "OpenSession", ("plain", _):
                self._reply(message, "vo", ("s", ""), _SESSION)
            case "OpenSession", _:
                self._send(new_error(message, "org.freedesktop.DBus.Error.NotSupported"))
            case "SearchItems", _:
                self._reply(message, "ao", [_ITEM] if self._secret else [])
            case "Unlock", (paths,):
                free = [] if self._locked else paths
                self._reply(message, "aoo", free, _PROMPT if self._locked else "/")
            case "Prompt", _:
                self._reply(message, "")
                self._ask()
            case "GetSecret", _:
                if self._mode == "dying":
                    os._exit(0)
                self._reply(message, "(oayays)", (_SESSION, b"", self._secret, "text/plain"))
            case "CreateItem", (_, (_, _, secret, _), _):
                self._secret = bytes(secret)
                self._reply(message, "oo", _ITEM, "/")
            case "Delete", _:
                self._secret = None
                self._reply(message, "o", "/")
            case _:
                self._send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
        assert path

    def _ask(self) -> None:
        if self._mode == "dismissed":
            self._completed(dismissed=True)
        else:
            threading.Thread(target=self._wait_for_a_person, daemon=True).start()

    def _wait_for_a_person(self) -> None:
        if sys.stdin.readline():
            self._locked = False
            self._completed(dismissed=False)

    def _completed(self, *, dismissed: bool) -> None:
        prompt = DBusAddress(_PROMPT, interface="org.freedesktop.Secret.Prompt")
        free = [] if dismissed else [_COLLECTION]
        self._send(new_signal(prompt, "Completed", "bv", (dismissed, ("ao", free))))

    def _reply(self, message: Message, signature: str, *body: object) -> None:
        self._send(new_method_return(message, signature or None, body))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._connection.send(message)


class FakeKeyring:
    """A private bus, with a service in the given mode or with none (``absent``)."""

    def __init__(self, folder: Path, mode: str, secret: str = "") -> None:
        config, socket = folder / "bus.conf", folder / "bus"
        config.write_text(_BUS.format(path=socket))
        self.environ = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}"}
        self.service: subprocess.Popen[str] | None = None
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._bus.stdout is not None
        assert self._bus.stdout.readline()
        if mode != "absent":
            self.start(mode, secret)

    def start(self, mode: str, secret: str = "") -> None:
        """Start the service, in place of one that ended."""
        self.end_service()
        self.service = subprocess.Popen(
            [sys.executable, "-m", "tests.fake_keyring", mode, secret],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.service.stdout is not None
        assert self.service.stdout.readline() == "ready\n"

    def agree(self) -> None:
        """Let the person answer the question that unlocks the keyring."""
        assert self.service is not None
        assert self.service.stdin is not None
        self.service.stdin.write("yes\n")
        self.service.stdin.flush()

    def end_service(self) -> None:
        """Let the daemon die."""
        if self.service is not None:
            self.service.kill()
            self.service.communicate()

    def close(self) -> None:
        self.end_service()
        self._bus.kill()
        self._bus.communicate()


@contextlib.contextmanager
def fake_keyring(folder: Path, mode: str, secret: str = "") -> Iterator[FakeKeyring]:
    """Run a bus and a keyring for the length of a block."""
    running = FakeKeyring(folder, mode, secret)
    try:
        yield running
    finally:
        running.close()


if __name__ == "__main__":
    with contextlib.suppress(ConnectionError, EOFError):
        Service(sys.argv[1], sys.argv[2].encode() if len(sys.argv) > 2 else b"").serve()
