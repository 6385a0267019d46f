"""What does a figure count, or what does its unit measure?

Gives nouns with the words before them, as the guidelines want them; what is said of them is left to `measures`."""

from service.embedded.parsing import Parsed, Token
from service.lexicon.noun_phrases import PEOPLE as PERSONS
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
CHANGE_NOUNS = frozenset(
    """surge increase rise fall drop decline decrease jump dip growth cut reduction hike slump gain loss climb
    slide""".split()
)
# Whoever does this gives a number and is not what is counted.
REPORTING = frozenset(
    """put say estimate give speak claim cite call reiterate attribute show state report quote tell forecast predict
    project maintain retort insist believe think announce""".split()
)
# What this ends in is what lasts: "resulted in the closure of the road for six hours".
RESULTING = frozenset("result end lead".split())
# Words before "death toll" that name nobody.
TOLL_WORDS = frozenset(
    """death total official confirmed latest final overall rising current new provisional known higher true real
    preliminary estimated early combined global national day weekly annual""".split()
)
NOT_PERSONS = frozenset(
    """water river number power letter paper order weather computer centre center winter summer factor sector reactor
    motor border corridor tower quarter matter flour floor door labor colour harbor mirror plant restaurant grant
    container trailer tanker freighter fever cancer disorder error terror offer layer meter metre tender counter
    cover answer register""".split()
)
# What is wanted by a time is what the deadline is for: "demanded an answer within two days".
WANTING = frozenset("get demand want seek expect promise await request require order issue".split())
PAYING = frozenset("pay overpay spend charge owe fork shell".split())
FALLEN = frozenset("wounded injured deceased missing".split())
GROUPS = frozenset("crew team group party force band gang family couple panel jury unit".split())
PERSONAL = ("er", "ers", "or", "ors", "ist", "ists", "man", "men", "ian", "ians", "ant", "ants")
CAPTIVE = frozenset("hostage prisoner captive".split())
SCALES = frozenset("to from at by between below above under over".split())
TIMES_UNITS = frozenset("second minute hour day week month year quarter decade".split())
LENGTHS = frozenset("metre kilometre mile foot inch yard centimetre millimetre".split())
COMPARED = frozenset("more less fewer higher lower".split())
HANGING = frozenset("dobj npadvmod attr advmod dep acomp".split())  # how an amount hangs on its verb
MOST_WORDS = 8


# Put together once: these are asked about at every word.
_PERSONS = PEOPLE | FALLEN
_DOERS = PERSONS | GROUPS


def counted(parsed: Parsed, figure: FoundFigure, before: str | None) -> str | None:
    """The noun without its number; `before` is what the figure before this one counted, for "two of them"."""
    number = number_word(parsed, figure)
    if number is None:
        return None
    if figure.unit is None:
        return _plain(parsed, number, figure, before)
    if figure.unit == "times":
        return _times(parsed, number, figure)
    return _measured(parsed, number, figure, before)


def number_word(parsed: Parsed, figure: FoundFigure) -> Token | None:
    """The word of the number that the others hang on."""
    positions = parsed.tokens_in(figure.number)
    outward = [parsed.doc[i] for i in positions if parsed.doc[i].head.i not in positions or parsed.doc[i].pos_ == "NUM"]
    # Not the "from" or "between" that opens a range.
    numbers = [word for word in outward if word.pos_ not in {"ADP", "CCONJ"}] or outward
    tops = [word for word in numbers if word.head.i not in positions] or numbers
    return tops[0] if tops else parsed.doc[positions[-1]] if positions else None


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


def past_time(amount: Token, unit: str) -> Token:
    """ "Years" of "took $3m over six years", on which the parse hangs the money; else the amount itself."""
    time = amount.head
    hung = amount.dep_ in BEFORE_A_NOUN and time.lemma_.lower() in TIMES_UNITS and time.head.pos_ == "VERB"
    return time if hung and unit not in TIMES_UNITS else amount


def of_quality(amount: Token) -> Token | None:
    """ "Tall" of "is 12 metres tall", "full" of "were a quarter full"."""
    head = amount.head
    if amount.dep_ == "npadvmod" and head.dep_ == "acomp" and head.pos_ == "ADJ" and head.head.lemma_ == "be":
        return head
    if amount.dep_ != "attr" or head.lemma_ != "be" or amount.i + 1 >= len(amount.doc):
        return None
    behind = amount.doc[amount.i + 1]
    return behind if behind.dep_ == "amod" and behind.pos_ == "ADJ" and behind.head == amount else None


def _is_unit(word: Token, unit: str) -> bool:
    plain = word.lower_.rstrip("s")
    known = word.lower_ in UNIT_WORDS or plain in UNIT_WORDS or word.like_num or len(plain) <= 2
    return bool(known or not word.is_alpha or any(plain[:3] == part[:3] for part in unit.lower().split()))


def can_be_taken_up(noun: str) -> bool:
    """Whether "two of them" can mean some of these: a plural."""
    last = noun.split()[-1].lower()
    return last in _PERSONS or (last.endswith("s") and not last.endswith("ss"))


