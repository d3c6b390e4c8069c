"""Typed reading of request bodies: what is missing or of the wrong kind is named."""

from typing import Any

from .errors import bad_format, invalid

Json = dict[str, Any]

_WORDS = {dict: "an object", list: "a list", str: "a string", int: "an integer", bool: "a boolean"}


def _is(value: object, kind: type) -> bool:
    # True is an int in Python, and not in JSON.
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def optional(body: Json, name: str, kind: type) -> Any:
    value = body.get(name)
    if value is not None and not _is(value, kind):
        raise bad_format(f"{name}: expected {_WORDS[kind]}")
    return value


def required(body: Json, name: str, kind: type) -> Any:
    value = optional(body, name, kind)
    if value is None:
        raise bad_format(f"missing field `{name}`")
    return value


def objects(body: Json, name: str) -> list[Json]:
    """A list of objects."""
    values: list[Json] = required(body, name, list)
    if not all(isinstance(value, dict) for value in values):
        raise bad_format(f"{name}: expected a list of objects")
    return values


def limit(body: Json, default: int = 10) -> int:
    value = optional(body, "limit", int)
    if value is None:
        return default
    if value < 1:
        raise invalid("limit", f"value {value} invalid, must be 1 or larger")
    return int(value)


def offset(body: Json) -> int:
    value = optional(body, "offset", int) or 0
    if value < 0:
        raise invalid("offset", f"value {value} invalid, must be 0 or larger")
    return int(value)


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def without_nulls(value: Any) -> Any:
    """An absent key and a null mean the same in Qdrant's interface."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value
