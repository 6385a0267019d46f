"""Which words name months, days and times of the calendar?

Pure data, lower case.
"""

from typing import Final

_MONTH_NAMES = "january february march april may june july august september october november december".split()
MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
MONTH_SHORTS: Final = {name[:3]: number for name, number in MONTHS.items() if name != "may"} | {"sept": 9}
DOUBTFUL_MONTHS: Final = frozenset({"may", "march", "april", "june", "august"})
"""Also verbs, names or adjectives: months only beside a preposition, a day or a year."""

WEEKDAYS: Final = {
    name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
WEEKDAY_SHORTS: Final = {
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}
PLURAL_WEEKDAYS: Final = frozenset(f"{name}s" for name in WEEKDAYS)
NAMED_DAYS: Final = frozenset({"black", "good", "bloody", "ash", "palm", "cyber", "easter", "super", "boxing"})
"""Before a weekday, these make a name of it."""

PARTS_OF_DAY: Final = frozenset("morning afternoon evening night midnight noon dawn lunchtime midday".split())
SEASONS: Final = frozenset("spring summer autumn fall winter".split())
PERIODS: Final = {"day": "days", "week": "weeks", "month": "months", "year": "years"}
"""Each with the name that calendar arithmetic gives it."""
SHORT_PERIODS: Final = frozenset("second seconds minute minutes hour hours".split())
LONG_PERIODS: Final = frozenset(
    "decade decades century centuries weekend weekends season quarter quarters night nights".split()
)

TIME_PREPOSITIONS: Final = frozenset(
    "in since until till by before after during from to through of for between early late mid last next this on "
    "around about and throughout beginning starting ending end start".split()
)
AHEAD: Final = frozenset(
    "will shall would may might could ll scheduled upcoming due deadline slated expected expects resume resumes begins "
    "starts reopens convenes".split()
)
AHEAD_WITH_TO: Final = frozenset(
    "is are was were be plan plans planned planning expect expects expected want wants hope hopes intend intends due "
    "set scheduled promise promised promises vow vowed vows pledge pledged threatened threatens agreed likely order "
    "ordered orders asked told decided wished ready".split()
)
"""Before "to" these look forward: "is to open on", "plans to leave by"; "went to Dorn on" does not."""
REPORTING: Final = frozenset("said says told announced reported confirmed claimed stated wrote added declared".split())
LOOKING_BACK: Final = frozenset("was were had been did".split())
FEASTS: Final = {"christmas": (12, 25), "halloween": (10, 31)}
MOVING_FEASTS: Final = frozenset("easter eid ramadan diwali holi dashain lent passover hanukkah".split())
"""Days that move with the moon, or with the country: found, never resolved."""
EDGES: Final = frozenset({"early", "late", "mid", "mid-"})
NUMBER_NAMES: Final = {
    name: value
    for value, name in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
} | {"a": 1, "an": 1}
QUARTERS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}
ZONES: Final = frozenset("gmt utc est edt pst pdt cst cdt ist pkt bst cet cest eet msk pt et".split())
DECADES: Final = {f"{name}": value for name, value in (
    ("twenties", 20), ("thirties", 30), ("forties", 40), ("fifties", 50), ("sixties", 60), ("seventies", 70),
    ("eighties", 80), ("nineties", 90),
)}  # fmt: skip

DATE_WORDS: Final = (
    MONTHS.keys()
    | MONTH_SHORTS.keys()
    | WEEKDAYS.keys()
    | PLURAL_WEEKDAYS
    | DECADES.keys()
    | PARTS_OF_DAY
    | SEASONS
    | PERIODS.keys()
    | frozenset(PERIODS.values())
    | SHORT_PERIODS
    | LONG_PERIODS
    | frozenset("today yesterday tomorrow tonight overnight clock half dusk".split())
    | FEASTS.keys()
    | MOVING_FEASTS
)
"""A sentence with none of these words and no digit holds no date."""
DATE_STARTERS: Final = DATE_WORDS | frozenset(
    "past last recent coming this next same previous following earlier later first second third fourth q a an "
    "the end that "
    "mon tue tues wed thu thur thurs fri sat sun hundred".split()
)
"""Words that a date may begin with, beside number words."""
