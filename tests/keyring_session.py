"""A real, unlocked keyring in the tests' own home; needs ``dbus-run-session`` around pytest."""

from __future__ import annotations

import subprocess
import time

from phota_desktop.store.keys import KeyState, KeyStore


def unlock() -> None:
    """Start gnome-keyring in this home, or take over from one that runs, and unlock it.

    The password makes or opens the login keyring, so a locked one is open again afterwards.
    """
    command = ["gnome-keyring-daemon", "--replace", "--unlock", "--components=secrets"]
    subprocess.run(
        command, input=b"test", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    end = time.monotonic() + 5
    while KeyStore({}).find().state not in (KeyState.OK, KeyState.NONE):
        assert time.monotonic() < end, "the keyring did not open"
        time.sleep(0.05)
