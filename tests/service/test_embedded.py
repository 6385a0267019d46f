"""Whom does the embedded extractor take each statement to be by, and where does it cut them?"""

import weakref
from itertools import pairwise
from typing import Any

import pytest

from service.embedded import parsing
from service.embedded.extractor import EmbeddedExtractor
from service.embedded.parsing import load
from service.reading.reader import read
from service.records import Article, Draft, Reading, Span, words_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def parser() -> None:
    load()


def drafts_of(text: str) -> tuple[Reading, tuple[Draft, ...]]:
    reading = read(Article(id="invented", text=text))
    return reading, EmbeddedExtractor().drafts(reading)


def content_of(draft: Draft, text: str) -> str:
    return words_of([part for part in draft.content if isinstance(part, Span)], text)


def speaker_of(draft: Draft, reading: Reading) -> str:
    """The speaker's full name, or "outlet", "unspecified", "unresolved"."""
    mention = reading.mention_by_mark.get(draft.speaker)
    if mention is None:
        return draft.speaker
    return "unresolved" if mention.speaker is None else reading.speakers[mention.speaker].name


def said_in(text: str) -> list[tuple[str, str]]:
    reading, drafts = drafts_of(text)
    return [(speaker_of(draft, reading), content_of(draft, text)) for draft in drafts]


def the_draft(text: str, words: str) -> tuple[Reading, Draft]:
    reading, drafts = drafts_of(text)
    return reading, next(draft for draft in drafts if words in content_of(draft, text))


