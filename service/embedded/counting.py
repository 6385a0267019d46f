"""What does a figure count, or what does its unit measure?

Gives nouns with the words before them, as the guidelines want them; what is said of them is left to `measures`."""

from service.embedded.parsing import Parsed, Token
from service.records import FoundFigure

PLAIN_NOUNS = frozenset({"NOUN", "PROPN"})
BEFORE_A_NOUN = frozenset("nummod quantmod compound amod advmod npadvmod nmod predet".split())
STANDING_FOR = frozenset("them those these it which whom".split())
# "The number of nurses", "a toll of 12": the noun counted is another one.
TALLIES = frozenset("number figure total count tally toll share proportion".split())
UNIT_WORDS = frozenset(
    """% per cent percent percentage point lakh crore feet mph cedi naira rupee dollar euro pound franc shilling rand
    yen yuan taka peso dirham riyal""".split()
)
PEOPLE = frozenset("people men women children police troops".split())
HYPHENS = frozenset("-–")
# Their subject is what the amount measures, also where the amount looks like an object.
MEASURING = frozenset(
    """cost reach total exceed weigh measure hit last take average equal number be stand hold close burn rage""".split()
)
LASTING = frozenset("last burn stay remain run continue rage hold take be".split())
CHANGING = frozenset(
    """rise fall drop climb grow shrink widen narrow slip tumble jump gain lose sink decline increase decrease slump
    soar swell thin close stand end widen contract expand surge plunge edge dip rocket range""".split()
)
CAPTIVE = frozenset("hostage prisoner captive".split())
SCALES = frozenset("to from at by between below above under over".split())
TIMES_UNITS = frozenset("second minute hour day week month year quarter decade".split())
MOST_WORDS = 8


def counted(parsed: Parsed, figure: FoundFigure, before: str | None) -> str | None:
    """The noun without its number; `before` is what the figure before this one counted, for "two of them"."""
    number = number_word(parsed, figure)
    if number is None:
        return None
    if figure.unit is None:
        return _plain(parsed, number, figure, before)
    if figure.unit == "times":
        return _times(parsed, number, figure)
    return _measured(parsed, number, figure)


def number_word(parsed: Parsed, figure: FoundFigure) -> Token | None:
    """The word of the number that the others hang on."""
    positions = parsed.tokens_in(figure.number)
    for i in positions:
        if parsed.doc[i].head.i not in positions:
            return parsed.doc[i]
    return parsed.doc[positions[-1]] if positions else None


def noun_of(number: Token) -> Token | None:
    """The noun that a plain number stands before, or takes its share of ("18 of the soldiers")."""
    token = number
    for _ in range(4):
        if token.dep_ in BEFORE_A_NOUN and token.head != token:
            token = token.head
            if token.lower_ in CAPTIVE:  # "took 18 guards hostage"
                return next((child for child in token.children if child.dep_ == "compound"), token)
            if token.pos_ in PLAIN_NOUNS and token.dep_ not in {"compound", "nmod"}:
                return token
        else:
            break
    share = object_of(number, "of")
    if share is not None:
        return share
    return token if token.pos_ in PLAIN_NOUNS else None


def object_of(token: Token, preposition: str) -> Token | None:
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ == preposition:
            return next((word for word in child.children if word.dep_ == "pobj"), None)
    return None


def amount_of(number: Token, unit: str) -> Token:
    """The word on which a number with its unit hangs: the unit's noun, its sign, or the number itself."""
    token = number
    while token.dep_ in BEFORE_A_NOUN and token.head != token and _is_unit(token.head, unit):
        token = token.head
    return token


def _is_unit(word: Token, unit: str) -> bool:
    plain = word.lower_.rstrip("s")
    known = word.lower_ in UNIT_WORDS or plain in UNIT_WORDS or word.like_num or len(plain) <= 2
    return bool(known or not word.is_alpha or any(plain[:3] == part[:3] for part in unit.lower().split()))


def can_be_taken_up(noun: str) -> bool:
    """Whether "two of them" can mean some of these: a plural."""
    last = noun.split()[-1].lower()
    return last in PEOPLE or (last.endswith("s") and not last.endswith("ss"))


# ── the three sorts of figures ────────────────────────────────────────────────────────────────────────────────────


def _plain(parsed: Parsed, number: Token, figure: FoundFigure, before: str | None) -> str | None:
    noun = noun_of(number)
    if noun is not None and noun.pos_ in PLAIN_NOUNS and not _is_tally(noun):
        return words_of(parsed, noun, figure)
    if noun is not None and noun.pos_ in {"ADJ", "VERB"} and any(child.dep_ == "det" for child in noun.children):
        return str(noun.text)  # "four of the wounded"
    if noun is not None and noun.pos_ == "PRON":
        return before if noun.lower_ in STANDING_FOR else None
    if noun is None:
        scaled = _on_a_scale(number)
        if scaled is not None:
            return _of_tally(parsed, scaled, figure) or before
    return before if number.dep_ in {"nsubj", "nsubjpass", "dobj", "attr", "pobj", "conj", "ROOT"} else None


def _on_a_scale(amount: Token) -> Token | None:
    """ "The crowd" of "put the crowd at 30,000", "margin" of "the margin fell by 2 points to 8"."""
    if amount.dep_ == "attr" and amount.head.lemma_ == "be":
        return _subject(amount.head)
    if amount.dep_ != "pobj":
        return None
    joint = amount.head
    if joint.lower_ == "of" and joint.head.pos_ in PLAIN_NOUNS:
        return joint.head
    while joint.head.dep_ == "prep" and joint.head.lower_ in SCALES:  # "from 61 to 88"
        joint = joint.head
    if joint.lower_ not in SCALES | {"as"}:
        return None
    verb = joint.head
    if verb.pos_ not in {"VERB", "AUX"}:
        return verb if verb.pos_ in PLAIN_NOUNS else None
    return _object(verb) or _subject(verb)


