"""The desktop hears of a long job that ended while nobody looked at the window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from phota_desktop.core.jobs import JobState
from phota_desktop.ui.desktop_notification import DesktopNotifier
from phota_desktop.viewmodels.jobs import JobListModel
from tests.viewmodels.plain_jobs import plain_job

ROOT = Path(__file__).resolve().parents[2]


def test_a_long_job_is_told_when_nobody_looks(qapp: QApplication) -> None:
    told: list[tuple[str, str]] = []
    window, jobs = QWidget(), JobListModel()
    notifier = DesktopNotifier(jobs, window, lambda *words: told.append(words))
    now = time.time()
    old = plain_job(id="old", state=JobState.DONE, finished=now)
    jobs.put(old)
    jobs.put(plain_job(sent=now - 60))
    jobs.put(plain_job(state=JobState.REFUSED, sent=now - 60, finished=now))
    jobs.put(plain_job(id="quick", sent=now - 5))
    jobs.put(plain_job(id="quick", state=JobState.DONE, sent=now - 5, finished=now))
    assert told == [("Refused", "Enhance 1 · IMG.jpg")]
    assert notifier.parent() is window
    jobs.detach()


_NOTIFY = """
import threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from jeepney import MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from phota_desktop.ui.desktop_notification import PORTAL, DesktopNotifier
from phota_desktop.viewmodels.jobs import JobListModel

application = QApplication([])
bus = open_dbus_connection()
bus.send_and_get_reply(message_bus.RequestName(PORTAL[0]))

def serve():
    while (call := bus.receive(timeout=10)).header.message_type is not MessageType.method_call:
        pass
    print(call.body, flush=True)
    bus.send(new_method_return(call))

thread = threading.Thread(target=serve)
thread.start()
DesktopNotifier(JobListModel(), window := QWidget())._tell_desktop("Done", "Enhance 1")
QTimer.singleShot(500, application.quit)
application.exec()
thread.join()
"""


@pytest.mark.skipif(not shutil.which("dbus-run-session"), reason="needs a session bus of its own")
def test_the_desktop_hears_of_it() -> None:
    pytest.importorskip("jeepney")
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", _NOTIFY],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "('job', {'body': ('s', 'Enhance 1'), 'title': ('s', 'Done')})" in done.stdout
