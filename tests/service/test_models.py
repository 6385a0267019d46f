import subprocess
import sys

import pytest

from service.models import PROVIDERS, Meter, describe_models, missing_for, provider_of
from service.records import Usage

CANARY = "canary-key-4b1d"


def status_of(name, environ, **given):
    return next(status for status in describe_models(environ, **given) if status.name == name)


@pytest.mark.parametrize(
    ("name", "environ", "status", "needs"),
    [
        pytest.param("embedded", {}, "ready", None, id="embedded-needs-nothing"),
        pytest.param("openai/…", {}, "missing", "Set OPENAI_API_KEY in the environment.", id="no-key"),
        pytest.param("openai/…", {"OPENAI_API_KEY": ""}, "missing", "Set OPENAI_API_KEY in", id="empty-key"),
        pytest.param("openai/…", {"OPENAI_API_KEY": CANARY}, "ready", None, id="key"),
        pytest.param("anthropic/…", {"OPENAI_API_KEY": CANARY}, "missing", "ANTHROPIC_API_KEY", id="anothers-key"),
        pytest.param("gemini/…", {"GOOGLE_API_KEY": CANARY}, "ready", None, id="either-key"),
        pytest.param(
            "azure/…", {"AZURE_API_KEY": CANARY}, "missing", "AZURE_API_BASE and AZURE_API_VERSION", id="one-of-three"
        ),
        pytest.param("ollama/…", {}, "unchecked", "running at http://localhost:11434", id="ollama-by-default"),
        pytest.param(
            "ollama/…", {"OLLAMA_API_BASE": "http://box:1"}, "unchecked", "at http://box:1", id="ollama-moved"
        ),
        pytest.param("hosted_vllm/…", {}, "missing", "Set HOSTED_VLLM_API_BASE", id="no-address"),
        pytest.param(
            "hosted_vllm/…",
            {"HOSTED_VLLM_API_BASE": "http://box:8000/v1"},
            "unchecked",
            "at http://box:8000/v1",
            id="vllm",
        ),
    ],
)
def test_each_model_says_whether_it_can_be_used_and_what_it_needs(name, environ, status, needs):
    described = status_of(name, environ)

    assert described.status == status
    assert described.needs is None if needs is None else needs in described.needs


@pytest.mark.parametrize("name", ["openai/…", "hosted_vllm/…"])
def test_an_api_base_stands_in_for_a_key(name):
    described = status_of(name, {}, api_base="http://127.0.0.1:9/v1")

    assert (described.status, described.needs) == ("unchecked", "A server must be running at http://127.0.0.1:9/v1.")


def test_no_key_is_ever_read_out():
    environ = {key: CANARY for provider in PROVIDERS for key in provider.keys}

    assert CANARY not in repr(describe_models(environ))


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.prefix)
def test_every_example_is_a_name_of_its_own_provider(provider):
    assert provider_of(provider.example) == provider.prefix


def test_a_provider_that_is_not_listed_speaks_for_itself():
    assert missing_for("bedrock/anthropic.claude", {}) is None


def test_describing_models_loads_no_vendor_package():
    code = (
        "import sys; from service.models import describe_models; describe_models({});"
        "print(sorted({'litellm', 'instructor', 'openai', 'spacy', 'httpx'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_meter_adds_up_what_calls_cost():
    meter = Meter()
    meter.add(Usage(calls=1, prompt_tokens=10, cost_usd=0.5))
    meter.add(Usage(calls=1, retries=1, completion_tokens=3))

    assert meter.usage == Usage(calls=2, retries=1, prompt_tokens=10, completion_tokens=3, cost_usd=0.5)
