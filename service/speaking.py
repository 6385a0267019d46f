"""Does a claim's own sentence have its speaker say it?

Looks for who stands beside the words that attribute. A name there makes the speaker `verified`, a role or pronoun
`resolved`, somebody else `contradicted`; the other fields of a claim are for `verification`.
"""

import re
from collections.abc import Sequence

from service.lexicon.cues import ADDRESSING
from service.lexicon.titles import HONORIFICS, RANKS
from service.records import Check, Reading, Sentence, Source, Span, SpeakerMention, distance
from service.typography import stands

_JOINING = frozenset(["and", "or", ",", ", and", "and by", "as well as", "both"])
_PREPOSITIONS = frozenset("to by of from".split())
_BEGIN_PHRASE = frozenset("in as according by".split())
_NEXT_TO = frozenset(["", "the", "a", "an", "both", "has", "had", "have"])
_LEADING_ON = frozenset(
    "who which whose whom that of for from with by in at near on to against after before while but and not".split()
)
_CITING = frozenset("cite cites cited citing quotes quoting".split())
_QUOTES = frozenset('"“”„«»')
LONG_GAP = 12  # words between a speaker and the verb; beyond them another clause has begun
_PRONOUNS = frozenset("i you he she it we they him her them who which".split())


def check_speaker(
    source: Source, speaker: int | None, cue: Span | None, content: Sequence[Span], reading: Reading
) -> Check:
    """Whether the claim's own sentence has this speaker saying it. `speaker` is the index in the reading, None for one
    in words; names, roles and pronouns in other sentences make a speaker `resolved` at best."""
    whole = reading.sentence_at(content[0].start)
    text = reading.article.text
    if whole is None:
        return Check(field="source", status="resolved")
    sentence = _near(whole, content)
    cues = _cues(cue, sentence, content, reading)
    if source.name is None:
        return _check_nobody(source, cues, sentence, content, reading)
    own = source.mention if source.mention is not None and sentence.span.holds(source.mention) else None
    named = [chain for found in cues if (chain := _subjects(found, sentence, content, own, reading))]
    if own is not None and named and any(own.overlaps(span) for span in named[0]) and cue is not None:
        return _check_named(own, named[0], source, speaker, reading)
    other = _other(named[0], source, speaker, reading) if named else _unlisted(cues, source, content, reading)
    if other is None and cue is not None and cue in cues:
        other = _only_others(cue, source, speaker, sentence, content, reading)
    if other is not None:
        message = f"the sentence has {other.of(text)!r} say it"
        return Check(field="source", status="contradicted", message=message)
    if source.mention is None:
        return Check(field="source", status="resolved", message="named elsewhere in the article")
    words = source.mention.of(text)
    return Check(field="source", status="resolved", message=f"{words!r} was taken to be this speaker")


REACH = 600  # characters around a content in which its speaker is named; sentences can be without end


def _near(sentence: Sentence, content: Sequence[Span]) -> Sentence:
    start = max(sentence.span.start, content[0].start - REACH)
    end = max(start + 1, min(sentence.span.end, content[-1].end + REACH))
    return sentence.model_copy(update={"span": Span(start, end)})


def _check_named(own: Span, chain: Sequence[Span], source: Source, speaker: int | None, reading: Reading) -> Check:
    """The draft's own mention is the one that says it: does it name this speaker?"""
    words = own.of(reading.article.text)
    if _names(own, source, speaker, reading):
        return Check(field="source", status="verified")
    if words.casefold() not in _PRONOUNS and _other(chain, source, speaker, reading) is not None:
        return Check(field="source", status="contradicted", message=f"{words!r} is somebody else in this article")
    return Check(field="source", status="resolved", message=f"{words!r} was taken to be this speaker")


