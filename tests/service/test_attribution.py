"""Which words attribute, and which are the claim, where the grammar is less plain than "said that"?"""

import pytest

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


def speaker_of(draft: Draft, reading: Reading) -> str:
    mention = reading.mention_by_mark.get(draft.speaker)
    if mention is None:
        return draft.speaker
    return "unresolved" if mention.speaker is None else reading.speakers[mention.speaker].name


def said_in(text: str) -> list[tuple[str, str]]:
    reading, drafts = drafts_of(text)
    contents = [[part for part in draft.content if isinstance(part, Span)] for draft in drafts]
    return [(speaker_of(draft, reading), words_of(spans, text)) for draft, spans in zip(drafts, contents, strict=True)]


def cue_and_mention(draft: Draft, text: str) -> tuple[str, str]:
    found = (draft.cue, draft.mention)
    cue, mention = (part.of(text) if isinstance(part, Span) else "" for part in found)
    return cue, mention


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            'Mayor Ada Obi called the plan "a farce".',
            [("Ada Obi", 'the plan "a farce"')],
            id="called-in-quotation-marks",
        ),
        pytest.param("The mill closed，Mayor Ada Obi said.", [("Ada Obi", "The mill closed")], id="full-width-comma"),
        pytest.param("Mayor Ada Obi called the mill.", [("outlet", "Mayor Ada Obi called the mill")], id="called-up"),
        pytest.param(
            "Mayor Ada Obi brushed off the report as “small talk”.",
            [("Ada Obi", "the report … small talk")],
            id="any-verb-with-as-and-quotation-marks",
        ),
        pytest.param(
            "Mayor Ada Obi served the firm as its lawyer.",
            [("outlet", "Mayor Ada Obi served the firm as its lawyer")],
            id="as-without-quotation-marks",
        ),
        pytest.param(
            "Mayor Ada Obi attributed the rise to fuel prices.",
            [("Ada Obi", "the rise … fuel prices")],
            id="attributed-to",
        ),
        pytest.param(
            "The court heard that the men had been paid twice.",
            [("unspecified", "the men had been paid twice")],
            id="a-court-heard",
        ),
        pytest.param(
            "The neighbours heard two shots.", [("outlet", "The neighbours heard two shots")], id="heard-with-own-ears"
        ),
        pytest.param("Two miners are feared dead.", [("unspecified", "Two miners … dead")], id="feared-dead"),
        pytest.param(
            "The Red River Front took responsibility for the raid.",
            [("Red River Front", "the raid")],
            id="took-responsibility",
        ),
        pytest.param(
            "The Dorn Herald quotes a prison guard as saying that the suspect was freed in May.",
            [("prison guard", "the suspect was freed in May")],
            id="the-paper-quotes-a-guard",
        ),
        pytest.param(
            "The chairman, Chief Ada Obi, put the value of goods destroyed at N2.7bn.",
            [("Ada Obi", "the value of goods destroyed … N2.7bn")],
            id="put-at-an-amount-with-its-currency",
        ),
        pytest.param(
            "Mayor Ada Obi rejected suggestions that the records had been altered.",
            [("Ada Obi", "the records had been altered")],
            id="rejected-suggestions-that",
        ),
    ],
)
def test_what_somebody_calls_or_ascribes_is_one_claim(text, said):
    assert said_in(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "But residents of Lower Dorn claim they had written to the company five times.",
            "they had written to the company five times",
            id="a-cue-taken-for-a-noun",
        ),
        pytest.param(
            "Mayor Ada Obi said in a new report that numbers had fallen by half.",
            "numbers had fallen by half",
            id="clause-hung-on-the-report",
        ),
        pytest.param(
            "Mayor Ada Obi told a meeting of traders that few people understood the plan.",
            "few people understood the plan",
            id="clause-hung-on-those-told",
        ),
        pytest.param(
            "The Dorn Relief Fund (DRF) said in a new report that numbers had fallen by half.",
            "numbers had fallen by half",
            id="short-form-in-brackets-before-the-cue",
        ),
        pytest.param(
            "The mayor said after the vote he would not serve again.",
            "he would not serve again",
            id="no-that-after-a-time",
        ),
        pytest.param(
            "His deputy, Ada Obi, however conceded under questioning that four depots had not filed returns.",
            "four depots had not filed returns",
            id="cue-taken-for-a-participle",
        ),
    ],
)
def test_a_cue_that_the_parse_lost_is_found_by_its_form(text, said):
    assert [words for speaker, words in said_in(text) if speaker != "outlet"] == [said]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The state that they left had a new mill.", id="a-noun-with-a-relative-clause"),
        pytest.param("The mayor spoke when he was asked.", id="a-clause-of-time"),
        pytest.param("The firm would neither confirm nor deny that.", id="that-at-the-end"),
        pytest.param("The report on the mill that burned was lost.", id="report-as-a-noun"),
    ],
)
def test_that_alone_attributes_nothing(text):
    assert {speaker for speaker, _ in said_in(text)} <= {"outlet"}


