"""Where does one claim end and the next begin?

Cuts what is said into clause-level pieces, and pieces into spans of the article, by the annotation guidelines."""

from dataclasses import dataclass

from service.embedded.parsing import Doc, Parsed, Token
from service.records import Span

SPLIT_OFF = frozenset("advcl relcl acl pcomp".split())  # where they carry a figure
CONDITIONS = frozenset("if unless".split())
QUOTES = frozenset("\"'“”‘’`´«»")
MANY = frozenset("several many some dozens multiple few more other".split())
LEADING = frozenset(
    "that while and but or although though as whereas after before since because where when with so".split()
)
RELATIVE = frozenset("which".split())
JOINS = 3  # tokens of punctuation over which a span goes on


@dataclass(frozen=True)
class Piece:
    """One clause-level assertion: its verb's position and all its tokens."""

    head: int
    tokens: frozenset[int]


def split(parsed: Parsed, content: frozenset[int], figures: frozenset[int]) -> list[Piece]:
    """The pieces of `content`, in the order of the text; `figures` are the positions of numbers."""
    cuts = [token for token in parsed.doc if token.i in content and _own_claim(token, content, figures)]
    cuts += _tops(parsed, content)[1:]
    pieces: list[Piece] = []
    taken: frozenset[int] = frozenset()
    # Innermost first, so that a host keeps only what no piece inside it took.
    for token in sorted(cuts, key=lambda each: (each.right_edge.i - each.left_edge.i, each.i)):
        tokens = (frozenset(each.i for each in token.subtree) & content) - taken
        if _says_something(parsed, tokens):
            pieces.append(Piece(token.i, tokens))
            taken |= tokens
    rest = content - taken
    if _says_something(parsed, rest):
        pieces.append(Piece(_head_of(parsed, rest), rest))
    return sorted(pieces, key=lambda piece: min(piece.tokens))


def _tops(parsed: Parsed, content: frozenset[int]) -> list[Token]:
    """The main verbs that hang on nothing inside the content."""
    inside = (parsed.doc[i] for i in sorted(content))
    return [
        token
        for token in inside
        if token.pos_ in {"VERB", "AUX"} and (token.head == token or token.head.i not in content) and is_finite(token)
    ]


def _is_counted(noun: Token, figures: frozenset[int]) -> bool:
    return noun.lower_ == "others" or any(
        child.i in figures or child.like_num or child.lower_ in MANY for child in noun.children
    )


def _own_claim(token: Token, content: frozenset[int], figures: frozenset[int]) -> bool:
    """Whether a token inside the content heads a claim of its own."""
    if token.head == token or token.head.i not in content or token.pos_ not in {"VERB", "AUX"}:
        return False
    if token.dep_ in {"conj", "parataxis"}:
        return _own_verb(token, content)
    if token.dep_ == "ccomp" and token.i < token.head.i and token.head.dep_ in {"ROOT", "ccomp"}:
        return token.head.tag_ in {"VBD", "VBZ", "VBP"} and _has_subject(token) and _has_subject(token.head)
    if token.dep_ == "acl" and token.tag_ == "VBN" and _is_counted(token.head, figures):
        return False  # "several others injured in two attacks": the participle says what befell the counted
    if token.dep_ in SPLIT_OFF and not _purpose_or_condition(token):
        return any(_belongs(parsed_token, token) for parsed_token in token.subtree if parsed_token.i in figures)
    return False


def _main(verb: Token, content: frozenset[int]) -> bool:
    return verb.head == verb or verb.head.i not in content


def _own_verb(token: Token, content: frozenset[int]) -> bool:
    """A coordinated verb of its own: not "seven were killed and 15 injured", nor "to seize and burn"."""
    head = token.head
    while head.dep_ == "conj" and head.head != head and head.head.pos_ in {"VERB", "AUX"}:
        head = head.head
    if head.pos_ not in {"VERB", "AUX"}:
        return _has_subject(token) and token.tag_ in {"VBD", "VBZ", "VBP"}
    own_auxiliary = any(child.dep_ in {"aux", "auxpass"} and child.lower_ != "to" for child in token.children)
    if not _main(head, content) and is_finite(head):
        return False  # inside a relative or other lower clause, which stays whole
    if own_auxiliary:
        return True
    shared = any(child.dep_ in {"aux", "auxpass"} for child in head.children)
    if token.tag_ in {"VBN", "VB", "VBG"} or (token.tag_ == "VBD" and shared and not _has_object(token)):
        return not shared and _has_subject(token)
    return token.tag_ in {"VBD", "VBZ", "VBP"}


def is_finite(verb: Token) -> bool:
    """Whether the verb, with its auxiliaries, makes a main clause."""
    if verb.tag_ in {"VBD", "VBZ", "VBP", "MD"}:
        return True
    return any(
        child.dep_ in {"aux", "auxpass"} and child.tag_ in {"VBD", "VBZ", "VBP", "MD"} for child in verb.children
    )


