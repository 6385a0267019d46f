"""Is the article in a language that this reader knows?

Only English is. Tells from the letters and from the commonest words; a text too short to tell from says nothing."""

import re
from collections import Counter

from service.records import Article, Notice

_SAMPLE = 4_000  # characters: enough to tell
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_LETTERS = 40
_FEWEST_WORDS = 20
# English news has 35 to 45 of these among 100 words, other languages in Latin letters below 8.
_ENGLISH_AT_LEAST = 0.12

_COMMON = {
    "English": """the of and to in a that is was for on it with as at by he his from have had were has be this are not
        they which said but an or who their will been would said after two more when there about also than its""",
    "French": "le la les de des du et un une dans est que qui pour sur pas au par avec ce ses sont il elle plus ont",
    "Spanish": "el la los las de del que y en un una por con para es se no su al como más fue sus han este entre",
    "Portuguese": "o a os as de do da dos das que e em um uma por com para não se na no mais foi ao como são",
    "Italian": "il la lo gli le di del della che e in un una per con non si sono da nel è dei alla più anche ha",
    "German": "der die das und in den von zu mit ist des im auf für ein eine nicht dem sich als auch wurde bei nach",
    "Dutch": "de het een van en in is dat op te zijn voor met die niet aan er om ook als bij door naar werd maar",
    "Swedish": "och i att det som en på är av för med den till inte har de om ett var men från vid enligt",
    "Turkish": "ve bir bu da de için ile olarak olan çok en daha ise kadar gibi sonra ancak göre olduğu tarafından",
    "Indonesian": "yang dan di dari untuk dengan pada ini itu dalam tidak akan oleh juga ke telah sebagai ada bahwa",
    "Polish": "i w na z do się nie że to jest o jak po przez od za oraz dla są był przy ale także",
    "Urdu or Hindi in Latin letters": "hai hain ka ki ke ko se mein aur ne ye woh nahi bhi par tha thi kar liye kya is",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}

_SCRIPTS = (
    (0x370, 0x3FF, "Greek"),
    (0x400, 0x52F, "Cyrillic"),
    (0x590, 0x5FF, "Hebrew"),
    (0x600, 0x77F, "Arabic"),
    (0x900, 0x97F, "Devanagari"),
    (0x980, 0x9FF, "Bengali"),
    (0xB80, 0xBFF, "Tamil"),
    (0xE00, 0xE7F, "Thai"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1200, 0x137F, "Ethiopic"),
    (0x3040, 0x30FF, "Japanese"),
    (0x3400, 0x9FFF, "Chinese"),
    (0xAC00, 0xD7AF, "Korean"),
    (0xFB50, 0xFEFC, "Arabic"),
)


def find_language_notices(article: Article) -> tuple[Notice, ...]:
    """One notice `not_english` where the text is clearly in another language, else none."""
    words = _WORD.findall(article.text[:_SAMPLE])
    letters = "".join(words)
    if len(letters) < _FEWEST_LETTERS:
        return ()
    script = _foreign_script(letters)
    if script:
        return (_notice(f"most of this text is in {script} letters"),)
    language = _foreign_language(words)
    return (_notice(f"this text seems to be in {language}"),) if language else ()


def _foreign_script(letters: str) -> str | None:
    counts = Counter(letters)
    foreign: Counter[str] = Counter()
    for letter, count in counts.items():
        if letter > "\u024f" and not "\u1e00" <= letter <= "\u1eff":
            foreign[_script(letter)] += count
    if 2 * foreign.total() <= len(letters):
        return None
    return foreign.most_common(1)[0][0]


def _script(letter: str) -> str:
    return next((name for first, last, name in _SCRIPTS if first <= ord(letter) <= last), "other than Latin")


def _foreign_language(words: list[str]) -> str | None:
    """The likeliest language other than English, None where it is English or cannot be told."""
    if len(words) < _FEWEST_WORDS:
        return None
    # For comparing only: folding may change the length of a word, and no offset comes of it.
    counts = Counter(word.casefold() for word in words)
    shares = {language: sum(counts[word] for word in common) / len(words) for language, common in _WORDS.items()}
    english = shares.pop("English")
    likeliest = max(shares, key=lambda language: shares[language])
    if english >= _ENGLISH_AT_LEAST and shares[likeliest] < 1.5 * english:
        return None
    if shares[likeliest] >= _ENGLISH_AT_LEAST and shares[likeliest] > english:
        return likeliest
    # Names and figures alone have no common words at all: only a longer text without any is another language.
    return "a language other than English" if english < 0.05 and len(words) >= 2 * _FEWEST_WORDS else None


def _notice(finding: str) -> Notice:
    return Notice(
        code="not_english",
        message=f"This reader knows English only: {finding}, so claims, speakers and figures will be missed or wrong.",
    )