def _other(chain: Sequence[Span], source: Source, speaker: int | None, reading: Reading) -> Span | None:
    """Who says it in the claim's sentence, where that can only be somebody else."""
    if any(_is(span, source, speaker, reading) for span in chain):
        return None
    return next((span for span in chain if _is_known(span, reading) or _is_apart(span, source, reading)), None)


def _attributed_inside(content: Sequence[Span], reading: Reading) -> Span | None:
    """Somebody named as saying it, where verb and name are both in the claim's words: "Okafor said 40 were lost"."""
    for piece in content:
        sentence = reading.sentence_at(piece.start)
        if sentence is None:
            continue
        sentence = _near(sentence, (Span(piece.start, min(piece.end, piece.start + REACH)),))
        for cue in reading.cues_in(sentence.span):
            inside = cue.form == "verb" and piece.holds(cue.span)
            named = _subjects(cue.span, sentence, (), None, reading) if inside else ()
            known = [span for span in named if piece.holds(span) and span.end <= cue.span.start]
            if known and any(_is_known(span, reading) for span in known):
                return known[0]
    return None


def _only_others(
    cue: Span, source: Source, speaker: int | None, sentence: Sentence, content: Sequence[Span], reading: Reading
) -> Span | None:
    """Somebody else, where the sentence that attributes names nobody who could be this speaker, not even by pronoun."""
    named = _nameable(cue, sentence, content, None, reading)
    known = [span for span in named if _is_known(span, reading)]
    text = reading.article.text
    for span in named:
        beside = any(_gap(min(span, other), max(span, other), text).startswith(",") for other in known)
        if _is(span, source, speaker, reading) or (span not in known and not beside):
            return None
    return known[0] if known and not any(stands(w, sentence.span, text) for w in _name_words(source)) else None


def _name_words(source: Source) -> list[str]:
    return [word for name in (source.name, *source.aliases) if name for word in name.split() if len(word) > 2]


def _is_apart(span: Span, source: Source, reading: Reading) -> bool:
    """ "Two fishermen" and "police" are no person with a name; "the insurgents" may be a body that has one."""
    forms = {m.form for m in _mentions_over(span, reading) if m.speaker is not None}
    if "anonymous" in forms:
        first = span.of(reading.article.text).split()[0].casefold()
        return source.kind == "person" or (source.kind == "organization" and first not in _POINTING)
    return "body" in forms and source.kind == "person" and source.principal is None


_POINTING = frozenset("the its his her their these those this that".split())
_NAME_AFTER = re.compile(r"\s(?:[a-z][\w-]{1,20}\s)?([A-Z][\w’'-]{1,30}(?:\s[A-Z][\w’'-]{1,30}){1,3})(?=[,.:;])")
_NAME_BEFORE = re.compile(r"([A-Z][\w’'-]{2,30}(?:\s[A-Z][\w’'-]{1,30}){1,3})\s$")
_NAME_FIRST = re.compile(
    r"((?:The\s)?[A-Z][\w’'-]{1,30}(?:\s[A-Z][\w’'-]{1,30}){1,3}),\swh(?:o|ich|ose)\b|([A-Z]\w{3,20})\sha(?:s|d)\s\w{1,12}\s$"
)
NAME_REACH = 90  # characters beside a verb in which a name that reading has not listed is looked for


def _unlisted(cues: Sequence[Span], source: Source, content: Sequence[Span], reading: Reading) -> Span | None:
    """A name of two words at least right beside the verb, which shares no word with the source's names."""
    text = reading.article.text
    own = " ".join(filter(None, (source.name, source.principal, source.role, *source.aliases))).split()
    for cue in cues:
        sentence = reading.sentence_at(cue.start)
        first = _NAME_FIRST.match(text, sentence.span.start, cue.start) if sentence is not None else None
        after = _NAME_AFTER.match(text, cue.end, cue.end + NAME_REACH)
        before = _NAME_BEFORE.search(text, max(0, cue.start - NAME_REACH), cue.start)
        for found in (after, before, first):
            span = Span(*found.span(found.lastindex or 1)) if found is not None else None
            if span is None or any(piece.overlaps(span) for piece in content):
                continue
            if not {word.casefold() for word in span.of(text).split()} & {word.casefold() for word in own}:
                return span
    return None


