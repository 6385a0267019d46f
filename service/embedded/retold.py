"""Which words of what somebody says did somebody else say before?

"“The police told us 40 boats sank,” she said" is the police's claim, through her. Who the speakers are is left to
`resolution`."""

from collections.abc import Iterator
from dataclasses import replace

from service.embedded.acts import Attribution, tokens_under
from service.embedded.attribution import of_verb
from service.embedded.parsing import Parsed, Token
from service.embedded.sources import Named, named_by, subject_of
from service.lexicon.cues import CUE_FORMS
from service.lexicon.roles import ROLES

RETELLING = frozenset(
    """say tell report inform assure claim announce confess warn explain insist promise admit reply answer estimate
    count write testify reveal confirm deny""".split()
)
COUNTING = {"counted": "count", "counts": "count"}
QUOTES = {"quoting": "quote", "citing": "cite"}
NOT_OTHERS = frozenset("i we you it they nobody noone people everyone".split())


def find_retold(parsed: Parsed, quoted: list[frozenset[int]]) -> tuple[Attribution, ...]:
    """Sayings by others inside each quotation's tokens, whose own words are cut to that quotation."""
    found = []
    for tokens in quoted:
        for i in sorted(tokens):
            token = parsed.doc[i]
            lemma = CUE_FORMS.get(token.lower_) or COUNTING.get(token.lower_)
            if lemma not in RETELLING or not token.tag_.startswith("VB"):
                continue
            act = of_verb(parsed, token, lemma)
            content = act.content & tokens if act is not None else frozenset()
            if (
                act is None
                or not act.sources
                or not content
                or act.rule not in {"clause", "noun_object", "parenthesis"}
            ):
                continue
            if act.rule == "noun_object" and not any(parsed.doc[each].like_num for each in content):
                continue
            speaker = parsed.doc[act.sources[0].head]
            named = _other_than_the_speaker(parsed, speaker, tokens) if speaker.lower_ in {"he", "she"} else act.sources
            if named and speaker.i in tokens and speaker.lower_ not in NOT_OTHERS:
                found.append(replace(act, content=content, frame=act.frame & tokens, sources=named))
    return tuple(found)


def _other_than_the_speaker(parsed: Parsed, pronoun: Token, tokens: frozenset[int]) -> tuple[Named, ...]:
    """Whom "he" means in a quotation: the last person named in it, as the speaker would say "I"."""
    before = (parsed.doc[i] for i in sorted(tokens, reverse=True) if i < pronoun.i)
    person = next((each for each in before if each.ent_type_ == "PERSON" or each.lemma_.lower() in ROLES), None)
    return () if person is None else tuple(named_by(parsed, person))


def passed_on(parsed: Parsed, found: list[Attribution]) -> Iterator[Attribution]:
    """The attributions, those of somebody who only passes on what another said given to that other."""
    for act in found:
        yield from _quoting(parsed, act) or _what_was_told(parsed, act) or (act,)


def _quoting(parsed: Parsed, act: Attribution) -> tuple[Attribution, ...]:
    """ "The mayor, quoting the fire chief, said …" is the fire chief's."""
    if act.rule != "clause" or not act.sources:
        return ()
    for i in sorted(act.frame):
        token = parsed.doc[i]
        if token.lower_ in QUOTES and i != act.cue[0] and (cited := _cited(token)) is not None:
            named = tuple(named_by(parsed, cited))
            return (replace(act, cue=(i,), lemma=QUOTES[token.lower_], sources=named, through=act.sources),)
    return ()


def _cited(quoting: Token) -> Token | None:
    """The person whom somebody quotes; of a study that somebody cites nothing is said here."""
    doc = quoting.doc
    comma = next((i for i in range(quoting.i + 1, len(doc)) if doc[i].text == ","), 0)
    noun = next((child for child in quoting.children if child.dep_ in {"dobj", "pobj"}), doc[max(0, comma - 1)])
    person = noun.i > quoting.i and (noun.ent_type_ == "PERSON" or noun.lemma_.lower() in ROLES)
    return noun if person else None


def _what_was_told(parsed: Parsed, act: Attribution) -> tuple[Attribution, ...]:
    """ "She recounted what a driver had told her: that …"."""
    doc = parsed.doc
    colon = next((i for i in range(act.cue[0] + 1, len(doc)) if doc[i].text == ":"), None)
    if colon is None or not act.content:
        return ()
    for i in range(act.cue[0] + 1, colon):
        told = doc[i]
        what = any(child.lower_ == "what" for child in told.children)
        if what and CUE_FORMS.get(told.lower_) in {"tell", "say"} and (teller := subject_of(told)) is not None:
            content = frozenset(each for each in act.content if each > colon)
            frame = tokens_under(told) - content
            named = tuple(named_by(parsed, teller))
            return (
                replace(act, cue=(i,), content=content, frame=act.frame | frame, sources=named, through=act.sources),
            )
    return ()
