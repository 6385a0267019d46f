"""Which words say the same of people and things, and which set one figure apart from another?

Pure data, lower case, for holding figures of several speakers against each other. Nouns stand in the singular, verbs as
they are met in news.
"""

from typing import Final


def _by_word(groups: dict[str, str]) -> dict[str, str]:
    return {word: group for group, words in groups.items() for word in words.split()}


# ── what is counted ───────────────────────────────────────────────────────────────────────────────────────────────

NOUN_GROUPS: Final = _by_word(
    {
        "forces": """soldier troop troops trooper serviceman servicewoman conscript personnel force forces guard
            guardsman officer policeman policewoman police constable ranger marine airman paramilitary
            military army corps fc""",
        "militants": """militant fighter insurgent rebel terrorist gunman assailant attacker guerrilla extremist raider
            separatist jihadist""",
        "people": """person people body dead deceased victim casualty life soul human individual fatality death survivor
            man woman injured wounded toll death-toll corpse coffin grave remains""",
        "civilians": """civilian bystander resident villager inhabitant local passer-by townsman shopper citizen""",
        "crowd": """crowd gathering turnout attendance marcher protester demonstrator participant attendee reveller
            raver supporter rally protestor""",
        "riders": "passenger traveller commuter occupant",
        "workers": "worker labourer employee labourer staff workman miner",
        "pupils": "pupil student schoolchild",
        "teachers": "teacher educator",
        "medics": "doctor physician medic",
        "migrants": "migrant refugee",
        "prisoners": "prisoner inmate convict",
        "farmers": "farmer grower",
        "homes": "home house dwelling household building structure property",
        "shops": "shop stall store",
        "vehicles": "vehicle car truck lorry van bus coach",
        "boats": "boat vessel ship ferry trawler",
        "planes": "plane aircraft jet helicopter drone",
        "rockets": "rocket missile shell mortar",
        "votes": "vote ballot",
        "animals": "animal cow sheep goat livestock cattle",
        "cases": "case infection patient",
        "cost": "cost bill price expense expenditure spending",
        "fare": "fare fee toll-charge charge",
        "increase": "increase rise hike raise",
        "cut-off": "customer subscriber",
        "rounds": "attack operation strike raid assault",
        "loss": "loss damage shortfall deficit hole",
        "taking part": "participation compliance turnout",
        "sales": "sales revenue turnover",
        "signatures": "signature signatory",
        "wages": "salary wage pay",
        "jobs": "job post position layoff redundancy role",
        "ice": "ice glacier",
    }
)
PERSON_GROUPS: Final = frozenset(
    """forces militants people civilians crowd riders workers pupils teachers medics migrants prisoners farmers
    child""".split()
)
ANYBODY: Final = frozenset({"people"})
"""The group whose words leave open who they are."""
ANY_CROWD: Final = ANYBODY | {"crowd"}
"""Likewise of those who came to something."""
THINGS: Final = frozenset(
    """vehicles homes shops boats planes rockets votes animals cases cost fare increase rounds signatures sales loss
    wages ice jobs""".split()
)
"""Never people."""
IMPLIED: Final = {
    "body": "killed", "corpse": "killed", "coffin": "killed", "grave": "killed", "dead": "killed", "deceased": "killed",
    "wounded": "injured",
    "injured": "injured", "debt": "owed", "arrears": "owed", "crowd": "came", "gathering": "came", "turnout": "came",
    "attendance": "came",
}  # fmt: skip
"""What such nouns say by themselves."""

GENERIC_NOUNS: Final = frozenset(
    """number figure total count sum amount tally estimate toll it value size reality rest average rate proportion
    share percentage other others one debt arrears""".split()
)
"""They name no thing of their own: what they count stands before."""

# ── what is said of it ────────────────────────────────────────────────────────────────────────────────────────────