CONSTRUCTIONS = [
    pytest.param(
        "Mayor Ada Obi said the old bridge was closed on Tuesday after the flood.",
        [("Ada Obi", "the old bridge was closed on Tuesday after the flood")],
        id="said-before",
    ),
    pytest.param(
        "The old bridge was closed on Tuesday after the flood, Mayor Ada Obi said.",
        [("Ada Obi", "The old bridge was closed on Tuesday after the flood")],
        id="said-after",
    ),
    pytest.param(
        "The flood, Mayor Ada Obi said, was the worst in the history of the town.",
        [("Ada Obi", "The flood … was the worst in the history of the town")],
        id="said-in-the-middle",
    ),
    pytest.param(
        '"We lost the old bridge on Tuesday," said Mayor Ada Obi.',
        [("Ada Obi", "We lost the old bridge on Tuesday")],
        id="inverted-after-a-quotation",
    ),
    pytest.param(
        'Mayor Ada Obi said: "We lost the old bridge on Tuesday."',
        [("Ada Obi", "We lost the old bridge on Tuesday")],
        id="colon-before-a-quotation",
    ),
    pytest.param(
        "According to Mayor Ada Obi, the flood destroyed the market and two schools.",
        [("Ada Obi", "the flood destroyed the market and two schools")],
        id="according-to-first",
    ),
    pytest.param(
        "The flood destroyed the market and two schools, according to Mayor Ada Obi.",
        [("Ada Obi", "The flood destroyed the market and two schools")],
        id="according-to-last",
    ),
    pytest.param(
        "Mayor Ada Obi confirmed the flood but disputed the figures, stating that only four houses fell.",
        [("Ada Obi", "the flood"), ("Ada Obi", "only four houses fell")],
        id="confirms-and-disputes",
    ),
    pytest.param(
        "The Red River Front (RRF) claimed responsibility for the raid in a statement.",
        [("Red River Front", "the raid")],
        id="claims-responsibility",
    ),
    pytest.param(
        "The Red River Front claimed to have sunk two patrol boats near the port.",
        [("Red River Front", "have sunk two patrol boats near the port")],
        id="claimed-to-have",
    ),
    pytest.param(
        "The Red River Front denied any losses.",
        [("Red River Front", "any losses")],
        id="denied-a-noun",
    ),
    pytest.param(
        "Mayor Ada Obi accused the shipping company of hiding the spill.",
        [("Ada Obi", "the shipping company … hiding the spill")],
        id="accused-of",
    ),
    pytest.param(
        "Mayor Ada Obi called for a new dam above the town.",
        [("Ada Obi", "a new dam above the town")],
        id="called-for",
    ),
    pytest.param(
        "It is believed that the boat sank near the port.",
        [("unspecified", "the boat sank near the port")],
        id="it-is-believed",
    ),
    pytest.param(
        "Two guards were reportedly hurt near the port.",
        [("unspecified", "Two guards were … hurt near the port")],
        id="reportedly",
    ),
    pytest.param(
        "Mayor Ada Obi was quoted as saying that the dam would cost $2 billion.",
        [("Ada Obi", "the dam would cost $2 billion")],
        id="quoted-as-saying",
    ),
    pytest.param(
        "Residents and police said the fire began in a bakery.",
        [("Residents", "the fire began in a bakery"), ("police", "the fire began in a bakery")],
        id="two-speakers",
    ),
    pytest.param(
        "The ferry left the port at dawn.",
        [("outlet", "The ferry left the port at dawn")],
        id="the-outlet-itself",
    ),
    pytest.param(
        "Mayor Ada Obi condemned the raid.",
        [],
        id="bare-condemnation-is-no-claim",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CONSTRUCTIONS)
def test_each_construction_gives_its_speaker_and_content(text: str, expected: list[tuple[str, str]]) -> None:
    assert said_in(text) == expected


MORE_CONSTRUCTIONS = [
    pytest.param(
        '"We lost nine boats," said Mayor Ada Obi, adding that 12 sailors fled.',
        [("Ada Obi", "We lost nine boats"), ("Ada Obi", "12 sailors fled")],
        id="adding-that",
    ),
    pytest.param(
        "The dock union issued a statement saying that the port was shut.",
        [("dock union", "the port was shut")],
        id="issued-a-statement-saying",
    ),
    pytest.param(
        "The wells belong to Delta Oil, which the mayor claims exploit the valley.",
        ("mayor", "exploit the valley"),
        id="relative-clause-of-another-speaker",
    ),
    pytest.param(
        "Some losses were also reported, with at least two sailors hurt when the mast fell.",
        ("unspecified", "at least two sailors hurt when the mast fell"),
        id="figure-beside-a-passive-cue",
    ),
    pytest.param(
        "A report by Delta Watch said 40 wells ran dry. According to the report, 12 farms were sold.",
        ("Delta Watch", "12 farms were sold"),
        id="the-report-is-its-makers",
    ),
    pytest.param(
        "John Ekwe MP said the dam was cracked. The backbencher said the town was at risk.",
        ("John Ekwe", "the town was at risk"),
        id="a-role-nobody-else-has",
    ),
    pytest.param(
        "The head of the harbour office of Mora, Ihor Brus, told reporters the port was shut.",
        ("Ihor Brus", "the port was shut"),
        id="name-in-commas-after-a-long-office",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MORE_CONSTRUCTIONS)
def test_longer_constructions_give_their_speaker_too(text: str, expected: Any) -> None:
    wanted = expected if isinstance(expected, list) else [expected]

    assert [claim for claim in wanted if claim not in said_in(text)] == []


def test_a_question_is_no_claim() -> None:
    assert said_in('"Why did the dam break in May?" Mayor Ada Obi said.') == []


NEAR_MISSES = [
    pytest.param("Mayor Ada Obi did not say that the dam would hold.", "Ada Obi", id="did-not-say"),
    pytest.param("Mayor Ada Obi would say that the dam is safe.", "Ada Obi", id="would-say"),
    pytest.param("Officials asked whether the dam would hold.", "Officials", id="whether"),
    pytest.param("The report was on the desk of Mayor Ada Obi.", "Ada Obi", id="a-report-is-no-verb"),
]


@pytest.mark.parametrize(("text", "speaker"), NEAR_MISSES)
def test_words_that_only_look_like_saying_attribute_nothing(text: str, speaker: str) -> None:
    assert speaker not in [name for name, _ in said_in(text)]


STANCES = [
    pytest.param("The union denied any losses.", "any losses", "denies", id="denies"),
    pytest.param("The union confirmed the strike.", "the strike", "confirms", id="confirms"),
    pytest.param("The union vowed to block the port.", "block the port", "intends", id="vows"),
    pytest.param("The union urged the council to act.", "the council to act", "demands", id="urges"),
    pytest.param("The bank predicted that prices will fall.", "prices will fall", "predicts", id="predicts"),
    pytest.param("The union said it will strike in May.", "it will strike in May", "intends", id="own-plan"),
    pytest.param("The union said rents will rise in May.", "rents will rise in May", "predicts", id="forecast"),
    pytest.param("The union said rents rose in May.", "rents rose in May", "asserts", id="past-is-no-forecast"),
]


@pytest.mark.parametrize(("text", "words", "stance"), STANCES)
def test_the_stance_follows_the_verb_and_the_tense(text: str, words: str, stance: str) -> None:
    _, draft = the_draft(text, words)

    assert draft.stance == stance


MODES = [
    pytest.param('"The dam held firm all night," Mayor Ada Obi said.', "direct", id="direct"),
    pytest.param("Mayor Ada Obi said the dam held firm all night.", "indirect", id="indirect"),
    pytest.param('Mayor Ada Obi said the dam held firm "against all odds".', "mixed", id="mixed"),
    pytest.param("The dam held firm all night.", "none", id="outlet"),
]


@pytest.mark.parametrize(("text", "mode"), MODES)
def test_the_mode_follows_the_quotation_marks(text: str, mode: str) -> None:
    _, draft = the_draft(text, "dam held firm")

    assert draft.mode == mode


def test_coordinated_verbs_are_two_claims_but_a_shared_auxiliary_is_one() -> None:
    two = said_in("Police said the gang robbed the bank and burned the car.")
    one = said_in("Police said seven guards were killed and 15 injured.")

    assert [content for _, content in two] == ["the gang robbed the bank", "burned the car"]
    assert [content for _, content in one] == ["seven guards were killed and 15 injured"]


def test_a_participle_with_a_figure_and_a_speaker_of_its_own_is_its_own_claim() -> None:
    said = said_in(
        "The clashes left the town in ruins, with security forces confirming an additional 11 rebels killed."
    )

    assert ("security forces", "an additional 11 rebels killed") in said
    assert said[0] == ("outlet", "The clashes left the town in ruins")


FIGURES = [
    pytest.param("Police said at least eleven guards were killed.", "guards", "killed", id="passive"),
    pytest.param("Police said 50 to 60 rebels took part in the raid.", "rebels", "took part", id="active"),
    pytest.param(
        "The bombing caused the deaths of 25 guards, police said.", "guards", "killed", id="deaths-in-violence"
    ),
    pytest.param("The gang took 18 guards hostage, police said.", "guards", "took hostage", id="two-word-measure"),
    pytest.param("Profit rose 12% last year, the baker said.", "Profit", "rose", id="percent-of-the-subject"),
    pytest.param("The bank cut its fee to €90, the teller said.", "fee", "cut", id="money-of-the-object"),
    pytest.param("The strike lasted for nine days, police said.", "strike", "lasted", id="duration-of-what-lasts"),
    pytest.param("The crews dug for six hours, police said.", None, "dug", id="duration-of-an-act"),
    pytest.param("The union wants a rise of 9 per cent.", "rise", None, id="of-a-noun"),
    pytest.param("Police put the crowd at 30,000.", "crowd", None, id="measure-of-the-speaker-is-none"),
    pytest.param("Thefts have doubled, police said.", "Thefts", "doubled", id="doubled"),
    pytest.param("Police said men were held in three towns.", "towns", None, id="place"),
    pytest.param("Police said they searched three towns.", "towns", "searched", id="place-as-object"),
    pytest.param("Police said a 12-week course was full.", "course", None, id="before-the-noun"),
    pytest.param("Police said five guards were at risk.", "guards", "at risk", id="state"),
    pytest.param("Police said 40 sheep lost their lives.", "sheep", "lost their lives", id="idiom"),
    pytest.param(
        "The level ranged from 41 to 67 per cent, police said.", "level", "ranged", id="range-with-an-opening"
    ),
    pytest.param("Police said the fee was more than £900.", "fee", None, id="past-than"),
    pytest.param("Police said the pumps were tested three times.", "pumps", "tested", id="how-often-of-what"),
    pytest.param("Police said she rang twice.", None, "rang", id="how-often-of-nothing"),
    pytest.param("The hearing, listed for four days, goes on, police said.", "hearing", "listed", id="listed-for"),
    pytest.param("The clerks kept the gate shut for seven hours, police said.", None, "shut", id="act-with-an-object"),
    pytest.param("Police said it happened 40 km south of the town.", None, None, id="only-says-where"),
    pytest.param("Police said he died nine days after the fire.", None, None, id="only-says-when"),
    pytest.param("There was a 90 per cent surge in thefts, police said.", "thefts", "surge", id="surge-in"),
    pytest.param("Police said a wall of 12 metres fell.", "wall", None, id="size-of-a-thing"),
    pytest.param("Police said seven miners are feared buried.", "miners", "buried", id="feared"),
    pytest.param("Police said the firm was paid $6m for the bridge.", "bridge", "paid", id="paid-for"),
    pytest.param("The raid took the civilian death toll to 23, police said.", "civilian", "killed", id="toll-of-whom"),
    pytest.param("The raid took the official death toll to 23, police said.", None, "killed", id="toll-of-nobody"),
    pytest.param(
        "The row ended in the closure of the road for nine hours, police said.",
        "closure",
        None,
        id="ended-in-what-lasts",
    ),
    pytest.param(
        "Police said two clerks held at the gate were named as thieves.",
        "clerks",
        "named",
        id="verb-behind-a-participle",
    ),
    pytest.param(
        "Police said they captured 40 guards who were later freed.", "guards", "captured", id="verb-before-a-clause"
    ),
    pytest.param("Police said the firm was issued with three permits.", "permits", "issued", id="issued-with"),
    pytest.param("Police said the clerk fled with $600.", None, None, id="fled-with-money"),
    pytest.param("Police said the stamp was worth $8bn.", "stamp", "worth", id="worth"),
    pytest.param("Police said the new wall is 12 metres tall.", "new wall", "tall", id="measured-quality"),
    pytest.param("Police said the clinics are short of 90 nurses.", "nurses", "short", id="short-of"),
    pytest.param("Police said 40 drivers walked off the job.", "drivers", "walked off", id="walked-off"),
    pytest.param(
        "Police said the gang took full control of the port and half the road.",
        "road",
        "took full control",
        id="control",
    ),
    pytest.param("Police said the water rose 1.8 metres.", "water", "rose", id="water-is-no-person"),
    pytest.param("Police said the runner rose 1.8 metres.", None, "rose", id="a-runner-is-a-person"),
]


@pytest.mark.parametrize(("text", "counted", "measure"), FIGURES)
def test_a_figure_keeps_its_noun_and_what_befell(text: str, counted: str | None, measure: str | None) -> None:
    _, drafts = drafts_of(text)
    figures = [figure for draft in drafts for figure in draft.figures]

    assert [(figure.counted, figure.measure) for figure in figures] == [(counted, measure)]


def test_a_bare_number_counts_what_the_figure_before_it_counted() -> None:
    _, drafts = drafts_of("Police said 14 boats left the port. Two of them sank, police said.")
    figures = [figure for draft in drafts for figure in draft.figures]

    assert [(figure.counted, figure.measure) for figure in figures] == [("boats", "left"), ("boats", "sank")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Police said the clerk siphoned off £340,000 over six years.",
            [(None, "siphoned off"), (None, None)],
            id="money-over-years",
        ),
        pytest.param(
            "Police said members backed it by 40 votes to 22.", [("votes", "backed"), ("votes", None)], id="votes-to"
        ),
        pytest.param(
            "Police said that of the three deceased, two were nurses.",
            [("deceased", None), ("deceased", None)],
            id="of-the-deceased",
        ),
    ],
)
def test_two_figures_keep_apart_what_each_counts(text: str, expected: list[tuple[str | None, str | None]]) -> None:
    _, drafts = drafts_of(text)
    figures = [figure for draft in drafts for figure in draft.figures]

    assert [(figure.counted, figure.measure) for figure in figures] == expected


