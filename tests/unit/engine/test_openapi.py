"""The OpenAPI document tells the same rules that the engine keeps."""

from __future__ import annotations

import pytest

from phota_desktop.engine.fields import STUDIO
from tests.unit.engine.conftest import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_path_answers(shared: Running) -> None:
    found = (await shared.http.get("openapi.json")).json()
    assert found["openapi"] == "3.1.0"
    assert found["servers"] == [{"url": "http://engine.local"}]
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            url = "http://engine.local" + path.format(job_id="x", profile_id="x")
            answer = await shared.http.request(method.upper(), url)
            assert str(answer.status_code) in operation["responses"], (path, answer.text)
            assert answer.status_code != 405


async def test_schemas_come_from_the_tables(shared: Running) -> None:
    found = (await shared.http.get("openapi.json")).json()
    for operation, fields in STUDIO.items():
        body = found["paths"][f"/v1/phota/{operation}"]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        assert set(schema["properties"]) == set(fields)
        assert schema["additionalProperties"] is False
    assert schema["required"] == ["input_image", "reference_image"]
    assert schema["properties"]["num_output_images"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 4,
        "default": 1,
    }
