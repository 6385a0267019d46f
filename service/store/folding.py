"""Which words are the same to somebody who searches?

Case, accents, typography and runs of spaces make no difference. For searching only: the words themselves are kept as
they are, and no offset refers to folded ones.
"""

import unicodedata

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "\x00": "\ufffd",  # which PostgreSQL cannot hold
    }
)


def fold(words: str) -> str:
    """The words as they are compared. Folding twice changes nothing."""
    if not words.isascii():
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words.translate(_PLAIN)).casefold())
        words = "".join(letter for letter in apart if unicodedata.category(letter) not in ("Mn", "Cf")).translate(
            _PLAIN
        )
    return " ".join(words.translate(_PLAIN).lower().split())


def plain(words: str | None) -> str | None:
    """Words for a column that is only looked at, without the one character that PostgreSQL cannot hold."""
    return None if words is None else words.replace("\x00", "\ufffd")