WHOSE = [
    pytest.param("Police put the crowd at 30,000.", [("Police", "the crowd … 30,000")], id="put-at-a-number"),
    pytest.param(
        "The flood put the old town at risk.", [("outlet", "The flood put the old town at risk")], id="put-at-risk"
    ),
    pytest.param(
        "Six boats fled to the reef, the port police reports, but were cut off there.",
        [("port police", "Six boats fled to the reef"), ("port police", "were cut off there")],
        id="between-commas",
    ),
    pytest.param(
        "Six pumps are running, Mayor Ada Obi said, and two more are on their way.",
        [("Ada Obi", "Six pumps are running"), ("Ada Obi", "two more are on their way")],
        id="clause-joined-after-the-cue",
    ),
    pytest.param(
        "The mayor Ada Obi said the dam held, and she left the room.", [("Ada Obi", "the dam held")], id="own-act"
    ),
    pytest.param("The mayor Ada Obi wants the bridge to close.", [("Ada Obi", "the bridge to close")], id="wants"),
    pytest.param(
        "Engineer Ada Obi denied having signed the papers.",
        [("Ada Obi", "having signed the papers")],
        id="denied-doing",
    ),
    pytest.param(
        "“They told me it would hold,” wept Ada Obi, a baker.", [("Ada Obi", "They told me it would hold")], id="wept"
    ),
    pytest.param(
        "The firm Reef Lines hit back: “Our boats are checked every spring.”",
        [("Reef Lines", "Our boats are checked every spring")],
        id="any-verb-before-a-colon",
    ),
    pytest.param(
        "The mayor Ada Obi said:\n\n• The bridge is closed.\n\n• Nobody was hurt.\n\nThe market opened late.",
        [("Ada Obi", "The bridge is closed"), ("Ada Obi", "Nobody was hurt"), ("outlet", "The market opened late")],
        id="list-after-a-colon",
    ),
    pytest.param(
        "Reef Therapeutics announced on Monday that its trial had ended.\n\nThe trial enrolled 40 sailors.",
        [("Reef Therapeutics", "its trial had ended"), ("Reef Therapeutics", "The trial enrolled 40 sailors")],
        id="release",
    ),
    pytest.param(
        "Ada Obi announced on Monday that the trial had ended.\n\nThe trial enrolled 40 sailors.",
        [("Ada Obi", "the trial had ended"), ("outlet", "The trial enrolled 40 sailors")],
        id="a-person-opens-no-release",
    ),
    pytest.param(
        "10:30 Ada Obi, a winch operator who got out, says the lights failed before noon.",
        [("Ada Obi", "the lights failed before noon")],
        id="live-report",
    ),
    pytest.param(
        "Drivers told of their fear. Engineer John Ekwe joined in May. He said the brakes were old.",
        [("outlet", "Engineer John Ekwe joined in May"), ("John Ekwe", "the brakes were old")],
        id="he-is-no-plural",
    ),
]


