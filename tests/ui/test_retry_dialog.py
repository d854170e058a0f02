"""The question before all failed jobs are sent again says what costs and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.services.repeating import RetryPlan
from phota_desktop.ui.retry_dialog import RetryDialog
from tests.viewmodels.plain_jobs import plain_job

JOBS = tuple(replace(plain_job(id=name), sequence=n) for n, name in enumerate("abc", 1))


@pytest.mark.parametrize(
    ("plan", "lines"),
    [
        (RetryPlan(sends=JOBS[:1]), ["1 request is sent again: $0.12."]),
        (
            RetryPlan(checks=JOBS[:1], sends=JOBS[1:]),
            [
                "2 requests are sent again: $0.12.",
                "1 job is only asked about, at no cost.",
            ],
        ),
        (
            RetryPlan(checks=JOBS[:2], sends=JOBS[2:]),
            ["1 request is sent again: $0.12.", "2 jobs are only asked about, at no cost."],
        ),
    ],
)
def test_it_says_what_is_sent_and_what_is_only_asked(
    qapp: QApplication, qtbot: QtBot, plan: RetryPlan, lines: list[str]
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = RetryDialog(plan, "$0.12", parent)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert [line for line in words if line.endswith(".")] == lines
    agree, cancel = (dialog.findChild(QPushButton, f"retry{end}") for end in ("Agree", "Cancel"))
    assert agree.text() == f"Retry {len(plan.job_ids)} · $0.12"
    assert dialog.focusWidget() is cancel, "Enter alone sends nothing"