def test_a_quotation_that_goes_on_keeps_mention_and_cue_of_its_first_sentence():
    text = "“We lost the old bridge,” Mayor Ada Obi said. “It fell at dawn. Nobody was hurt.”\n"
    reading, drafts = drafts_of(text)

    assert [speaker_of(draft, reading) for draft in drafts] == ["Ada Obi"] * 3
    assert {draft.mode for draft in drafts} == {"direct"}
    assert {cue_and_mention(draft, text) for draft in drafts} == {("said", "Mayor Ada Obi")}


def test_words_too_few_for_a_claim_still_tell_who_speaks_next():
    text = "Mayor Ada Obi met Ben Iro.\n\n“Shame!” she cried. “The mill was sold in May for nothing.”\n"

    assert said_in(text)[-1] == ("Ada Obi", "The mill was sold in May for nothing")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        pytest.param(
            "Mayor Ada Obi said “40 houses” burned – all of them.",
            "“40 houses” burned – all of them",
            id="at-the-front",
        ),
        pytest.param("Mayor Ada Obi said “all 40” were “safe”.", "“all 40” were “safe”", id="at-both-ends"),
        pytest.param("Mayor Ada Obi said: “All 40 were safe.”", "All 40 were safe", id="around-everything"),
    ],
)
def test_a_quotation_at_the_edge_of_a_claim_keeps_both_marks_or_none(text, content):
    assert [words for _, words in said_in(text)] == [content]


@pytest.mark.parametrize(
    ("opener", "point", "teller"),
    [
        pytest.param("The Red River Front also shared its version of the raid:", "•", "Red River Front", id="shared"),
        pytest.param("Mayor Ada Obi met the press. Here are her main points:", "1.", "Ada Obi", id="her-points"),
    ],
)
def test_points_of_a_list_belong_to_whom_the_line_before_names(opener, point, teller):
    text = f"{opener}\n\n{point} The mill burned down on Monday.\n\n{point} Two guards were hurt near the port.\n"

    assert said_in(text)[-2:] == [
        (teller, "The mill burned down on Monday"),
        (teller, "Two guards were hurt near the port"),
    ]


def test_points_of_a_list_after_a_sentence_about_things_stay_with_the_outlet():
    text = "The market has three halls:\n\n• The fish hall was built on Monday.\n\n• The cloth hall was sold in May.\n"

    assert {speaker for speaker, _ in said_in(text)} == {"outlet"}


def test_a_press_release_is_its_issuers_up_to_the_part_about_the_firm():
    text = (
        "Dorn Steel AB today announced that its new mill opened in May.\n\n"
        "The mill employs about 70 people.\n\n"
        "About Dorn Steel\n\nDorn Steel makes rails and wire in two towns.\n"
    )
    _, drafts = drafts_of(text)

    assert [draft.mode for draft in drafts] == ["indirect", "implied", "none"]


