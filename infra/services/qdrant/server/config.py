"""A collection's configuration: as it was asked for, as the engine takes it, and as it is reported.

What is kept is exactly what was asked for, without nulls. Defaults are added when reading.
"""

from typing import Any

import qdrant_edge as engine

from .body import Json, optional, required, without_nulls
from .errors import bad_format, invalid, unsupported, wrong_input

_DISTANCES = {name: getattr(engine.Distance, name) for name in ("Cosine", "Dot", "Euclid", "Manhattan")}
_DATATYPES = {
    "float32": engine.VectorStorageDatatype.Float32,
    "float16": engine.VectorStorageDatatype.Float16,
    "uint8": engine.VectorStorageDatatype.Uint8,
}
_COMPRESSIONS = {name: getattr(engine.CompressionRatio, name.upper()) for name in ("x4", "x8", "x16", "x32", "x64")}

_HNSW = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000, "max_indexing_threads": 0, "on_disk": False}
_OPTIMIZER = {
    "deleted_threshold": 0.2,
    "vacuum_min_vector_number": 1000,
    "default_segment_number": 0,
    "max_segment_size": None,
    "memmap_threshold": None,
    "indexing_threshold": 10000,
    "flush_interval_sec": 5,
    "max_optimization_threads": None,
}
_WAL = {"wal_capacity_mb": 32, "wal_segments_ahead": 0, "wal_retain_closed": 1}
_PARAMS = {"shard_number": 1, "replication_factor": 1, "write_consistency_factor": 1, "on_disk_payload": True}
_PATCHABLE = ("vectors", "sparse_vectors", "hnsw_config", "optimizers_config", "metadata")


def created(body: Json) -> Json:
    """The configuration that a request to create a collection asks for."""
    config: Json = without_nulls(body)
    if config.get("shard_number", 1) != 1 or config.get("sharding_method", "auto") != "auto":
        raise unsupported("sharding")
    if config.get("replication_factor", 1) != 1:
        raise unsupported("replication")
    if "init_from" in config:
        raise unsupported("init_from")
    _refuse_strict_mode(config)
    edge_config(config)
    return config


def patched(config: Json, body: Json) -> Json:
    """`config` with the changes that a request to update a collection asks for."""
    changes: Json = without_nulls(body)
    _refuse_strict_mode(changes)
    result = dict(config)
    for section in _PATCHABLE:
        if section in changes:
            result[section] = _merged(config.get(section, {}), optional(changes, section, dict))
    for name, value in (optional(changes, "params", dict) or {}).items():
        if name == "replication_factor" and value != 1:
            raise unsupported("replication")
        result[name] = value
    quantization = changes.get("quantization_config")
    if quantization == "Disabled":
        result.pop("quantization_config", None)
    elif quantization is not None:
        result["quantization_config"] = quantization
    # The vector without a name is written under "" in a change, and without it in the configuration.
    if "" in result.get("vectors", {}):
        result["vectors"] = _merged(result["vectors"], result["vectors"].pop(""))
    known = dense_vectors(config).keys() | config.get("sparse_vectors", {}).keys() | {""}
    for name in (changes.get("vectors") or {}).keys() | (changes.get("sparse_vectors") or {}).keys():
        if name not in known:
            raise wrong_input(f"Not existing vector name error: {name}")
    edge_config(result)
    return result


def reported(config: Json) -> Json:
    params = _PARAMS | {name: config[name] for name in _PARAMS if name in config}
    params["vectors"] = config.get("vectors", {})
    if "sparse_vectors" in config:
        params["sparse_vectors"] = config["sparse_vectors"]
    report = {
        "params": params,
        "hnsw_config": _HNSW | config.get("hnsw_config", {}),
        "optimizer_config": _OPTIMIZER | config.get("optimizers_config", {}),
        "wal_config": _WAL | config.get("wal_config", {}),
        "quantization_config": config.get("quantization_config"),
        "strict_mode_config": {"enabled": False},
    }
    if "metadata" in config:
        report["metadata"] = config["metadata"]
    return report


def dense_vectors(config: Json) -> dict[str, Json]:
    """Dense vectors by name; the one without a name is ""."""
    vectors: Json = optional(config, "vectors", dict) or {}
    return {"": vectors} if "size" in vectors else vectors


def indexing_threshold_kb(config: Json) -> int:
    return int((_OPTIMIZER | config.get("optimizers_config", {}))["indexing_threshold"])


def edge_config(config: Json) -> engine.EdgeConfig:
    hnsw = _HNSW | (optional(config, "hnsw_config", dict) or {})
    dense = {name: _dense(name, params, hnsw) for name, params in dense_vectors(config).items()}
    sparse = {
        name: _sparse(params) for name, params in (optional(config, "sparse_vectors", dict) or {}).items()
    }
    optimizers = optional(config, "optimizers_config", dict) or {}
    known = ("deleted_threshold", "vacuum_min_vector_number", "default_segment_number", "max_segment_size", "indexing_threshold")
    try:
        return engine.EdgeConfig(
            vectors=dense or None,
            sparse_vectors=sparse or None,
            on_disk_payload=config.get("on_disk_payload", True),
            hnsw_config=_hnsw(hnsw),
            quantization_config=_quantization(config.get("quantization_config")),
            optimizers=engine.EdgeOptimizersConfig(**{name: optimizers.get(name) for name in known}),
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
            multivector_config=multi and engine.MultiVectorConfig(engine.MultiVectorComparator.MaxSim),
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
    known = (*_HNSW, "payload_m", "inline_storage")
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


def _merged(old: Json, new: Json) -> Json:
    """Objects are merged key by key, anything else is replaced."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        both = isinstance(before, dict) and isinstance(value, dict) and key != "quantization_config"
        result[key] = _merged(before, value) if both else value
    return result


def _refuse_strict_mode(config: Json) -> None:
    if (config.get("strict_mode_config") or {}).get("enabled"):
        raise unsupported("strict mode")