@pytest.mark.parametrize(("text", "expected"), WHOSE)
def test_each_statement_is_given_to_whoever_makes_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert [each for each in said_in(text) if each in expected] == expected


PLANS = [
    pytest.param("The police said the storm would hit the coast.", "the storm", "predicts", id="somebody-elses-future"),
    pytest.param("The police said they would search the coast.", "they would", "intends", id="own-plan"),
    pytest.param("The police said the storm could not have hit the coast.", "the storm", "asserts", id="past-chance"),
    pytest.param("The mayor Ada Obi wants the road to open.", "the road", "demands", id="wish"),
]


@pytest.mark.parametrize(("text", "words", "stance"), PLANS)
def test_what_lies_ahead_is_predicted_planned_or_demanded(text: str, words: str, stance: str) -> None:
    _, draft = the_draft(text, words)

    assert draft.stance == stance


def test_a_thought_of_somebody_named_is_no_hedge() -> None:
    _, draft = the_draft("The mayor Ada Obi believes the dam is safe.", "the dam is safe")

    assert not draft.hedged


def test_a_pronoun_takes_up_who_spoke_last_of_the_right_gender() -> None:
    text = (
        "Mayor John Ekwe said the dam was safe. He added that the market would open.\n\n"
        "Engineer Mary Bello said the dam was cracked. She added that the market would stay shut."
    )

    said = said_in(text)

    assert said[1] == ("John Ekwe", "the market would open")
    assert said[3] == ("Mary Bello", "the market would stay shut")


