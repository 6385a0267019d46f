"""Where do words stand that could name a speaker, and of what sort are they?

Capitalised runs, roles, bodies, people not named, documents and pronouns; who is who among them is left to
`speakers`."""

import re
from dataclasses import dataclass, replace

from service.lexicon.bodies import ANAPHORIC_BODIES, BODY_WORDS, GENERIC_BODIES
from service.lexicon.cues import CUE_FORMS
from service.lexicon.function_words import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    OPENERS,
    PREPOSITIONS,
    RELATIVES,
)
from service.lexicon.names import FEMALE, MALE
from service.lexicon.nations import CALENDAR, DEMONYMS, PLACES
from service.lexicon.roles import ANONYMOUS, DOCUMENTS, MODIFIERS, PRONOUNS, ROLES, SPOKES_ROLES
from service.lexicon.titles import FEMALE_TITLES, HONORIFICS, MALE_TITLES, RANK_OPENERS, RANKS, RETIRED
from service.records import Sentence, Span, SpeakerForm

WORD = re.compile(r"[^\W_]+(?:[’'\-–&][^\W_]+)*")
PARTICLES = frozenset(
    "al bin ben ibn de del della der den di da dos du la le van von el ul ur bint abu ter ten".split()
)
JOINED_ARTICLES = frozenset("el- al- ul- an- as- ad-".split())  # "el-Nour"
JOINERS = frozenset("of for".split())
LOCATIVES = frozenset("in at near from to into outside around across towards toward via".split())
NO_BODIES = frozenset("am pm gmt bst est edt pst utc tv ii iii iv i ok covid ad bc vs km mph uk us usa eu un".split())
TITLES = HONORIFICS | RANKS | RETIRED
NOUN_HEADS = ROLES | ANONYMOUS | DOCUMENTS | GENERIC_BODIES | frozenset(ANAPHORIC_BODIES)
POSTNOMINALS = frozenset("mp msp mla mep qc kc sc obe mbe cbe phd md jr sr".split())
SAID_OF = AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | RELATIVES | ADVERBS | DETERMINERS
DESCRIBING = frozenset("of in at for from with on close familiar near inside within briefed".split())
POSSESSIVE = frozenset({"’s ", "'s ", "’ ", "' "})
LONGEST_APPOSITION = 14
CURRENCIES = frozenset("rs eur usd gbp chf tk sh ksh gh ghs inr pkr ngn kes bdt cfa".split())
MOST_DESCRIBING = 10  # words after the noun of an unnamed speaker
MOST_MODIFIERS = 6  # words between an article and a role; more are another phrase


@dataclass(frozen=True)
class Token:
    """A word of a sentence; `gap` is what stands between it and the word before."""

    start: int
    end: int
    word: str
    gap: str

    @property
    def lower(self) -> str:
        return self.word.lower()

    @property
    def capital(self) -> bool:
        return self.word[0].isupper() or (self.word[:3] in JOINED_ARTICLES and self.word[3:4].isupper())

    @property
    def joined(self) -> bool:
        """Only a space between it and the word before."""
        return self.gap in {" ", "\u00a0"}


@dataclass(frozen=True)
class Candidate:
    """Words that could name a speaker. `name` leaves out title and article; `title` is the role before it."""

    span: Span
    form: SpeakerForm
    name: str
    sentence: int
    title: str = ""
    principal: str = ""  # the words before a spokesperson's role: for whom they speak
    gender: str = ""  # "m", "f", or "" where unknown
    speaking: bool = False  # a cue stands beside it
    the: bool = False  # "the" stands before it, as before few names of people
    place: bool = False
    person: bool = False
    acronym: str = ""
    head: str = ""  # of a role or body: its noun
    full: str = ""  # with the words after the noun: "clerk of the court"
    definite: bool = False


def tokens_of(text: str, sentence: Sentence) -> list[Token]:
    """The sentence's words, possessive endings cut off so that they separate names."""
    tokens: list[Token] = []
    end = sentence.span.start
    for match in WORD.finditer(text, *sentence.span):
        word = match.group()
        stop = match.end()
        if word[-2:] in {"’s", "'s"} and len(word) > 2:
            word, stop = word[:-2], stop - 2
        tokens.append(Token(match.start(), stop, word, text[end : match.start()]))
        end = stop
    return tokens


