"""When a predicted speaker is the gold one."""

import pytest

from eval.sources import judge_source
from service.records import Source

SPOKESMAN = Source(
    name="Piet Lang", aliases=("Lang",), principal="Brightmoor", kind="person", accept=("Metal United", None)
)


@pytest.mark.parametrize(
    ("predicted", "gold", "verdict"),
    [
        pytest.param(Source(name="Piet Lang", kind="person"), SPOKESMAN, "right", id="by name"),
        pytest.param(
            Source(name="Mr. LANG", kind="person"), SPOKESMAN, "right", id="by alias, with honorific and case"
        ),
        pytest.param(Source(name="Langer", kind="person"), SPOKESMAN, "wrong", id="near miss of an alias"),
        pytest.param(
            Source(name="Ada Lund", aliases=("Piet Lang",), kind="person"),
            SPOKESMAN,
            "wrong",
            id="own alias counts not",
        ),
        pytest.param(Source(name="Piet Lang", kind="anonymous"), SPOKESMAN, "lenient", id="other kind"),
        pytest.param(Source(name="Brightmoor", kind="organization"), SPOKESMAN, "lenient", id="the principal"),
        pytest.param(Source(name="Metal United", kind="organization"), SPOKESMAN, "lenient", id="accepted"),
        pytest.param(Source(name=None, kind="outlet"), SPOKESMAN, "lenient", id="outlet accepted as null"),
        pytest.param(
            Source(name=None, kind="unspecified"), SPOKESMAN, "wrong", id="near miss: unspecified is no outlet"
        ),
        pytest.param(Source(name=None, kind="unresolved"), SPOKESMAN, "abstained", id="unresolved"),
        pytest.param(
            Source(name="Ada Lund", principal="the Brightmoor", kind="person"),
            Source(name="Brightmoor", kind="organization"),
            "lenient",
            id="spokesperson for the body",
        ),
        pytest.param(Source(name=None, kind="outlet"), Source(name=None, kind="outlet"), "right", id="outlet"),
        pytest.param(
            Source(name=None, kind="unspecified"),
            Source(name=None, kind="outlet"),
            "wrong",
            id="unspecified for outlet",
        ),
        pytest.param(
            Source(name="the nurses' union", kind="organization"),
            Source(name="Ward League", aliases=("The nurses’ union",), kind="organization"),
            "right",
            id="typographic apostrophe and article",
        ),
    ],
)
def test_a_speaker_is_right_by_name_or_alias_and_kind(predicted, gold, verdict):
    assert judge_source(predicted, gold) == verdict
