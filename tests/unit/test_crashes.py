"""The crash log: it holds where the program broke, in any way it can, and never a value."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phota_desktop import crashes
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.traces import MOST_FRAMES, ids_of, name_of, short, told

ROOT = Path(__file__).resolve().parents[2]
CANARIES = {
    "prompt": "a-wish-of-mine at the lake, at dusk",
    "key": "pk-canary-4f1d2b7c9a",
    "path": "/home/anna.meier/Family/birthday.jpg",
    "pixels": "ff d8 ff e0 31 31 31",
}

_PRELUDE = """
import asyncio, json, logging, os, signal, sys, threading, faulthandler
from pathlib import Path
from phota_desktop import crashes, logs
from phota_desktop.api.network import NetworkThread
from phota_desktop.services.tasks import Tasks
folder, said = Path(sys.argv[1]), json.loads(sys.argv[2])
words = " ".join(said.values())
watch = crashes.start(folder, "window")
logs.start_logging(folder)
def fail(prompt=words):
    local = bytes(prompt, "utf-8")
    raise ValueError(f"cannot take {prompt!r} {local!r}")
"""
WAYS = {
    "hook": "fail()",
    "thread": "t = threading.Thread(target=fail, name='decoder'); t.start(); t.join()",
    "unraisable": "class Odd:\n    def __del__(self): fail()\nOdd()",
    "logged": "try: fail()\nexcept ValueError: logging.getLogger('x').exception('odd %s', words)",
    "task never asked": (
        "async def main():\n"
        "    async def broken(): fail()\n"
        "    asyncio.create_task(broken()); await asyncio.sleep(0.05)\n"
        "    import gc; gc.collect()\n"
        "asyncio.run(main())"
    ),
    "callback": (
        "async def main():\n"
        "    asyncio.get_running_loop().call_soon(fail, words); await asyncio.sleep(0.05)\n"
        "asyncio.run(main())"
    ),
    "network loop": (
        "async def inner(): asyncio.get_running_loop().call_soon(fail, words)\n"
        "async def main():\n"
        "    net = NetworkThread(); await net.run(inner()); await asyncio.sleep(0.1); net.close()\n"
        "asyncio.run(main())"
    ),
    "named task": (
        "async def main():\n"
        "    async def broken(): fail()\n"
        "    Tasks().spawn(broken(), name='job 12ab'); await asyncio.sleep(0.05)\n"
        "asyncio.run(main())"
    ),
    "qasync": (
        "os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from PySide6.QtCore import QCoreApplication, QTimer\n"
        "import qasync\n"
        "async def main():\n"
        "    asyncio.get_running_loop().call_soon(fail, words)\n"
        "    QTimer.singleShot(0, lambda: [][int(len(words))])\n"
        "    await asyncio.sleep(0.1)\n"
        "app = QCoreApplication([])\n"
        "with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:\n"
        "    runner.run(main())"
    ),
    "caused": (
        "try:\n"
        "    try: fail()\n"
        "    except ValueError as first: raise KeyError(words) from first\n"
        "except KeyError as second: logging.getLogger('x').error('odd', exc_info=second)"
    ),
    "group": (
        "inner = ExceptionGroup(words, [OSError(28, words)])\n"
        "raise ExceptionGroup(words, [KeyError(words), inner])"
    ),
    "recursion": "def deeper(prompt): deeper(prompt)\ndeeper(words)",
}


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    import json

    folder.mkdir(exist_ok=True)
    program = folder.parent / "program.py"
    program.write_text(_PRELUDE + code + "\n", "utf-8")
    return subprocess.run(
        [sys.executable, str(program), str(folder), json.dumps(CANARIES)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def everything(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.iterdir()))


@pytest.mark.parametrize("way", WAYS)
def test_an_error_that_ends_with_nobody_is_kept_without_values(tmp_path: Path, way: str) -> None:
    done = run(tmp_path / "logs", WAYS[way])
    text = (tmp_path / "logs" / crashes.NAME).read_text("utf-8")
    assert "Phota Desktop" in text
    assert "in fail" in text or "ExceptionGroup" in text or "in deeper" in text, text
    assert text.count("== ") <= 2
    for canary in CANARIES.values():
        assert canary not in text + done.stderr
        if way != "logged":  # what a line is logged with is the line's own affair
            assert canary not in everything(tmp_path / "logs")
        assert canary.encode().hex() not in text
    assert (tmp_path / "logs" / crashes.NAME).stat().st_mode & 0o777 == 0o600


def test_a_log_that_holds_values_would_be_found(tmp_path: Path) -> None:
    mutant = "from phota_desktop.core import traces\ntraces.name_of = repr\n"
    run(tmp_path / "logs", mutant + WAYS["hook"])
    text = (tmp_path / "logs" / crashes.NAME).read_text("utf-8")
    assert all(canary in text for canary in CANARIES.values())


DEATHS = {
    "segmentation fault": "faulthandler._sigsegv()",
    "abort": "os.abort()",
    "stack overflow": "faulthandler._stack_overflow()",
    "of Qt": "from PySide6.QtCore import qFatal\nqFatal('words of Qt')",
}


@pytest.mark.parametrize("death", DEATHS)
def test_what_the_process_dies_of_is_told_once_at_the_next_start(
    tmp_path: Path, death: str
) -> None:
    folder = tmp_path / "logs"
    done = run(
        folder,
        "def die(prompt):\n    " + DEATHS[death].replace("\n", "\n    ") + "\ndie(words)",
    )
    assert done.returncode < 0
    words = crashes.look(folder)
    assert "Fatal Python error" in words
    assert "in die" in words
    assert str(tmp_path) not in words
    assert crashes.look(folder) == ""
    assert len(crashes.older(folder)) == 1
    for canary in CANARIES.values():
        assert canary not in everything(folder)


def test_what_ended_the_program_makes_a_notice_and_what_it_lived_through_none(
    tmp_path: Path,
) -> None:
    error = ValueError("words")
    assert crashes.write(tmp_path, "window", "a slot", error, ended=False)
    assert crashes.look(tmp_path) == ""
    assert crashes.write(tmp_path, "window", "the program", error, ended=True)
    assert crashes.write(tmp_path, "window", "a slot", KeyError("after it"), ended=False)
    words = crashes.look(tmp_path)
    assert words.startswith("crash log of 20")
    assert "KeyError" in words
    assert "after it" not in words
    assert crashes.look(tmp_path) == ""


def test_a_kill_or_an_orderly_end_is_no_crash(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    assert run(folder, "pass").returncode == 0
    assert run(folder, "os.kill(os.getpid(), signal.SIGKILL)").returncode == -signal.SIGKILL
    assert run(folder, "os.kill(os.getpid(), signal.SIGTERM)").returncode == -signal.SIGTERM
    assert (folder / crashes.NAME).read_bytes() == b""
    assert crashes.look(folder) == ""


def test_a_storm_of_errors_stays_small(tmp_path: Path) -> None:
    watch = crashes.Watch(tmp_path, "window")
    scope: dict[str, object] = {}
    for number in range(200):
        try:
            exec(f"def f{number}(): raise ValueError\nf{number}()", scope)  # noqa: S102
        except ValueError as error:
            watch.record("a storm", error)
            watch.record("a storm", error)
    text = (tmp_path / crashes.NAME).read_text("utf-8")
    assert text.count("\nin a storm") == 20


def test_old_logs_go_after_ninety_days_and_a_large_one_is_set_aside(tmp_path: Path) -> None:
    now = time.time()
    for days in (1, 89, 91, 400):
        path = tmp_path / f"crash-{days:03}.log"
        path.write_text("old", "utf-8")
        os.utime(path, (now, now - days * 86_400))
    (tmp_path / crashes.NAME).write_text("x" * 600_000, "utf-8")
    assert crashes.look(tmp_path) == ""
    left = {path.name for path in crashes.older(tmp_path)}
    assert {"crash-001.log", "crash-089.log"} < left
    assert len(left) == 3
    assert not (tmp_path / crashes.NAME).exists()


def test_a_folder_that_takes_nothing_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / crashes.NAME).mkdir()
    assert not crashes.write(tmp_path, "window", "a slot", ValueError(), ended=True)
    assert crashes.newest(tmp_path) == ""
    gone = tmp_path / "gone"
    assert crashes.look(gone) == ""
    assert not crashes.write(gone, "window", "a slot", ValueError(), ended=True)


def test_errors_are_named_with_their_numbers_and_nothing_else() -> None:
    assert name_of(OSError(28, "No space", "/home/anna/x")) == "OSError ENOSPC"
    assert name_of(KeyError("a wish")) == "KeyError"
    error = PhotaError(ErrorKind.BUSY, "said by the server", status=503)
    assert name_of(error) == "phota_desktop.core.errors.PhotaError busy 503"


def test_code_is_named_from_its_package_on() -> None:
    assert short("/home/anna/src/phota_desktop/app.py") == "phota_desktop/app.py"
    assert short("/home/a/.venv/lib/python3.11/site-packages/httpx/_a.py") == "httpx/_a.py"
    assert short("/usr/lib/python3.11/asyncio/tasks.py") == "asyncio/tasks.py"
    assert short(r"C:\Users\Anna\phota_desktop\ui\rows.py") == "phota_desktop/ui/rows.py"
    assert short("/home/anna/odd.py") == "odd.py"


def test_a_deep_recursion_is_told_from_both_ends() -> None:
    def deeper(left: int) -> int:
        return deeper(left - 1) if left else 1 // left

    with pytest.raises(ZeroDivisionError) as caught:
        deeper(500)
    lines = told(caught.value).splitlines()
    assert sum(line.startswith("  File") for line in lines) == MOST_FRAMES
    assert "more" in "".join(lines)


def test_what_is_logged_of_a_refusal_holds_what_support_asks_for() -> None:
    error = PhotaError(ErrorKind.BUSY, "words", status=503, request_id="req-7")
    assert ids_of(error) == "busy status=503 request_id=req-7"
    assert ids_of(PhotaError(ErrorKind.OFFLINE)) == "offline status=None request_id=none"