# ── the three sorts of figures ────────────────────────────────────────────────────────────────────────────────────


def _plain(parsed: Parsed, number: Token, figure: FoundFigure, before: str | None) -> str | None:
    noun = noun_of(number)
    if noun is not None and noun.pos_ in PLAIN_NOUNS and not _is_tally(noun):
        return words_of(parsed, noun, figure)
    if noun is not None and noun.pos_ in {"ADJ", "VERB"} and any(child.dep_ == "det" for child in noun.children):
        return str(noun.text)  # "four of the wounded"
    following = parsed.doc[parsed.tokens_in(figure.span).stop :]
    if len(following) and following[0].lower_ in FALLEN and (len(following) == 1 or _ends(following[1])):
        return str(following[0].text)  # "of the three deceased, two were"
    fallen = number.head
    if fallen.lower_ in FALLEN and number.dep_ == "nummod" and fallen.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj"}:
        return str(fallen.text)  # "30 wounded were treated"
    beside = _shared_subject(number) or _set_against(number)
    if noun is None and beside is not None:
        return words_of(parsed, beside, figure)
    if noun is not None and noun.pos_ == "PRON":
        return before if noun.lower_ in STANDING_FOR else None
    if noun is None:
        scaled = _on_a_scale(number)
        if scaled is not None:
            return _of_tally(parsed, scaled, figure) or before
    return before if number.dep_ in {"nsubj", "nsubjpass", "dobj", "attr", "pobj", "conj", "ROOT"} else None


def _ends(word: Token) -> bool:
    """Whether nothing goes on that "wounded" could describe."""
    return bool(word.is_punct or word.pos_ in {"AUX", "ADP", "VERB", "CCONJ", "SCONJ"})


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
    own = _object(verb)
    if own is not None or verb.lemma_.lower() in REPORTING or _has_object(verb):
        return own
    return _subject(verb)


def _shared_subject(number: Token) -> Token | None:
    """ "Passengers" of "12 passengers, six of them children, were killed and another 20 injured"."""
    verb = number.head
    if number.dep_ not in {"nsubj", "nsubjpass"} or verb.dep_ != "conj":
        return None
    subject = _subject(verb.head)
    return subject if subject is not None and any(child.dep_ == "nummod" for child in subject.children) else None


def _set_against(number: Token) -> Token | None:
    """ "Votes" of "by 40 votes to 22"."""
    joint = number.head
    if number.dep_ != "pobj" or joint.lower_ not in {"to", "against"} or joint.i == 0:
        return None
    noun = joint.nbor(-1)
    return noun if noun.pos_ in PLAIN_NOUNS and any(child.dep_ == "nummod" for child in noun.children) else None


def _measured(parsed: Parsed, number: Token, figure: FoundFigure, before: str | None) -> str | None:
    amount = past_time(amount_of(number, figure.unit or ""), figure.unit or "")
    if amount.dep_ in BEFORE_A_NOUN and amount.head.pos_ in PLAIN_NOUNS and amount.head != amount:
        return words_of(parsed, _what_changes(amount.head), figure)  # "a 24-week trial"
    if amount.dep_ in {"conj", "appos"} and object_of(amount.head, "of") is not None:
        amount = amount.head  # "a third of the money, or about $7m"
    of = object_of(amount, "of")
    if of is not None and of.lower_ in STANDING_FOR:
        return before
    if of is not None and of.lower_ != "that":
        return _of_tally(parsed, of, figure) if of.pos_ in PLAIN_NOUNS else None
    noun = _measured_noun(_past_than(amount), figure.unit in TIMES_UNITS, figure.unit in LENGTHS)
    if noun is None or noun.lemma_.lower() in TIMES_UNITS:
        return None
    return _of_tally(parsed, noun, figure)


def _what_changes(noun: Token) -> Token:
    """ "Violence" of "a 90 per cent surge in violence"; any other noun is itself."""
    if noun.lemma_.lower() not in CHANGE_NOUNS:
        return noun
    thing = object_of(noun, "in") or object_of(noun, "of")
    return thing if thing is not None and thing.pos_ in PLAIN_NOUNS else noun


def _past_than(amount: Token) -> Token:
    """ "More" of "was more than $7m", "between" of "cost between $7m and $9m", where the words around hang on it."""
    joint = amount.head
    if amount.dep_ == "pobj" and joint.lower_ == "than" and joint.head.lower_ in COMPARED:
        return joint.head
    return joint if amount.dep_ == "pobj" and joint.lower_ == "between" and joint.dep_ == "prep" else amount


