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
            man injured wounded toll death-toll corpse coffin grave remains name rescued saved missing uprooted
            sick arrested detained infected disappeared trapped kidnapped abducted hospitalised homeless""",
        "civilians": """civilian bystander resident villager inhabitant local passer-by townsman shopper citizen""",
        "crowd": """crowd gathering turnout attendance marcher protester demonstrator participant attendee reveller
            raver supporter rally protestor mourner worshipper spectator""",
        "women": "woman girl mother wife",
        "crew": "crew crewman sailor seaman seafarer deckhand",
        "suspects": "suspect accused defendant culprit perpetrator ringleader",
        "riders": "passenger traveller commuter occupant",
        "workers": """worker labourer laborer employee staff workman miner staffer workforce workmate colleague
            co-worker""",
        "pupils": "pupil student schoolchild schoolboy schoolgirl",
        "teachers": "teacher educator lecturer",
        "medics": "doctor physician medic",
        "nurses": "nurse midwife",
        "drivers": "driver trucker",
        "child": "child kid infant baby toddler youngster newborn minor teenager juvenile",
        "migrants": "migrant refugee asylum-seeker evacuee displaced",
        "prisoners": "prisoner inmate convict detainee fugitive escapee",
        "farmers": "farmer grower",
        "homes": "home house dwelling household building structure property residence shelter hut shack",
        "shops": "shop stall store business",
        "vehicles": "vehicle car truck lorry van bus coach tanker truckload lorryload",
        "boats": "boat vessel ship ferry trawler",
        "planes": "plane aircraft jet helicopter drone",
        "rockets": "rocket missile shell mortar",
        "votes": "vote ballot",
        "animals": "animal cow sheep goat livestock cattle ewe lamb",
        "fish": "fish trout salmon carp",
        "cases": "case infection patient",
        "doses": "dose jab vaccine vaccination injection inoculation",
        "rain": "rain rainfall downpour precipitation",
        "oil": "oil crude petroleum",
        "land": """land forest woodland bush bushland scrub scrubland vegetation grassland terrain pine fire
            blaze wildfire""",
        "bribes": "bribe kickback payoff backhander",
        "arms": "weapon rifle gun firearm",
        "cost": "cost bill price expense expenditure spending tab budget",
        "fare": "fare fee toll-charge charge",
        "increase": "increase rise hike raise",
        "cut-off": "customer subscriber client",
        "rounds": "attack operation strike raid assault",
        "loss": "loss damage damages shortfall deficit hole destruction",
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
    nurses drivers child crew suspects women""".split()
)
ANYBODY: Final = frozenset({"people"})
"""The group whose words leave open who they are."""
ANY_CROWD: Final = ANYBODY | {"crowd"}
"""Likewise of those who came to something."""
OF_JOBS: Final = frozenset({"jobs", "workers", "people"})
"""Where they are cut, these are one."""
SOME_OF_ALL: Final = frozenset({"child", "crew", "women"})
"""Groups that news counts out of all the others who met the same: "four of them children"."""
THINGS: Final = frozenset(
    """vehicles homes shops boats planes rockets votes animals cases cost fare increase rounds signatures sales loss
    wages ice jobs fish doses rain oil land bribes arms""".split()
)
"""Never people."""
KINDS_OF: Final = {
    "workers": frozenset("nurses teachers medics drivers".split()),
    "crowd": frozenset("workers nurses teachers medics drivers pupils farmers migrants civilians".split()),
    "medics": frozenset({"nurses"}),
}
"""Of what a general group of people can consist: "staff" may be nurses."""
OPEN_OF_AMOUNTS: Final = frozenset({"cost", "land"})
"""Of money and of ground, such nouns leave open what for."""
SORTED: Final = frozenset(
    """case price share rate level length output production export import sale tax barrel tonne ton sack bag litre
    cost""".split()
)
"""Nouns that say too little without what they are of: "the price of bread", "cholera cases"."""
OPPOSED: Final = tuple(
    frozenset(pair.split())
    for pair in (
        "male female",
        "foreign local",
        "rural urban",
        "public private",
        "serious minor",
        "confirmed suspected",
        "wounded dead",
        "civilian military",
        "new old",
        "first second",
        "adult young",
        "legal illegal",
    )
)
"""Words before a noun of which one shuts out the other."""
IMPLIED: Final = {
    "cost": "cost", "bill": "cost", "price": "cost", "tab": "cost",
    "body": "killed", "corpse": "killed", "coffin": "killed", "grave": "killed", "dead": "killed", "deceased": "killed",
    "wounded": "injured",
    "injured": "injured", "debt": "owed", "arrears": "owed", "crowd": "came", "gathering": "came", "turnout": "came",
    "attendance": "came", "evacuee": "displaced", "displaced": "displaced", "detainee": "arrested",
    "arrest": "arrested", "detention": "arrested", "death": "killed", "fatality": "killed", "toll": "killed",
    "injury": "injured", "case": "infected", "infection": "infected", "layoff": "cut", "redundancy": "cut",
    "striker": "struck", "fugitive": "escaped", "escapee": "escaped", "rain": "rained", "rainfall": "rained",
    "downpour": "rained", "survivor": "alive", "hostage": "abducted", "captive": "abducted", "rescued": "rescued",
    "saved": "rescued", "uprooted": "displaced", "missing": "missing", "arrested": "arrested", "detained": "arrested",
    "infected": "infected", "sick": "infected", "refugee": "displaced", "disappeared": "missing",
    "trapped": "stranded", "kidnapped": "abducted", "abducted": "abducted", "hospitalised": "treated",
    "homeless": "displaced",
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
            shot succumb suffocate electrocute assassinate murder""",
        "injured": "injured injure injuring injuries injury wounded wounding hurt wounds maim",
        "missing": "missing unaccounted untraced vanish disappear",
        "rescued": "rescued rescue saved airlift winch",
        "treated": "treat hospitalise hospitalize",
        "stranded": "strand beach maroon stuck trap",
        "released": "release free bail liberate discharge",
        "escaped": "escape abscond",
        "recaptured": "recapture",
        "infected": "infect sicken contract diagnose ill sick infection infections",
        "vaccinated": "vaccinate inoculate immunise immunize",
        "given": "administer give inject dispense",
        "delivered": "deliver supply ship",
        "entered": "enter cross",
        "damaged": "damage affect crack",
        "flooded": "flood inundate submerge underwater",
        "cut off": "disconnect",
        "reconnected": "reconnect restore",
        "stolen": "steal loot embezzle siphon misappropriate pilfer plunder pocket swindle swipe",
        "refunded": "refund reimburse repay compensate",
        "deployed": "deploy mobilise mobilize muster dispatch",
        "exposed": "expose compromise hack",
        "ordered": "order",
        "made": "make complete finish",
        "taken": "take accept",
        "leaked": "leak spill seep gush",
        "attacked": "attack storm assault ambush",
        "earned": "earn",
        "seized": "seize confiscate impound",
        "deported": "deport expel repatriate",
        "closed": "close shut shutter",
        "cancelled": "cancel scrap postpone shelve",
        "hired": "hire recruit employ",
        "built": "build construct erect",
        "launched": "launch",
        "collected": "collect",
        "arrested": "arrested arrest detained custody detentions arrests jailed apprehend nick nab",
        "abducted": "abducted kidnapped hostage captive captured",
        "displaced": "displaced evacuated uprooted homeless fled driven relocate resettle",
        "destroyed": """destroyed razed burnt burned gutted flattened levelled demolished torched wrecked
            ruined collapsed bulldoze scorch char blacken ravage consume incinerate devastate""",
        "came": """marched gathered attended descended assembled rallied demonstrated turned drew drawn filled
            participated joined protested thronged crowd came filed crammed flocked""",
        "lost": "lost loss losses lose losing",
        "owed": "owed owes owe owing debt arrears",
        "fell": """fell fallen fall dropped drop declined decline decreased shrank shrunk slipped slip dip
            dipped plunge slump tumble""",
        "rose": "rose risen rise increased increase climbed climb grew grown surge jump soar",
        "paid": "paid pay pays",
        "cost": "cost costs costing worth estimated spend price",
        "offered": "offered offer offers offering",
        "sold": "sold sell sells selling",
        "struck": "strike striking",
        "cut": "cut cuts cutting shed slashed axed eliminate sack dismiss retrench fire",
        "aboard": "aboard carrying carried transport",
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
    ("taken into custody", "arrested"),
    ("rounded up", "arrested"),
    ("picked up", "arrested"),
    ("led away", "arrested"),
    ("taken away", "arrested"),
    ("in the cells", "arrested"),
    ("behind bars", "arrested"),
    ("being sought", "missing"),
    ("still sought", "missing"),
    ("admitted to hospital", "treated"),
    ("admitted to the hospital", "treated"),
    ("looking for", "missing"),
    ("look for", "missing"),
    ("searching for", "missing"),
    ("search for", "missing"),
    ("intensive care", "in intensive care"),
    ("taken to hospital", "treated"),
    ("taken to hospitals", "treated"),
    ("brought to hospital", "treated"),
    ("in hospital", "treated"),
    ("done away with", "cut"),
    ("out of work", "cut"),
    ("out of a job", "cut"),
    ("made off", "stolen"),
    ("broken out", "escaped"),
    ("broke out", "escaped"),
    ("fallen ill", "infected"),
    ("fell ill", "infected"),
    ("fallen sick", "infected"),
    ("tested positive", "infected"),
    ("got through", "entered"),
    ("let in", "entered"),
    ("let through", "entered"),
    ("turned back", "turned back"),
    ("turned away", "turned back"),
    ("sent back", "deported"),
    ("lost power", "cut off"),
    ("lost electricity", "cut off"),
    ("without power", "cut off"),
    ("without electricity", "cut off"),
    ("cut off", "cut off"),
    ("blacked out", "cut off"),
    ("moved to safety", "displaced"),
    ("forced from", "displaced"),
    ("forced out", "displaced"),
    ("left homeless", "displaced"),
    ("pulled down", "destroyed"),
    ("knocked down", "destroyed"),
    ("torn down", "destroyed"),
    ("wiped out", "destroyed"),
    ("under water", "flooded"),
    ("pulled from the water", "rescued"),
    ("pulled from the sea", "rescued"),
    ("joined the strike", "struck"),
    ("joined the walkout", "struck"),
    ("downed tools", "struck"),
    ("stopped work", "struck"),
    ("made redundant", "cut"),
    ("let go", "cut"),
    ("shot down", "downed"),
    ("taken captive", "abducted"),
    ("called off", "cancelled"),
    ("put off", "cancelled"),
    ("set fire", "destroyed"),
    ("set alight", "destroyed"),
    ("set ablaze", "destroyed"),
    ("ordered out", "displaced"),
    ("forced out", "displaced"),
    ("taken off", "displaced"),
    ("brought off", "displaced"),
    ("from their homes", "displaced"),
    ("came out", "rescued"),
    ("got out", "rescued"),
    ("climbed out", "rescued"),
    ("on duty", "deployed"),
    ("on the line", "deployed"),
    ("on the ground", "deployed"),
    ("taken on", "hired"),
    ("handed in", "collected"),
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
    ("lost their jobs", "cut"),
    ("stayed away", "stayed away"),
)
"""Said before single words: "lost their lives" is no loss."""
STATES: Final = {"dead": "killed", "killed": "killed", "wounded": "injured", "injured": "injured", "missing": "missing",
    "fatal": "killed"}  # fmt: skip
"""Said before the noun: "the number of dead soldiers"."""
WHEREABOUTS: Final = {
    "intensive care": "in intensive care", "in hospital": "treated", "in custody": "arrested",
    "in the cells": "arrested", "on board": "aboard", "aboard": "aboard",
}  # fmt: skip
"""Where people are says more of them than a verb such as "remained"."""
TOLL: Final = frozenset({"toll", "dead", "deaths", "fatalities"})
"""Content with such a word counts the dead, whatever its verb."""
PEOPLE_OF: Final = frozenset({"member", "man", "woman", "people", "person"})
"""Followed by "of" and a body, they are that body's: "members of the security forces"."""
COLLECTIVES: Final = "gathering crowd turnout toll loss losses damage attendance".split()
"""Before "of" and a figure, they say what is counted: "a crowd of 5,000"."""
BODIES: Final = frozenset("body corpse dead deceased coffin grave remains".split())
TOLLS: Final = BODIES | frozenset("toll death fatality casualty victim life wounded injured".split())
"""Nouns that leave open who it was that was harmed."""
FOUND_BODIES: Final = frozenset(
    """found recovered received retrieved counted pulled brought carried taken seen saw buried dug lay lie laid
    washed""".split()
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
OUTCOMES: Final = HARM | {"came", "aboard", "treated", "in intensive care", "infected", "escaped"}
"""The same outcome may be told of "soldiers" and of "people"."""
STATES_LEFT: Final = frozenset({"arrested", "treated", "displaced", "abducted"})
"""Of those to whom it happened, some may be "still" there: fewer than it happened to."""
PERIODIC: Final = frozenset("annual yearly quarterly monthly weekly daily half-year".split())
"""Before a sum: of one such stretch of time and not of another."""
OF_PEOPLE: Final = frozenset({"killed", "injured", "arrested", "treated", "infected"})
"""Whatever they are called, it is people of whom these are said; an outpost may be captured too."""
MEANT: Final = {
    ("jobs", "go"): "cut", ("jobs", "lose"): "cut", ("jobs", "loss"): "cut", ("workers", "go"): "cut",
    ("workers", "leave"): "cut", ("workers", "lose"): "cut", ("rain", "fall"): "rained", ("rain", "drop"): "rained",
    ("rain", "pour"): "rained", ("signatures", "gather"): "collected", ("prisoners", "flee"): "escaped",
    ("rockets", "fire"): "launched", ("homes", "burn"): "destroyed", ("homes", "go"): "destroyed",
    ("homes", "fall"): "destroyed", ("homes", "take"): "destroyed", ("land", "blacken"): "destroyed",
    ("rounds", "lose"): "cancelled", ("sales", "earn"): "sold",
}  # fmt: skip
"""What a verb means of such things, where alone it could mean much else."""
PRICED: Final = frozenset("sell retail go fetch charge cost".split())
"""Of a sum of money for a thing, these verbs all give its price."""
IRREGULAR_VERBS: Final = {
    form: verb
    for verb, forms in {
        "be": "is are was were been", "beat": "beaten", "become": "became", "begin": "began begun", "break":
        "broke broken", "bring": "brought",
        "build": "built", "burn": "burnt", "buy": "bought", "catch": "caught", "choose": "chose chosen", "come": "came",
        "die": "dying dies died", "draw": "drew drawn", "drive": "drove driven", "fall": "fell fallen", "find": "found",
        "flee": "fled", "fly": "flew flown", "get": "got gotten", "give": "gave given", "go": "went gone goes",
        "grow": "grew grown", "hold": "held", "keep": "kept", "lay": "laid", "leave": "left", "lose": "lost losing",
        "make": "made", "pay": "paid", "rise": "rose risen", "see": "saw seen", "sell": "sold", "send": "sent",
        "shoot": "shot", "sink": "sank sunk", "spend": "spent", "spill": "spilt", "steal": "stole stolen",
        "strike": "struck stricken", "swim": "swam", "take": "took taken", "tear": "tore torn", "throw": "threw thrown",
        "seek": "sought", "wear": "wore", "win": "won", "write": "wrote written", "stick": "stuck",
    }.items()
    for form in forms.split()
}  # fmt: skip
WEAK_MEASURES: Final = frozenset(
    """counted put said estimated gave given stood reached was confirmed recorded reported registered listed stands
    believed came rising rose raised revised are were is totalled totaled numbered amounted exceeded topped passed
    hit measured showed shown found received seen saw reported logged documented verified tallied""".split()
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
COUNT_NOUNS: Final = (
    r"(?:figure|estimate|toll|count|tally|number|total|report|version|post|forecast|guidance|outlook|projection|"
    r"statement|claim|prediction|assessment|calculation)s?"
)
EVENT_NOUNS: Final = (
    "incident attack operation clash raid strike ambush battle explosion blast bombing shooting fire blaze flood "
    "landslide quake earthquake storm cyclone crash accident collision sinking march rally protest walkout outbreak "
    "collapse robbery rescue"
).split()
"""Each may stand in the plural, with a word between it and what is said of it."""
OTHER: Final = (
    "separate similar unrelated different another second earlier previous simultaneous parallel other later".split()
)
OTHER_SAID: Final = (
    "last spring['’]s", "last summer['’]s", "last autumn['’]s", "last winter['’]s", "last month['’]s", "last year['’]s",
    "elsewhere", "last time", "in a separate", "a different", "similar", "unrelated",
)  # fmt: skip
"""With an event, or alone: what follows is told of something else than the article's own matter, or of a part of it."""
SEVERAL: Final = (
    "two",
    "three",
    "four",
    "five",
    "several",
    "separate",
    "parallel",
    "series of",
    "string of",
    "wave of",
)
"""Before an event in the plural."""
BEFOREHAND: Final = "earlier previous initial first original preliminary provisional prior".split()
"""Before a count noun: a figure that was given before and may hold no more."""
EARLIER_SAID: Final = (
    "reported earlier", "first gave", "first given", "first put", "initially", "previously", "originally", "at first",
    "up from", "down from", "revised", "earlier said", "had earlier", "had put", "had said", "first said",
    "first reported", "preliminary",
)  # fmt: skip
REVISED_SAID: Final = (
    "first put", "first gave", "initially", "revised", "lowered it", "raised it", "originally", "downgraded",
    "corrected", "later lowered", "later raised", "had forecast", "had expected", "had predicted", "had estimated",
)  # fmt: skip
"""In one sentence of one speaker, these make the second figure replace the first."""
AFTERWARDS: Final = "real true actual correct latest updated revised final new".split()
"""Before a count noun: a figure that takes the place of another."""
LATER_SAID: Final = (
    "raising", "raised to", "rose to", "risen to", "rising to", "climbed to", "gone up to", "went up to", "brought",
    "bringing", "brings", "now", "corrected", "in fact", "actually", "updated", "has since", "have since",
    "since risen", "increased to", "grown to", "jumped to", "in reality", "it was", "nearer",
)  # fmt: skip
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
ARMED_OTHERS: Final = frozenset(
    """militia militants rebels front movement brigade brigades resistance insurgents guerrillas separatists taliban
    fighters liberation jihad islamic""".split()
)
"""Words of the names of those who fight against it."""
BROAD_PLACES: Final = frozenset(
    """city town village district province region state country county area capital valley pass river lake mountain
    mountains hill hills coast bay island road highway street square bridge market port camp north south east west
    northern southern eastern western upper lower central""".split()
)
"""What sort of place a name is of; left out where places are compared."""
FACILITIES: Final = frozenset(
    """beach hospital clinic stadium university college school church mosque temple plaza station airport prison
    jail court mill factory mine plant square park street road highway avenue bridge market port harbour harbor
    quay camp hotel mall hall row lane point pier wharf alley""".split()
)
"""Places within a place: they set nothing apart from the town around them, only one from another of its kind."""
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
    arrived reached stood stands gave minus percent per cent quite far lower higher damage value size again
    now already still today currently""".split()
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
RECURRING: Final = frozenset({"attack", "blast", "march", "strike"})
"""What may happen twice within days, with the same names in the news of both."""
