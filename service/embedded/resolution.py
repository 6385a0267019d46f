"""Who do the words that name a speaker stand for?

Takes up the mentions that reading found, and settles pronouns and roles by who spoke last."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from service.embedded.parsing import Parsed, Token
from service.embedded.sources import Named
from service.lexicon.bodies import ANAPHORIC_BODIES, BODY_WORDS, GENERIC_BODIES
from service.lexicon.function_words import DETERMINERS
from service.lexicon.names import FEMALE, MALE
from service.lexicon.roles import ANONYMOUS, ROLES
from service.lexicon.titles import FEMALE_TITLES, MALE_TITLES
from service.records import Reading, Span, Speaker, SpeakerMention

DEFINITE = frozenset("the this that its their".split())
OWN_OF = {"its": "it", "his": "he", "him": "he", "her": "she", "their": "they", "them": "they"}
# Held by one person whom everybody knows: they need no naming before.
OFFICES = frozenset(
    """president minister premier chancellor king queen pope governor mayor secretary speaker pm ambassador judge
    chairman chief director spokesman spokeswoman spokesperson prince""".split()
)
ELSEWHERE = frozenset("local other second third first next former".split())  # "the local MP" is somebody new
CLOSE = 3  # sentences over which a known woman is taken for "she" before somebody who may be a man
AGENTS = ("ers", "ors", "ists", "ants")  # "wrestlers", "visitors"
NEAR = 6  # sentences over which somebody who spoke is taken up by a pronoun


# Put together once: these are asked about at every word.
_BODIES = BODY_WORDS | GENERIC_BODIES


@dataclass(frozen=True)
class Who:
    """A speaker of the article: `mark` names them (or `words`, where reading had missed them)."""

    mark: str
    index: int | None
    name: str | None
    kind: str
    mention: Span | None = None
    sentence: int = 0
    ambiguity: float = 0.0  # 0: named here; 1: taken up from far away, or a guess
    how: str = "name"

    def same(self, other: "Who | None") -> bool:
        if other is None:
            return False
        return self.index == other.index if self.index is not None else self.mark == other.mark


OUTLET = Who(mark="outlet", index=None, name=None, kind="outlet")
UNSPECIFIED = Who(mark="unspecified", index=None, name=None, kind="unspecified")
UNRESOLVED = Who(mark="unresolved", index=None, name=None, kind="unresolved", ambiguity=1.0)


def gender_of(speaker: Speaker) -> str:
    """ "m", "f", or "" where the article's words do not tell."""
    words = {word.lower().strip(".,") for word in (speaker.role or "").split()}
    if words & {"spokeswoman", "chairwoman", "businesswoman", "congresswoman", "actress", "mother", "wife", "widow"}:
        return "f"
    if words & {"spokesman", "chairman", "businessman", "congressman", "father", "husband"}:
        return "m"
    first = speaker.name.split()[0].lower()
    if (first in MALE) == (first in FEMALE):
        return ""
    return "m" if first in MALE else "f"


def gender_of_title(words: str, speaker: Speaker) -> str:
    """ "f" where the words name the speaker as Mrs or Lady, "m" as Mr or Sir, else ""."""
    name = speaker.name.lower().split()
    titles = {word.strip(".,") for word in words.lower().split() if word not in name}
    if not titles.isdisjoint(FEMALE_TITLES):
        return "f"
    return "" if titles.isdisjoint(MALE_TITLES) else "m"