def test_a_pronoun_with_nobody_before_it_stays_unresolved() -> None:
    reading, draft = the_draft("He said the dam was cracked.", "the dam was cracked")

    assert speaker_of(draft, reading) == "unresolved"


def test_a_spokesperson_speaks_for_the_body() -> None:
    text = "The Red River Front (RRF) holds the port. RRF spokesman Anil Das said the port was calm."
    reading, draft = the_draft(text, "the port was calm")
    mention = reading.mention_by_mark[draft.speaker]

    assert mention.speaker is not None
    speaker = reading.speakers[mention.speaker]

    assert (speaker.name, speaker.principal) == ("Anil Das", "Red River Front")


def test_a_quotation_that_goes_on_stays_with_its_speaker() -> None:
    text = (
        '"We lost the old bridge," Mayor Ada Obi said. "The market fell an hour later."\n\n'
        '"Nobody was there to help us at all."'
    )

    assert [name for name, _ in said_in(text)] == ["Ada Obi", "Ada Obi", "Ada Obi"]


def test_an_account_goes_on_until_the_article_adds_its_own_facts() -> None:
    text = (
        "According to Mayor Ada Obi, the flood began at night. The water reached the market within an hour.\n\n"
        "The region has seen three floods since 2020."
    )
    reading, drafts = drafts_of(text)
    modes = [draft.mode for draft in drafts]

    assert modes == ["indirect", "implied", "none"]
    assert drafts[1].accept == (None,)
    assert speaker_of(drafts[1], reading) == "Ada Obi"


