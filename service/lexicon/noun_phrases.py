"""Which words end the noun phrase after a number, and which go on with it?

Pure data, lower case. The sets need not be complete: a word in none of them is taken for a noun or an adjective.
"""

from typing import Final

DETERMINERS: Final = frozenset(
    "the a an this that these those his her its their our my your whose each every any no both some all such".split()
)
PREPOSITIONS: Final = frozenset(
    "of in on at by for from to with without within into onto over under after before since until till during between "
    "among amongst across along through throughout against about around above below behind beside besides near off "
    "out outside inside up down per via than as like despite because due amid amidst toward towards upon including "
    "excluding following regarding concerning except beyond versus vs unlike".split()
)
CONJUNCTIONS: Final = frozenset(
    "and or but nor while when where who whom which that if although though whereas so yet".split()
)
PRONOUNS: Final = frozenset(
    "he she it they them him we us i you who others' himself themselves itself there here".split()
)
VERBS: Final = frozenset(
    "is are was were be been being am has have had having do does did will would shall should can could may might must "
    "said says say told tell tells came come comes coming went go goes going gone took take takes taken got get gets "
    "gave give gives given made make makes made fell fall falls fallen rose rise rises risen fled flee flees left "
    "leave "
    "leaves leaving lost lose loses won win wins held hold holds kept keep keeps began begin begins begun became "
    "become "
    "becomes saw see sees seen ran run runs led lead leads met meet meets stood stand stands sat sit sits hit hits cut "
    "cuts struck shot shoot broke broken brought built bought caught drew fought found flew grew hung knew lay laid "
    "lie "
    "put puts read sank sent set shut slept spent spoke swept swam taught thought threw thrown understood wore wrote "
    "died die dies dying live lives lived living work works worked remain remains remained need needs needed want "
    "wants "
    "face faces faced include includes included seem seems seemed appear appears appeared vs let lets pay pays paid "
    "sell "
    "sold cost costs burst sought underwent drowned perished gathered stayed arrived attended".split()
)
ADVERBS: Final = frozenset(
    "not also only just even still already again now then ago apart away later earlier late early soon once together "
    "alone overall abroad overnight yesterday today tomorrow tonight too very quite rather almost nearly so far here "
    "there back home north south east west else instead meanwhile however thus therefore hence respectively annually "
    "altogether combined each apiece each nationwide worldwide longer higher lower fewer less better worse up".split()
)
PREDICATES: Final = frozenset(
    "dead alive missing hurt injured wounded killed unaccounted homeless displaced old strong long wide high tall deep "
    "thick heavy more else worth shy short hostage captive dead strong".split()
)
"""After the noun (or with none) these say what became of what was counted."""
CASUALTIES: Final = frozenset(
    "killed injured wounded dead died hurt missing arrested captured detained kidnapped abducted hospitalised "
    "hospitalized destroyed martyred executed rescued displaced critical homeless damaged burned burnt shot drowned "
    "hostage evacuated affected infected eliminated neutralised neutralized beheaded lost".split()
)
"""Participles and predicates that count people or things even where no noun follows the number."""
LEADING_CASUALTIES: Final = frozenset(
    "killing wounding injuring killed injured wounded leaving destroying capturing arresting martyring claimed "
    "left".split()
)
INVARIABLE_PLURALS: Final = frozenset(
    "people men women children personnel police troops staff cattle livestock aircraft sheep fish feet teeth mice "
    "geese "
    "oxen militia infantry cavalry gunmen policemen servicemen fishermen businessmen women policewomen tribesmen "
    "spokesmen lawmen clergymen firemen crewmen workmen countrymen militiamen spacecraft media data criteria "
    "crew folk youth others dead wounded injured townspeople salespeople".split()
)
MODIFYING_PLURALS: Final = frozenset(
    "forces arms sports news police women men people goods savings sales systems services operations affairs rights "
    "drugs "
    "corps media aircraft weapons communications crew staff youth militia infantry cattle livestock data troops "
    "folk".split()
)
"""Plurals that go before another noun: "security forces personnel"."""
LY_ADJECTIVES: Final = frozenset(
    "family early elderly likely unlikely friendly daily weekly monthly yearly hourly deadly costly holy supply "
    "rally ally "
    "assembly anomaly monopoly".split()
)
NO_PLURALS: Final = frozenset(
    "this is was has its his as us plus yes thus less across various previous serious famous".split()
)
NOT_PARTICIPLES: Final = frozenset("red bed seed speed need breed feed hundred kindred shed sled wed weed deed".split())
PEOPLE: Final = frozenset(
    "man woman boy girl child baby infant toddler teenager teen youth student son daughter brother sister father "
    "mother "
    "husband wife victim suspect patient farmer driver teacher worker labourer resident tourist passenger pensioner "
    "grandmother grandfather schoolboy schoolgirl fisherman soldier officer guard activist journalist lawyer doctor "
    "nurse singer actor footballer striker defender midfielder forward goalkeeper player widow nephew niece uncle aunt "
    "cousin twin twins boys girls men women children kids babies male female who defendant shopkeeper "
    "politician".split()
)
GROWING_PEOPLE: Final = frozenset(
    "children people those anyone women men girls boys adults minors kids youths voters".split()
)
LASTING_THINGS: Final = frozenset(
    "war conflict insurgency dispute agreement truce deal law ban building company firm rivalry tradition feud "
    "ceasefire "
    "civil blockade siege occupation uprising rule treaty bridge house ship record history policy case mosque church "
    "temple school hospital monarchy dynasty institution struggle crisis investigation alliance party paper".split()
)
"""A "20-year-old" one of these has lasted, it has no age."""
TITLES_OF_PAPERS: Final = frozenset(
    "Times Mirror Telegraph Herald Post Mail Express Star World Sun Independent".split()
)
