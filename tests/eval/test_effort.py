"""The time that an article takes of a run, and the time from its start to its end, are two things."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from storing import an_info, an_outcome, keys_of

from eval.effort import effort_of
from eval.report import time_in_words
from eval.store import RunWriter, read_run

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


def run_with(folder: Path, *stretches: tuple[float, float]):
    """A run whose articles were under way from one second to another."""
    info = an_info()
    writer = RunWriter(folder, info, keys=keys_of(info), resume=False)
    for number, (began, ended) in enumerate(stretches):
        moment = (NOON + timedelta(seconds=ended)).isoformat()
        writer.append(an_outcome(number, seconds=ended - began, ended=moment))
    writer.close()
    return read_run(folder)


@pytest.mark.parametrize(
    ("stretches", "each", "at_once", "start_to_end"),
    [
        pytest.param([(0, 4), (4, 8)], 4.0, 1, 4.0, id="one after the other"),
        pytest.param([(0, 4), (0, 4), (0, 4), (0, 4)], 1.0, 4, 4.0, id="all at once"),
        pytest.param([(0, 4), (2, 6), (1000, 1002)], 8 / 3, 2, 4.0, id="a pause between two tries does not count"),
        pytest.param([(0, 0)], 0.0, 1, 0.0, id="at once over"),
    ],
)
def test_a_runs_time_is_shared_by_its_articles_and_overlaps_count_once(
    tmp_path, stretches, each, at_once, start_to_end
):
    effort = effort_of(run_with(tmp_path, *stretches))

    assert effort.seconds_each == pytest.approx(each)
    assert effort.at_once == at_once
    assert effort.start_to_end == pytest.approx(start_to_end)


def test_results_that_do_not_say_when_they_ended_give_no_time_of_the_run(tmp_path):
    info = an_info()
    writer = RunWriter(tmp_path, info, keys=keys_of(info), resume=False)
    writer.append(an_outcome(0, seconds=2.0))
    writer.close()

    effort = effort_of(read_run(tmp_path))

    assert (effort.seconds_each, effort.at_once, effort.start_to_end) == (None, None, 2.0)


def test_both_times_are_named_in_words(tmp_path):
    words = time_in_words(effort_of(run_with(tmp_path, (0, 4), (0, 4))))

    assert words == "2 s of the run for each of 2 articles, up to 2 at once; one article from start to end 4 s (median)"
