"""One notice per error, with the words and the button of its kind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from phota_desktop.core.errors import WORDS, ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.viewmodels.notices import (
    ACTIONS,
    Notice,
    NoticeAction,
    NoticesViewModel,
    Tone,
    notice_for,
)
from phota_desktop.viewmodels.words import plain_tip


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_every_kind_has_words_and_its_button(kind: ErrorKind) -> None:
    notice = notice_for(PhotaError(kind))
    assert notice.text
    assert notice.action_text == WORDS[kind].action
    assert (notice.action is NoticeAction.NONE) == (not WORDS[kind].action)
    assert kind in ACTIONS


def test_refusal_is_no_failure() -> None:
    assert notice_for(PhotaError(ErrorKind.REFUSED, "policy")).tone is Tone.WARN
    assert "declined" in notice_for(PhotaError(ErrorKind.REFUSED, "policy")).text


def test_server_text_is_plain_and_short() -> None:
    notice = notice_for(PhotaError(ErrorKind.INVALID, "<script>\u202e" + "x" * 9000))
    assert "\u202e" not in notice.text
    assert len(notice.text) <= 500


def failed(kind: ErrorKind, job_id: str = "j") -> Job:
    return Job(
        id=job_id,
        client_request_id="c",
        engine=Engine.LOCAL,
        request=EnhanceRequest(Path("/p/IMG.jpg")),
        created=time.time(),
        state=JobState.FAILED,
        error=JobError(kind, "told by the server"),
    )


def tell(notices: NoticesViewModel, job: Job) -> None:
    assert job.error is not None
    notices.tell(job.id, job.error.kind, notice_for(job.error, job_id=job.id))


def test_a_job_tells_its_error_once(qapp: object) -> None:
    notices = NoticesViewModel()
    tell(notices, failed(ErrorKind.BUSY))
    notices.dismiss()
    tell(notices, failed(ErrorKind.BUSY))
    assert notices.current is None
    notices.forget_job("j")
    tell(notices, failed(ErrorKind.BUSY))
    assert notices.current is not None


def test_good_news_do_not_pile_up_and_do_not_hide_problems(qapp: object) -> None:
    notices = NoticesViewModel()
    tell(notices, failed(ErrorKind.DISK))
    notices.show(Notice("Saved", Tone.GOOD))
    notices.show(Notice("Copied"))
    assert notices.waiting == 1
    notices.dismiss()
    assert notices.current is not None
    assert notices.current.tone is Tone.BAD


def test_the_button_acts_once(qapp: object) -> None:
    notices = NoticesViewModel()
    acted: list[Notice] = []
    notices.acted.connect(acted.append)
    tell(notices, failed(ErrorKind.NO_CREDIT))
    notices.act()
    notices.act()
    assert [notice.action for notice in acted] == [NoticeAction.OPEN_ACCOUNT]


def test_the_cap_is_the_persons_own_and_leads_to_its_setting() -> None:
    notice = notice_for(PhotaError(ErrorKind.NO_CREDIT, "Your cap.", field="daily_cap"))
    assert notice.text == "Your cap."
    assert notice.action is NoticeAction.OPEN_SETTINGS
    assert (notice.action_text, notice.field) == ("Raise the cap", "daily_cap")


def test_a_refusal_is_called_so_and_never_a_failure() -> None:
    notice = notice_for(PhotaError(ErrorKind.REFUSED, "policy"))
    assert notice.text.startswith("Refused.")
    assert "fail" not in f"{notice.text} {notice.hint}".lower()


def test_a_tooltip_is_never_html() -> None:
    assert plain_tip("a photo\nof two") == "a photo\nof two"
    assert plain_tip("<img src=x>\nR&B") == "<p>&lt;img src=x&gt;<br>R&amp;B</p>"
