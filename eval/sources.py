"""Does a predicted source name the speaker that gold names?

Judges one source against another; which claims are held against each other is for the alignment to say.
"""

import re
from typing import Literal

from eval.wording import fold_name
from service.records import Source

_WORD = re.compile(r"\w+")

SourceVerdict = Literal["right", "lenient", "abstained", "wrong"]


def judge_source(predicted: Source, gold: Source) -> SourceVerdict:
    """`right`: same speaker by name or alias and same kind. `lenient`: right but for the kind, or the principal, or an
    answer that gold accepts. `abstained`: the prediction says that it does not know."""
    if predicted.kind == "unresolved":
        return "abstained"
    same = _same_speaker(predicted, gold)
    if same and predicted.kind == gold.kind:
        return "right"
    if same or _same_principal(predicted, gold) or _accepted(predicted, gold):
        return "lenient"
    return "wrong"


def names_of(source: Source) -> frozenset[str]:
    """Every form of a source's name, folded for comparing."""
    names = (source.name, *source.aliases)
    return frozenset(fold_name(name) for name in names if name is not None)


def words_of_name(text: str) -> frozenset[str]:
    """The words of a name, or all that a text could name somebody with: without case, "U.S." also as "us"."""
    folded = text.casefold()
    words = set(_WORD.findall(folded))
    if "." in folded:
        words.update(_WORD.findall(folded.replace(".", "")))
    return frozenset(words)


def _same_speaker(predicted: Source, gold: Source) -> bool:
    """Only the predicted name counts: predicted aliases would let an answer name everybody at once."""
    if gold.name is None or predicted.name is None:
        return gold.name is predicted.name and predicted.kind == gold.kind
    return fold_name(predicted.name) in names_of(gold)


def _same_principal(predicted: Source, gold: Source) -> bool:
    """The spokesperson for the body, or the body for its spokesperson."""
    if gold.principal is not None and predicted.name is not None:
        return fold_name(predicted.name) == fold_name(gold.principal)
    if predicted.principal is not None and gold.name is not None:
        return fold_name(predicted.principal) in names_of(gold)
    return False


def _accepted(predicted: Source, gold: Source) -> bool:
    if predicted.kind == "outlet":
        return None in gold.accept
    accepted = {fold_name(name) for name in gold.accept if name is not None}
    return predicted.name is not None and fold_name(predicted.name) in accepted
