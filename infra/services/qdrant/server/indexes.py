"""Payload indexes."""

from typing import Any

import qdrant_edge as engine

from .body import Json, optional, required
from .collection import Collection
from .errors import bad_format, unsupported

_PARAMETERS: dict[str, Any] = {
    "keyword": engine.KeywordIndexParams,
    "integer": engine.IntegerIndexParams,
    "float": engine.FloatIndexParams,
    "bool": engine.BoolIndexParams,
    "geo": engine.GeoIndexParams,
    "datetime": engine.DatetimeIndexParams,
    "uuid": engine.UuidIndexParams,
    "text": engine.TextIndexParams,
}
_TOKENIZERS = {
    name: getattr(engine.TokenizerType, name.capitalize())
    for name in ("prefix", "whitespace", "word", "multilingual")
}


def create_index(collection: Collection, body: Json) -> int:
    field = required(body, "field_name", str)
    # Qdrant guesses nothing either: without a schema it has no index to make.
    schema = body.get("field_schema")
    with collection.writing:
        operation = collection.update(
            engine.UpdateOperation.create_field_index(field, _to_engine(schema))
        )
        collection.set_indexes(collection.record.indexes | {field: schema})
    return operation


def delete_index(collection: Collection, field: str) -> int:
    with collection.writing:
        operation = collection.update(engine.UpdateOperation.delete_field_index(field))
        kept = {name: schema for name, schema in collection.record.indexes.items() if name != field}
        collection.set_indexes(kept)
    return operation


def payload_schema(collection: Collection, info: Any) -> Json:
    """The engine says which indexes there are, the record how they were asked for."""
    answer: Json = {}
    for field, index in info.payload_schema.items():
        answer[field] = {
            "data_type": str(index.data_type).rpartition(".")[2].lower(),
            "points": index.points,
        }
        asked = collection.record.indexes.get(field)
        if isinstance(asked, dict):
            answer[field]["params"] = asked
    return answer


def _to_engine(schema: Any) -> Any:
    if isinstance(schema, str):
        return _kind(schema)()
    if not isinstance(schema, dict):
        raise bad_format("missing field `field_schema`")
    options = {
        name: value for name, value in schema.items() if name != "type" and value is not None
    }
    for name in ("stopwords", "stemmer"):
        if name in options:
            raise unsupported(f"`{name}` of a text index")
    tokenizer = optional(options, "tokenizer", str)
    if tokenizer is not None:
        if tokenizer not in _TOKENIZERS:
            raise bad_format(
                f"unknown variant `{tokenizer}`, expected one of {', '.join(_TOKENIZERS)}"
            )
        options["tokenizer"] = _TOKENIZERS[tokenizer]
    try:
        return _kind(required(schema, "type", str))(**options)
    except (TypeError, ValueError) as error:
        raise bad_format(f"field_schema: {error}") from error


def _kind(name: str) -> Any:
    if name not in _PARAMETERS:
        raise bad_format(f"unknown variant `{name}`, expected one of {', '.join(_PARAMETERS)}")
    return _PARAMETERS[name]
