"""Where do words stand that could name a speaker, and of what sort are they?

Capitalised runs here, other words in `common_nouns`; who is who among them is left to `speakers`."""

from dataclasses import replace

from service.lexicon.bodies import BODY_WORDS, NAMED_BODIES
from service.lexicon.cues import CUE_FORMS
from service.lexicon.function_words import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    OPENERS,
    PREPOSITIONS,
    RELATIVES,
)
from service.lexicon.names import FEMALE, MALE
from service.lexicon.nations import CALENDAR, DEMONYMS, PLACE_HEADS, PLACES
from service.lexicon.roles import ANONYMOUS, FIRM_ROLES, MODIFIERS, PORTFOLIOS, ROLES, SPOKES_ROLES
from service.lexicon.titles import FEMALE_TITLES, HONORIFICS, MALE_TITLES, NAME_LIKE, RANK_OPENERS, RANKS, RETIRED
from service.reading.candidates import (
    NOUN_HEADS,
    POSSESSIVE,
    TITLES,
    WORD,
    Candidate,
    Token,
    is_speaking,
    phrase_start,
    principal_of,
    tokens_of,
)
from service.reading.common_nouns import capital_role, common_noun, unnamed
from service.records import Sentence, Span

PARTICLES = frozenset(
    "al bin ben ibn de del della der den di da dos du la le van von el ul ur bint abu ter ten".split()
)
JOINERS = frozenset("of for".split())
SEATED = ("-based", "-led", "-backed", "-run", "-owned")  # "the Lagos-based Institute of Statistics"
# Bodies that are named for two places: "Calder and Wharfe Hospitals Trust".
TWO_PLACED = frozenset("trust council university police association society authority board club district".split())
TRADES = ("teacher", "keeper", "driver", "worker", "maker", "master", "leader", "holder", "owner", "officer", "player")
HELD_OVER = frozenset("of for at in".split())  # between an office and its field: "commissioner for health"
LOCATIVES = frozenset("in at near from to into outside around across towards toward via".split())
NO_BODIES = frozenset("am pm gmt bst est edt pst utc tv ii iii iv i ok covid ad bc vs km mph uk us usa eu un".split())
POSTNOMINALS = frozenset("mp msp mla mep qc kc sc obe mbe cbe phd md jr sr".split())
LONGEST_APPOSITION = 14
CURRENCIES = frozenset("rs eur usd gbp chf tk sh ksh gh ghs inr pkr ngn kes bdt cfa".split())
NO_OPENERS = CALENDAR | CURRENCIES
# "Achieng Were", "Than Shwe": capitals in the middle of a sentence make them names.
NO_NAME_PARTS = FUNCTION_WORDS - PARTICLES - {"will", "may", "us", "were", "than", "an", "so"}


# Put together once: these are asked about at every word.
_NO_PEOPLE = BODY_WORDS | {"counsel", "people"}
_ROLES_AND_RANKS = ROLES | RANKS
_TITLES_AND_ROLES = TITLES | ROLES
_COUNTRIES = DEMONYMS | PLACES
_OFFICES = ROLES - RANKS - HONORIFICS
_LEADING_ON = AUXILIARIES | RELATIVES
_OPENING = PREPOSITIONS - {"for", "by", "with"}


def find_candidates(text: str, sentences: tuple[Sentence, ...]) -> list[Candidate]:
    """Everything that could name a speaker, in the order of the text, none inside another."""
    lowercase = {word for sentence in sentences for word in WORD.findall(text, *sentence.span) if word[0].islower()}
    found: list[Candidate] = []
    for sentence in sentences:  # one sentence's words at a time: those of a whole book would not fit into memory
        found.extend(_of_sentence(text, sentence, tokens_of(text, sentence), lowercase))
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
            candidate = common_noun(text, sentence, tokens, index) if cued else None
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


def _run_end(tokens: list[Token], index: int, lowercase: set[str]) -> int:
    """The end of the capitalised run that opens at `index`, or `index` where none does."""
    token = tokens[index]
    if not _opens_run(tokens, index, lowercase):
        return index
    end = _office_end(tokens, index)
    body = end == index + 1 and token.lower in BODY_WORDS
    joined_by_of = False
    while end < len(tokens):
        step = _step(tokens, end, body=body, joined_by_of=joined_by_of)
        if not step:
            break
        joined_by_of = joined_by_of or step > 1
        end += step
        body = body or tokens[end - 1].lower in BODY_WORDS
    return end