def _check_nobody(
    source: Source, cues: Sequence[Span], sentence: Sentence, content: Sequence[Span], reading: Reading
) -> Check:
    if source.kind == "unresolved":
        return Check(field="source", status="absent")
    if source.kind == "outlet" and (inside := _attributed_inside(content, reading)) is not None:
        message = f"the claim's own words have {inside.of(reading.article.text)!r}, who is not the article itself"
        return Check(field="source", status="contradicted", message=message)
    saying = [chain for cue in cues if (chain := _subjects(cue, sentence, content, None, reading))]
    if not saying:
        return Check(field="source", status="verified")
    words = saying[0][0].of(reading.article.text)
    message = f"the sentence names {words!r} beside words that attribute"
    return Check(field="source", status="resolved", message=message)


def _is(span: Span, source: Source, speaker: int | None, reading: Reading) -> bool:
    """Whether the words of `span` name the source."""
    for mention in _mentions_over(span, reading):
        if mention.speaker is not None and (mention.speaker == speaker or _is_named(mention.speaker, source, reading)):
            return True
    words = _bare(span.of(reading.article.text))
    names = [_bare(name) for name in (source.name, *source.aliases) if name is not None]
    return any(_among(name, words) or (words != words.lower() and _among(words, name)) for name in names)


_BELONGING = re.compile(r"\b(?:of|for|at)(?:\sthe)?\s$")
_TITLES = HONORIFICS | RANKS


def _names(span: Span, source: Source, speaker: int | None, reading: Reading) -> bool:
    """Whether the words of `span` have this speaker's own name in them, as what they are about.

    A role or pronoun names nobody, "the head of the Harbour Board" is not the board, and a surname that two people of
    the article share is neither's."""
    text = reading.article.text
    name = _bare(source.name or "")
    words = _ACRONYM_AFTER.sub("", _bare(span.of(text))).rstrip(")")
    if source.kind != "person" and _is_part_of_name(span, reading):
        return False
    if words.casefold() == name.casefold():
        return True
    if name == name.lower():
        return _without_number(words) == name or _without_number(words).startswith(f"{name} who ")
    if source.kind == "document" and words.startswith(f"{name} "):
        return words.removeprefix(name).split()[0] in _RELEASED
    before, there, after = words.partition(name)
    if there and _BELONGING.search(before) is None and not after[:1].isalnum():
        return source.kind == "person" or (_is_role(before) and after.strip() in _VOICES)
    if any(words == alias and alias.isupper() for alias in source.aliases):
        return True
    over = _mentions_over(span, reading)
    agreed = speaker is not None and any(mention.speaker == speaker for mention in over)
    if source.kind != "person":
        begins = name.startswith(f"{words} ") and words != words.lower()
        listed = (_bare(reading.speakers[m.speaker].name) for m in over if m.speaker not in (None, speaker))
        return (begins and all(other == words for other in listed)) or (agreed and name.endswith(f" {words}"))
    if not agreed and any(m.speaker not in (None, speaker) for m in over):
        return False
    return _is_surname(words, name, reading, agreed=agreed)


_ACRONYM_AFTER = re.compile(r"\s\([A-Z]{2,10}\)$")
_RELEASED = frozenset("obtained seen shared published released posted filmed".split())
_VOICES = frozenset(["", "spokesman", "spokeswoman", "spokesperson"])
_DETERMINERS = frozenset("his her its their our one two three four five six some several many other".split())


def _without_number(words: str) -> str:
    first, _, rest = words.partition(" ")
    return (rest if first.casefold() in _DETERMINERS else words).casefold()


