"""Request ids, keys, practice answers, and who may ask."""

from __future__ import annotations

import pytest

from tests.unit.engine.conftest import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_answer_has_its_own_request_id(shared: Running) -> None:
    paths = ["models", "jobs/unknown", "nowhere", "profiles/ids"]
    answers = [await shared.http.get(path) for path in paths]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    assert [answer.status_code for answer in answers] == [200, 404, 404, 200]
    assert answers[1].json()["request_id"] == ids[1]
    assert answers[2].json()["request_id"] == ids[2]


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "anything"}, {"X-API-Key": ""}])
async def test_no_key_is_needed_and_any_is_taken(shared: Running, headers: dict[str, str]) -> None:
    answer = await shared.http.get("profiles/ids", headers=headers)
    assert answer.json() == {"profiles": []}


@pytest.mark.parametrize("word", ["401", "402", "403", "429", "500", "503", "504"])
@pytest.mark.parametrize("path", ["generate", "jobs/x"])
async def test_practice_answers(shared: Running, word: str, path: str) -> None:
    method = "POST" if path == "generate" else "GET"
    answer = await shared.http.request(method, path, headers={"X-Practice-Answer": word})
    assert answer.status_code == int(word)
    assert set(answer.json()) == {"code", "detail", "request_id"}
    assert (answer.headers.get("retry-after") == "1") == (word == "429")


async def test_moderation_for_practice(shared: Running) -> None:
    headers = {"X-Practice-Answer": "moderation"}
    answer = await shared.http.post("generate", json={"prompt": "a boat"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "CONTENT_MODERATION")


async def test_an_unknown_practice_word_says_which_there_are(shared: Running) -> None:
    answer = await shared.http.get("models", headers={"X-Practice-Answer": "418"})
    assert answer.status_code == 400
    assert "moderation" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("engine.local", 200),
        ("127.0.0.1:8765", 200),
        ("127.9.9.9", 200),
        ("localhost:1", 200),
        ("[::1]:8765", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("10.0.0.1", 400),
        ("", 400),
    ],
)
async def test_only_names_of_this_computer_are_answered(
    shared: Running, host: str, status: int
) -> None:
    answer = await shared.http.get("models", headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["x-request-id"]


async def test_wrong_methods_and_slashes(shared: Running) -> None:
    answer = await shared.http.get("generate")
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert (await shared.http.post("generate/", json={})).status_code == 404
    assert (await shared.http.options("generate")).status_code == 405


async def test_models(shared: Running) -> None:
    models = {each["id"]: each for each in (await shared.http.get("models")).json()["models"]}
    assert set(models) == {"nb2", "gpt-image-2", "qwen-image-2", "flux-2", "reve"}
    assert models["reve"]["resolutions"] == ["1K"]
    assert models["flux-2"]["resolutions"] == ["1K", "2K"]
    assert models["gpt-image-2"]["qualities"] == ["auto", "low", "medium", "high"]
    assert [name for name, each in models.items() if each["default"]] == ["nb2"]


async def test_the_webhook_secret_lasts(shared: Running) -> None:
    secrets = [(await shared.http.get("webhook-secret")).json()["secret"] for _ in range(2)]
    assert secrets[0] == secrets[1]
    assert len(bytes.fromhex(secrets[0])) == 32


async def test_the_root_says_what_this_is(shared: Running) -> None:
    assert (await shared.http.get("")).json()["name"] == "Phota Desktop local engine"