def _office_end(tokens: list[Token], index: int) -> int:
    """Where the office ends that opens a run before a name: "Superintendent of Police R. K. Rao", "Minister of Works
    and Housing Ada Obi"; right after the first word where none does."""
    end = index
    while end < len(tokens) and tokens[end].capital and (tokens[end].joined or end == index):
        if tokens[end].lower in ROLES and end + 2 < len(tokens) and tokens[end + 1].lower in JOINERS:
            stop = _portfolio_end(tokens, end + 2)
            named = stop < len(tokens) and tokens[stop].joined and tokens[stop].capital
            return stop if stop > end + 2 and named else index + 1
        end += 1
    return index + 1


def _portfolio_end(tokens: list[Token], at: int) -> int:
    """The end of a field of office that begins at `at`, or `at` where none does."""
    end = at
    while end < len(tokens) and tokens[end].joined:
        field = tokens[end].lower in PORTFOLIOS and tokens[end].capital
        joint = tokens[end].lower == "and" and end > at and tokens[end + 1 : end + 2] and tokens[end + 1].capital
        if not (field or joint):
            break
        end += 1
    return end


def _opens_run(tokens: list[Token], index: int, lowercase: set[str]) -> bool:
    token = tokens[index]
    if not token.capital or token.lower in NO_OPENERS or token.word in {"I", "A"}:
        return False
    opens_sentence = index == 0 or any(mark in token.gap for mark in '“”"‘:.!?•—–')
    if not opens_sentence:
        return token.lower not in FUNCTION_WORDS or token.word == "US"
    follows = index + 1 < len(tokens) and tokens[index + 1].capital and tokens[index + 1].joined
    if token.lower in TITLES or token.lower in ROLES:
        return follows or _office_end(tokens, index) > index + 1
    if token.lower in DEMONYMS:  # also a surname: "Baloch claimed"
        return follows or is_speaking(tokens, index, index + 1)
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
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.capital and token.lower in NO_NAME_PARTS and token.lower not in CALENDAR:
        # "Hands Across Borders"; "Financial Officer Per Lindqvist"
        inside = token.lower in PREPOSITIONS or before.lower in TITLES or before.lower in ROLES
        named = following is not None and following.capital and following.joined
        return 2 if inside and named else 0
    if token.capital:
        return 0 if token.lower in CALENDAR else 1
    if following is None or not following.joined:
        return 0
    if token.lower in PARTICLES and following.capital:
        return 2
    if token.lower == "and" and _joint_body(tokens, at):
        return 2
    if body and (token.lower in JOINERS or (token.lower == "and" and joined_by_of)):
        if following.capital and following.lower not in CALENDAR:
            return 2
        if following.lower == "the" and at + 2 < len(tokens) and tokens[at + 2].capital and tokens[at + 2].joined:
            return 3
    return 0


def _joint_body(tokens: list[Token], at: int) -> bool:
    """Whether "and" at `at` stands inside one name: "Calder and Wharfe Hospitals Trust"."""
    before = tokens[at - 1]
    alone = at == 1 or not tokens[at - 2].capital or not before.joined
    if not alone or not _plain_name(before) or before.lower in MALE or before.lower in FEMALE:
        return False
    end = at + 1
    while end < len(tokens) and tokens[end].joined and tokens[end].capital and end - at < 5:
        end += 1
    return end - at > 2 and tokens[end - 1].lower in TWO_PLACED and _plain_name(tokens[at + 1])


