"""Which words attribute, and what does each do with what is said?

Lemmas only; whoever reads text inflects them (`CUE_FORMS`)."""

from service.records import Stance

ASSERTING = """accept acknowledge add admit affirm advise agree allege announce answer argue assert assess assure boast
    brag caution charge cite claim clarify comment complain concede conclude contend counter declare describe
    detail disclose elaborate emphasise emphasize estimate explain exclaim find highlight hint imply indicate
    inform insist joke lament maintain mention note observe opine outline point proclaim propose quip read
    reaffirm reassure recall reckon record recount reiterate relate remark remember remind repeat reply report respond
    retort reveal say show signal speculate state stipulate stress submit suggest surmise swear tell testify tweet
    underline underscore write post believe think feel fear suspect hope doubt judge consider quote calculate fume
    whisper blab gush sob shout yell scream mutter murmur grumble moan groan confide thunder guess
    confess divulge""".split()

CONFIRMING = "confirm verify corroborate".split()
DENYING = "deny refute rebut reject dismiss dispute".split()
PREDICTING = "predict forecast expect anticipate foresee project warn".split()
INTENDING = "vow pledge promise threaten intend plan undertake".split()
DEMANDING = "demand urge request appeal implore exhort recommend call".split()
ACCUSING = "accuse blame denounce".split()

STANCES: dict[str, Stance] = {
    **dict.fromkeys(ASSERTING, "asserts"),
    **dict.fromkeys(CONFIRMING, "confirms"),
    **dict.fromkeys(DENYING, "denies"),
    **dict.fromkeys(PREDICTING, "predicts"),
    **dict.fromkeys(INTENDING, "intends"),
    **dict.fromkeys(DEMANDING, "demands"),
    **dict.fromkeys(ACCUSING, "asserts"),
}

IRREGULAR: dict[str, tuple[str, ...]] = {
    "say": ("say", "says", "said", "saying"),
    "tell": ("tell", "tells", "told", "telling"),
    "think": ("think", "thinks", "thought", "thinking"),
    "feel": ("feel", "feels", "felt", "feeling"),
    "find": ("find", "finds", "found", "finding"),
    "write": ("write", "writes", "wrote", "written", "writing"),
    "swear": ("swear", "swears", "swore", "sworn", "swearing"),
    "foresee": ("foresee", "foresees", "foresaw", "foreseen", "foreseeing"),
    "undertake": ("undertake", "undertakes", "undertook", "undertaken", "undertaking"),
    "read": ("read", "reads", "reading"),
    "admit": ("admit", "admits", "admitted", "admitting"),
    "submit": ("submit", "submits", "submitted", "submitting"),
    "rebut": ("rebut", "rebuts", "rebutted", "rebutting"),
    "quip": ("quip", "quips", "quipped", "quipping"),
    "plan": ("plan", "plans", "planned", "planning"),
    "signal": ("signal", "signals", "signalled", "signaled", "signalling", "signaling"),
    "show": ("show", "shows", "showed", "shown", "showing"),
    "brag": ("brag", "brags", "bragged", "bragging"),
    "refer": ("refer", "refers", "referred", "referring"),
    "slam": ("slam", "slams", "slammed", "slamming"),
    "dub": ("dub", "dubs", "dubbed", "dubbing"),
    "sing": ("sing", "sings", "sang", "sung", "singing"),
    "begin": ("begin", "begins", "began", "beginning"),
    "snap": ("snap", "snaps", "snapped", "snapping"),
    "beg": ("beg", "begs", "begged", "begging"),
    "go": ("goes", "went"),
    "cast": ("cast", "casts", "casting"),
}

# Verbs that are also everyday nouns or have everyday uses: a cue for the parser to settle, not for a word list.
LOOSE = frozenset(
    """accept show point read post find consider judge project call appeal plan feel cite charge relate""".split()
)

ACCORDING_TO = (
    "according to", "as per", "in the words of", "as reported by", "citing", "quoting", "in the view of",
    "in the opinion of", "in the judgment of", "in the judgement of", "in the telling of", "as told by",
)  # fmt: skip

CUE_NOUNS = frozenset(
    """statement report claim announcement allegation accusation assertion denial declaration warning
    estimate assessment comment remark communique communiqué testimony admission confirmation forecast prediction
    belief suggestion argument contention complaint suspicion idea notion rumour rumor""".split()
)