def find_candidates(text: str, sentences: tuple[Sentence, ...]) -> list[Candidate]:
    """Everything that could name a speaker, in the order of the text, none inside another."""
    sentence_tokens = [(sentence, tokens_of(text, sentence)) for sentence in sentences]
    lowercase = {token.word for _, tokens in sentence_tokens for token in tokens if not token.capital}
    found: list[Candidate] = []
    for sentence, tokens in sentence_tokens:
        found.extend(_of_sentence(text, sentence, tokens, lowercase))
    return found


def _of_sentence(text: str, sentence: Sentence, tokens: list[Token], lowercase: set[str]) -> list[Candidate]:
    cued = any(token.lower in CUE_FORMS or token.lower == "according" for token in tokens)
    found: list[Candidate] = []
    index = 0
    while index < len(tokens):
        stop = _run_end(tokens, index, lowercase)
        if stop > index:
            candidate = _named(text, sentence, tokens, index, stop)
            index = stop + 1 if candidate and candidate.acronym else stop
        else:
            candidate = _common(text, sentence, tokens, index) if cued else None
            index += 1
        if candidate:
            # "the BLA spokesman Adil Mir" is one mention, not one of the BLA and one of its spokesman.
            while (
                found
                and found[-1].span.end > candidate.span.start
                and (candidate.form in {"role", "name"} or found[-1].place)
            ):
                found.pop()
            if not found or found[-1].span.end <= candidate.span.start:
                found.append(candidate)
    return found


# ── capitalised runs ──────────────────────────────────────────────────────────────────────────────────────────────


def _run_end(tokens: list[Token], index: int, lowercase: set[str]) -> int:
    """The end of the capitalised run that opens at `index`, or `index` where none does."""
    token = tokens[index]
    if not _opens_run(tokens, index, lowercase):
        return index
    end = index + 1
    body = token.lower in BODY_WORDS
    joined_by_of = False
    while end < len(tokens):
        step = _step(tokens, end, body=body, joined_by_of=joined_by_of)
        if not step:
            break
        joined_by_of = joined_by_of or step > 1
        end += step
        body = body or tokens[end - 1].lower in BODY_WORDS
    return end


def _opens_run(tokens: list[Token], index: int, lowercase: set[str]) -> bool:
    token = tokens[index]
    if not token.capital or token.lower in CALENDAR | CURRENCIES or token.word in {"I", "A"}:
        return False
    opens_sentence = index == 0 or any(mark in token.gap for mark in '“”"‘:.!?•—–')
    if not opens_sentence:
        return token.lower not in FUNCTION_WORDS
    follows = index + 1 < len(tokens) and tokens[index + 1].capital and tokens[index + 1].joined
    if token.lower in TITLES or token.lower in ROLES:
        return follows
    if token.lower in DEMONYMS:  # also a surname: "Baloch claimed"
        return follows or _speaking(tokens, index, index + 1)
    if token.lower in OPENERS or (token.lower in NOUN_HEADS and not follows):
        return False
    known = token.lower in MALE or token.lower in FEMALE or token.lower in BODY_WORDS or token.word.isupper()
    return known or follows or token.lower not in lowercase


def _step(tokens: list[Token], at: int, *, body: bool, joined_by_of: bool) -> int:
    """How many further words the run takes from `at`: a name, or a joiner and a name."""
    token, before = tokens[at], tokens[at - 1]
    abbreviated = token.gap in {". ", "."} and (len(before.word) == 1 or before.lower in TITLES)
    # "The Drillers’ Front": the plural's apostrophe stands inside the name.
    owned = token.gap in {"’ ", "' "} and before.lower.endswith("s") and token.capital and token.lower in BODY_WORDS
    if owned:
        return 1
    if not token.joined and not abbreviated and token.gap != " & ":
        return 0
    if token.capital:
        return 0 if token.lower in CALENDAR or token.lower in FUNCTION_WORDS - PARTICLES - {"will", "may", "us"} else 1
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not following.joined:
        return 0
    if token.lower in PARTICLES and following.capital:
        return 2
    if body and (token.lower in JOINERS or (token.lower == "and" and joined_by_of)):
        if following.capital and following.lower not in CALENDAR:
            return 2
        if following.lower == "the" and at + 2 < len(tokens) and tokens[at + 2].capital and tokens[at + 2].joined:
            return 3
    return 0