MEASURE_GROUPS: Final = _by_word(
    {
        "killed": """killed kill killing kills dead death deaths die died dies dying toll fatality fatalities
            perished perish martyred eliminated neutralised neutralized slaughtered massacred drowned executed slain
            shot""",
        "injured": "injured injure injuring injuries injury wounded wounding hurt wounds",
        "missing": "missing unaccounted untraced",
        "rescued": "rescued rescue saved",
        "arrested": "arrested arrest detained custody detentions arrests jailed",
        "abducted": "abducted kidnapped hostage captive captured",
        "displaced": "displaced evacuated uprooted homeless fled driven",
        "destroyed": """destroyed razed burnt burned gutted flattened levelled demolished torched wrecked
            ruined collapsed""",
        "came": """marched gathered attended descended assembled rallied demonstrated turned drew drawn filled
            participated joined protested thronged crowd came""",
        "lost": "lost loss losses lose losing",
        "owed": "owed owes owe owing debt arrears",
        "fell": "fell fallen fall dropped drop declined decline decreased shrank shrunk slipped slip dip dipped",
        "rose": "rose risen rise increased increase climbed climb grew grown",
        "paid": "paid pay pays",
        "counted": "counted count",
        "cost": "cost costs costing worth estimated",
        "offered": "offered offer offers offering",
        "sold": "sold sell sells selling",
        "cut": "cut cuts cutting shed slashed axed",
        "aboard": "aboard carrying carried",
        "alive": "alive survived unhurt unharmed",
        "used": "used use uses",
        "waiting": "waiting wait awaiting outstanding pending",
        "backed": "backed back supported support favoured favour voted",
    }
)
MEASURE_PHRASES: Final = (
    ("lost their lives", "killed"),
    ("lost his life", "killed"),
    ("lost her life", "killed"),
    ("met their death", "killed"),
    ("shot dead", "killed"),
    ("lay dead", "killed"),
    ("left dead", "killed"),
    ("claimed the lives", "killed"),
    ("taken hostage", "abducted"),
    ("take hostage", "abducted"),
    ("took part", "came"),
    ("take part", "came"),
    ("turned out", "came"),
    ("turned up", "came"),
    ("took over", "came"),
    ("poured into", "came"),
    ("showed up", "came"),
    ("led to safety", "rescued"),
    ("led out", "rescued"),
    ("brought to safety", "rescued"),
    ("brought to surface", "rescued"),
    ("brought up", "rescued"),
    ("brought out", "rescued"),
    ("pulled out", "rescued"),
    ("pulled alive", "rescued"),
    ("dug out", "rescued"),
    ("driven from", "displaced"),
    ("moved out", "displaced"),
    ("left homeless", "displaced"),
    ("left their homes", "displaced"),
    ("in custody", "arrested"),
    ("washed away", "destroyed"),
    ("swept away", "destroyed"),
    ("burnt down", "destroyed"),
    ("on board", "aboard"),
    ("walked out", "struck"),
    ("on strike", "struck"),
    ("stayed out", "struck"),
    ("laid off", "cut"),
    ("stayed away", "stayed away"),
)
"""Said before single words: "lost their lives" is no loss."""
STATES: Final = {"dead": "killed", "killed": "killed", "wounded": "injured", "injured": "injured", "missing": "missing"}
"""Said before the noun: "the number of dead soldiers"."""
TOLL: Final = frozenset({"toll", "dead", "deaths", "fatalities"})
"""Content with such a word counts the dead, whatever its verb."""
PEOPLE_OF: Final = frozenset({"member", "man", "woman", "people", "person"})
"""Followed by "of" and a body, they are that body's: "members of the security forces"."""
COLLECTIVES: Final = "gathering crowd turnout toll loss losses damage attendance".split()
"""Before "of" and a figure, they say what is counted: "a crowd of 5,000"."""
BODIES: Final = frozenset("body corpse dead deceased coffin grave remains".split())
FOUND_BODIES: Final = frozenset(
    "found recovered received retrieved counted pulled brought carried taken seen buried dug laid washed".split()
)
"""Said of bodies, these count the dead, and there may be more."""
COMPLEMENTS: Final = tuple(
    frozenset(pair)
    for pair in (
        ("missing", "rescued"),
        ("killed", "rescued"),
        ("killed", "alive"),
        ("killed", "missing"),
        ("missing", "alive"),
    )
)
"""Two fates that share out a number of people between them."""
HARM: Final = frozenset({"killed", "injured", "missing", "rescued", "arrested", "abducted", "displaced"})
"""What happens to people alone: whoever is counted, it is people."""
OUTCOMES: Final = HARM | {"came"}
"""The same outcome may be told of "soldiers" and of "people"."""
WEAK_MEASURES: Final = frozenset(
    """counted put said estimated gave given stood reached was confirmed recorded reported registered listed stands
    believed came rising rose raised revised""".split()
)
"""They say that there was counting, not of what."""

# ── words around a figure ─────────────────────────────────────────────────────────────────────────────────────────