def _is_part_of_name(span: Span, reading: Reading) -> bool:
    """ "the Maritime [Safety Board]", "the head of the [Harbour Board]": what stands before makes it another."""
    text = reading.article.text
    if _BELONGING.search(text, max(0, span.start - 10), span.start) is not None:
        return True
    holding = (m.span for m in _mentions_over(span, reading) if m.span.holds(span) and m.span.start < span.start)
    return any(
        _bare(text[found.start : span.start].strip() + " ").strip().casefold() not in _ARTICLES for found in holding
    )


_ARTICLES = frozenset(["", "the", "a", "an"])


def _is_role(before: str) -> bool:
    """ "mine owner", with a capital at a sentence's start, and no part of a longer name."""
    return all(word == word.lower() for word in before.split()[1:])


def _is_surname(words: str, name: str, reading: Reading, *, agreed: bool) -> bool:
    """Whether `words` are the name's last word, with titles or none, and nobody else in the article bears it; where
    reading too has `agreed` that this one is meant, others may."""
    surname, said = name.split()[-1], words.split()
    if not said or said[-1] != surname or not all(_is_title(word) or word in name.split() for word in said):
        return False
    if agreed:
        return True
    forenames = {
        first
        for other in reading.speakers
        if (parts := _bare(other.name).split())[-1:] == [surname]
        for first in [" ".join(part for part in parts[:-1] if not _is_title(part))]
    }
    return len(forenames - {""}) <= 1


def _is_title(word: str) -> bool:
    return word.casefold().rstrip(".") in _TITLES


def _bare(name: str) -> str:
    """Without article and final stop, which the same name has here and lacks there."""
    first, _, rest = name.partition(" ")
    return (rest if rest and first.casefold() in ("the", "a", "an") else name).rstrip(".")


def _among(part: str, whole: str) -> bool:
    return stands(part, Span(0, len(whole)), whole)


def _is_named(index: int, source: Source, reading: Reading) -> bool:
    other = reading.speakers[index]
    names = {_bare(name) for name in (other.name, other.principal, *other.aliases) if name}
    return not names.isdisjoint(_bare(name) for name in (source.name, source.principal) if name)


def _is_known(span: Span, reading: Reading) -> bool:
    """Whether these words name somebody: "the lieutenant" can be anybody, a pronoun too."""
    text = reading.article.text
    over = _mentions_over(span, reading)
    if not over:
        return sum(word[0].isupper() for word in span.of(text).split()) >= 2
    named = (m for m in over if m.speaker is not None and m.form != "pronoun")
    return any(m.form == "name" or _has_capital(m.span.of(text)) for m in named)


def _has_capital(words: str) -> bool:
    """Beyond the first word, which may only begin a sentence, and short titles ("the CS")."""
    return any(word[0].isupper() and len(word) > 3 for word in words.split()[1:])


LONGEST_NAME = 200  # characters


def _mentions_over(span: Span, reading: Reading) -> list[SpeakerMention]:
    around = Span(max(0, span.start - LONGEST_NAME), span.end + LONGEST_NAME)
    return [mention for mention in reading.mentions_in(around) if mention.span.overlaps(span)]


def _cues(cue: Span | None, sentence: Sentence, content: Sequence[Span], reading: Reading) -> list[Span]:
    """The draft's own cue where it stands in the sentence, else the attributing words nearest to the content."""
    if cue is not None and sentence.span.holds(cue):
        return [cue]
    found = [each for each in reading.cues_in(sentence.span) if each.form in ("verb", "according_to")]
    outside = [each.span for each in found if not any(piece.overlaps(each.span) for piece in content)]
    return sorted(outside, key=lambda span: distance(span, content))[:1]


