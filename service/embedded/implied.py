"""Does a sentence without attributing words go on with somebody's account?

Says so only where nothing speaks against it; the outlet stays a fair answer all the same."""

from dataclasses import dataclass, replace

from service.embedded.parsing import Parsed
from service.embedded.resolution import Who

FARTHEST = 6  # paragraphs over which an account given in a statement goes on
BACKGROUND = frozenset(
    """meanwhile separately however background earlier previously recently last since recent years year months
    province region country according officially""".split()
)
NOT_TOLD = frozenset("statement comment publication confirmed independently authorities officials reporters".split())


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
    if words & NOT_TOLD or (gap and words & BACKGROUND) or parsed.doc[0].lower_ in BACKGROUND:
        return False
    return _past(parsed)


def _past(parsed: Parsed) -> bool:
    root = next((token for token in parsed.doc if token.dep_ == "ROOT"), None)
    if root is None:
        return False
    finite = [root, *(child for child in root.children if child.dep_ in {"aux", "auxpass"})]
    tags = {token.tag_ for token in finite}
    present = any(token.lower_ in {"is", "are", "has", "have", "will", "remain", "remains"} for token in finite)
    return "VBD" in tags and not present
