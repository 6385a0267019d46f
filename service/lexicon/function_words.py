"""Which words only hold a sentence together?

None of them is part of a name, and a noun phrase ends where one stands."""

DETERMINERS = frozenset("the a an this that these those his her its their our my your".split())

PREPOSITIONS = frozenset(
    """of in on at by for from with to into onto over under about after before during since until till between
    among against through across within without near around along amid despite per via as like behind beyond
    inside outside off up down out above below towards toward upon following including""".split()
)

CONJUNCTIONS = frozenset(
    "and or but nor so yet while when where because although though if whether than that as".split()
)

AUXILIARIES = frozenset(
    """is are was were be been being am has have had having do does did will would shall should can could may might
    must ought""".split()
)

RELATIVES = frozenset("who whom whose which that what why how".split())

ADVERBS = frozenset(
    """also later then still now again already earlier never always often yesterday today tomorrow however further
    meanwhile therefore thus moreover furthermore not too just only even once soon there here both
    himself herself itself themselves""".split()
)

PRONOUNS = frozenset(
    """i we you he she it they me us him her them mine ours yours his hers theirs myself ourselves someone somebody
    anyone anybody everyone everybody nobody something anything everything nothing one""".split()
)

FUNCTION_WORDS = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | RELATIVES | ADVERBS | PRONOUNS

# Words that open sentences with a capital and are no names.
OPENERS = FUNCTION_WORDS | frozenset(
    """according additionally besides despite elsewhere finally first second third last next previously recently
    speaking asked responding writing commenting referring citing quoting adding noting local residents officials
    official sources experts analysts police authorities security military government militants insurgents some many
    several most few more all no other another each every such same these those since because yes well oh
    nearly almost about around roughly two three four five six seven eight nine ten eleven twelve dozens hundreds
    thousands separately similarly instead indeed perhaps maybe clearly sadly thankfully let please thank thanks
    international national regional key initial heavy heavily armed unidentified unknown witnesses eyewitnesses
    multiple attackers assailants reports report critics supporters protesters""".split()
)
