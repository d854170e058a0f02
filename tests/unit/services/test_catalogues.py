"""The models that a server offers, from its own list in whatever shape, or from ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from phota_desktop.core.catalogue import BUILT_IN
from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import BaseModel, Quality, Resolution
from phota_desktop.services.catalogues import Catalogues, models_in
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

R1K, R2K, R4K = Resolution


@contextmanager
def serving(document: object, status: int = 200) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Answer everything with ``document``; yields the server's variables and the paths asked."""
    asked: list[str] = []
    body = json.dumps(document).encode()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1/phota"
        try:
            yield {"PHOTA_BASE_URL": url, "PHOTA_API_KEY": "some-key-0123456789"}, asked
        finally:
            server.shutdown()
            thread.join()


async def test_the_local_engine_names_the_documented_models(open_real_services: Open) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        await services.catalogues.refresh()
        catalogue = services.catalogues.catalogue()
        assert catalogue.source == "server"
        assert catalogue.models == BUILT_IN.models


async def test_a_server_without_a_list_leaves_ours_and_is_asked_once(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
            told: list[Catalogues] = []
            services.catalogues.changed.subscribe(told.append)
            await services.catalogues.refresh()
            await services.catalogues.refresh()
            assert services.catalogues.catalogue() == BUILT_IN
            assert not told


async def test_a_servers_own_models_are_taken_and_told_once(open_real_services: Open) -> None:
    listed = [
        {"id": "nb2", "name": "Other name", "resolutions": ["1k", "2K", "16K"]},
        {"id": "nb3", "name": "Nano Banana 3", "resolutions": ["4K", "1K"], "qualities": ["high"]},
        {"id": "upscaler", "endpoints": ["/v1/phota/upscale"]},
    ]
    with serving({"models": listed}) as (environ, asked):
        async with open_real_services(environ, engine=Engine.PHOTA) as services:
            told: list[Catalogues] = []
            services.catalogues.changed.subscribe(told.append)
            await services.catalogues.refresh()
            await services.catalogues.refresh()
            assert asked == ["/v1/phota/models"]
            assert told == [services.catalogues]
            assert services.catalogues.catalogue().models == {
                "nb2": BaseModel("nb2", "Nano Banana 2", (R1K, R2K)),
                "nb3": BaseModel("nb3", "Nano Banana 3", (R1K, R4K), (Quality.HIGH,)),
            }
            assert services.catalogues.catalogue(Engine.LOCAL) == BUILT_IN


@pytest.mark.parametrize("document", [{"data": [{"id": "chat-1"}]}, {"models": []}, "nonsense", []])
async def test_a_list_of_something_else_is_not_believed(
    document: object, open_real_services: Open
) -> None:
    with serving(document) as (environ, asked):
        async with open_real_services(environ, engine=Engine.PHOTA) as services:
            await services.catalogues.refresh()
            assert services.catalogues.catalogue() == BUILT_IN
            assert asked


async def test_a_server_that_is_down_is_asked_again(open_real_services: Open) -> None:
    with serving({}, status=503) as (environ, asked):
        async with open_real_services(environ, engine=Engine.PHOTA) as services:
            await services.catalogues.refresh()
            await services.catalogues.refresh()
            assert services.catalogues.catalogue() == BUILT_IN
            assert len(asked) == 2


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ('["nb2", "reve"]', ["nb2", "reve"]),
        ('{"base_models": {"nb2": {"resolutions": "4K"}, "reve": null}}', ["nb2", "reve"]),
        ('{"data": [{"base_model": "nb2"}, {"id": "two words"}, {"id": 7}, null]}', ["nb2"]),
        ('{"models": [{"id": "a\\u202eb"}, {"id": "' + "x" * 101 + '"}, "nb2"]}', ["nb2"]),
        ('{"models": [{"id": "nb2", "endpoints": ["edit"], "resolutions": [4]}]}', ["nb2"]),
        ("[" * 5000, []),
        ('{"models": 3}', []),
    ],
)
def test_every_shape_of_a_list_is_read(raw: str, ids: list[str]) -> None:
    found = list(models_in(raw))
    assert [model.id for model in found] == ids
    assert not any(model.resolutions for model in found)
