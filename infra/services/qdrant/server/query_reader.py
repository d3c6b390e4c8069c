"""Queries, from JSON to the engine."""

from typing import Any

import qdrant_edge as engine

from .body import Json, as_list, limit, offset, optional, required
from .errors import bad_format, not_found, unsupported, wrong_input
from .filters import payload_selector, to_filter
from .vectors import PointId, is_id, one_vector, point_id

_ELSEWHERE = ("formula", "discover", "context", "relevance_feedback", "text", "image")


class QueryReader:
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
            with_vector=with_vector(body),
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
        """How results are scored, and the points that served as examples and are not results."""
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
            return order_by(value["order_by"]), set()
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
        raise bad_format(
            f"unknown variant `{strategy}`, expected average_vector, best_score or sum_scores"
        )

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
    """Where the positive examples are, moved as far again from where the negative ones are."""
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


def order_by(value: Any) -> engine.OrderBy:
    order = {"key": value} if isinstance(value, str) else value
    direction = engine.Direction.Desc if order.get("direction") == "desc" else engine.Direction.Asc
    return engine.OrderBy(required(order, "key", str), direction, order.get("start_from"))


def _without(examples: set[PointId], condition: engine.Filter | None) -> engine.Filter | None:
    if not examples:
        return condition
    return engine.Filter(
        must=[condition] if condition else None, must_not=[engine.HasIdCondition({*examples})]
    )


def _search_params(value: Any) -> engine.SearchParams | None:
    if not value:
        return None
    known = {
        name: value[name]
        for name in ("hnsw_ef", "exact", "indexed_only")
        if value.get(name) is not None
    }
    quantization = value.get("quantization")
    if quantization:
        known["quantization"] = engine.QuantizationSearchParams(**quantization)
    return engine.SearchParams(**known)


def with_vector(body: Json) -> Any:
    value = body.get("with_vector")
    return False if value is None else value
