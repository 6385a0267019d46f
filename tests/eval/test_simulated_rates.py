"""A model that errs at stated rates is measured at those rates, through the whole harness."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT

PLAIN = "simulated/newsroom"
ERRING = "simulated/newsroom:missed=20%,swapped=30%"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Key to (hits, total, interval), by model, over twenty articles of which all claims are known."""
    command = ["-m", "eval", "run", "goldsets/newsroom", "--split", "dev", "--limit", "20", "--json"]
    command += ["--model", PLAIN, "--model", ERRING, "--out", str(tmp_path_factory.mktemp("runs"))]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    return {
        report["model"]: {found["key"]: found for found in report["measures"]} for report in json.loads(done.stdout)
    }


@pytest.mark.network
def test_missed_claims_are_measured_at_their_rate(measured):
    found = measured[ERRING]["claim_recall"]
    low, high = found["interval"]

    assert measured[PLAIN]["claim_recall"]["value"] >= 0.97, "what is not missed on purpose is found"
    assert low <= 0.8 <= high


@pytest.mark.network
def test_swapped_speakers_are_measured_at_their_rate(measured):
    """Only a claim whose speaker has a name can be given to another: so many fewer are right."""
    plain, found = measured[PLAIN]["attribution_accuracy"], measured[ERRING]["attribution_accuracy"]
    low, high = found["interval"]
    named = 0.75  # of the claims of these articles; the rest are the outlet's own, or nobody's

    assert low <= plain["value"] - 0.3 * named <= high
