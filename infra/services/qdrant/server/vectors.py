"""Point ids and vectors, between JSON and the engine."""

from typing import Any
from uuid import UUID

import qdrant_edge as engine

from .errors import bad_format

PointId = int | UUID


def point_id(value: Any) -> PointId:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return value
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise bad_format(
        f"value {value} is not a valid point ID, "
        "valid values are either an unsigned integer or a UUID"
    )


def point_ids(values: Any) -> list[PointId]:
    if not isinstance(values, list):
        raise bad_format("expected a list of point IDs")
    return [point_id(value) for value in values]


def id_to_json(value: Any) -> int | str:
    return value if isinstance(value, int) else str(value)


def is_id(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool)


def one_vector(value: Any) -> Any:
    """A dense, multi or sparse vector, as the engine takes it."""
    if isinstance(value, dict):
        if "indices" in value and "values" in value:
            return engine.SparseVector(value["indices"], value["values"])
    elif isinstance(value, list):
        return value
    raise bad_format("expected a list of numbers, a list of lists, or {indices, values}")


def point_vector(value: Any) -> Any:
    """A point's vectors: one without a name, or several by name."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {name: one_vector(vector) for name, vector in value.items()}
    return one_vector(value)


def vector_to_json(value: Any) -> Any:
    if isinstance(value, engine.SparseVector):
        return {"indices": list(value.indices), "values": list(value.values)}
    if isinstance(value, dict):
        # The engine calls the vector without a name "".
        if list(value) == [""]:
            return vector_to_json(value[""])
        return {name: vector_to_json(vector) for name, vector in value.items()}
    return value


def record_to_json(record: Any, *, scored: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": id_to_json(record.id)}
    if scored:
        answer.update(version=record.version, score=record.score)
    if record.payload is not None:
        answer["payload"] = record.payload
    if record.vector is not None:
        answer["vector"] = vector_to_json(record.vector)
    if record.order_value is not None:
        answer["order_value"] = record.order_value
    return answer
