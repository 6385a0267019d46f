"""Which words and signs write a number in English, and which words bound it?

Pure data. All keys are lower case; how they combine is said in `service.reading.numerals` and `qualifiers`.
"""

from decimal import Decimal
from typing import Final, Literal

Bound = Literal["exact", "at_least", "more_than", "at_most", "less_than", "about"]

# Digits of other scripts are read by this table and no other: `int()` would also take digits nobody wrote on purpose,
# and `str.isdigit()` says yes to "²".
_ZEROES = ("0", "０", "٠", "۰", "०", "০")  # ASCII, full-width, Arabic-Indic, Persian, Devanagari, Bengali
DIGITS: Final = {ord(zero) + value: str(value) for zero in _ZEROES for value in range(10)}
SEPARATORS: Final = {"٫": ".", "٬": ",", "．": ".", "，": ","}  # Arabic decimal and thousands signs, full-width ones
MOST_DIGITS = 24  # a longer run is an identifier, not a quantity

UNITS: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS: Final = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
} | {"fourty": 40}

THOUSAND, MILLION, BILLION, TRILLION = (Decimal(10) ** power for power in (3, 6, 9, 12))
LAKH, CRORE = Decimal(10) ** 5, Decimal(10) ** 7
SCALES: Final = {
    "thousand": THOUSAND,
    "thousands": THOUSAND,
    "lakh": LAKH,
    "lakhs": LAKH,
    "lac": LAKH,
    "lacs": LAKH,
    "million": MILLION,
    "millions": MILLION,
    "crore": CRORE,
    "crores": CRORE,
    "billion": BILLION,
    "billions": BILLION,
    "trillion": TRILLION,
    "trillions": TRILLION,
}
BARE_SCALES: Final = frozenset({"hundred", "thousand", "million", "billion", "trillion", "lakh", "crore", "dozen"})
# Short forms count only after digits. "m", "b", "k" and "t" must touch them, and "m" may still be metres.
SHORT_SCALES: Final = {
    "mn": MILLION,
    "mln": MILLION,
    "mil": MILLION,
    "bn": BILLION,
    "bln": BILLION,
    "tn": TRILLION,
    "trn": TRILLION,
    "cr": CRORE,
}
TOUCHING_SCALES: Final = {"k": THOUSAND, "m": MILLION, "b": BILLION}

DENOMINATORS: Final = {
    word: value
    for value, words in {
        2: "half halves",
        3: "third thirds",
        4: "quarter quarters fourth fourths",
        5: "fifth fifths",
        6: "sixth sixths",
        7: "seventh sevenths",
        8: "eighth eighths",
        9: "ninth ninths",
        10: "tenth tenths",
        20: "twentieth twentieths",
        100: "hundredth hundredths",
        1000: "thousandth thousandths",
    }.items()
    for word in words.split()
}
VULGAR: Final = {
    "½": Decimal("0.5"),
    "¼": Decimal("0.25"),
    "¾": Decimal("0.75"),
    "⅓": Decimal(1) / 3,
    "⅔": Decimal(2) / 3,
    "⅕": Decimal("0.2"),
    "⅛": Decimal("0.125"),
}

ORDINALS: Final = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth "
    "ninetieth hundredth thousandth millionth billionth".split()
)
ORDINAL_ENDINGS: Final = frozenset({"st", "nd", "rd", "th"})

# "many" and "few" are no numbers here, "a few hundred" is a vague one.
VAGUE: Final = frozenset({"several", "multiple", "dozens", "hundreds", "thousands", "lakhs", "crores"}) | {
    "millions",
    "billions",
    "trillions",
}
VAGUE_PLURALS: Final = VAGUE - {"several", "multiple"}

MULTIPLES: Final = {"twice": 2, "thrice": 3, "doubled": 2, "doubling": 2, "tripled": 3, "tripling": 3, "trebled": 3} | {
    "trebling": 3,
    "quadrupled": 4,
    "quadrupling": 4,
    "quintupled": 5,
}
# Adjectives first of all ("a double agent"): a figure only beside a bound, or before what is compared.
MULTIPLE_ADJECTIVES: Final = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
FOLDS: Final = {f"{word}fold": value for word, value in UNITS.items() if value > 1} | {"hundredfold": 100}

NUMBER_WORDS: Final = (
    frozenset(UNITS)
    | frozenset(TENS)
    | frozenset({"hundred", "dozen", "half"})
    | (frozenset(SCALES) - {"lac", "lacs"})
    | ORDINALS
    | VAGUE
    | frozenset(MULTIPLES)
    | frozenset(FOLDS)
)
"""Words that must be accounted for wherever they stand."""