PART_BEFORE: Final = ("including", "of whom", "of which", "of them", "among them", "among whom", "of those", "of these")
PART_AFTER: Final = (
    "of them", "of whom", "of which", "of those", "of these", "of the",
)  # fmt: skip
MORE: Final = frozenset("additional another more further extra".split())
TOTAL: Final = frozenset("total overall altogether combined".split())
RATES: Final = (
    r"(?:a day|a week|a month|a year|a head|an hour|each|per(?! cent)|apiece|daily|a litre|an acre|a tonne?|every day|"
    r"every night|a night|a kilo|a ship|a piece)(?! (?:later|earlier|ago|before|after))"
)
"""Right behind a figure or its noun; for a regular expression."""
OTHER_EVENT: Final = (
    "separate incident", "separate attack", "separate operation", "separate clash", "similar", "elsewhere",
    "earlier attack", "earlier clash", "previous attack", "another attack", "another incident", "last time",
    "unrelated", "a different", "earlier incident", "previous strike", "in a separate",
)  # fmt: skip
"""What follows is told of something else than the article's own matter, or of a part of it."""
SEVERAL_EVENTS: Final = (
    "separate attacks", "separate incidents", "parallel operations", "separate operations",
    "two attacks", "three attacks", "series of attacks",
)  # fmt: skip
EARLIER: Final = (
    "earlier post", "earlier version", "earlier figure", "earlier estimate", "earlier toll", "earlier report",
    "reported earlier", "first figure", "first gave", "first given", "first put", "initially", "initial figure",
    "initial estimate", "initial toll", "previously", "previous figure", "previous toll", "previous estimate",
    "originally", "at first", "first estimate", "up from", "down from", "revised", "earlier said", "had put",
    "first said", "earlier guidance", "earlier forecast", "preliminary",
)  # fmt: skip
"""A figure that was given before and may hold no more."""
REVISED: Final = (
    "earlier estimate", "earlier figure", "earlier toll", "earlier outlook", "earlier forecast", "previous estimate",
    "previous figure", "previous toll", "first put", "first gave", "first figure", "initially", "revised", "lowered it",
    "originally", "downgraded", "corrected", "later lowered", "later raised", "had forecast", "had expected",
    "had predicted", "had estimated",
)  # fmt: skip
"""In one sentence of one speaker, these make the second figure replace the first."""
LATER: Final = (
    "raising", "raised to", "rose to", "risen to", "rising to", "climbed to", "brought", "bringing", "brings", "now",
    "corrected", "in fact", "real number", "real figure", "true number", "true figure", "actually", "updated",
    "has since", "since risen", "latest", "increased to", "in reality", "it was", "nearer",
)  # fmt: skip
"""A figure that takes the place of another."""
DENYING: Final = frozenset("no without zero any".split())
LOSSES: Final = {
    "loss": "killed", "losses": "killed", "casualty": "killed", "casualties": "killed", "death": "killed",
    "deaths": "killed", "fatality": "killed", "fatalities": "killed", "injury": "injured", "injuries": "injured",
}  # fmt: skip
"""What "no casualties" and "any losses" deny."""
ARMED_STATE: Final = frozenset(
    """army military police ispr ministry minister government forces navy levies rangers troops state garrison general
    colonel defence defense corps commander""".split()
)
"""A speaker with such a word in their name or role who denies losses speaks of soldiers and police."""
BROAD_PLACES: Final = frozenset(
    """city town village district province region state country county area capital valley pass river lake mountain
    mountains hill hills coast bay island road highway street square bridge market port camp north south east west
    northern southern eastern western upper lower central""".split()
)
"""What sort of place a name is of; left out where places are compared."""
BROAD_REGIONS: Final = frozenset(
    """balochistan sindh punjab khyber pakhtunkhwa kashmir pakistan india afghanistan iran iraq bangladesh sudan
    nigeria kenya ghana ukraine russia israel palestine syria yemen lebanon turkey turkiye myanmar indonesia
    philippines china japan america britain england scotland wales ireland france germany spain italy greece mexico
    brazil colombia chile peru argentina venezuela africa asia europe ethiopia somalia mali niger chad cameroon congo
    uganda tanzania mozambique zambia zimbabwe malawi texas california""".split()
)
"""Two figures that share only such a place need not be about one event."""
BARE: Final = frozenset(
    """the a an it its they them were was is are be been being had has have number figure count total toll sum amount
    real true actual correct right own estimate estimated estimates assessment preliminary showed shows show put puts
    came come comes to at about around only just barely nearer near as many in reality fact than of for say says said
    that there some roughly nearly almost more less over under least most up minimum maximum very plus or and
    arrived reached stood stands gave minus percent per cent quite far lower higher damage value size again""".split()
)
"""Content made of nothing else takes up the thing that was counted before it."""

# ── events ────────────────────────────────────────────────────────────────────────────────────────────────────────

EVENTS: Final = _by_word(
    {
        "attack": """attack attacks attacked ambush ambushed raid raided assault clash clashes clashed battle fighting
            storming stormed siege gunmen offensive""",
        "blast": """blast explosion bomb bombing mine mines exploded detonated airstrike airstrikes shelling missile
            drone""",
        "fire": "fire fires blaze inferno wildfire",
        "flood": "flood floods flooding flooded deluge dam",
        "landslide": "landslide landslides mudslide rockfall avalanche",
        "quake": "quake earthquake tremor temblor",
        "storm": "storm cyclone hurricane typhoon tornado",
        "crash": "crash crashed collision derailed derailment overturned plunged skidded",
        "sinking": "sank sinking capsized capsizing shipwreck",
        "march": "march marched marches rally rallied protest protested demonstration",
        "strike": "walkout picket pickets strikers",
        "outbreak": "outbreak epidemic cholera measles",
        "collapse": "collapse collapsed cave-in",
    }
)
"""Words by which two articles can be known to tell of one kind of event."""
