"""Changing points: each request becomes one operation of the engine."""

from collections.abc import Callable
from typing import Any

import qdrant_edge as engine

from .body import Json, as_list, objects, required
from .collection import Collection
from .engine_config import dense_vectors
from .errors import bad_format, engine_errors, wrong_input
from .filters import to_filter
from .vectors import point_id, point_ids, point_vector

Operation = engine.UpdateOperation


def upsert(collection: Collection, body: Json) -> Operation:
    rows = (
        _batch_rows(required(body, "batch", dict)) if "batch" in body else objects(body, "points")
    )
    points = [_point(collection, row) for row in rows]
    if "update_mode" in body or "update_filter" in body:
        raise bad_format("update_mode and update_filter are not known here")
    return Operation.upsert_points(points)


def delete(_: Collection, body: Json) -> Operation:
    return _selected(body, Operation.delete_points, Operation.delete_points_by_filter)


def update_vectors(collection: Collection, body: Json) -> Operation:
    changes = []
    for row in objects(body, "points"):
        vector = point_vector(row.get("vector"))
        _check_vector(collection, vector)
        changes.append(engine.PointVectors(point_id(row.get("id")), vector))
    return Operation.update_vectors(changes)


def delete_vectors(_: Collection, body: Json) -> Operation:
    names = required(body, "vector", list)
    return _selected(body, Operation.delete_vectors, Operation.delete_vectors_by_filter, names)


def set_payload(_: Collection, body: Json) -> Operation:
    payload = required(body, "payload", dict)
    return _selected(
        body, Operation.set_payload, Operation.set_payload_by_filter, payload, body.get("key")
    )


def overwrite_payload(_: Collection, body: Json) -> Operation:
    payload = required(body, "payload", dict)
    return _selected(
        body,
        Operation.overwrite_payload,
        Operation.overwrite_payload_by_filter,
        payload,
        body.get("key"),
    )


def delete_payload(_: Collection, body: Json) -> Operation:
    keys = required(body, "keys", list)
    return _selected(body, Operation.delete_payload, Operation.delete_payload_by_filter, keys)


def clear_payload(_: Collection, body: Json) -> Operation:
    return _selected(body, Operation.clear_payload, Operation.clear_payload_by_filter)


_BATCH: dict[str, Callable[[Collection, Json], Operation]] = {
    "upsert": upsert,
    "delete": delete,
    "update_vectors": update_vectors,
    "delete_vectors": delete_vectors,
    "set_payload": set_payload,
    "overwrite_payload": overwrite_payload,
    "delete_payload": delete_payload,
    "clear_payload": clear_payload,
}


def batch(collection: Collection, body: Json) -> list[Operation]:
    """All of them are read before the first is applied."""
    operations = []
    for each in objects(body, "operations"):
        kind = next(iter(each), "")
        if len(each) != 1 or kind not in _BATCH:
            raise bad_format(f"unknown variant `{kind}`, expected one of {', '.join(_BATCH)}")
        detail = each[kind]
        # These two may give their points or filter as they are.
        if kind in {"delete", "clear_payload"} and isinstance(detail, list):
            detail = {"points": detail}
        with engine_errors():
            operations.append(_BATCH[kind](collection, detail))
    return operations


def _selected(
    body: Json,
    by_ids: Callable[..., Operation],
    by_filter: Callable[..., Operation],
    *arguments: Any,
) -> Operation:
    """The change for the points that `body` names, one by one or by a filter."""
    if body.get("filter") is not None:
        return by_filter(to_filter(body["filter"]) or engine.Filter(), *arguments)
    return by_ids(point_ids(required(body, "points", list)), *arguments)


def _batch_rows(columns: Json) -> list[Json]:
    ids, vectors = required(columns, "ids", list), columns.get("vectors")
    payloads = columns.get("payloads") or [None] * len(ids)
    lengths = (
        [len(v) for v in vectors.values()] if isinstance(vectors, dict) else [len(as_list(vectors))]
    )
    if any(length != len(ids) for length in [*lengths, len(payloads)]):
        raise wrong_input(
            f"number of ids, vectors and payloads must be equal, and there are {len(ids)} ids"
        )
    return [
        {
            "id": each,
            "vector": {name: column[row] for name, column in vectors.items()}
            if isinstance(vectors, dict)
            else as_list(vectors)[row],
            "payload": payloads[row],
        }
        for row, each in enumerate(ids)
    ]


def _point(collection: Collection, row: Json) -> engine.Point:
    payload = row.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise bad_format("payload: expected an object")
    vector = point_vector(row.get("vector"))
    _check_vector(collection, vector)
    return engine.Point(point_id(row.get("id")), vector, payload)


def _check_vector(collection: Collection, vector: Any) -> None:
    """The engine would find a wrong size too, but only after applying the points before it."""
    config = collection.record.config
    dense = dense_vectors(config)
    sparse = config.get("sparse_vectors", {})
    named = vector if isinstance(vector, dict) else {"": vector}
    for name, value in named.items():
        if name not in dense and name not in sparse:
            raise wrong_input(f"Not existing vector name error: {name}")
        if name not in dense:
            continue
        # A multivector is a list of vectors.
        for one in value if value and isinstance(value[0], list) else [value]:
            if len(one) != dense[name]["size"]:
                raise wrong_input(
                    f"Vector dimension error: expected dim: {dense[name]['size']}, got {len(one)}"
                )
