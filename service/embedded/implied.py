"""Does a sentence without attributing words go on with somebody's account?

Says so only where nothing speaks against it; the outlet stays a fair answer all the same."""

from dataclasses import dataclass, replace

from service.embedded.acts import Attribution
from service.embedded.parsing import Parsed
from service.embedded.resolution import Who

FARTHEST = 6  # paragraphs over which an account given in a statement goes on
BACKGROUND = frozenset(
    """meanwhile separately however background earlier previously recently last since recent years year months
    province region country according officially""".split()
)
NOT_TOLD = frozenset("statement comment publication confirmed independently authorities officials reporters".split())
ANNOUNCING = frozenset("announce report".split())  # a body that opens an article so tells what follows
# The outlet speaks of itself.
OWN_VOICE = frozenset("i we our us newspaper correspondent".split())
TAKES_STOCK = ("this brings", "this brought", "that brings", "that brought")


@dataclass(frozen=True)
class Account:
    """Somebody's telling of what happened, as long as it is open."""

    teller: Who
    paragraph: int
    sentence: int
    lasting: bool  # opened by "according to" or a statement: it may run over paragraphs
    distance: int = 0

    def later(self, paragraph: int, sentence: int) -> "Account":
        return replace(self, paragraph=paragraph, sentence=sentence, distance=self.distance + 1)


def goes_on(account: Account | None, parsed: Parsed, paragraph: int) -> bool:
    """Whether the sentence retells the account: past events, close by, with nothing that the teller could not say."""
    if account is None:
        return False
    gap = paragraph - account.paragraph
    if gap > (1 if account.lasting else 0) or account.distance >= FARTHEST * 3:
        return False
    words = {token.lower_ for token in parsed.doc}
    if (words & OWN_VOICE and '"' not in words) or parsed.doc.text.lower().startswith(TAKES_STOCK):
        return False
    if words & NOT_TOLD or (gap and words & BACKGROUND) or parsed.doc[0].lower_ in BACKGROUND:
        return False
    return _past(parsed)


def _past(parsed: Parsed) -> bool:
    root = next((token for token in parsed.doc if token.dep_ == "ROOT"), None)
    if root is None:
        return False
    auxiliaries = [child for child in root.children if child.dep_ in {"aux", "auxpass"}]
    if root.tag_ == "VBN" and not auxiliaries:
        # A past form that the parse took for a participle: the main verb itself, or the one before the main verb.
        return any(child.dep_ in {"nsubj", "nsubjpass"} for child in root.children)
    tags = {token.tag_ for token in (root, *auxiliaries)}
    present = any(
        token.lower_ in {"is", "are", "has", "have", "will", "remain", "remains"} for token in (root, *auxiliaries)
    )
    return "VBD" in tags and not present


def is_release(parsed: Parsed, attribution: Attribution) -> bool:
    """ "Dorn Steel AB today announced …", in the first sentence: the body tells the whole release."""
    if parsed.sentence.number != 1 or attribution.lemma not in ANNOUNCING:
        return False
    beside = parsed.doc[max(0, attribution.cue[0] - 2) : attribution.cue[0] + 3]
    return any(token.lower_ == "today" for token in beside)
