"""Answers of every shape are read, and none makes anything but a PhotaError."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.api import errors, wire
from phota_desktop.api.answers import Accepted, Failed, Finished, Running
from phota_desktop.api.spill import Spilled, UnreadableAnswerError
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.profiles import Profile, ProfileStatus

URL = "https://cache-cdn.example/20260408/a.jpg?token=t&expires=9"


def spilled(document: object, *parts: Path) -> Spilled:
    return Spilled(json.dumps(document), document, parts)


@pytest.mark.parametrize(
    "document",
    [
        {"download_urls": [URL], "known_subjects": None},
        {"download_urls": [URL], "images": []},
        {"images": [URL]},
        {"images": [{"url": URL}]},
        {"status": "a word nobody knows", "result": {"download_urls": [URL]}},
        {"response": {"download_urls": [{"download_url": URL}]}},
        {"output": [URL], "status": "succeeded"},
        {"data": {"result": {"urls": [URL]}}},
        {"job_id": "j", "poll_url": "/p", "download_urls": [URL], "error": None},
    ],
)
def test_links_anywhere_are_success(document: object) -> None:
    for found in (
        wire.submitted(spilled(document), "r"),
        wire.job(spilled(document), "r", None),
    ):
        assert isinstance(found, Finished)
        assert found.download_urls == (URL,)
        assert found.request_id == "r"


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        (None, None),
        ({"counts": {"p1": 2, "p2": 0}}, {"p1": 2, "p2": 0}),
        ({"p1": 3}, {"p1": 3}),
        ({"counts": None}, None),
        ({"counts": {"p1": -1, "p2": True, "p3": "4", "p4": 1}}, {"p4": 1}),
        ([], None),
        ("two", None),
    ],
)
def test_known_subjects(subjects: object, expected: object) -> None:
    document = {"known_subjects": subjects, "download_urls": [URL]}
    found = wire.submitted(spilled(document), "")
    assert isinstance(found, Finished)
    assert found.known_subjects == expected


@pytest.mark.parametrize(
    ("document", "job_id", "poll_url"),
    [
        ({"job_id": "j-1", "poll_url": "/v1/phota/jobs/j-1"}, "j-1", "/v1/phota/jobs/j-1"),
        ({"job_id": 17}, "17", ""),
        ({"data": {"job_id": "j", "poll_url": None}}, "j", ""),
        ({"job": {"id": "j", "status": "queued"}}, "j", ""),
        ({"poll_url": "https://h/p"}, "", "https://h/p"),
        ({"id": "j", "status_url": "https://h/p"}, "j", "https://h/p"),
        ({"job_id": "j", "status": "failed", "error": "x"}, "j", ""),
    ],
)
def test_job_handles(document: object, job_id: str, poll_url: str) -> None:
    found = wire.submitted(spilled(document), "")
    assert isinstance(found, Accepted)
    assert (found.job_id, found.poll_url) == (job_id, poll_url)


def test_at_most_four_links() -> None:
    found = wire.submitted(spilled({"download_urls": [f"{URL}{n}" for n in range(9)]}), "")
    assert isinstance(found, Finished)
    assert len(found.download_urls) == 4


@pytest.mark.parametrize("document", [None, [], "ok", 5, {}, {"id": "x"}, {"status": "queued"}])
def test_a_success_that_says_nothing_is_unreadable(document: object) -> None:
    with pytest.raises(UnreadableAnswerError):
        wire.submitted(spilled(document), "")


@pytest.mark.parametrize(
    "document",
    [
        {"status": "queued"},
        {"state": "RENDERING_NOW", "error": None, "progress": 40},
        {"job": {"status": "processing"}},
        {"status": "retrying", "error": {"message": "will try again"}},
        {},
        {"message": "almost there"},
    ],
)
def test_unknown_states_are_running(document: object) -> None:
    assert isinstance(wire.job(spilled(document), "", 7.0), Running)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.25, 0.25), (40, 0.4), (1, 1.0), (-3, None), ("9", None), (True, None)],
)
def test_progress(value: object, expected: float | None) -> None:
    found = wire.job(spilled({"status": "running", "progress": value}), "", None)
    assert isinstance(found, Running)
    assert found.progress == expected


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"status": "failed", "error": {"code": "CONTENT_MODERATION"}}, ErrorKind.REFUSED),
        ({"status": "failed", "code": "CONTENT_MODERATION", "detail": "no"}, ErrorKind.REFUSED),
        ({"status": "failed", "error": "CONTENT_MODERATION"}, ErrorKind.REFUSED),
        ({"status": "odd", "error": {"type": "CONTENT_MODERATION"}}, ErrorKind.REFUSED),
        ({"status": "moderated"}, ErrorKind.REFUSED),
        ({"status": "FAILED"}, ErrorKind.BUSY),
        ({"error": {"message": "boom"}}, ErrorKind.BUSY),
        ({"status": "error", "error": {"code": "INSUFFICIENT_CREDIT"}}, ErrorKind.NO_CREDIT),
        ({"status": "failed", "error": {"code": "TIMEOUT"}}, ErrorKind.TOO_SLOW),
        ({"status": "failed", "error": {"code": "INVALID_IMAGE"}}, ErrorKind.INVALID),
        ({"status": "expired"}, ErrorKind.GONE),
        ({"status": "completed"}, ErrorKind.BUSY),
    ],
)
def test_failed_jobs(document: object, kind: ErrorKind) -> None:
    found = wire.job(spilled(document), "req", None)
    assert isinstance(found, Failed)
    assert found.error.kind is kind
    assert found.error.request_id == "req"
    assert not found.error.retryable


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"profiles": []}, ()),
        ({"profiles": ["a", "b", "a"]}, (Profile("a"), Profile("b"))),
        (
            {"profiles": [{"profile_id": "a", "status": "READY", "tag": "t"}, None, 5]},
            (Profile("a", ProfileStatus.READY, "", "t"),),
        ),
        ({"profiles": {"a": "QUEUING"}}, (Profile("a", ProfileStatus.QUEUING),)),
        (["a"], (Profile("a"),)),
        ({"ids": [{"id": "a", "status": "DREAMING"}]}, (Profile("a", ProfileStatus.IN_PROGRESS),)),
    ],
)
def test_profile_lists(document: object, expected: tuple[Profile, ...]) -> None:
    assert wire.profiles(document) == expected


@pytest.mark.parametrize("document", [{}, {"detail": "Later."}, {"profiles": None}, "x", None])
def test_an_answer_without_a_list_is_no_empty_account(document: object) -> None:
    with pytest.raises(UnreadableAnswerError):
        wire.profiles(document)


@pytest.mark.parametrize(
    ("document", "ids"),
    [
        ({"models": ["nb2", {"id": "reve"}]}, ("nb2", "reve")),
        ({"data": {"nb2": {}}}, ("nb2",)),
        (["nb2"], ("nb2",)),
        ({"detail": "Not found"}, None),
    ],
)
def test_models(document: object, ids: tuple[str, ...] | None) -> None:
    found = wire.models(document, "raw")
    assert (found.ids if found else None) == ids


NAMES = [
    "job_id id poll_url status state error errors detail code message loc msg type",
    "request_id images download_urls url result response output data job known_subjects counts",
    "progress profiles profile_id tag models field",
]
keys = st.sampled_from(" ".join(NAMES).split()) | st.text(max_size=4)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["CONTENT_MODERATION", "failed", "succeeded", "queued", URL, "/x", "READY"])
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(documents)
def test_arbitrary_json_never_breaks_a_reader(document: object) -> None:
    for read in (
        lambda: wire.submitted(spilled(document), ""),
        lambda: wire.job(spilled(document), "", None),
        lambda: wire.profiles(document),
        lambda: wire.profile(document, "p"),
        lambda: wire.models(document, ""),
    ):
        try:
            read()
        except UnreadableAnswerError:
            continue
    raw = json.dumps(document).encode()
    for status in (302, 400, 404, 422, 429, 500):
        error = errors.from_response(status, {}, raw, posted=True)
        assert isinstance(error, PhotaError)
        assert len(error.message) <= 500
        assert error.message.isprintable()


def test_text_is_one_bounded_plain_line() -> None:
    assert wire.text("a\n\x1b[31mb\u202ec\x00") == "a [31mb c"
    assert wire.text("\ud83d") == "?"
    assert len(wire.text("x" * 9000)) == 500
    assert wire.text(True) == wire.text(None) == wire.text([]) == ""