def _named(text: str, sentence: Sentence, tokens: list[Token], start: int, stop: int) -> Candidate | None:
    """The candidate that a capitalised run makes, with the title before it."""
    run = tokens[start:stop]
    if len(run) > 2 and run[-1].lower in POSTNOMINALS:
        run = run[:-1]
    split = _title_end(run)
    if split == len(run):
        return _capital_role(text, sentence, tokens, start, stop)
    name_tokens = run[split:]
    speaking = _speaking(tokens, start, stop)
    body = any(token.lower in BODY_WORDS for token in name_tokens)
    place = all(token.lower in PLACES or token.lower in DEMONYMS for token in name_tokens)
    begin = start if body else _title_start(tokens, start)
    if body:
        name_tokens, split = run, 0
    title = text[tokens[begin].start : name_tokens[0].start].strip(" .,") if name_tokens[0] is not tokens[begin] else ""
    name = text[name_tokens[0].start : name_tokens[-1].end]
    acronym, end = _acronym_after(text, tokens, stop)
    if tokens[stop : stop + 1] and tokens[stop].gap.startswith((":", " —", " –")) and start == 0 and name.isupper():
        return None  # a dateline
    upper = len(name_tokens) == 1 and name.isupper() and 2 <= len(name) <= 6 and name.lower() not in NO_BODIES
    locative = begin > 0 and tokens[begin - 1].lower in LOCATIVES
    person = not body and not upper and not acronym and (bool(title) or _given(name_tokens))
    candidate = Candidate(
        span=Span(tokens[begin].start if not body else run[0].start, end),
        form="name",
        name=name,
        sentence=sentence.number,
        title=title if person else "",
        gender=_gender(title, name_tokens) if person else "",
        speaking=speaking or _described(tokens, stop),
        the=start > 0 and tokens[start - 1].lower == "the",
        place=place or (locative and not person and not body),
        person=person,
        acronym=acronym,
        head="body" if body or upper or acronym else "",
    )
    if candidate.person:
        candidate = _with_role(text, tokens, begin, stop, candidate)
    return candidate


def _title_end(run: list[Token]) -> int:
    """How many words of the run are title: "Home Minister" of "Home Minister Ada Obi"."""
    last = 0
    for index, token in enumerate(run):
        word = token.lower
        opens = word in RANK_OPENERS and word not in ROLES
        if opens and not (index + 1 < len(run) and run[index + 1].lower in RANKS):
            continue  # "Group Captain", but not "Media Group"
        if word in TITLES or word in ROLES:
            if word in BODY_WORDS and index == 0 and len(run) > 1:
                continue
            last = index + 1
        elif last and index == last and word in RETIRED:
            last = index + 1
    rest = run[last:]
    if last and rest and any(token.lower in BODY_WORDS for token in rest):
        return 0
    return last


def _title_start(tokens: list[Token], start: int) -> int:
    """Where the words of office before a name begin: "the" of "the group's spokesman Ade Bello"."""
    if start == 0 or not tokens[start].joined:
        return start
    head = tokens[start - 1]
    if head.lower not in ROLES or head.capital:
        return start
    return _phrase_start(tokens, start - 1)


