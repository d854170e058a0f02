"""Drives Debian's Chromium over chromedriver's WebDriver protocol, with nothing but httpx."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Escape": "\ue00c", "Left": "\ue012", "Right": "\ue014", "PageDown": "\ue00f"}
_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Whatever is asked for leads nowhere: the page must work without any network.
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars"),
)


class Browser:
    """One tab; elements are found by CSS selectors."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self._client = client
        self._path = f"/session/{session}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Send one WebDriver command and return its value; AssertionError with its words."""
        sent = body if method == "POST" else None
        answer = self._client.request(method, f"{self._path}/{path}", json=sent)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value

    def open(self, address: str) -> None:
        self.call("POST", "url", url=address)

    def run(self, script: str, *args: object) -> Any:
        return self.call("POST", "execute/sync", script=script, args=list(args))

    def find(self, selector: str) -> str:
        found = self.call("POST", "element", using="css selector", value=selector)
        return str(found[_ELEMENT])

    def click(self, selector: str) -> None:
        self.call("POST", f"element/{self.find(selector)}/click")

    def text(self, selector: str) -> str:
        return str(self.call("GET", f"element/{self.find(selector)}/text"))

    def write(self, selector: str, text: str) -> None:
        self.call("POST", f"element/{self.find(selector)}/value", text=text)

    def press(self, *keys: str) -> None:
        """Press keys where the focus is, one after another."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self._act([{"type": "key", "id": "keys", "actions": actions}])

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the mouse in pixels of the page."""
        moves: list[dict[str, Any]] = [
            {"type": "pointerMove", "duration": 0, "x": start[0], "y": start[1]},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "duration": 100, "x": end[0], "y": end[1]},
            {"type": "pointerUp", "button": 0},
        ]
        self._act([{"type": "pointer", "id": "mouse", "actions": moves}])

    def _act(self, actions: Sequence[dict[str, Any]]) -> None:
        self.call("POST", "actions", actions=list(actions))

    def resize(self, width: int, height: int) -> None:
        self.call("POST", "window/rect", width=width, height=height)

    def screenshot(self) -> str:
        """Return the page's picture as base64 PNG."""
        return str(self.call("GET", "screenshot"))

    def log(self) -> list[dict[str, Any]]:
        """Return what the browser's console said since the last call."""
        return list(self.call("POST", "se/log", type="browser"))

    def wait_for(self, script: str, seconds: float = 10.0) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + seconds
        while not self.run(f"return Boolean({script})"):
            assert time.monotonic() < until, script
            time.sleep(0.05)


@contextmanager
def chromium(folder: Path, *arguments: str) -> Iterator[Browser]:
    """Run a browser with its profile, and its downloads, below ``folder``."""
    downloads = folder / "downloads"
    downloads.mkdir()
    log = folder / "chromedriver.txt"
    with log.open("w") as out:
        driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{_port(log)}", timeout=60) as client:
            options = {
                "args": [*_ARGUMENTS, f"--user-data-dir={folder / 'profile'}", *arguments],
                "prefs": {"download.default_directory": str(downloads)},
            }
            wanted = {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            answer = client.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
            assert answer.status_code == 200, answer.text
            session = answer.json()["value"]["sessionId"]
            try:
                yield Browser(client, session)
            finally:
                client.delete(f"/session/{session}")
    finally:
        driver.terminate()
        driver.wait(20)


def _port(log: Path) -> int:
    for _ in range(200):
        found = re.search(r"started successfully on port (\d+)", log.read_text())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(log.read_text())