def test_an_ordinary_report_of_an_announcement_is_no_press_release():
    text = "Dorn Steel AB announced on Monday that its new mill opened in May.\n\nThe mill employs about 70 people.\n"
    _, drafts = drafts_of(text)

    assert [draft.mode for draft in drafts] == ["indirect", "none"]


@pytest.mark.parametrize(
    ("sentence", "mode"),
    [
        pytest.param("The raiders set fire to two boats.", "implied", id="retold"),
        pytest.param("We counted two burned boats.", "none", id="the-outlets-own-eyes"),
        pytest.param("This brought the number of raids to nine.", "none", id="the-outlet-takes-stock"),
    ],
)
def test_an_account_ends_where_the_outlet_speaks_for_itself(sentence, mode):
    _, drafts = drafts_of(f"According to Mayor Ada Obi, the raiders came at dawn. {sentence}\n")

    assert drafts[-1].mode == mode


def test_a_name_in_commas_after_according_to_is_no_part_of_the_claim():
    said = said_in("According to the district police officer, Zia Iro, smugglers ambushed a patrol near Dorn at dawn.")

    assert [words for _, words in said] == ["smugglers ambushed a patrol near Dorn at dawn"]


def test_what_somebody_denies_ends_before_what_they_call_it():
    said = said_in("Mayor Ada Obi denied the theft, calling the report a farce.")

    assert said == [("Ada Obi", "the theft"), ("Ada Obi", "the report a farce")]


def test_told_with_a_listener_may_follow_what_is_said():
    said = said_in("A shark had chased two boats into the shallows at Dorn, surfer Kel Iro told Radio Dorn.")

    assert said == [("Kel Iro", "A shark had chased two boats into the shallows at Dorn")]


def test_a_clause_after_a_semicolon_goes_on_with_what_is_said():
    said = said_in("The bridge fell at dawn, Mayor Ada Obi said; he got off with a broken finger.")

    assert said == [("Ada Obi", "The bridge fell at dawn"), ("Ada Obi", "he got off with a broken finger")]


def test_questions_are_kept_only_on_request():
    reading = read(Article(id="asked", text="“Who will pay for the new bridge?” Mayor Ada Obi asked.\n"))

    assert EmbeddedExtractor().drafts(reading) == ()
    assert len(EmbeddedExtractor(questions=True).drafts(reading)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "He is late. Charles Obi directed a panel to report within three weeks.",
            ("Charles Obi", "a panel to report within three weeks"),
            id="somebody-directed-to-do-it",
        ),
        pytest.param(
            "Ada Obi asked to see the files.", ("outlet", "Ada Obi asked to see the files"), id="asked-to-see"
        ),
        pytest.param("Ada Obi has asked for six boats.", ("Ada Obi", "six boats"), id="asked-for-something"),
        pytest.param(
            "The spokeswoman let it be known that the motion gathered 71 votes.",
            ("spokeswoman", "the motion gathered 71 votes"),
            id="let-it-be-known",
        ),
        pytest.param("Ada Obi blamed a faulty valve.", ("Ada Obi", "a faulty valve"), id="blamed-alone"),
        pytest.param(
            "No town has met its pledge, a report by the Dorn Institute found last year.",
            ("Dorn Institute", "No town has met its pledge"),
            id="found-by-a-report",
        ),
        pytest.param(
            "The ferry sank in an hour, one of them said.",
            ("one of them", "The ferry sank in an hour"),
            id="one-of-them",
        ),
        pytest.param(
            "Director Ada Obi would only say that the doors were open.",
            ("Ada Obi", "the doors were open"),
            id="would-only-say",
        ),
    ],
)
def test_rarer_words_of_saying_attribute(text, said):
    assert said in said_in(text)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        pytest.param("Nine people were held, it is understood.", "Nine people were held", id="it-is-understood"),
        pytest.param(
            "The war may have killed 9,000 people, by most estimates.",
            "The war may have killed 9,000 people",
            id="by-most-estimates",
        ),
        pytest.param(
            "It was gathered that police have arrested a guard.", "police have arrested a guard", id="it-was-gathered"
        ),
        pytest.param("The firm paid 9 dollars, a court heard on Monday.", "The firm paid 9 dollars", id="court-heard"),
    ],
)
def test_what_nobody_in_particular_says_is_unspecified(text, content):
    assert ("unspecified", content) in said_in(text)