def _subjects(
    cue: Span, sentence: Sentence, content: Sequence[Span], own: Span | None, reading: Reading
) -> tuple[Span, ...]:
    """The words in the cue's sentence that name who says it; several for those in apposition or joined by "and"."""
    text = reading.article.text
    mentions = _nameable(cue, sentence, content, own, reading)
    before = [span for span in mentions if span.end <= cue.start and not _QUOTES & set(text[span.end : cue.start])]
    after = [span for span in mentions if span.start >= cue.end]
    follows = _gap(cue, after[0], text) if after else None
    if follows in _NEXT_TO and cue.of(text).split()[0].casefold() in _CITING:
        return _joined(after, text)  # "the agency, which cites the prefect": she is the one who says it
    if _takes_object(cue, reading):
        return _joined(after, text) if follows is not None and _only_describes(follows) else ()
    lemmas = {found.lemma for found in reading.cues_in(cue)}
    owned = follows is not None and follows.split()[:1] in (["by"], ["of"], ["from"]) and len(follows.split()) <= 2
    turned = owned or (follows in _NEXT_TO and not lemmas & ADDRESSING)
    if before and not _content_between(before[-1], cue, content):
        gap = _gap(before[-1], cue, text)
        if not (turned and gap not in _NEXT_TO and (owned or len(gap.split()) > 3)):
            near = len(gap.split()) <= LONG_GAP or (len(mentions) == 1 and gap.startswith(", which"))
            return _leading(before, cue, text) if near else ()
    return _joined(after, text) if turned else ()


def _nameable(cue: Span, sentence: Sentence, content: Sequence[Span], own: Span | None, reading: Reading) -> list[Span]:
    """Words outside content and cue that can name a speaker, the longest where one holds another."""
    found = {mention.span for mention in reading.mentions_in(sentence.span)} | ({own} if own is not None else set())
    free = [span for span in found if not any(piece.overlaps(span) for piece in (*content, cue))]
    return sorted(span for span in free if not any(other != span and other.holds(span) for other in free))


def _takes_object(cue: Span, reading: Reading) -> bool:
    """ "according to", "in the account of": the speaker stands after it. "appealed to" has its speaker before."""
    words = cue.of(reading.article.text).casefold().split()
    forms = {found.form for found in reading.cues_in(cue)}
    return "according_to" in forms or (words[-1] in _PREPOSITIONS and words[0] in _BEGIN_PHRASE)


def _content_between(first: Span, second: Span, content: Sequence[Span]) -> bool:
    return any(first.end <= piece.start and piece.end <= second.start for piece in content)


def _gap(first: Span, second: Span, text: str) -> str:
    return " ".join(text[first.end : second.start].split()).strip('"“”').casefold()


def _only_describes(gap: str) -> bool:
    """Up to three words of a role, as in "according to the market researcher Delphin Data"; none that leads on."""
    words = gap.replace(",", " ").split()
    return len(words) <= 3 and not _LEADING_ON & set(words)


def _joined(mentions: Sequence[Span], text: str) -> tuple[Span, ...]:
    """The first, and those that go with it: in apposition or joined by "and"."""
    chain = [mentions[0]]
    for span in mentions[1:]:
        gap = _gap(chain[-1], span, text)
        if gap not in _JOINING and not (gap.startswith((",", "(")) and _only_describes(gap.strip("( "))):
            break
        chain.append(span)
    return tuple(chain)


def _leading(mentions: Sequence[Span], cue: Span, text: str) -> tuple[Span, ...]:
    """The last before the cue, and those that go with it. "Okafor, who works for the port, said" has another between
    its commas, who is passed over."""
    chain = [mentions[-1]]
    if chain[0].of(text).casefold() in _PRONOUNS:
        return (chain[0],)
    for span in reversed(mentions[:-1]):
        gap = _gap(span, chain[-1], text)
        if gap in _JOINING or (gap.startswith((",", "(")) and _only_describes(gap.strip("( "))):
            chain.append(span)
        elif gap.startswith(",") and ";" not in gap and "," in text[chain[-1].end : cue.start]:
            return (span,)
        elif "," not in text[chain[0].end : cue.start]:
            break
    return tuple(chain)