def _has_subject(verb: Token) -> bool:
    return any(child.dep_ in {"nsubj", "nsubjpass", "expl", "csubj"} for child in verb.children)


def _has_object(verb: Token) -> bool:
    return any(child.dep_ in {"dobj", "attr", "ccomp", "xcomp"} for child in verb.children)


def _purpose_or_condition(verb: Token) -> bool:
    for child in verb.children:
        if child.dep_ == "aux" and child.lower_ == "to":
            return True
        if child.lower_ in CONDITIONS and child.dep_ == "mark":
            return True
    return False


def _belongs(number: Token, clause: Token) -> bool:
    """Whether `clause` is the nearest clause around a number."""
    token = number
    while token.head != token:
        if token.i == clause.i:
            return True
        if token.dep_ in SPLIT_OFF and token.pos_ in {"VERB", "AUX"} and not _purpose_or_condition(token):
            return False
        token = token.head
    return bool(token.i == clause.i)


def _says_something(parsed: Parsed, tokens: frozenset[int]) -> bool:
    return any(parsed.doc[i].is_alpha or parsed.doc[i].like_num for i in tokens)


def _head_of(parsed: Parsed, tokens: frozenset[int]) -> int:
    """The token that all others hang on, as far as one does."""
    tops = [i for i in sorted(tokens) if parsed.doc[i].head.i not in tokens or parsed.doc[i].head.i == i]
    verbs = [i for i in tops if parsed.doc[i].pos_ in {"VERB", "AUX"}]
    return (verbs or [i for i in tops if not parsed.doc[i].is_punct] or sorted(tokens))[0]


def spans_of(parsed: Parsed, tokens: frozenset[int], head: int) -> tuple[Span, ...]:
    """The article's characters for the tokens: runs without what encloses them, in order."""
    runs: list[list[int]] = []
    for i in sorted(tokens):
        if (
            runs
            and all(parsed.doc[between].is_punct for between in range(runs[-1][-1] + 1, i))
            and i - runs[-1][-1] <= JOINS
        ):
            runs[-1].append(i)
        else:
            runs.append([i])
    spans = []
    for number, run in enumerate(runs):
        first, last = _trimmed(parsed, run[0], run[-1], head if number == 0 else None)
        if first <= last:
            spans.append(parsed.span(first, last))
    return tuple(spans)


def _trimmed(parsed: Parsed, first: int, last: int, head: int | None) -> tuple[int, int]:
    doc = parsed.doc
    while first <= last and (
        _droppable(doc[first], doc, first, last) or (head is not None and _opener(doc[first], head))
    ):
        first += 1
    while first <= last and (_droppable(doc[last], doc, first, last) or doc[last].dep_ == "cc"):
        last -= 1
    return _with_both_marks(doc, first, last)


def _with_both_marks(doc: Doc, first: int, last: int) -> tuple[int, int]:
    """ "“40 houses” burned": where one mark of a quotation is inside and the other stands at the edge, it comes too."""
    opened = 0
    for i in range(first, last + 1):
        if doc[i].text == '"':
            opens = i == 0 or bool(doc[i - 1].whitespace_)
            if not opens and not opened and first > 0 and doc[first - 1].text == '"':
                first -= 1
            opened = opened + 1 if opens else max(0, opened - 1)
    if opened and last + 1 < len(doc) and doc[last + 1].text == '"':
        last += 1
    return first, last


def whole(parsed: Parsed, content: frozenset[int]) -> Piece:
    """All of the content as one assertion."""
    return Piece(_head_of(parsed, content), content)


def _droppable(token: Token, doc: Doc, first: int, last: int) -> bool:
    text = token.text
    if text in {"%", "$", "£", "€"}:
        return False
    inside = [doc[i].text for i in range(first, last + 1)]
    if text in QUOTES:
        others = sum(word == text for word in inside) - 1
        # A quotation mark goes where it encloses everything, or stands alone.
        encloses = inside[0] in QUOTES and inside[-1] in QUOTES and others == 1
        return bool(encloses or others % 2 == 0)
    if text == ")":
        return "(" not in inside
    if text == "(":
        return ")" not in inside
    return bool(token.is_punct or token.is_space)


def _opener(token: Token, head: int) -> bool:
    """A word that only joins the piece, whose verb is at `head`, to what stands before it."""
    if token.dep_ in {"cc", "preconj"}:
        return True
    if token.head.i == head and token.dep_ in {"mark", "advmod"} and token.lower_ in LEADING:
        return True
    if token.lower_ == "which" and token.dep_ in {"nsubj", "nsubjpass"}:
        return True
    return bool(token.dep_ == "prep" and token.lower_ == "with" and any(child.i == head for child in token.children))
