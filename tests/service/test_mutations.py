"""Gold claims with one field changed: no check may call the changed field verified."""

from collections import Counter, defaultdict

import pytest

from bench.mutations import GOLDSETS, judge, mutations, sheets, untouched

KINDS = {
    "every figure changed, in the figure",
    "every figure changed, in the words",
    "qualifier turned round, in the figure",
    "qualifier turned round, in the words",
    "unit or object exchanged, in the figure",
    "unit or object exchanged, in the words",
    "negated",
    "tail replaced",
    "speaker replaced by another",
    "speaker replaced by nobody there",
}


@pytest.fixture(scope="module")
def shipped():
    return [sheet for name in GOLDSETS for sheet in sheets(name)]


@pytest.fixture(scope="module")
def verdicts(shipped):
    found = defaultdict(list)
    for sheet in shipped:
        for said in sheet.said:
            for mutation in mutations(said, sheet):
                found[mutation.name].append(judge(mutation, sheet))
    return found


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_changed_field_is_never_verified(verdicts, kind):
    verified = [verdict.mutation.said for verdict in verdicts[kind] if verdict.status == "verified"]

    assert verified == []
    assert len(verdicts[kind]) >= 100, "there are claims to change"


def test_there_is_a_test_for_every_kind_of_change(verdicts):
    assert set(verdicts) == KINDS


@pytest.mark.parametrize("field", ["content", "figures", "source"])
def test_what_nobody_touched_is_verified(shipped, field):
    found = Counter(status for sheet in shipped for name, status in untouched(sheet) if name == field)

    assert found["verified"] >= 0.97 * found.total(), found