class Resolver:
    """Looks mentions up by sentence; built once for a reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._by_sentence: dict[int, list[SpeakerMention]] = {}
        self._named: dict[int, list[int]] = {}  # sentences in which a speaker is named, by the speaker's index
        self._makers: dict[str, Who] = {}
        self._genders = [gender_of(speaker) for speaker in reading.speakers]
        self._unnamed: dict[int, list[tuple[str, Span]]] = {}  # nouns by sentence, with the pronouns that fit them
        self._bearers: dict[int, Who] = {}  # whom a role without a name was taken for, by the role's index
        for mention in reading.mentions:
            self._by_sentence.setdefault(mention.sentence, []).append(mention)
            if mention.form == "name" and mention.speaker is not None:
                self._named.setdefault(mention.speaker, []).append(mention.sentence)
                titled = gender_of_title(mention.span.of(reading.article.text), reading.speakers[mention.speaker])
                self._genders[mention.speaker] = titled or self._genders[mention.speaker]

    def who(self, parsed: Parsed, named: Named, last: list[Who]) -> Who:
        """Whom `named` stands for; `last` are those who spoke before, the latest at the end."""
        number = parsed.sentence.number
        mention = self._mention(parsed, named, number)
        text = self._reading.article.text
        maker = self._maker_of(mention)
        if maker is not None and mention is not None:
            return self._as(maker, _joined(named.span, mention.span), number, "document")
        if mention is None:
            return self._by_words(parsed, named, last)
        span = _joined(named.span, mention.span)
        if mention.form == "pronoun" or (mention.form == "role" and mention.speaker is None):
            words = mention.span.of(text).lower()
            pronoun = mention.form == "pronoun"
            taken = self._within(parsed, mention, words) if pronoun else None
            taken = taken or self._taken_up(words, last, number, pronoun=pronoun)
            if taken is not None and words in {"he", "she"} and self._named_since(mention, taken, number):
                return self._entity(mention.speaker or 0, mention.mark, span, number, "pronoun")
            if taken is not None:
                return self._as(taken, span, number, "pronoun" if mention.form == "pronoun" else "role")
        taken = self._bearer(mention, last, number)
        if taken is not None:
            return self._as(taken, span, number, "role")
        if named.document and mention.speaker is not None:
            self._makers[named.document] = self._entity(mention.speaker, mention.mark, span, number, "name")
        unnamed = self._unnamed_before(mention.span.of(text).lower(), number) if mention.form == "pronoun" else None
        if mention.speaker is None and unnamed is not None:
            return self._as(unnamed, span, number, "pronoun")
        if mention.speaker is None:
            return Who("unresolved", None, None, "unresolved", mention=span, sentence=number, ambiguity=1.0)
        return self._entity(mention.speaker, mention.mark, span, number, mention.form)

    def _named_since(self, mention: SpeakerMention, taken: Who, number: int) -> bool:
        """Whether the person whom reading takes "he" for was named after `taken` had spoken."""
        if mention.speaker is None or mention.speaker == taken.index:
            return False
        if self._reading.speakers[mention.speaker].kind != "person":
            return False
        named = self._named.get(mention.speaker, [])
        at = bisect_left(named, number) - 1
        return at >= 0 and named[at] > taken.sentence

    def _maker_of(self, mention: SpeakerMention | None) -> Who | None:
        """Who made "the report" that an earlier sentence named with its maker."""
        if mention is None or mention.form != "document":
            return None
        words = mention.span.of(self._reading.article.text).lower().split()
        return self._makers.get(words[-1]) if words[0] in DEFINITE else None

    def subject(self, parsed: Parsed) -> Who | None:
        """The person or body that the sentence is about: its main verb's subject, where that is named."""
        if parsed.sentence.number not in self._unnamed:
            self._unnamed[parsed.sentence.number] = [
                (fitting, parsed.span(token.i, token.i)) for token in parsed.doc if (fitting := _pronouns_of(token))
            ]
        root = next((token for token in parsed.doc if token.dep_ == "ROOT"), None)
        if root is not None and root.lemma_.lower() == "learn":  # "…, the Argus has learned": about what it learned
            root = next((child for child in root.children if child.dep_ == "ccomp"), root)
        subject = (
            next((child for child in root.children if child.dep_ in {"nsubj", "nsubjpass"}), None) if root else None
        )
        if subject is None:
            return None
        number = parsed.sentence.number
        mention = self._mention(parsed, Named(subject.i, parsed.span(subject.left_edge.i, subject.i)), number)
        if mention is None or mention.speaker is None or mention.form != "name":
            return None
        return self._entity(mention.speaker, mention.mark, mention.span, number, "name")

    def _mention(self, parsed: Parsed, named: Named, number: int) -> SpeakerMention | None:
        """The mention that holds the head noun, or that stands in apposition to it."""
        head = parsed.span(named.head, named.head)
        mentions = self._by_sentence.get(number, [])
        best = [mention for mention in mentions if mention.span.overlaps(head)]
        if best and best[0].form == "name":
            return best[0]
        if best and best[0].form == "document" and parsed.doc[named.head].lower_ in OWN_OF:
            return None  # of "its report", whoever it belongs to
        for child in parsed.doc[named.head].children:
            if child.dep_ == "appos":
                apposed = parsed.span(child.i, child.i)
                for mention in mentions:
                    if mention.form == "name" and mention.span.overlaps(apposed):
                        return mention
        apposed_name = self._in_commas(parsed, named, mentions)
        if apposed_name is not None:
            return apposed_name
        if best:
            return best[0]
        inside = [mention for mention in mentions if named.span.holds(mention.span) and mention.form == "name"]
        ends = [mention for mention in inside if mention.span.end == named.span.end]
        return ends[0] if ends else None

    def _in_commas(self, parsed: Parsed, named: Named, mentions: list[SpeakerMention]) -> SpeakerMention | None:
        """ "The world's richest man, Ada Obi, said"; "Ada, a teacher, said": the name beside the role."""
        text = self._reading.article.text
        noun = parsed.doc[named.head]
        edge = parsed.span(noun.i, noun.right_edge.i).end
        office = noun.lemma_.lower() in ROLES
        for mention in mentions:
            if mention.form != "name" or mention.speaker is None:
                continue
            if self._reading.speakers[mention.speaker].kind != "person":
                continue
            after = mention.span.start - named.span.end
            before = named.span.start - mention.span.end
            closed = text[mention.span.end : mention.span.end + 1] == ","
            beside = after == 2 and text[named.span.end] == "," and closed
            # "Deputy head of the port of Lagos, Ada Obi, said"
            far = after > 0 and mention.span.start < edge and text[mention.span.start - 2] == "," and closed and office
            # "Ada Obi, a teacher, said"; but "Ada Obi, the teacher added, …" is the teacher's saying
            ends = text[named.span.end : named.span.end + 1] in {",", ")"} or text[named.span.start :][:4] != "the "
            if beside or far or (before == 2 and text[mention.span.end] == "," and ends):
                return mention
        return None

    def _entity(self, index: int, mark: str, span: Span, number: int, how: str) -> Who:
        speaker = self._reading.speakers[index]
        ambiguity = 0.0 if how == "name" else 0.2
        return Who(mark, index, speaker.name, speaker.kind, span, number, ambiguity, how)

    def _as(self, who: Who, span: Span, number: int, how: str) -> Who:
        distance = min(1.0, (number - who.sentence) / NEAR)
        return Who(who.mark, who.index, who.name, who.kind, span, number, 0.1 + 0.4 * distance, how)

    def _bearer(self, mention: SpeakerMention, last: list[Who], number: int) -> Who | None:
        """Who "the backbencher" is, where no backbencher came before: somebody just named, whose trade it must be."""
        words = mention.span.of(self._reading.article.text).lower().split()
        if mention.form != "role" or mention.speaker is None or words[0] != "the" or words[-1] in OFFICES:
            return None
        speaker = self._reading.speakers[mention.speaker]
        owned = any(word.endswith(("’s", "'s", "’", "'")) for word in words)
        after = self._reading.article.text[mention.span.end : mention.span.end + 5].lower()
        described = after.startswith((" who ", " that ", " of ", " at ", " in "))  # it says itself who is meant
        if speaker.kind != "anonymous" or speaker.principal or owned or described or words[1] in ELSEWHERE:
            return None
        first = self._reading.mention_by_mark[speaker.mentions[0]].span.of(self._reading.article.text).lower()
        if mention.speaker not in self._bearers and first.startswith("the "):
            bearer = self._only_person(number) or self._taken_up("", last, number, pronoun=False)
            if bearer is not None:
                self._bearers[mention.speaker] = bearer
        return self._bearers.get(mention.speaker)

    def _unnamed_before(self, words: str, number: int) -> Who | None:
        """The first of those whom the sentence before speaks of without a name, and who fit the pronoun."""
        pronoun = OWN_OF.get(words, words)
        for fitting, span in self._unnamed.get(number - 1, ()):
            if pronoun in fitting.split():
                noun = span.of(self._reading.article.text)
                return Who(noun, None, noun, "organization" if fitting == "it" else "anonymous", span, number - 1, 0.6)
        return None

    def _only_person(self, number: int) -> Who | None:
        """The one person whom the sentence before names, if it names one only."""
        mentions = self._by_sentence.get(number - 1, [])
        people = {
            mention.speaker: mention
            for mention in mentions
            if mention.form == "name"
            and mention.speaker is not None
            and self._reading.speakers[mention.speaker].kind == "person"
        }
        if len(people) != 1:
            return None
        index, mention = people.popitem()
        return self._entity(index, mention.mark, mention.span, number - 1, "name")

    def _within(self, parsed: Parsed, mention: SpeakerMention, words: str) -> Who | None:
        """The sentence's own subject, where it stands before the pronoun and fits: "Obi smiled when she said"."""
        subject = self.subject(parsed)
        if subject is None or subject.mention is None or subject.mention.end > mention.span.start:
            return None
        gender = {"he": "m", "she": "f"}.get(words, "")
        if gender:
            known = self._genders[subject.index] if subject.index is not None else ""
            return subject if subject.kind == "person" and known in {"", gender} else None
        return subject if subject.kind == "organization" else None

    def _of_gender(self, gender: str, last: list[Who], number: int) -> Who | None:
        """Who of the last speakers is known to be of that gender, where the last one of all may be of either."""
        people = [who for who in last[-4:] if who.index is not None and number - who.sentence <= CLOSE]
        if not people or self._genders[people[-1].index or 0] or people[-1].kind not in {"person", "anonymous"}:
            return None
        return next((who for who in reversed(people) if self._genders[who.index or 0] == gender), None)

    def _taken_up(self, words: str, last: list[Who], number: int, *, pronoun: bool) -> Who | None:
        """Who of the last speakers a pronoun or role can stand for."""
        gender = {"he": "m", "she": "f"}.get(words, "")
        known = self._of_gender(gender, last, number) if pronoun and gender else None
        if known is not None:
            return known
        for who in reversed(last[-4:]):
            if number - who.sentence > NEAR:
                break
            if pronoun and not gender:
                if who.kind in {"organization", "document"} or (words == "they" and who.kind == "anonymous"):
                    return who
                continue
            of = self._genders[who.index] if who.index is not None else ""
            if who.kind == "person" and (not gender or of in {"", gender}):
                return who
            alone = who.kind == "anonymous" and not is_plural(who.name or "")
            if alone and pronoun and of in {"", gender} and who is last[-1]:
                return who
        return None

    def _by_words(self, parsed: Parsed, named: Named, last: list[Who]) -> Who:
        """A speaker that reading had missed, in the words of the text."""
        text = self._reading.article.text
        token = parsed.doc[named.head]
        number = parsed.sentence.number
        words = named.span.of(text)
        if token.lower_ in OWN_OF or token.pos_ == "PRON" or words.lower() in {"he", "she", "they", "it"}:
            taken = self._taken_up(OWN_OF.get(words.lower(), words.lower()), last, number, pronoun=True)
            if taken is not None:
                return self._as(taken, named.span, number, "pronoun")
            unnamed = self._unnamed_before(words.lower(), number)
            if unnamed is not None:
                return self._as(unnamed, named.span, number, "pronoun")
            return Who("unresolved", None, None, "unresolved", mention=named.span, sentence=number, ambiguity=1.0)
        second = words.lower().split()[1:2]
        taking_up = words.lower().startswith(("the ", "that ", "this ")) and not ELSEWHERE.intersection(second)
        if token.lemma_.lower() in ROLES and taking_up:
            taken = self._taken_up("", last, number, pronoun=False)
            if taken is not None:
                return self._as(taken, named.span, number, "role")
        parts = words.split()
        if len(parts) > 1 and parts[0].lower() in DETERMINERS:
            parts = parts[1:]
        plain = (
            text[named.span.end - len(words.split(None, 1)[1]) : named.span.end]
            if len(parts) < len(words.split())
            else words
        )
        plain = _without_numbers(plain) if token.pos_ == "PROPN" else plain
        body = token.pos_ == "PROPN" or token.lower_ in _BODIES
        return Who(plain, None, plain, "organization" if body else "anonymous", named.span, number, 0.5, "words")