def test_a_measure_with_by_is_no_hearsay():
    assert said_in("The river rose, by two metres.")[0][0] == "outlet"


def retold_in(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Who says it, through whom, and what."""
    reading, drafts = drafts_of(text)
    marks = reading.mention_by_mark
    names = {mark: reading.speakers[each.speaker].name for mark, each in marks.items() if each.speaker is not None}
    return [
        (names.get(draft.speaker, draft.speaker), tuple(names.get(via, via) for via in draft.via), said[1])
        for draft, said in zip(drafts, said_in(text), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "retold"),
    [
        pytest.param(
            "'The police told us 4,000 people came,' organiser Ada Obi said in Dorn.",
            ("police", ("Ada Obi",), "4,000 people came"),
            id="in-a-quotation",
        ),
        pytest.param(
            "'We told the police 4,000 people came,' organiser Ada Obi said in Dorn.",
            ("Ada Obi", (), "We told the police 4,000 people came"),
            id="the-speaker-s-own-saying",
        ),
        pytest.param(
            '"I rang the foreman and he said six men were inside," clerk Ada Obi testified.',
            ("foreman", ("Ada Obi",), "six men were inside"),
            id="he-in-a-quotation-is-another",
        ),
        pytest.param(
            '"Dr Roe counted 200 dead seals, I counted 32 alive," ranger Ada Obi said.',
            ("Roe", ("Ada Obi",), "200 dead seals"),
            id="counted-by-another",
        ),
        pytest.param(
            "The ambassador heard from the general that two ships would leave.",
            ("general", ("ambassador",), "two ships would leave"),
            id="heard-from",
        ),
        pytest.param(
            "Coast News quoted a sailor as saying that the mast broke.",
            ("sailor", ("Coast News",), "the mast broke"),
            id="quoted-as-saying",
        ),
        pytest.param(
            "Mayor Ada Obi, quoting harbour chief Ben Roe, said 30 boats had sunk at Dorn.",
            ("Ben Roe", ("Ada Obi",), "30 boats had sunk at Dorn"),
            id="quoting-somebody",
        ),
        pytest.param(
            "Mayor Ada Obi, contradicting harbour chief Ben Roe, said 30 boats had sunk at Dorn.",
            ("Ada Obi", (), "30 boats had sunk at Dorn"),
            id="contradicting-somebody",
        ),
        pytest.param(
            "The hauler recounted what a driver had told him: that 30 trucks crossed every night.",
            ("driver", ("hauler",), "30 trucks crossed every night"),
            id="what-somebody-had-told",
        ),
    ],
)
def test_what_somebody_passes_on_is_whose_words_it_was(text, retold):
    assert retold in retold_in(text)


def test_after_a_quotation_the_outlet_goes_on_and_after_reported_speech_the_account_may():
    quoted = said_in("“We lost 40 boats in the storm,” Ada Obi said. The harbour closed at noon.")
    reported = said_in("Ada Obi said that they had lost 40 boats. The harbour closed at noon.")

    assert quoted[-1] == ("outlet", "The harbour closed at noon")
    assert reported[-1] == ("Ada Obi", "The harbour closed at noon")


def test_he_is_whoever_gave_the_retort_named_before():
    said = said_in(
        "“We lost it,” minister Dev Roe said.\n"
        "The claim drew a retort from the treasurer, Salim Obi. “Show me the money,” he said."
    )

    assert said[-1] == ("Salim Obi", "Show me the money")


def test_who_asks_not_to_be_named_demands_nothing():
    said = said_in("Two men, who asked not to be named, said that the ferry sank.")

    assert [content for _, content in said] == ["the ferry sank"]