HEDGE_ADVERBS = frozenset(
    "reportedly allegedly apparently supposedly purportedly ostensibly presumably possibly perhaps seemingly".split()
)
HEDGE_ADJECTIVES = frozenset("suspected alleged apparent presumed purported reported supposed unconfirmed".split())
HEDGE_MODALS = frozenset("may might could".split())
# "is believed to", "it is understood that": with no speaker these hedge.
HEDGE_PASSIVES = frozenset("believe think fear say allege understand rumour rumor report suspect presume".split())


def forms_of(lemma: str) -> tuple[str, ...]:
    """Every inflected form of a cue verb, in lower case."""
    if lemma in IRREGULAR:
        return IRREGULAR[lemma]
    if lemma.endswith("e"):
        return (lemma, lemma + "s", lemma + "d", lemma[:-1] + "ing")
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return (lemma, lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing")
    plural = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
    return (lemma, plural, lemma + "ed", lemma + "ing")


def _forms(lemmas: str) -> frozenset[str]:
    return frozenset(form for lemma in lemmas.split() for form in forms_of(lemma))


CUE_FORMS: dict[str, str] = {form: lemma for lemma in STANCES for form in forms_of(lemma)}

# Thoughts and plans: no speech act of their own inside what somebody else says.
MENTAL = frozenset("believe think feel fear suspect hope doubt judge consider expect anticipate intend plan".split())
# With an infinitive, these say what the speaker did or will do ("claimed to have", "vowed to").
TAKE_INFINITIVE = frozenset(
    "claim vow pledge promise threaten swear propose agree profess undertake plan intend expect".split()
)
# The noun after these is what is said ("confirmed the attack", "announced an increase").
TAKE_NOUN = frozenset(
    """confirm deny claim announce predict forecast demand admit acknowledge allege report reveal disclose mention
    describe verify estimate anticipate foresee pledge promise threaten propose recommend urge concede expect
    count""".split()
)
# With somebody and an infinitive, these ask for something ("urged the council to act").
ASK_SOMEBODY = frozenset("urge tell ask request implore exhort call order advise remind warn beg".split())
# With a number, these say how much: "put the toll at 12", "gave the figure as 40", "spoke of 24 dead".
PUTTING: dict[str, frozenset[str]] = {
    form: frozenset(joints.split())
    for forms, joints in (
        ("put puts", "at"),
        ("place places placed", "at"),
        ("set sets", "at"),
        ("peg pegs pegged", "at"),
        ("rate rates rated", "at"),
        ("value values valued", "at"),
        ("estimate estimates estimated", "at"),
        ("give gives gave", "as"),
        ("speak speaks spoke", "of"),
    )
    for form in forms.split()
}
# "Dismissed X as Y": both together are what is said.
LIKENING = _forms(
    """describe hail dismiss denounce condemn brand blast refer portray depict characterise characterize criticise
    criticize praise slam deride decry label mock attack reject paint cast"""
)
NAMING = _forms("call brand dub label term name")  # "called X a Y"
ASCRIBING = _forms("attribute ascribe credit liken compare")  # "attributed X to Y"
# Without a word for the saying of its own: "asked the council to act", "ordered the men to leave".
ORDERING: dict[str, str] = {form: lemma for lemma in ("ask", "direct", "instruct", "order") for form in forms_of(lemma)}
# "It was gathered that": said by nobody in particular.
TOLD_TO_ALL: dict[str, str] = {
    "gathered": "gather",
    "learnt": "learn",
    "learned": "learn",
    "considered": "consider",
}  # "it was gathered"
HEARING = frozenset("heard hears told".split())  # "the court heard", "the jury was told"
# Only with words in quotation marks do these attribute.
WITH_QUOTATION = """continue ask sing wonder interject muse begin intone bark snap sigh laugh cry plead beg chant call
    offer interrupt reason quote retort go joke tease warn growl""".split()
QUOTING_FORMS: dict[str, str] = {form: lemma for lemma in WITH_QUOTATION for form in forms_of(lemma)} | CUE_FORMS
SPEECH_HEADS = frozenset("go continue come hasten want wish like appear seem begin start".split())  # "went on to say"

# Praise, blame, dispute and sympathy: with a noun alone they state nothing that could be checked.
EXPRESSIVE = frozenset(
    """condemn praise thank hail welcome criticise criticize slam denounce dispute reject dismiss deplore regret mourn
    congratulate applaud commend lament salute decry blast express extend offer question contest""".split()
)

ADDRESSING = frozenset("tell inform assure warn remind urge ask accuse blame call advise reassure show quote".split())
"""Verbs whose object is somebody spoken to or of: "told reporters" names no speaker."""