def _pronouns_of(noun: Token) -> str:
    """Which pronouns a common noun can be meant by: "it", "they", "he she", or none."""
    word, plural = noun.lower_, noun.tag_ == "NNS"
    if noun.pos_ != "NOUN":
        return ""
    if plural:
        people = word in ANONYMOUS or noun.lemma_.lower() in ROLES or word.endswith(AGENTS)
        return "they" if people else ""
    if word in BODY_WORDS or word in GENERIC_BODIES or word in ANAPHORIC_BODIES:
        return "it"
    return "he she" if word in ROLES else ""


def is_plural(words: str) -> bool:
    """ "Two officials at the port", but not "a waitress at the port"."""
    head = re.split(r" (?:of|in|at|for|from|with|on|close|familiar|near)\b", words.lower(), maxsplit=1)[0]
    return head.endswith(("people", "men", "women")) or (head.endswith("s") and not head.endswith(("ss", "us", "boss")))


def _without_numbers(words: str) -> str:
    """ "10:30 Ada Obi", of a live report, is Ada Obi."""
    parts = words.split()
    while len(parts) > 1 and parts[0][0].isdigit():
        parts = parts[1:]
    return words[words.index(parts[0]) :]


def _joined(phrase: Span, mention: Span) -> Span:
    """The mention, with the article that stands before it."""
    if phrase.start <= mention.start and phrase.overlaps(mention) and mention.start - phrase.start <= 5:
        return Span(phrase.start, max(mention.end, min(phrase.end, mention.end)))
    return mention