def _named(text: str, sentence: Sentence, tokens: list[Token], start: int, stop: int) -> Candidate | None:
    """The candidate that a capitalised run makes, with the title before it."""
    run = tokens[start:stop]
    if len(run) > 2 and run[-1].lower in POSTNOMINALS:
        run = run[:-1]
    office = _office_end(tokens, start) - start
    split = office + _title_end(run[office:]) if office > 1 else _title_end(run)
    if split == len(run):
        return capital_role(text, sentence, tokens, start, stop)
    name_tokens = run[split:]
    plural = name_tokens[-1].lower in ANONYMOUS and all(token.capital for token in run)
    if plural and name_tokens[-1].lower not in _NO_PEOPLE:
        return unnamed(text, sentence, tokens, stop - 1)  # "Opposition MPs"
    speaking = is_speaking(tokens, start, stop)
    body = any(token.lower in BODY_WORDS for token in name_tokens)
    body = body or any(token.gap == " & " or _is_joint(token) for token in name_tokens[1:-1] + name_tokens[-1:])
    place = all(token.lower in PLACES or token.lower in DEMONYMS for token in name_tokens)
    place = place or (len(name_tokens) > 1 and name_tokens[-1].lower in PLACE_HEADS)
    begin = start if body else _title_start(tokens, start)
    if body:
        name_tokens, split = run, 0
        while len(name_tokens) > 1 and name_tokens[0].lower.endswith(SEATED):
            name_tokens = name_tokens[1:]
    title = text[tokens[begin].start : name_tokens[0].start].strip(" .,") if name_tokens[0] is not tokens[begin] else ""
    name = text[name_tokens[0].start : name_tokens[-1].end]
    acronym, end = _acronym_after(text, tokens, stop)
    if tokens[stop : stop + 1] and tokens[stop].gap.startswith((":", " —", " –")) and start == 0 and name.isupper():
        return None  # a dateline
    upper = len(name_tokens) == 1 and name.isupper() and 2 <= len(name) <= 6 and name.lower() not in NO_BODIES
    locative = begin > 0 and tokens[begin - 1].lower in LOCATIVES
    presented = len(name_tokens) > 1 and not locative and not place and _presented(tokens, begin, stop)
    person = not body and not upper and not acronym and (bool(title) or _given(name_tokens) or presented)
    if not (person or body or place):
        body = start > 0 and tokens[start].joined and tokens[start - 1].lower in NAMED_BODIES
        body = body or (len(name_tokens) > 1 and _is_firm(tokens, begin, stop))
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
        before = _role_before(tokens, begin)
        candidate = replace(candidate, role_at=tokens[before[0]].start if before else None)
        candidate = _with_role(text, tokens, begin, stop, candidate)
    return candidate


def _is_joint(token: Token) -> bool:
    """ "Hands Across Borders": no person has a preposition in the name."""
    return token.capital and token.lower in PREPOSITIONS and token.lower not in {"per", "like"}


def _title_end(run: list[Token]) -> int:
    """How many words of the run are title: "Home Minister" of "Home Minister Ada Obi"."""
    last = 0
    for index, token in enumerate(run):
        word = token.lower
        opens = word in RANK_OPENERS and word not in ROLES
        if opens and not (index + 1 < len(run) and run[index + 1].lower in RANKS):
            continue  # "Group Captain", but not "Media Group"
        trade = index == 0 and len(run) > 1 and (word.endswith(TRADES) or "-of-" in word)
        if word in TITLES or word in ROLES or trade:  # "Grandmother-of-six Maureen Clegg"
            if word in BODY_WORDS and index == 0 and len(run) > 1:
                continue
            last = index + 1
        elif last and index == last and word in RETIRED:
            last = index + 1
    given = run[0].lower in MALE or run[0].lower in FEMALE
    given = given or (run[-1].lower in NAME_LIKE and _plain_name(run[0]))
    if last == len(run) > 1 and (given or run[-1].lower not in _ROLES_AND_RANKS):
        # "Martin King", "Comrade Ngozi Eze": the last word of several is a name, though it may be a title elsewhere.
        last = next((at for at, token in enumerate(run) if token.lower not in _TITLES_AND_ROLES), len(run) - 1)
    rest = run[last:]
    if last and rest and any(token.lower in BODY_WORDS for token in rest):
        return 0
    return last


def _plain_name(token: Token) -> bool:
    """Whether a capitalised word is none that stands before an office: "Fayyaz Sheikh", but "Police Chief"."""
    word = token.lower
    return not (word in TITLES or word in ROLES or word in MODIFIERS or word in BODY_WORDS or word in _COUNTRIES)


def _title_start(tokens: list[Token], start: int) -> int:
    """Where the words of office before a name begin: "the" of "the group's spokesman Ade Bello"."""
    if start == 0 or not tokens[start].joined:
        return start
    head = tokens[start - 1]
    if head.lower not in ROLES or head.capital:
        return start
    return phrase_start(tokens, start - 1)


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
        found = _role_before(tokens, begin)
        before = text[tokens[found[0]].start : tokens[found[1]].end] if found else ""
        title = " ".join(filter(None, (title, after or before)))
    if _holds(title, SPOKES_ROLES):
        principal = principal_of(title)
    return replace(candidate, title=title, principal=principal)


def _holds(words: str, wanted: frozenset[str]) -> bool:
    return any(word.strip(".,").lower() in wanted for word in words.split())


def _holds_role(words: str) -> bool:
    return _holds(words, _OFFICES)


def _apposition(text: str, tokens: list[Token], stop: int) -> str:
    """The role in commas after a name."""
    end = _apposition_end(tokens, stop)
    return text[tokens[stop].start : tokens[end - 1].end] if end > stop else ""


