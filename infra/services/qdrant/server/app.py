"""HTTP around the routes: keys, bodies, and the envelope that every answer comes in."""

import hmac
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import snapshots
from .archive import copy_sparse
from .body import Json
from .errors import ApiError, bad_format
from .routes import Call, find
from .store import Store
from .upkeep import Upkeep

_log = logging.getLogger("qdrant")
_OPEN = {
    "/healthz": "healthz check passed",
    "/livez": "healthz check passed",
    "/readyz": "all shards are ready",
}
_MAX_BODY = 32 * 1024 * 1024
# Clients compare the version with their own; this speaks the interface of 1.19 as far as it goes.
_API_VERSION = "1.19.0"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build_app(store: Store, api_key: str | None) -> ASGIApp:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(store.open)
        upkeep = Upkeep(store)
        upkeep.start()
        yield
        await run_in_threadpool(upkeep.stop)
        await run_in_threadpool(store.close)

    async def answer(request: Request) -> Response:
        return await _answer(store, request)

    async def download(request: Request) -> Response:
        return await _download(store, request)

    async def upload(request: Request) -> Response:
        return await _upload(store, request)

    folder = "/collections/{name}/snapshots"
    app = Starlette(
        lifespan=lifespan,
        routes=[
            *(Route(path, _health, methods=["GET"]) for path in _OPEN),
            Route("/", _greeting, methods=["GET"]),
            Route(f"{folder}/upload", upload, methods=["POST"]),
            Route(f"{folder}/{{snapshot}}", download, methods=["GET"]),
            Route("/{path:path}", answer, methods=_METHODS),
        ],
    )
    return _KeyGate(app, api_key) if api_key else app


class _KeyGate:
    """Lets requests through that carry the key, and everybody to the health checks."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        self._key = api_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _OPEN and not self._has_key(scope):
            refusal = PlainTextResponse(
                "Must provide an API key or an Authorization bearer token", 401
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _has_key(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        given = headers.get(b"api-key") or headers.get(b"authorization", b"").removeprefix(
            b"Bearer "
        )
        return hmac.compare_digest(given, self._key)


async def _health(request: Request) -> Response:
    return PlainTextResponse(_OPEN[request.url.path])


async def _greeting(_: Request) -> Response:
    edge = version("qdrant-edge-py")
    return _json(
        200,
        {
            "title": "qdrant - vector search engine",
            "version": _API_VERSION,
            "commit": None,
            # Tells it apart from qdrant/qdrant, whose volumes and snapshots have another layout.
            "engine": f"qdrant-edge {edge}",
        },
    )


async def _answer(store: Store, request: Request) -> Response:
    start = time.perf_counter()
    try:
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > _MAX_BODY:
            raise ApiError(413, f"Payload reached size limit of {_MAX_BODY} bytes")
        body = await request.body()
        # Reading the body takes the longest, so that happens in the thread too.
        result = await run_in_threadpool(_handle, store, request, body)
    except ClientDisconnect:
        return Response(status_code=499)
    except Exception as error:
        return _failure(request, error, start)
    return _success(result, start)


def _handle(store: Store, request: Request, body: bytes) -> Any:
    # The raw path: a collection's name may hold an escaped slash.
    path = request.scope["raw_path"].decode().partition("?")[0].rstrip("/")
    handler, variables = find(request.method, path)
    names = {name: unquote(value) for name, value in variables.items()}
    return handler(Call(store, names, dict(request.query_params), _parse(body)))


def _parse(body: bytes) -> Json:
    if not body:
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_format(error) from error
    if not isinstance(value, dict):
        raise bad_format("expected an object")
    return value


async def _download(store: Store, request: Request) -> Response:
    start = time.perf_counter()
    try:
        collection = store.get(request.path_params["name"])
        path = snapshots.find(store, collection, request.path_params["snapshot"])
    except Exception as error:
        return _failure(request, error, start)
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


async def _upload(store: Store, request: Request) -> Response:
    start = time.perf_counter()
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            file = form.get("snapshot")
            if file is None or isinstance(file, str):
                raise bad_format("missing the file `snapshot`")
            result = await run_in_threadpool(_receive, store, request, file.file)
    except Exception as error:
        return _failure(request, error, start)
    return _success(result, start)


def _receive(store: Store, request: Request, content: Any) -> bool:
    name, checksum = request.path_params["name"], request.query_params.get("checksum")
    store.staging.mkdir(exist_ok=True)
    with NamedTemporaryFile(dir=store.staging, suffix=".snapshot") as file:
        copy_sparse(content, file)
        file.flush()
        return snapshots.recover(store, name, Path(file.name), checksum)


def _success(result: Any, start: float) -> Response:
    return _json(200, {"result": result, "status": "ok", "time": time.perf_counter() - start})


def _failure(request: Request, error: Exception, start: float) -> Response:
    if isinstance(error, ApiError):
        status, message = error.status, str(error)
    else:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        status, message = 500, f"Service internal error: {type(error).__name__}"
    return _json(status, {"status": {"error": message}, "time": time.perf_counter() - start})


def _json(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