def _by_when(preposition: Token) -> Token | None:
    """What lasts so long, or is due in that time."""
    verb, joint = preposition.head, preposition.lower_
    if joint == "under" and preposition.head.lower_ in {"in", "within"}:
        joint, verb = preposition.head.lower_, preposition.head.head
    if verb.pos_ in PLAIN_NOUNS and joint == "within":
        return verb
    if verb.dep_ == "acomp":  # "stayed cut for seven hours"
        verb = verb.head
    if verb.pos_ not in {"VERB", "AUX"}:
        return None
    lemma = verb.lemma_.lower()
    if joint == "for":
        if _has_object(verb):
            return None
        if lemma in RESULTING:
            return object_of(verb, "to" if lemma == "lead" else "in")
        subject = verb.head if verb.dep_ == "acl" and verb.head.pos_ in PLAIN_NOUNS else _subject(verb)
        return subject if subject is not None and (lemma in LASTING or not _is_person(subject)) else None
    if joint not in {"in", "within", "inside"} or lemma in CHANGING:
        return None
    if _has_object(verb):
        return _object(verb) if lemma in WANTING else None
    return _subject(verb)


def _is_person(noun: Token) -> bool:
    lemma = noun.lemma_.lower()
    doer = noun.lower_.endswith(PERSONAL) and lemma not in NOT_PERSONS
    return noun.ent_type_ in {"PERSON", "ORG"} or lemma in _DOERS or doer


def _measured_noun(amount: Token, time: bool, length: bool) -> Token | None:
    head = amount.head
    between = amount.lower_ == "between"
    if amount.dep_ == "pobj" and time and head.lower_ != "of":
        return _by_when(head)
    while amount.dep_ == "npadvmod" and head.pos_ == "ADV" and head.head != head:  # "rose 2 metres overnight"
        head = head.head
    if amount.dep_ == "pobj" and head.lower_ == "for":  # "sold the arm for €90m"
        return _object(head.head)
    scaled = _on_a_scale(amount)
    if scaled is not None:
        return scaled
    quality = of_quality(amount)
    if quality is not None:
        return _subject(quality.head if quality.dep_ == "acomp" else amount.head)
    if head.lower_ == "worth":
        return head.head if head.head.pos_ in PLAIN_NOUNS else _subject(head.head)
    if amount.dep_ == "npadvmod" and head.tag_ in {"JJR", "RBR"} and head.head != head:  # "closed 4% lower"
        return _subject(head.head)
    if head.pos_ not in {"VERB", "AUX"} or amount.dep_ not in HANGING | ({"prep"} if between else set()):
        return None
    lemma = head.lemma_.lower()
    if lemma in PAYING:
        return object_of(head, "for") or object_of(amount, "for")
    if (lemma in MEASURING and not (lemma == "take" and not time)) or lemma in CHANGING:
        found = _object(head, other_than=amount) or _subject(head)
        return None if found is not None and length and _is_person(found) else found
    return _object(head, other_than=amount)


def _times(parsed: Parsed, number: Token, figure: FoundFigure) -> str | None:
    """ "Inspections doubled", "twice the outflow", "made threats twice"."""
    if number.pos_ == "VERB":
        noun = _object(number) or _subject(number)
        return _of_tally(parsed, noun, figure) if noun is not None else None
    often = number.head.lower_ in TIMES_UNITS  # "twice a year"
    if number.head.pos_ in PLAIN_NOUNS and not number.head.lower_.startswith("time") and not often:
        return words_of(parsed, number.head, figure)
    amount = number.head if number.head.lower_.startswith("time") or often else number
    while amount.head.pos_ == "ADV" and amount.head.head != amount.head:  # "at least twice before"
        amount = amount.head
    if amount.dep_ in {"npadvmod", "advmod", "dobj"} and amount.head.pos_ == "VERB":
        own = _object(amount.head, other_than=amount) or _passive_subject(amount.head)
        return words_of(parsed, own, figure) if own is not None else None
    if amount.dep_ == "quantmod" or amount.head.pos_ in PLAIN_NOUNS:
        noun = amount.head if amount.head.pos_ in PLAIN_NOUNS else amount.head.head
        scaled = _on_a_scale(noun) if noun.dep_ == "pobj" else None
        return words_of(parsed, scaled if scaled is not None else noun, figure)
    return None


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
    if found is not None and found.lower_ in {"which", "that", "who"} and token.dep_ == "relcl":
        found = token.head
    return found if found is not None and found.pos_ in PLAIN_NOUNS else None


def _passive_subject(verb: Token) -> Token | None:
    passive = any(child.dep_ == "nsubjpass" for child in verb.children)
    return _subject(verb) if passive else None


def _has_object(verb: Token) -> bool:
    return any(child.dep_ == "dobj" for child in verb.children)


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
    return _dead_of(noun)


def _dead_of(toll: Token) -> str | None:
    """ "Civilian" of "the total civilian death toll"."""
    first = toll.i
    while first - 1 >= toll.left_edge.i and toll.nbor(first - 1 - toll.i).lower_ == "death":
        first -= 1
    if first == toll.i or first - 1 < toll.left_edge.i:
        return None
    dead = toll.doc[first - 1]
    names = dead.dep_ in {"compound", "amod", "nmod"} and dead.pos_ in {"NOUN", "ADJ"} and dead.is_alpha
    return str(dead.text) if names and dead.lower_ not in TOLL_WORDS and dead.tag_ != "JJR" else None


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
