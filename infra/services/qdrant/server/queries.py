"""Reading points: retrieve, scroll, count, facet, search and query."""

from typing import Any

import qdrant_edge as engine

from .body import Json, limit, objects, optional, required
from .errors import bad_format
from .filters import payload_selector, to_filter
from .query_reader import QueryReader, order_by, with_vector
from .vectors import id_to_json, point_id, point_ids, record_to_json


def retrieve(shard: Any, body: Json) -> list[Json]:
    records = shard.retrieve(
        point_ids(required(body, "ids", list)),
        payload_selector(body.get("with_payload"), default=True),
        with_vector(body),
    )
    return [record_to_json(record) for record in records]


def scroll(shard: Any, body: Json) -> Json:
    start = body.get("offset")
    records, following = shard.scroll(
        engine.ScrollRequest(
            offset=None if start is None else point_id(start),
            limit=limit(body),
            filter=to_filter(body.get("filter")),
            with_payload=payload_selector(body.get("with_payload"), default=True),
            with_vector=with_vector(body),
            order_by=order_by(body["order_by"]) if body.get("order_by") is not None else None,
        )
    )
    return {
        "points": [record_to_json(record) for record in records],
        "next_page_offset": None if following is None else id_to_json(following),
    }


def count(shard: Any, body: Json) -> Json:
    exact = optional(body, "exact", bool)
    request = engine.CountRequest(exact=exact is not False, filter=to_filter(body.get("filter")))
    return {"count": shard.count(request)}


def facet(shard: Any, body: Json) -> Json:
    request = engine.FacetRequest(
        required(body, "key", str),
        limit(body),
        bool(body.get("exact")),
        to_filter(body.get("filter")),
    )
    return {"hits": [{"value": hit.value, "count": hit.count} for hit in shard.facet(request).hits]}


def search(shard: Any, body: Json) -> list[Json]:
    """The older form of a query: the vector may carry its name."""
    vector = body.get("vector")
    request = {name: value for name, value in body.items() if name != "vector"}
    if isinstance(vector, dict) and "name" in vector:
        request |= {"using": vector["name"], "query": vector.get("vector")}
    else:
        request["query"] = vector
    if request["query"] is None:
        raise bad_format("missing field `vector`")
    return query(shard, request)


def query(shard: Any, body: Json) -> list[Json]:
    reader = QueryReader(shard)
    request = reader.request(body)
    return [record_to_json(record, scored=True) for record in shard.query(request)]


def queries(shard: Any, body: Json) -> list[list[Json]]:
    return [query(shard, each) for each in objects(body, "searches")]