NUMBER_STARTERS: Final = NUMBER_WORDS | MULTIPLE_ADJECTIVES.keys() | {"handful", "scores", "tens", "quarter", "lac"}
"""Words that may begin or announce a figure; a sentence with none of them and no digit holds no figure."""

_BOUNDS_BEFORE: Final[dict[Bound, str]] = {
    "at_least": """at least|at the very least|at the least|no fewer than|not fewer than|no less than|not less than
        a minimum of|minimum of|no smaller than|no lower than|no under|as few as|as little as|atleast
        nothing short of|at a minimum|at minimum|not below|not under""",
    "more_than": """more than|over|above|upwards of|upward of|exceeding|in excess of|greater than|north of|surpassing
        higher than|larger than|longer than|bigger than|far more than|many more than|well over|just over|slightly over
        a little over|a little more than|just above|well above|slightly more than|just more than|well in excess of
        over and above|considerably more than|not just|in over|little more than|little over|a shade over
        a shade more than
        a touch over|beyond|topping""",
    "at_most": """up to|as many as|as much as|at most|at the most|no more than|not more than|a maximum of|maximum of
        not exceeding|no greater than|no higher than|no over|as high as|up to a maximum of|no longer than|within
        inside|upto|at the very most|at a maximum
        not over|not above|to a maximum of|no later than""",
    "less_than": """fewer than|less than|under|below|just under|just below|well under|well below|lower than|smaller than
        just less than|slightly less than|slightly under|a little under|a little less than|just short of|just shy of
        shorter than|far fewer than|far less than|south of|little less than|little under|a shade under|a shade less than
        a touch under|not even|in under""",
    "about": """about|around|some|roughly|approximately|approx|nearly|almost|close to|an estimated|estimated|circa
        in the region of|in the vicinity of|in the order of|on the order of|nearing|approaching|more or less
        practically|virtually|somewhere around|as an estimated|perhaps|possibly|very nearly|a reported|reportedly
        the estimated|an approximate|nigh on|barely|hardly|scarcely|maybe|nearer|nearer to|nearly about|closer to|near
        in the neighbourhood of|in the neighborhood of|in the range of|something like|give or take
        getting on for|a little short of|or about|or around|or roughly|or some|or nearly|or almost""",
    "exact": "only|just|all|exactly|precisely|a total of|total of|a combined|a combined total of|a mere|a full",
}
_BOUNDS_AFTER: Final[dict[Bound, str]] = {
    "at_least": """or more|and more|or over|and over|or above|and above|plus|and counting|at least|or higher|or greater
        at the least|at the very least|at a minimum|minimum|or upwards|and upwards|and up|if not more|or better""",
    "at_most": """or fewer|or less|or under|and under|or below|or lower|at most|at the most|at the very most
        at a maximum
        maximum|max|tops|at the outside|if that""",
    "about": "odd|or so|or thereabouts|approximately|give or take",
}


def _phrases(table: dict[Bound, str]) -> dict[tuple[str, ...], Bound]:
    return {
        tuple(phrase.split()): bound
        for bound, phrases in table.items()
        for line in phrases.splitlines()
        for phrase in line.split("|")
    }


BOUNDS_BEFORE: Final = _phrases(_BOUNDS_BEFORE)
BEFORE_TIME_ONLY: Final = frozenset({("within",), ("inside",), ("no", "later", "than")})
"""Bounds of a time to come ("within 48 hours"); of a place they only say where ("within 5 km of the town")."""
ENDING_BOUNDS: Final = frozenset("minimum maximum max tops".split())
"""Behind a number and before no noun: "5,000 minimum", not "two minimum wages"."""
BOUNDS_AFTER: Final = _phrases(_BOUNDS_AFTER)
LONGEST_BOUND: Final = max(len(phrase) for phrase in BOUNDS_BEFORE)
SIGNS_BEFORE: Final[dict[str, Bound]] = {
    "~": "about",
    "≈": "about",
    ">": "more_than",
    "<": "less_than",
    "≥": "at_least",
    "≤": "at_most",
}

# "handed over 20 bodies" is no bound, "took over 12 hours" is one.
PHRASAL_OVER: Final = frozenset(
    "hand hands handed handing turn turns turned turning take takes took taking taken run runs ran running give gave "
    "given bring brought carry carried carrying knock knocked go went win won signed voted fought argued".split()
)
# "for over 12 hours" bounds a duration, "fell over three days" only says when.
BEFORE_LONG_OVER: Final = frozenset(
    "for by after lasted lasting lasts last took takes taking take taken spent spending of well just and is was are "
    "were been since within with a slightly jailed held waited lived worked aged little".split()
)

