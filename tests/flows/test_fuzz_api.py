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


def an_app_as_it_is():
    return an_app(), {}


def a_small_app():
    return an_app(settings=Settings(max_characters=20, max_file_bytes=400), computing=1, waiting=0), {}


@pytest.mark.parametrize("make", [an_app_as_it_is, a_small_app])
def test_no_request_brings_an_answer_that_is_not_described(make):
    app, headers = make()

    fuzzed = fuzz(app, cases=CASES, headers=headers)

    assert fuzzed.failures == ()
    assert fuzzed.unplanned == 0
    assert sum(fuzzed.statuses.values()) > 60
    assert {200, 422} <= fuzzed.statuses.keys()
