"""A collection's configuration, as it was asked for and as it is reported.

What is kept is exactly what was asked for, without nulls. Defaults are added when reading.
"""

from .body import Json, optional, without_nulls
from .engine_config import HNSW_DEFAULTS, dense_vectors, edge_config
from .errors import unsupported, wrong_input

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
_PARAMS = {
    "shard_number": 1,
    "replication_factor": 1,
    "write_consistency_factor": 1,
    "on_disk_payload": True,
}
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
    # A change names the vector without a name "", and the configuration does not name it.
    if "" in result.get("vectors", {}):
        result["vectors"] = _merged(result["vectors"], result["vectors"].pop(""))
    known = dense_vectors(config).keys() | config.get("sparse_vectors", {}).keys() | {""}
    for name in (changes.get("vectors") or {}).keys() | (
        changes.get("sparse_vectors") or {}
    ).keys():
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
        "hnsw_config": HNSW_DEFAULTS | config.get("hnsw_config", {}),
        "optimizer_config": _OPTIMIZER | config.get("optimizers_config", {}),
        "wal_config": _WAL | config.get("wal_config", {}),
        "quantization_config": config.get("quantization_config"),
        "strict_mode_config": {"enabled": False},
    }
    if "metadata" in config:
        report["metadata"] = config["metadata"]
    return report


def indexing_threshold_kb(config: Json) -> int:
    return int((_OPTIMIZER | config.get("optimizers_config", {}))["indexing_threshold"])


def _merged(old: Json, new: Json) -> Json:
    """Objects are merged key by key, anything else is replaced."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        # One kind of quantization does not mix with another.
        if key != "quantization_config" and isinstance(before, dict) and isinstance(value, dict):
            result[key] = _merged(before, value)
        else:
            result[key] = value
    return result


def _refuse_strict_mode(config: Json) -> None:
    if (config.get("strict_mode_config") or {}).get("enabled"):
        raise unsupported("strict mode")