CHANGES: Final = frozenset(
    "rose rise rises rising risen fell fall falls falling fallen grew grow grows growing grown increased increase "
    "increases increasing dropped drop drops dropping climbed climb climbs climbing declined decline declines "
    "declining "
    "cut cuts cutting reduced reduce reduces reducing raised raise raises raising lowered lower lowers lowering jumped "
    "jump jumps jumping slid slide slides sliding slipped slip soared surged surge surging plunged plunge tumbled "
    "went gone going moved move up down revised revise doubled tripled halved shrank shrunk widened narrowed eased "
    "expanded extended improved changed change boosted boost dipped edged upgraded downgraded".split()
)
"""After these, "from 3 to 5" tells of two figures, not of a range."""

VOTES_AND_MATCHES: Final = frozenset(
    "won win wins winning beat beats beaten beating lost lose loses losing defeat defeats defeated victory draw drew "
    "drawn score scored scores scoreline vote votes voted voting goal goals lead leads led leading tie tied match "
    "final "
    "semi set sets game games half-time aggregate series ruling ruled decision court jury penalties league cup "
    "trailed trailing equaliser thrashed thrashing hammered edged overcame".split()
)
SECTION_WORDS: Final = frozenset(
    "section sections chapter chapters page pages paragraph paragraphs clause clauses para paras annex appendix table "
    "verse footnote exhibit item items rule no nos number numbers point points".split()
)
LABEL_WORDS: Final = frozenset(
    "article articles category type phase stage level tier grade room gate ward district zone sector block camp unit "
    "flight route highway line reactor channel platform lane track resolution protocol amendment bus train case class "
    "division group area terminal pier version model series season episode round week day year chapter volume "
    "issue lot plot house apartment flat floor box form schedule division brigade battalion regiment squadron".split()
)
"""Before a number, these make it a label: "category 4", "camp 7"."""
SERIES_NAMES: Final = frozenset(
    "boeing airbus flight route article resolution channel unit covid windows iphone galaxy apollo formula group "
    "highway interstate studio radio bbc world war act talks summit vision agenda expo games euro cop chapter "
    "nikkei ftse dax cac stoxx nasdaq fortune top big euro super".split()
)
"""Capitalised before a number, these make a name whatever follows."""
INDEX_NAMES: Final = frozenset("sp nikkei ftse dax cac stoxx nasdaq russell asx nifty fortune".split())
"""These make a name of the number behind them also where they are written small."""
IDLE_NOUNS: Final = frozenset(
    "day time thing point way reason side hand example another sort kind part end place moment step stage evening "
    "morning night afternoon week month year account theory source estimate report study version word look glance "
    "stop bit less more fewer nation world voice idea question problem answer expert analyst observer critic official "
    "insider commentator lawmaker user reader commenter post tweet".split()
)
"""Before these "one" points and does not count: "one day", "one reason", "one analyst"."""
SPEAKING: Final = frozenset(
    "said says told tells wrote writes added adds recalled recalls called calls described describes claimed claims "
    "asked asks complained complains joked jokes quipped admitted explained explains who whose".split()
)
STREETS: Final = frozenset(
    "street st road rd avenue ave drive dr lane boulevard blvd square court place parkway highway".split()
)
HYPHEN_PREFIXES: Final = frozenset(
    "mid pre post under over sub top nearly almost about roughly around some minus plus early late all".split()
)
_IDIOMS = """one another|one by one|one on one|one to one|one off|one time|one way|one sided|one day|one thing|one ' s
    one ’ s|24 / 7|50 50|fifty fifty|20 20|9 to 5|nine to five|zero tolerance|zero sum|half time|half way|half brother
    half sister|half hearted|half truth|half baked|four by four|360 degree|seven a side|five a side|one person one vote
    one size|one stop|one step|one nil|two faced"""


def _by_first_word(block: str) -> dict[str, list[tuple[str, ...]]]:
    idioms: dict[str, list[tuple[str, ...]]] = {}
    for entry in block.replace("\n", "|").split("|"):
        words = tuple(entry.split())
        idioms.setdefault(words[0], []).append(words)
    return idioms


IDIOMS: Final = _by_first_word(_IDIOMS)
IDIOMS_BEFORE: Final = frozenset(
    {("no", "one"), ("number", "one"), ("day", "one"), ("square", "one"), ("ground", "zero"), ("net", "zero")}
    | {("cloud", "nine"), ("any", "one"), ("every", "one"), ("this", "one"), ("that", "one"), ("which", "one")}
    | {("year", "zero"), ("patient", "zero"), ("from", "zero"), ("or", "two"), ("back", "one"), ("in", "half")}
)
"""Word and number word that make a set phrase together."""
ZERO_WIDTH: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
HYPHENS: Final = frozenset("-‐‑")
DASHES: Final = HYPHENS | frozenset("–—−")