def _phrase_start(tokens: list[Token], head: int) -> int:
    """Where the noun phrase of a role begins, its article included."""
    begin = head
    for index in range(head - 1, max(0, head - MOST_MODIFIERS) - 1, -1):
        token, after = tokens[index], tokens[index + 1]
        possessive = after.gap in {"’s ", "'s ", "’ ", "' "}
        bracket = after.gap == ") " or (after.gap == " (" and after.word.isupper())
        if not (after.joined or possessive or bracket):
            break
        if token.lower in DETERMINERS - {"that"}:  # "said that police": no article
            return index
        known = token.capital or token.lower in MODIFIERS or token.lower in GENERIC_BODIES or token.lower in ROLES
        known = known or possessive or token.lower in BODY_WORDS or "-" in token.word or token.word.isdigit()
        if token.lower in FUNCTION_WORDS or token.lower in CUE_FORMS or token.lower in CALENDAR or not known:
            # An unknown word is a modifier only where an article stands before it.
            if token.lower in FUNCTION_WORDS or token.lower in CUE_FORMS or token.lower in CALENDAR:
                break
            if index and tokens[index - 1].lower in DETERMINERS and token.joined:
                return index - 1
            break
        begin = index
    return begin


def _acronym_after(text: str, tokens: list[Token], stop: int) -> tuple[str, int]:
    """The abbreviation in brackets right after a run, and where its bracket ends."""
    if stop < len(tokens) and tokens[stop].gap == " (":
        token = tokens[stop]
        closed = text[token.end : token.end + 1] == ")"
        capitals = sum(character.isupper() for character in token.word)
        if closed and capitals >= 2 and len(token.word) <= 12:
            return token.word, token.end + 1
    return "", tokens[stop - 1].end


def _given(name: list[Token]) -> bool:
    return name[0].lower in MALE or name[0].lower in FEMALE


def _gender(title: str, name: list[Token]) -> str:
    words = {word.strip(".,").lower() for word in title.split()}
    if words & FEMALE_TITLES or "spokeswoman" in words or "chairwoman" in words:
        return "f"
    if words & MALE_TITLES or "spokesman" in words or "chairman" in words:
        return "m"
    first = name[0].lower
    if (first in MALE) != (first in FEMALE):
        return "m" if first in MALE else "f"
    return ""


def _with_role(text: str, tokens: list[Token], begin: int, stop: int, candidate: Candidate) -> Candidate:
    """Role and principal from the title, or from the words in commas after ("…, a spokesman for the army,")
    or before the name ("The group's spokesman, …")."""
    title = candidate.title
    principal = ""
    if not _holds_role(title):
        after = _apposition(text, tokens, stop)
        before = _role_before(text, tokens, begin)
        title = " ".join(filter(None, (title, after or before)))
    if _holds(title, SPOKES_ROLES):
        principal = _principal(title)
    return replace(candidate, title=title, principal=principal)


def _holds(words: str, wanted: frozenset[str]) -> bool:
    return any(word.strip(".,").lower() in wanted for word in words.split())


def _holds_role(words: str) -> bool:
    return _holds(words, ROLES - RANKS - HONORIFICS)


def _apposition(text: str, tokens: list[Token], stop: int) -> str:
    """The role in commas after a name."""
    if stop >= len(tokens) or tokens[stop].gap not in {", ", " ("} or tokens[stop].lower in CONJUNCTIONS:
        return ""
    if tokens[stop].lower in TITLES and tokens[stop].capital:
        return ""
    end = stop
    seen_role = False
    while end < len(tokens) and end - stop < 14:
        token = tokens[end]
        if end > stop and not (token.joined or token.gap in {"’s ", "'s "}):
            break
        if token.lower in CUE_FORMS or (token.lower in AUXILIARIES | RELATIVES and end - stop > 0):
            break
        seen_role = seen_role or token.lower in ROLES
        end += 1
    if not seen_role or end == stop or tokens[stop].lower in CUE_FORMS:
        return ""
    return text[tokens[stop].start : tokens[end - 1].end]


def _role_before(text: str, tokens: list[Token], begin: int) -> str:
    """The role that ends in a comma right before a name: "The group's spokesman, Ade Bello"."""
    if not begin or tokens[begin].gap != ", " or tokens[begin - 1].lower not in ROLES:
        return ""
    start = _phrase_start(tokens, begin - 1)
    return text[tokens[start].start : tokens[begin - 1].end]


