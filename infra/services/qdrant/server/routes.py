"""Which function answers which request. What Qdrant knows and this server does not is a 501."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import config, indexes, points, queries, snapshots
from .body import Json, optional, required
from .collection import Collection
from .errors import ApiError, engine_errors, not_found, unsupported
from .store import Store


@dataclass(frozen=True)
class Call:
    store: Store
    # The parts of the path that are variable, and the query string.
    path: dict[str, str]
    query: dict[str, str]
    body: Json

    @property
    def name(self) -> str:
        return self.path["name"]

    @property
    def collection(self) -> Collection:
        return self.store.get(self.name)


Handler = Callable[[Call], Any]


def _list_collections(call: Call) -> Json:
    return {"collections": [{"name": collection.name} for collection in call.store.all()]}


def _get_collection(call: Call) -> Json:
    collection = call.collection
    with collection.using() as shard:
        info = shard.info()
    return {
        "status": "green",
        "optimizer_status": "ok",
        "indexed_vectors_count": info.indexed_vectors_count,
        "points_count": info.points_count,
        "segments_count": info.segments_count,
        "config": config.reported(collection.record.config),
        "payload_schema": indexes.payload_schema(collection, info),
        "update_queue": {"length": 0},
    }


def _create_collection(call: Call) -> bool:
    call.store.create(call.name, call.body)
    return True


def _update_collection(call: Call) -> bool:
    call.collection.reconfigure(call.body)
    return True


def _get_point(call: Call) -> Json:
    given = call.path["id"]
    body = {"ids": [int(given) if given.isdigit() else given], "with_vector": True}
    with call.collection.using() as shard:
        found = queries.retrieve(shard, body)
    if not found:
        raise not_found(f"Point with id {given} does not exists!")
    return found[0]


def _recover(call: Call) -> bool:
    source = snapshots.from_location(call.store, required(call.body, "location", str))
    return snapshots.recover(call.store, call.name, source, optional(call.body, "checksum", str))


def _reading(read: Callable[[Any, Json], Any]) -> Handler:
    def handle(call: Call) -> Any:
        with call.collection.using() as shard:
            return read(shard, call.body)

    return handle


def _writing(operation: Callable[[Collection, Json], points.Operation]) -> Handler:
    def handle(call: Call) -> Json:
        collection = call.collection
        with engine_errors():
            change = operation(collection, call.body)
        return _done(call, collection.update(change))

    return handle


def _batch(call: Call) -> list[Json]:
    collection = call.collection
    operations = points.batch(collection, call.body)
    return [_done(call, collection.update(operation)) for operation in operations]


def _done(call: Call, operation: int) -> Json:
    # Without `wait` the client was promised less than it got.
    status = "completed" if call.query.get("wait") == "true" else "acknowledged"
    return {"operation_id": operation, "status": status}


def _query(call: Call) -> Json:
    return {"points": _reading(queries.query)(call)}


def _queries(call: Call) -> list[Json]:
    return [{"points": found} for found in _reading(queries.queries)(call)]


_COLLECTION = "/collections/{name}"
_ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/collections", _list_collections),
    ("POST", "/collections/aliases", lambda call: call.store.change_aliases(call.body)),
    ("GET", "/aliases", lambda call: call.store.aliases()),
    ("GET", _COLLECTION, _get_collection),
    ("PUT", _COLLECTION, _create_collection),
    ("PATCH", _COLLECTION, _update_collection),
    ("DELETE", _COLLECTION, lambda call: call.store.delete(call.name)),
    ("GET", f"{_COLLECTION}/exists", lambda call: {"exists": call.store.exists(call.name)}),
    ("GET", f"{_COLLECTION}/aliases", lambda call: call.store.aliases(call.collection.name)),
    (
        "PUT",
        f"{_COLLECTION}/index",
        lambda call: _done(call, indexes.create_index(call.collection, call.body)),
    ),
    (
        "DELETE",
        f"{_COLLECTION}/index/{{field}}",
        lambda call: _done(call, indexes.delete_index(call.collection, call.path["field"])),
    ),
    ("PUT", f"{_COLLECTION}/points", _writing(points.upsert)),
    ("POST", f"{_COLLECTION}/points", _reading(queries.retrieve)),
    ("GET", f"{_COLLECTION}/points/{{id}}", _get_point),
    ("POST", f"{_COLLECTION}/points/delete", _writing(points.delete)),
    ("PUT", f"{_COLLECTION}/points/vectors", _writing(points.update_vectors)),
    ("POST", f"{_COLLECTION}/points/vectors/delete", _writing(points.delete_vectors)),
    ("POST", f"{_COLLECTION}/points/payload", _writing(points.set_payload)),
    ("PUT", f"{_COLLECTION}/points/payload", _writing(points.overwrite_payload)),
    ("POST", f"{_COLLECTION}/points/payload/delete", _writing(points.delete_payload)),
    ("POST", f"{_COLLECTION}/points/payload/clear", _writing(points.clear_payload)),
    ("POST", f"{_COLLECTION}/points/batch", _batch),
    ("POST", f"{_COLLECTION}/points/scroll", _reading(queries.scroll)),
    ("POST", f"{_COLLECTION}/points/count", _reading(queries.count)),
    ("POST", f"{_COLLECTION}/points/search", _reading(queries.search)),
    ("POST", f"{_COLLECTION}/points/query", _query),
    ("POST", f"{_COLLECTION}/points/query/batch", _queries),
    ("POST", f"{_COLLECTION}/facet", _reading(queries.facet)),
    ("GET", f"{_COLLECTION}/snapshots", lambda call: snapshots.listed(call.store, call.collection)),
    (
        "POST",
        f"{_COLLECTION}/snapshots",
        lambda call: snapshots.create(call.store, call.collection),
    ),
    ("PUT", f"{_COLLECTION}/snapshots/recover", _recover),
    (
        "DELETE",
        f"{_COLLECTION}/snapshots/{{snapshot}}",
        lambda call: snapshots.delete(call.store, call.collection, call.path["snapshot"]),
    ),
]

# The rest of Qdrant's interface: known, and not served here.
_ELSEWHERE = re.compile(
    r"/(cluster|snapshots|locks|telemetry|metrics|issues|profiler|storage)(/.*)?"
    r"|/collections/[^/]+/(cluster|shards|optimizations|points|snapshots|vectors)(/.*)?"
)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


_COMPILED = [(method, _pattern(template), handler) for method, template, handler in _ROUTES]


def find(method: str, path: str) -> tuple[Handler, dict[str, str]]:
    known_path = False
    for route_method, pattern, handler in _COMPILED:
        match = pattern.fullmatch(path)
        if match and route_method == method:
            return handler, match.groupdict()
        known_path = known_path or match is not None
    if _ELSEWHERE.fullmatch(path):
        raise unsupported(f"{method} {path}")
    raise ApiError(405 if known_path else 404, "")
