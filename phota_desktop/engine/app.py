"""The Starlette application with the Phota contract: every route and what answers it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from phota_desktop.engine import calls, middleware, validation
from phota_desktop.engine.answers import file_response, json_response
from phota_desktop.engine.errors import RefusalError
from phota_desktop.engine.fields import DEFAULT_MODEL, MODELS, QUALITIES, Operation
from phota_desktop.engine.local import LocalEngine
from phota_desktop.engine.openapi import document
from phota_desktop.engine.receiving import received
from phota_desktop.engine.studio import StudioEndpoints
from phota_desktop.engine.workers import WorkerLostError

PREFIX = "/v1/phota"
BASE_URL = f"http://engine.local{PREFIX}"
_MEDIA = {"jpg": "image/jpeg", "png": "image/png"}


def create_app(
    folder: Path,
    *,
    base_url: str = BASE_URL,
    workers: int = 2,
    speed: float = 1.0,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the local engine as an ASGI application; nothing is opened before the first request.

    Everything it keeps lies in ``folder``. ``base_url`` begins the links it hands out. ``speed``
    shortens the training of practice profiles, ``clock`` gives Unix seconds. Where no lifespan
    events are sent, ``await app.state.engine.close()`` ends the workers.
    """
    engine = LocalEngine(folder, base_url, workers, speed, clock)
    studio = StudioEndpoints(engine)
    other = _Endpoints(engine)
    routes = [
        Route("/", other.root),
        Route("/openapi.json", other.openapi),
        *(Route(f"/{each}", studio.submit, methods=["POST"]) for each in Operation),
        Route("/jobs/{job_id}", studio.job),
        Route("/models", other.models),
        Route("/webhook-secret", other.webhook_secret),
        Route("/files/{name}", other.file),
        Route("/profiles/add", other.add_profile, methods=["POST"]),
        Route("/profiles/ids", other.profile_ids),
        Route("/profiles/{profile_id}/status", other.profile_status),
        Route("/profiles/{profile_id}/profile_picture", other.profile_picture),
        Route("/profiles/{profile_id}", other.delete_profile, methods=["DELETE"]),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await engine.close()

    app = Starlette(
        routes=[Mount(PREFIX, app=Router(routes, redirect_slashes=False))],
        middleware=[Middleware(middleware.Gate, host=urlsplit(base_url).hostname or "")],
        exception_handlers={
            RefusalError: middleware.on_refusal,
            HTTPException: middleware.on_http_error,
            OSError: middleware.on_disk_error,
            Exception: middleware.on_mistake,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.engine = engine
    return app


class _Endpoints:
    """Everything but the image endpoints."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine

    async def root(self, request: Request) -> Response:
        return json_response({"name": "Phota Desktop local engine", "needs_key": False})

    async def openapi(self, request: Request) -> Response:
        return json_response(document(self._engine.base_url.removesuffix(PREFIX)))

    async def models(self, request: Request) -> Response:
        listed = [
            {
                "id": name,
                "name": model.name,
                "resolutions": list(model.resolutions),
                "qualities": list(QUALITIES) if model.has_quality else [],
                "endpoints": [Operation.EDIT.value, Operation.GENERATE.value],
                "default": name == DEFAULT_MODEL,
            }
            for name, model in MODELS.items()
        ]
        return json_response({"models": listed})

    async def webhook_secret(self, request: Request) -> Response:
        await self._engine.open()
        secret = await asyncio.to_thread(self._engine.files.webhook_secret)
        return json_response({"secret": secret})

    async def file(self, request: Request) -> Response:
        await self._engine.open()
        name = request.path_params["name"]
        query = request.query_params
        path = self._engine.files.opened(name, query.get("token", ""), query.get("expires", ""))
        return file_response(request, path, _MEDIA[path.suffix[1:]], f'"{path.stem}"')

    async def add_profile(self, request: Request) -> Response:
        await self._engine.open()
        near = request.client is None or middleware.is_loopback(request.client.host)
        async with received(request, self._engine.files) as parcel:
            if isinstance(parcel.body, bytes):
                validation.profile_order(validation.parse(parcel.body))
            try:
                taken = await self._engine.pool.run(
                    calls.take_profile, parcel.body, parcel.folder, near
                )
            except WorkerLostError:
                said = "The work on this request broke down."
                raise RefusalError(500, "INTERNAL_ERROR", said) from None
            profile_id = await asyncio.to_thread(
                self._engine.profiles.add, taken.tier, taken.tag, len(taken.photos)
            )
            self._engine.look_at(profile_id, taken, parcel.folder)
            parcel.keep = True
        return json_response({"profile_id": profile_id})

    async def profile_ids(self, request: Request) -> Response:
        await self._engine.open()
        tag = validation.tag_query(request.query_params.getlist("tag"))
        return json_response({"profiles": await asyncio.to_thread(self._engine.profiles.ids, tag)})

    async def profile_status(self, request: Request) -> Response:
        await self._engine.open()
        return json_response(self._engine.profiles.status(request.path_params["profile_id"]))

    async def profile_picture(self, request: Request) -> Response:
        await self._engine.open()
        profile_id = request.path_params["profile_id"]
        picture = await asyncio.to_thread(self._engine.profiles.picture, profile_id)
        return Response(picture, media_type="image/jpeg")

    async def delete_profile(self, request: Request) -> Response:
        await self._engine.open()
        profile_id = request.path_params["profile_id"]
        await asyncio.to_thread(self._engine.profiles.delete, profile_id)
        return json_response({"profile_id": profile_id, "status": "ok"})
