"""What is known of one act of saying, before anybody asks who the speaker is?"""

from dataclasses import dataclass
from typing import Literal

from service.embedded.parsing import Token
from service.embedded.sources import Named
from service.records import Stance

Rule = Literal[
    "clause", "parenthesis", "infinitive", "noun_object", "accusation", "appeal", "responsibility", "according_to",
    "cue_noun", "passive", "quotation", "hedge",
]  # fmt: skip


@dataclass(frozen=True)
class Attribution:
    """One act of saying. Positions are of tokens in its sentence; `frame` are the words that attribute."""

    cue: tuple[int, ...]
    lemma: str
    stance: Stance
    rule: Rule
    content: frozenset[int]
    frame: frozenset[int]
    sources: tuple[Named, ...] = ()
    unspecified: bool = False  # attributed, but to nobody: "it is believed"
    coordinated: bool = False  # joined to another verb, whose subject it shares
    whole: bool = False  # one claim, however many verbs it holds: "called X Y", "put X at N"
    through: tuple[Named, ...] = ()  # who passes on what the sources said
    follows: bool = False  # a participle that goes on with the speaker of the verb before it ("adding that")


def tokens_under(token: Token) -> frozenset[int]:
    return frozenset(each.i for each in token.subtree)
