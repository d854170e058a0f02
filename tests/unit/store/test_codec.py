"""Every job that can be made comes back equal from its JSON."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core import jobs, options, requests
from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.pricing import Estimate
from phota_desktop.store.codec import job_from_json, job_to_json

_TEXT = st.text(max_size=20)
_PATHS = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20).map(Path)
_IMAGES = _PATHS | st.builds(requests.RemoteImage, _TEXT)
_MONEY = st.decimals(0, 1000, places=4)
_FLOATS = st.floats(allow_nan=False)
_IDS = st.lists(_TEXT, max_size=3).map(tuple)
_SHARED = {
    "prompt": _TEXT,
    "variants": st.integers(),
    "output_format": st.sampled_from(options.OutputFormat),
}
_MODEL = {
    "base_model": _TEXT,
    "aspect_ratio": st.sampled_from(options.AspectRatio),
    "resolution": st.sampled_from(options.Resolution),
    "quality": st.none() | st.sampled_from(options.Quality),
}
_REQUESTS = st.one_of(
    st.builds(requests.EnhanceRequest, _IMAGES, profile_ids=_IDS, **_SHARED),
    st.builds(
        requests.EditRequest,
        st.lists(_IMAGES, max_size=10).map(tuple),
        profile_ids=_IDS,
        **_SHARED,
        **_MODEL,
    ),
    st.builds(requests.GenerateRequest, **_SHARED, **_MODEL),
    st.builds(requests.RemixRequest, _IMAGES, _IMAGES, profile_ids=_IDS, **_SHARED),
)
_VARIANTS = st.builds(
    jobs.Variant,
    st.integers(),
    _PATHS,
    _TEXT,
    st.integers(),
    st.integers(),
    _TEXT,
    st.none() | _PATHS,
    _TEXT,
)
_ERRORS = st.builds(
    jobs.JobError,
    st.sampled_from(ErrorKind),
    _TEXT,
    _TEXT,
    st.none() | st.integers(),
    st.none() | _TEXT,
)
_FIELDS = {
    "id": _TEXT,
    "client_request_id": _TEXT,
    "engine": st.sampled_from(jobs.Engine),
    "request": _REQUESTS,
    "created": _FLOATS,
    "state": st.sampled_from(jobs.JobState),
    "sequence": st.integers(),
    "base_url": _TEXT,
    "account": _TEXT,
    "async_mode": st.booleans(),
    "body_path": st.none() | _PATHS,
    "body_sha256": _TEXT,
    "body_bytes": st.integers(),
    "source_sha256": _IDS,
    "sent": st.none() | _FLOATS,
    "finished": st.none() | _FLOATS,
    "remote_job_id": _TEXT,
    "poll_url": _TEXT,
    "request_id": _TEXT,
    "raw": _TEXT,
    "download_urls": _IDS,
    "known_subjects": st.none() | st.dictionaries(_TEXT, st.integers(), max_size=3),
    "estimate": st.none() | st.builds(Estimate, _MONEY, _MONEY),
    "cost": st.none() | _MONEY,
    "variants": st.lists(_VARIANTS, max_size=3).map(tuple),
    "error": st.none() | _ERRORS,
    "out_dir": st.none() | _PATHS,
    "deliver": st.booleans(),
    "hidden": st.booleans(),
    "notes": _IDS,
    "draft_of": _TEXT,
}
JOBS = st.builds(jobs.Job, **_FIELDS)


@given(JOBS)
@settings(max_examples=150, deadline=None)
def test_a_job_comes_back_equal(job: jobs.Job) -> None:
    text = job_to_json(job)
    assert text.isascii()
    back = job_from_json(text)
    assert back == job
    for one in dataclasses.fields(job):
        assert type(getattr(back, one.name)) is type(getattr(job, one.name)), one.name


def test_every_field_is_in_the_property() -> None:
    assert {one.name for one in dataclasses.fields(jobs.Job)} == set(_FIELDS)


def test_a_file_name_that_is_not_utf8_survives(new_job) -> None:
    job = new_job(request=requests.EnhanceRequest(Path("/p/\udcff.jpg")), cost=Decimal("0.10"))
    back = job_from_json(job_to_json(job))
    assert back == job
    assert str(back.cost) == "0.10"


def test_fields_of_other_releases(new_job) -> None:
    plain = json.loads(job_to_json(new_job(notes=("x",))))
    plain["of_tomorrow"] = {"$map": {"a": 1}}
    del plain["notes"], plain["draft_of"]
    assert job_from_json(json.dumps(plain)) == new_job()


@pytest.mark.parametrize(
    "text",
    ["", "null", "{}", '{"$": "job"}', '{"$": "os.system"}', '{"$decimal": "x"}', "[" * 9999],
)
def test_anything_else_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        job_from_json(text)
