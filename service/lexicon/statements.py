"""Words in which a claim is put to a second model as a statement about the text."""

NOBODY = {
    "outlet": "the article itself",
    "unspecified": "somebody who is not named",
    "unresolved": "somebody who is not named",
}
SAYS = {
    "asserts": "says",
    "denies": "denies",
    "confirms": "confirms",
    "claims_responsibility": "claims responsibility",
    "predicts": "predicts",
    "intends": "intends",
    "demands": "demands",
}