def _apposition_end(tokens: list[Token], stop: int) -> int:
    """The end of the words in commas that give a role after a name, or `stop` where there are none."""
    if stop >= len(tokens) or tokens[stop].gap not in {", ", " ("} or tokens[stop].lower in CONJUNCTIONS:
        return stop
    if tokens[stop].lower in TITLES and tokens[stop].capital:
        return stop
    end = stop
    seen_role = False
    while end < len(tokens) and end - stop < LONGEST_APPOSITION:
        token = tokens[end]
        if end > stop and not (token.joined or token.gap in {"’s ", "'s "}):
            break
        if token.lower in CUE_FORMS or (token.lower in _LEADING_ON and end - stop > 0):
            break
        seen_role = seen_role or token.lower in ROLES
        end += 1
    if tokens[stop].lower == "the" and end < len(tokens) and tokens[end].lower in CUE_FORMS and tokens[end].joined:
        return stop  # "Ada Obi, the prosecutor added, …" is the prosecutor's saying
    return end if seen_role and tokens[stop].lower not in CUE_FORMS else stop


def _role_before(tokens: list[Token], begin: int) -> tuple[int, int] | None:
    """First and last word of the role that a comma parts from the name: "The group's spokesman, Ade Bello"; "the
    president of the National Assembly, Mrs Ondoa"."""
    if not begin or tokens[begin].gap != ", ":
        return None
    last = begin - 1
    if tokens[last].lower in ROLES:
        return phrase_start(tokens, last), last
    for head in range(last, max(0, begin - LONGEST_APPOSITION), -1):
        token = tokens[head]
        if token.lower in CUE_FORMS or token.lower in RELATIVES or not (token.joined or token.gap in POSSESSIVE):
            return None
        if tokens[head - 1].lower in ROLES and token.lower in HELD_OVER and token.joined:
            return phrase_start(tokens, head - 1), last
    return None


def _presented(tokens: list[Token], begin: int, stop: int) -> bool:
    """Whether words in commas say that the name is a person's: "Its director, Suraj Thapa," or "Suraj Thapa, its
    director,". A firm may be "the owner" too."""
    if begin and tokens[begin - 1].lower in DETERMINERS:
        return False
    if begin == 1 and tokens[0].lower in _OPENING:
        return False  # "On Capitol Hill, the chairman said"
    before = _role_before(tokens, begin)
    if before is not None and (stop == len(tokens) or not tokens[stop].joined or tokens[stop].lower in CUE_FORMS):
        return _heads_person(tokens, before[0], before[1])
    after = _apposition_end(tokens, stop)
    return after > stop and _heads_person(tokens, stop, after - 1)


def _is_firm(tokens: list[Token], begin: int, stop: int) -> bool:
    """ "The owner, Northvale, said"; "Blue Mesa, the district's contractor, said"."""
    before = _role_before(tokens, begin)
    if before is not None and tokens[before[1]].lower in FIRM_ROLES:
        return stop == len(tokens) or not tokens[stop].joined or tokens[stop].lower in CUE_FORMS
    after = _apposition_end(tokens, stop)
    closed = after < len(tokens) and tokens[after].gap == ", "
    return after > stop and closed and tokens[after - 1].lower in FIRM_ROLES


def _heads_person(tokens: list[Token], first: int, last: int) -> bool:
    """Whether the noun of the phrase, before its "of …", is a person's role and no firm's."""
    for at in range(first, last + 1):
        following = tokens[at + 1] if at < last else None
        if tokens[at].lower in ROLES and (following is None or following.lower in FUNCTION_WORDS):
            return tokens[at].lower not in FIRM_ROLES
        if at > first and tokens[at].lower in PREPOSITIONS:
            return False
    return False


def _described(tokens: list[Token], stop: int) -> bool:
    """Whether what follows is said of a person only: ", who", ", 38,", ", told"."""
    if stop >= len(tokens) or tokens[stop].gap != ", ":
        return False
    word = tokens[stop].word
    if word in {"who", "whose"} or word in CUE_FORMS or (word.isdigit() and len(word) == 2):
        return True
    if tokens[stop].capital and tokens[stop].lower not in ROLES:
        return False  # "the mayor of Dorn, Ada Obi, said"
    # "…, a winch operator who got out, said"
    after = range(stop + 1, min(len(tokens), stop + LONGEST_APPOSITION))
    end = next((at for at in after if not tokens[at].joined and tokens[at].gap not in POSSESSIVE), None)
    return end is not None and tokens[end].gap == ", " and tokens[end].lower in CUE_FORMS
