"""Filters and payload selectors, from JSON to the engine."""

from typing import Any

import qdrant_edge as engine

from .body import Json, as_list, required
from .errors import bad_format
from .vectors import point_ids

_MATCHES = {
    "value": engine.MatchValue,
    "any": engine.MatchAny,
    "except": engine.MatchExcept,
    "text": engine.MatchText,
    "text_any": engine.MatchTextAny,
    "phrase": engine.MatchPhrase,
}


def to_filter(value: Any) -> engine.Filter | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_format("filter: expected an object")
    unknown = value.keys() - {"must", "should", "must_not", "min_should"}
    if unknown:
        raise bad_format(f"unknown field `{sorted(unknown)[0]}` in filter")
    clauses: dict[str, Any] = {
        clause: [_condition(condition) for condition in as_list(value[clause])]
        for clause in ("must", "should", "must_not")
        if value.get(clause) is not None
    }
    least = value.get("min_should")
    if least is not None:
        conditions = [_condition(each) for each in required(least, "conditions", list)]
        return engine.Filter(
            **clauses, min_should=engine.MinShould(conditions, required(least, "min_count", int))
        )
    return engine.Filter(**clauses) if clauses else None


def _condition(value: Any) -> Any:
    if not isinstance(value, dict):
        raise bad_format("data did not match any variant of untagged enum Condition")
    if "nested" in value:
        nested = value["nested"]
        return engine.NestedCondition(
            required(nested, "key", str),
            to_filter(required(nested, "filter", dict)) or engine.Filter(),
        )
    if "key" in value:
        return _field_condition(value)
    if "is_empty" in value:
        return engine.IsEmptyCondition(required(value["is_empty"], "key", str))
    if "is_null" in value:
        return engine.IsNullCondition(required(value["is_null"], "key", str))
    if "has_id" in value:
        return engine.HasIdCondition(set(point_ids(value["has_id"])))
    if "has_vector" in value:
        return engine.HasVectorCondition(value["has_vector"])
    nested_filter = to_filter(value)
    if nested_filter is None:
        raise bad_format("data did not match any variant of untagged enum Condition")
    return nested_filter


def _field_condition(value: Json) -> engine.FieldCondition:
    tests: dict[str, Any] = {}
    if value.get("match") is not None:
        tests["match"] = _match(value["match"])
    if value.get("range") is not None:
        tests["range"] = _range(value["range"])
    if value.get("values_count") is not None:
        tests["values_count"] = engine.ValuesCount(**value["values_count"])
    if value.get("geo_radius") is not None:
        circle = value["geo_radius"]
        tests["geo_radius"] = engine.GeoRadius(_geo(circle["center"]), circle["radius"])
    if value.get("geo_bounding_box") is not None:
        box = value["geo_bounding_box"]
        tests["geo_bounding_box"] = engine.GeoBoundingBox(
            _geo(box["top_left"]), _geo(box["bottom_right"])
        )
    for flag in ("is_empty", "is_null"):
        if value.get(flag) is not None:
            tests[flag] = value[flag]
    if not tests:
        raise bad_format(f"condition on `{value['key']}` has no test that is known here")
    return engine.FieldCondition(key=required(value, "key", str), **tests)


def _match(value: Any) -> Any:
    if isinstance(value, dict):
        for name, kind in _MATCHES.items():
            if name in value:
                return kind(value[name])
    raise bad_format("data did not match any variant of untagged enum Match")


def _range(value: Json) -> Any:
    bounds = {name: bound for name, bound in value.items() if bound is not None}
    kind = (
        engine.RangeDateTime
        if any(isinstance(b, str) for b in bounds.values())
        else engine.RangeFloat
    )
    return kind(**bounds)


def _geo(value: Json) -> engine.GeoPoint:
    return engine.GeoPoint(value["lon"], value["lat"])


def payload_selector(value: Any, *, default: bool) -> Any:
    if value is None:
        return default
    if isinstance(value, dict):
        if "include" in value:
            return engine.PayloadSelector.Include(value["include"])
        return engine.PayloadSelector.Exclude(required(value, "exclude", list))
    return value
