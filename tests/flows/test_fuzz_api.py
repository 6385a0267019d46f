"""Every address of the description, asked whatever the description allows and much that it does not.

An answer must be one that the description names, in the shape that it gives, and never an error that nobody planned.
`bench/fuzz.py` asks more."""

import pytest
from fuzzing import fuzz
from web_app import an_app

from service.settings import Settings

pytestmark = [
    pytest.mark.network,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

CASES = 8  # of an operation in each phase; some ten seconds


@pytest.mark.parametrize(
    ("settings", "places"),
    [
        pytest.param({"store": "store.sqlite"}, {}, id="as-it-is"),
        pytest.param(
            {"max_characters": 20, "max_file_bytes": 400}, {"computing": 1, "waiting": 0}, id="small-and-bare"
        ),
    ],
)
def test_no_request_brings_an_answer_that_is_not_described(tmp_path, monkeypatch, settings, places):
    monkeypatch.chdir(tmp_path)

    fuzzed = fuzz(an_app(settings=Settings(**settings), **places), cases=CASES)

    assert fuzzed.failures == ()
    assert fuzzed.unplanned == 0
    assert sum(fuzzed.statuses.values()) > 60
    assert {200, 422} <= fuzzed.statuses.keys()
    assert ("store" in settings) == ({202, 204, 404} <= fuzzed.statuses.keys())  # jobs are ordered, found and deleted