def _principal(role: str) -> str:
    """For whom a spokesperson speaks: the words before the noun, or after "for" or "of"."""
    words = role.split()
    at = next(i for i, word in enumerate(words) if word.strip(".,").lower() in SPOKES_ROLES)
    after = words[at + 1 :]
    if after and after[0].lower() in {"for", "of"}:
        return " ".join(after[1:])
    before = [word for word in words[:at] if word.lower() not in {"chief", "senior", "official", "lead", "deputy"}]
    if before and before[0].lower() in DETERMINERS - {"the"}:
        return "its" if len(before) == 1 else " ".join(before[1:])
    return " ".join(before)


def _described(tokens: list[Token], stop: int) -> bool:
    """Whether what follows is said of a person only: ", who", ", 38,", ", told"."""
    if stop >= len(tokens) or tokens[stop].gap != ", ":
        return False
    word = tokens[stop].word
    if word in {"who", "whose"} or word in CUE_FORMS or (word.isdigit() and len(word) == 2):
        return True
    # "…, a winch operator who got out, said"
    after = range(stop + 1, min(len(tokens), stop + LONGEST_APPOSITION))
    end = next((at for at in after if not tokens[at].joined and tokens[at].gap not in POSSESSIVE), None)
    return end is not None and tokens[end].gap == ", " and tokens[end].lower in CUE_FORMS


def _speaking(tokens: list[Token], start: int, stop: int) -> bool:
    """Whether a cue stands right beside the words."""
    if start and tokens[start - 1].lower in CUE_FORMS and tokens[start].joined:
        return True
    if start > 1 and tokens[start - 1].lower == "to" and tokens[start - 2].lower == "according":
        return True
    if start > 2 and tokens[start - 2].lower == "to" and tokens[start - 3].lower == "according":
        return True
    at = stop
    while at < len(tokens) and at < stop + 3 and tokens[at].joined:
        if tokens[at].lower in CUE_FORMS:
            return True
        if tokens[at].lower not in ADVERBS | AUXILIARIES and not tokens[at].lower.endswith("ly"):
            return False
        at += 1
    return False


# ── common nouns and pronouns ─────────────────────────────────────────────────────────────────────────────────────


def _capital_role(text: str, sentence: Sentence, tokens: list[Token], start: int, stop: int) -> Candidate | None:
    """An office with capitals and no name: "the Prime Minister"."""
    head = tokens[stop - 1]
    if start and tokens[start - 1].word[-1].isdigit():  # "9 PM"
        return None
    if head.lower not in ROLES or (stop < len(tokens) and tokens[stop].joined and not _ends_phrase(tokens, stop - 1)):
        return None
    begin = start
    if start and tokens[start].joined and tokens[start - 1].lower in DETERMINERS:
        begin = start - 1
    return _role(text, sentence, tokens, begin, stop - 1)


def _common(text: str, sentence: Sentence, tokens: list[Token], index: int) -> Candidate | None:
    token = tokens[index]
    word = token.lower
    if word in PRONOUNS:
        return _pronoun(sentence, tokens, index)
    if not (
        word in ROLES or word in ANONYMOUS or word in DOCUMENTS or word in GENERIC_BODIES or word in ANAPHORIC_BODIES
    ):
        return None
    if not _ends_phrase(tokens, index):
        return None
    begin = _phrase_start(tokens, index)
    if word in ANONYMOUS and word not in ANAPHORIC_BODIES:
        return _plain(text, sentence, tokens, begin, index, "anonymous")
    if word in DOCUMENTS:
        return _plain(text, sentence, tokens, begin, index, "document")
    if word in ROLES:
        return _role(text, sentence, tokens, begin, index)
    if word in ANAPHORIC_BODIES and tokens[begin].lower not in DETERMINERS:
        return None
    return _plain(text, sentence, tokens, begin, index, "body")


