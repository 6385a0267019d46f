"""What LangExtract itself costs for an article, on a model that answers at once. Run by `bench/overhead.py`.

python bench/langextract_overhead.py PORT ARTICLE.txt ROUNDS   (in an environment that has langextract[openai])

Prints CPU milliseconds an article: the median of the rounds, after one to warm up.
"""

import statistics
import sys
import time
from pathlib import Path

import langextract as lx
from langextract.factory import ModelConfig
from langextract.providers import load_builtins_once

load_builtins_once()  # or no provider is found by its name

port, path, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
text = path.read_text(encoding="utf-8")
example = lx.data.ExampleData(
    text="The mayor said two bridges were closed.",
    extractions=[
        lx.data.Extraction(
            extraction_class="claim", extraction_text="two bridges were closed", attributes={"source": "The mayor"}
        )
    ],
)
config = ModelConfig(
    model_id="stub",
    provider="openai",
    provider_kwargs={"api_key": "none", "base_url": f"http://127.0.0.1:{port}/v1"},
)


def once() -> float:
    began = time.process_time()
    lx.extract(text, prompt_description="Extract claims.", examples=[example], config=config, show_progress=False)
    return (time.process_time() - began) * 1000


once()
print(statistics.median(once() for _ in range(rounds)))
