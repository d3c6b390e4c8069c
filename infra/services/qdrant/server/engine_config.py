"""A collection's configuration, as the engine takes it."""

from typing import Any

import qdrant_edge as engine

from .body import Json, optional, required
from .errors import bad_format, invalid, unsupported

_DISTANCES = {
    name: getattr(engine.Distance, name) for name in ("Cosine", "Dot", "Euclid", "Manhattan")
}
_DATATYPES = {
    "float32": engine.VectorStorageDatatype.Float32,
    "float16": engine.VectorStorageDatatype.Float16,
    "uint8": engine.VectorStorageDatatype.Uint8,
}
_COMPRESSIONS = {
    name: getattr(engine.CompressionRatio, name.upper())
    for name in ("x4", "x8", "x16", "x32", "x64")
}

HNSW_DEFAULTS = {
    "m": 16,
    "ef_construct": 100,
    "full_scan_threshold": 10000,
    "max_indexing_threads": 0,
    "on_disk": False,
}


def dense_vectors(config: Json) -> dict[str, Json]:
    """Dense vectors by name; the one without a name is ""."""
    vectors: Json = optional(config, "vectors", dict) or {}
    return {"": vectors} if "size" in vectors else vectors


def edge_config(config: Json) -> engine.EdgeConfig:
    hnsw = HNSW_DEFAULTS | (optional(config, "hnsw_config", dict) or {})
    dense = {name: _dense(name, params, hnsw) for name, params in dense_vectors(config).items()}
    sparse = {
        name: _sparse(params)
        for name, params in (optional(config, "sparse_vectors", dict) or {}).items()
    }
    optimizers = optional(config, "optimizers_config", dict) or {}
    known = (
        "deleted_threshold",
        "vacuum_min_vector_number",
        "default_segment_number",
        "max_segment_size",
        "indexing_threshold",
    )
    try:
        return engine.EdgeConfig(
            vectors=dense or None,
            sparse_vectors=sparse or None,
            on_disk_payload=config.get("on_disk_payload", True),
            hnsw_config=_hnsw(hnsw),
            quantization_config=_quantization(config.get("quantization_config")),
            optimizers=engine.EdgeOptimizersConfig(
                **{name: optimizers.get(name) for name in known}
            ),
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise bad_format(error) from error


def _dense(name: str, params: Any, hnsw: Json) -> engine.EdgeVectorParams:
    if not isinstance(params, dict):
        raise bad_format(f"vectors.{name}: expected an object")
    size = required(params, "size", int)
    if not 1 <= size <= 65536:
        raise invalid("vectors.size", f"value {size} invalid, must be from 1 to 65536")
    multi = params.get("multivector_config")
    try:
        return engine.EdgeVectorParams(
            size=size,
            distance=_choice(_DISTANCES, required(params, "distance", str)),
            on_disk=params.get("on_disk"),
            multivector_config=multi
            and engine.MultiVectorConfig(engine.MultiVectorComparator.MaxSim),
            datatype=_choice(_DATATYPES, params["datatype"]) if "datatype" in params else None,
            quantization_config=_quantization(params.get("quantization_config")),
            hnsw_config=_hnsw(hnsw | params["hnsw_config"]) if "hnsw_config" in params else None,
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise bad_format(error) from error


def _sparse(params: Any) -> engine.EdgeSparseVectorParams:
    params = params or {}
    index = params.get("index") or {}
    return engine.EdgeSparseVectorParams(
        full_scan_threshold=index.get("full_scan_threshold"),
        on_disk=index.get("on_disk"),
        modifier=engine.Modifier.Idf if params.get("modifier") == "idf" else None,
        datatype=_choice(_DATATYPES, index["datatype"]) if "datatype" in index else None,
    )


def _hnsw(params: Json) -> engine.HnswIndexConfig:
    known = (*HNSW_DEFAULTS, "payload_m", "inline_storage")
    return engine.HnswIndexConfig(**{name: params[name] for name in known if name in params})


def _quantization(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, dict) and len(value) == 1:
        ((kind, params),) = value.items()
        if kind == "scalar":
            return engine.ScalarQuantizationConfig(
                engine.ScalarType.Int8, params.get("quantile"), params.get("always_ram")
            )
        if kind == "product":
            compression = _choice(_COMPRESSIONS, required(params, "compression", str))
            return engine.ProductQuantizationConfig(compression, params.get("always_ram"))
        if kind == "binary":
            if params.keys() - {"always_ram"}:
                raise unsupported("an encoding of binary quantization")
            return engine.BinaryQuantizationConfig(params.get("always_ram"))
    raise bad_format("data did not match any variant of untagged enum QuantizationConfig")


def _choice(choices: dict[str, Any], value: str) -> Any:
    if value not in choices:
        raise bad_format(f"unknown variant `{value}`, expected one of {', '.join(choices)}")
    return choices[value]