def test_a_claim_inside_a_claim_names_who_carried_it() -> None:
    text = "Home Minister Tariq Aziz said that the police claimed the road was open."
    reading, draft = the_draft(text, "the road was open")

    assert speaker_of(draft, reading) == "police"
    assert [speaker_of(draft.model_copy(update={"speaker": mark}), reading) for mark in draft.via] == ["Tariq Aziz"]


def test_a_hedge_is_marked_and_its_absence_is_not() -> None:
    _, hedged = the_draft("Police said the boat may have sunk.", "sunk")
    _, plain = the_draft("Police said the boat sank.", "sank")

    assert (hedged.hedged, plain.hedged) == (True, False)


LONG = (
    "The Red River Front (RRF) attacked the port on Friday, killing four guards. RRF spokesman Anil Das said nine "
    "boats were burned and 12 guards fled, adding that the raid lasted two hours. Home Minister Tariq Aziz denied the "
    'claim. "Only one boat was lost," he told reporters, and urged residents to stay at home. According to port '
    "records, 40 boats were in the harbour. Two of them were reportedly towed away."
)


def test_contents_never_overlap_and_lie_in_the_article() -> None:
    _, drafts = drafts_of(LONG)
    spans = sorted(part for draft in drafts for part in draft.content if isinstance(part, Span))

    assert len(drafts) >= 8
    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert all(0 <= span.start < span.end <= len(LONG) for span in spans)


def test_every_figure_of_the_article_is_in_one_claim() -> None:
    reading, drafts = drafts_of(LONG)
    used = [figure.figure for draft in drafts for figure in draft.figures]

    assert sorted(used) == sorted(figure.mark for figure in reading.figures)


ODD: list[Any] = [
    pytest.param("", id="empty"),
    pytest.param("\n\n \n", id="blank"),
    pytest.param('" " " “ ” said said said.', id="only-marks-and-cues"),
    pytest.param("said " * 500 + ".", id="one-word-over-and-over"),
    pytest.param("Police\u200b said\u202e the boat\u2060 sank in the harbour.", id="hidden-characters"),
    pytest.param("((((((((((" * 50 + ")" * 500 + " he said the boat sank.", id="brackets"),
]


@pytest.mark.parametrize("text", ODD)
def test_odd_text_gives_drafts_inside_the_text_or_none(text: str) -> None:
    _, drafts = drafts_of(text)

    assert all(part.end <= len(text) for draft in drafts for part in draft.content if isinstance(part, Span))


def test_the_parser_does_not_keep_every_word_that_it_ever_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Mayor Ana Reyes said at least eleven bridges were damaged."
    before, first = said_in(text), load()
    kept = weakref.ref(first)
    assert load() is first

    monkeypatch.setattr(parsing, "MOST_WORDS", len(first.vocab) - 1)
    del first
    assert said_in(text) == before
    monkeypatch.undo()

    assert kept() is None
    assert load() is load()
    assert said_in(text) == before