def _ends_phrase(tokens: list[Token], index: int) -> bool:
    """Whether the noun at `index` ends its phrase: after it comes a verb, a little word, or punctuation."""
    if index + 1 >= len(tokens):
        return True
    following = tokens[index + 1]
    people = tokens[index].lower in ANONYMOUS or tokens[index].lower in {
        "authorities",
        "forces",
        "troops",
        "leadership",
    }
    if (
        people
        and following.joined
        and following.lower not in NOUN_HEADS
        and tokens[index].lower.endswith(("s", "ship"))
    ):
        return True
    if not following.joined:
        return following.gap not in {"’s ", "'s ", "’ "}
    return following.lower in SAID_OF or following.lower in CUE_FORMS or following.lower.endswith(("ly", "ed"))


def _pronoun(sentence: Sentence, tokens: list[Token], index: int) -> Candidate | None:
    if not _speaking(tokens, index, index + 1):
        return None
    token = tokens[index]
    gender = {"he": "m", "she": "f"}.get(token.lower, "")
    return Candidate(
        span=Span(token.start, token.end),
        form="pronoun",
        name=token.lower,
        sentence=sentence.number,
        gender=gender,
        speaking=True,
    )


def _plain(text: str, sentence: Sentence, tokens: list[Token], begin: int, head: int, form: SpeakerForm) -> Candidate:
    first = begin + 1 if tokens[begin].lower in DETERMINERS and begin < head else begin
    stop = _described_end(tokens, begin, head) if form in {"anonymous", "role"} else head + 1
    return Candidate(
        span=Span(tokens[begin].start, tokens[head].end),
        form=form,
        name=text[tokens[first].start : tokens[head].end],
        sentence=sentence.number,
        speaking=_speaking(tokens, begin, stop),
        head=tokens[head].lower,
        full=text[tokens[first].start : tokens[stop - 1].end] if stop > head + 1 else "",
        definite=tokens[begin].lower in DETERMINERS - {"a", "an"},
    )


def _described_end(tokens: list[Token], begin: int, head: int) -> int:
    """Where the words end that tell who an unnamed speaker is: "a clerk of the court", "people close to the talks".

    Taken only where the saying follows at once, or stands before."""
    plain = head + 1
    if plain >= len(tokens) or not tokens[plain].joined or tokens[plain].lower not in DESCRIBING:
        return plain
    said_before = _speaking(tokens, begin, begin)
    end = plain
    while end < len(tokens) and end - head < MOST_DESCRIBING:
        token = tokens[end]
        if token.lower in CUE_FORMS:
            while end > plain and tokens[end - 1].lower in ADVERBS | AUXILIARIES | {"now"}:
                end -= 1
            return end
        abbreviated = token.gap == ". " and tokens[end - 1].lower in TITLES
        if not (token.joined or token.gap in POSSESSIVE or abbreviated) or token.lower in CALENDAR:
            break
        if said_before and token.lower in AUXILIARIES | {"that", "and", "who", "but"}:
            break
        end += 1
    if not said_before:
        return plain
    while end > plain and tokens[end - 1].lower in FUNCTION_WORDS:
        end -= 1
    return end


def _role(text: str, sentence: Sentence, tokens: list[Token], begin: int, head: int) -> Candidate:
    plain = _plain(text, sentence, tokens, begin, head, "role")
    words = text[tokens[begin].start : tokens[head].end]
    after = _for_whom(text, tokens, head)
    principal = ""
    if tokens[head].lower in SPOKES_ROLES:
        principal = after or _principal(words)
    gender = "f" if plain.head.endswith("woman") else "m" if plain.head.endswith("man") else ""
    return replace(plain, principal=principal, gender=gender)


def _for_whom(text: str, tokens: list[Token], head: int) -> str:
    """ "the army" of "a spokesman for the army"."""
    if head + 2 >= len(tokens) or tokens[head + 1].lower not in {"for", "of"} or not tokens[head + 1].joined:
        return ""
    end = head + 2
    while end < len(tokens) and tokens[end].joined and end - head < 8:
        if tokens[end].lower in CUE_FORMS or tokens[end].lower in AUXILIARIES | RELATIVES | ADVERBS:
            break
        end += 1
    return text[tokens[head + 2].start : tokens[end - 1].end] if end > head + 2 else ""
