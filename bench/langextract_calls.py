"""Lets LangExtract ask a server about articles, with its default settings. Run by `bench/tokens.py`, which counts.

python bench/langextract_calls.py < ASKED.json   (in an environment that has langextract[openai])

ASKED.json has `port`, `description`, `examples` (each `text` and `claims`: `words` and `attributes`) and `articles`,
their texts by name. The name goes out as the model's, so that the server knows whose call it is.
"""

import json
import sys

import langextract as lx
from langextract.factory import ModelConfig
from langextract.providers import load_builtins_once

load_builtins_once()  # or no provider is found by its name
asked = json.load(sys.stdin)
examples = [
    lx.data.ExampleData(
        text=example["text"],
        extractions=[
            lx.data.Extraction(extraction_class="claim", extraction_text=claim["words"], attributes=claim["attributes"])
            for claim in example["claims"]
        ],
    )
    for example in asked["examples"]
]
for name, text in asked["articles"].items():
    config = ModelConfig(
        model_id=name,
        provider="openai",
        provider_kwargs={"api_key": "none", "base_url": f"http://127.0.0.1:{asked['port']}/v1"},
    )
    lx.extract(text, prompt_description=asked["description"], examples=examples, config=config, show_progress=False)
