"""Reading points: retrieve, scroll, count, facet, search and query."""

from typing import Any

import qdrant_edge as engine

from .body import Json, as_list, limit, objects, offset, optional, required
from .errors import bad_format, not_found, unsupported, wrong_input
from .filters import payload_selector, to_filter
from .vectors import PointId, id_to_json, is_id, one_vector, point_id, point_ids, record_to_json

_ELSEWHERE = ("formula", "discover", "context", "relevance_feedback", "text", "image")


def retrieve(shard: Any, body: Json) -> list[Json]:
    records = shard.retrieve(
        point_ids(required(body, "ids", list)),
        payload_selector(body.get("with_payload"), default=True),
        _with_vector(body),
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
            with_vector=_with_vector(body),
            order_by=_order_by(body["order_by"]) if body.get("order_by") is not None else None,
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
        required(body, "key", str), limit(body), bool(body.get("exact")), to_filter(body.get("filter"))
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
    reader = _Query(shard)
    request = reader.request(body)
    return [record_to_json(record, scored=True) for record in shard.query(request)]


def queries(shard: Any, body: Json) -> list[list[Json]]:
    return [query(shard, each) for each in objects(body, "searches")]


class _Query:
    """Reads one query; examples given by id are looked up in the shard."""

    def __init__(self, shard: Any) -> None:
        self._shard = shard

    def request(self, body: Json) -> engine.QueryRequest:
        scoring, examples = self._scoring(body)
        return engine.QueryRequest(
            limit=limit(body),
            offset=offset(body),
            query=scoring,
            prefetches=self._prefetches(body),
            with_vector=_with_vector(body),
            with_payload=payload_selector(body.get("with_payload"), default=False),
            filter=_without(examples, to_filter(body.get("filter"))),
            score_threshold=body.get("score_threshold"),
            params=_search_params(body.get("params")),
        )

    def _prefetches(self, body: Json) -> list[engine.Prefetch]:
        return [self._prefetch(each) for each in as_list(body.get("prefetch"))]

    def _prefetch(self, body: Json) -> engine.Prefetch:
        scoring, examples = self._scoring(body)
        return engine.Prefetch(
            limit=limit(body),
            query=scoring,
            prefetches=self._prefetches(body),
            filter=_without(examples, to_filter(body.get("filter"))),
            score_threshold=body.get("score_threshold"),
            params=_search_params(body.get("params")),
        )

    def _scoring(self, body: Json) -> tuple[Any, set[PointId]]:
        """How results are scored, and the points that served as examples and are no results."""
        if "lookup_from" in body:
            raise unsupported("lookup_from")
        value, using = body.get("query"), optional(body, "using", str)
        if value is None:
            return None, set()
        if not isinstance(value, dict) or "indices" in value:
            return self._nearest(value, using)
        if "nearest" in value:
            if "mmr" in value:
                raise unsupported("mmr")
            return self._nearest(value["nearest"], using)
        if "recommend" in value:
            return self._recommend(value["recommend"], using)
        if "fusion" in value:
            return _fusion(value["fusion"]), set()
        if "rrf" in value:
            return engine.Fusion.Rrf(value["rrf"].get("k", 60), value["rrf"].get("weights")), set()
        if "order_by" in value:
            return _order_by(value["order_by"]), set()
        if "sample" in value:
            return engine.Sample.Random, set()
        for name in _ELSEWHERE:
            if name in value:
                raise unsupported(f"a query by `{name}`")
        raise bad_format("data did not match any variant of untagged enum QueryInterface")

    def _nearest(self, value: Any, using: str | None) -> tuple[Any, set[PointId]]:
        vector, example = self._vector(value, using)
        return engine.Query.Nearest(vector, using), example

    def _recommend(self, body: Json, using: str | None) -> tuple[Any, set[PointId]]:
        sides: list[list[Any]] = []
        examples: set[PointId] = set()
        for side in ("positive", "negative"):
            found = [self._vector(value, using) for value in as_list(body.get(side))]
            sides.append([vector for vector, _ in found])
            examples = examples.union(*(example for _, example in found))
        positive, negative = sides
        strategy = body.get("strategy") or "average_vector"
        if strategy == "average_vector":
            return engine.Query.Nearest(_average_target(positive, negative), using), examples
        recommendation = engine.RecommendQuery(positive, negative)
        if strategy == "best_score":
            return engine.Query.RecommendBestScore(recommendation, using), examples
        if strategy == "sum_scores":
            return engine.Query.RecommendSumScores(recommendation, using), examples
        raise bad_format(f"unknown variant `{strategy}`, expected average_vector, best_score or sum_scores")

    def _vector(self, value: Any, using: str | None) -> tuple[Any, set[PointId]]:
        if not is_id(value):
            if isinstance(value, dict) and "indices" not in value:
                raise unsupported("inference")
            return one_vector(value), set()
        example = point_id(value)
        records = self._shard.retrieve([example], False, True)
        if not records:
            raise not_found(f"No point with id {value} found")
        vector = records[0].vector
        if isinstance(vector, dict):
            vector = vector.get(using or "")
        if vector is None:
            raise wrong_input(f"Point {value} has no vector `{using or ''}`")
        return vector, {example}


def _average_target(positive: list[Any], negative: list[Any]) -> list[float]:
    """Where the positive examples lie, moved as far again from where the negative ones lie."""
    if not positive:
        raise wrong_input("Validation failed: at least one positive example is needed")
    if not all(isinstance(vector, list) for vector in [*positive, *negative]):
        raise unsupported("recommendation by an average of sparse vectors")
    center = _mean(positive)
    if not negative:
        return center
    return [2 * toward - away for toward, away in zip(center, _mean(negative), strict=True)]


def _mean(vectors: list[list[float]]) -> list[float]:
    return [sum(values) / len(vectors) for values in zip(*vectors, strict=True)]


def _fusion(name: Any) -> Any:
    if name == "rrf":
        return engine.Fusion.Rrf(60)
    if name == "dbsf":
        return engine.Fusion.Dbsf()
    raise bad_format(f"unknown variant `{name}`, expected `rrf` or `dbsf`")


def _order_by(value: Any) -> engine.OrderBy:
    order = {"key": value} if isinstance(value, str) else value
    direction = engine.Direction.Desc if order.get("direction") == "desc" else engine.Direction.Asc
    return engine.OrderBy(required(order, "key", str), direction, order.get("start_from"))


def _without(examples: set[PointId], condition: engine.Filter | None) -> engine.Filter | None:
    if not examples:
        return condition
    return engine.Filter(
        must=[condition] if condition else None, must_not=[engine.HasIdCondition(examples)]
    )


def _search_params(value: Any) -> engine.SearchParams | None:
    if not value:
        return None
    known = {name: value[name] for name in ("hnsw_ef", "exact", "indexed_only") if value.get(name) is not None}
    quantization = value.get("quantization")
    if quantization:
        known["quantization"] = engine.QuantizationSearchParams(**quantization)
    return engine.SearchParams(**known)


def _with_vector(body: Json) -> Any:
    value = body.get("with_vector")
    return False if value is None else value