def _measured(parsed: Parsed, number: Token, figure: FoundFigure) -> str | None:
    amount = amount_of(number, figure.unit or "")
    if amount.dep_ in BEFORE_A_NOUN and amount.head.pos_ in PLAIN_NOUNS and amount.head != amount:
        return words_of(parsed, amount.head, figure)  # "a 24-week trial"
    of = object_of(amount, "of")
    if of is not None:
        return words_of(parsed, of, figure) if of.pos_ in PLAIN_NOUNS else None
    noun = _measured_noun(amount, figure.unit in TIMES_UNITS)
    return _of_tally(parsed, noun, figure) if noun is not None else None


def _measured_noun(amount: Token, time: bool) -> Token | None:
    head = amount.head
    if amount.dep_ == "pobj" and time and head.lower_ != "of":
        lemma = head.head.lemma_.lower()
        lasting = head.lower_ == "for" and lemma in LASTING
        ends = head.lower_ in {"in", "within"} and lemma not in CHANGING and head.head.pos_ == "VERB"
        return _subject(head.head) if lasting or ends else None
    if amount.dep_ == "pobj" and head.lower_ == "for":  # "sold the arm for €90m"
        return _object(head.head)
    scaled = _on_a_scale(amount)
    if scaled is not None:
        return scaled
    if head.lower_ == "worth":
        return head.head if head.head.pos_ in PLAIN_NOUNS else _subject(head.head)
    if amount.dep_ == "npadvmod" and head.tag_ in {"JJR", "RBR"} and head.head != head:  # "closed 4% lower"
        return _subject(head.head)
    if head.pos_ not in {"VERB", "AUX"} or amount.dep_ not in {"dobj", "npadvmod", "attr", "advmod", "dep"}:
        return None
    lemma = head.lemma_.lower()
    if lemma in MEASURING or lemma in CHANGING:
        return _object(head, other_than=amount) or _subject(head)
    return _object(head, other_than=amount)


def _times(parsed: Parsed, number: Token, figure: FoundFigure) -> str | None:
    """ "Inspections doubled", "twice the outflow", "made threats twice"."""
    if number.pos_ == "VERB":
        noun = _object(number) or _subject(number)
        return _of_tally(parsed, noun, figure) if noun is not None else None
    if number.head.pos_ in PLAIN_NOUNS and not number.head.lower_.startswith("time"):
        return words_of(parsed, number.head, figure)
    amount = number.head if number.head.lower_.startswith("time") else number
    if amount.dep_ == "quantmod" or amount.head.pos_ in PLAIN_NOUNS:
        noun = amount.head if amount.head.pos_ in PLAIN_NOUNS else amount.head.head
        scaled = _on_a_scale(noun) if noun.dep_ == "pobj" else None
        return words_of(parsed, scaled if scaled is not None else noun, figure)
    own = _object(amount.head) if amount.head.pos_ == "VERB" else None
    return words_of(parsed, own, figure) if own is not None else None


# ── nouns around ──────────────────────────────────────────────────────────────────────────────────────────────────


def _subject(verb: Token) -> Token | None:
    token = verb
    for _ in range(3):
        found = next((child for child in token.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
        if found is not None or token.dep_ not in {"conj", "xcomp", "advcl", "relcl", "acl"}:
            break
        if token.dep_ in {"relcl", "acl"}:
            found = token.head
            break
        token = token.head
    if found is not None and found.lower_ in {"which", "that", "who"} and verb.dep_ == "relcl":
        found = verb.head
    return found if found is not None and found.pos_ in PLAIN_NOUNS else None


def _object(verb: Token, other_than: Token | None = None) -> Token | None:
    for child in verb.children:
        if child.dep_ == "dobj" and child.pos_ in PLAIN_NOUNS and child != other_than:
            return child
    return None


def _is_tally(noun: Token) -> bool:
    return noun.lemma_.lower() in TALLIES and noun.tag_ != "NNS"


def _of_tally(parsed: Parsed, noun: Token, figure: FoundFigure) -> str | None:
    """ "Reviews" of "the number of reviews"; of a noun that is no tally, the noun itself."""
    if not _is_tally(noun):
        return words_of(parsed, noun, figure)
    of = object_of(noun, "of")
    if of is not None and of.pos_ in PLAIN_NOUNS:
        return words_of(parsed, of, figure)
    return None


def words_of(parsed: Parsed, noun: Token, figure: FoundFigure) -> str | None:
    """The noun with the words before it, without articles, owners and numbers."""
    inside = set(parsed.tokens_in(figure.span))
    first = noun.i
    while first - 1 >= 0 and first - 1 not in inside and noun.i - first < MOST_WORDS:
        before = parsed.doc[first - 1]
        if before.text in HYPHENS and first - 2 >= 0:
            first -= 1 if first - 2 in inside else 2  # "one-off charge" whole, of "24-week trial" the "trial"
            continue
        if before.is_ancestor(noun) or not (before.head.i == noun.i or before.head.head.i == noun.i):
            break
        if before.dep_ in {"det", "punct", "prep", "cc", "nsubj", "poss", "case", "predet"} or before.pos_ == "VERB":
            break
        if before.like_num or before.dep_ in {"nummod", "quantmod"}:
            break
        first -= 1
    while parsed.doc[first].text in HYPHENS and first + 2 <= noun.i:
        first += 2
    if any(i in inside for i in range(first, noun.i + 1)):
        return None
    return " ".join(parsed.doc[first : noun.i + 1].text.split()) or None
