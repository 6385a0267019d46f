"""Which words end in a full stop without ending their sentence?

All lower case and without the final stop. Pure data: how they are weighed is the business of `reading.sentences`."""

# Always followed by the name or number they belong to: the stop after them ends nothing.
ALWAYS_INSIDE = frozenset(
    """
    mr mrs ms mx messrs mme mlle dr prof rev fr hon
    gen lt col maj capt cpt cmdr cdr comdr brig adm sgt cpl pvt pte sqn flt wg lt.col lt.gen maj.gen brig.gen insp supt
    sen sens rep reps gov govs gens profs drs pres amb atty sec treas dist
    vs v viz cf ca approx e.g i.e eg ie
    """.split()
)

# Inside a sentence when a figure follows ("No. 5", "Rs. 200"); else an ordinary word.
BEFORE_FIGURES = frozenset("no nos rs re vol vols p pp pg para art fig figs ch sect ver tel ext usd pkr inr".split())

MONTHS_SHORT = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())

# May also close a sentence: they do so when a word follows that commonly opens one.
SOMETIMES_LAST = frozenset(
    """
    inc corp co ltd plc llc bros jr sr esq st ste ave blvd rd mt ft dept div est assn univ govt natl intl
    mon tue tues wed thu thur thurs fri sat sun al ed eds no.1 ph.d m.d b.a m.a d.c u.s u.k u.n e.u u.a.e u.s.a
    calif fla mass mich minn pa tex va wash conn ariz ill ind ga la md mo tenn wis colo ore okla nev n.y n.j
    """.split()
)

# "etc." and clock times close a sentence whenever a capital follows, save before a weekday or time zone.
LAST_BEFORE_CAPITAL = frozenset("etc a.m p.m am pm".split())
AFTER_CLOCK_TIMES = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun
    january february march april may june july august september october november december
    est edt cst cdt mst mdt pst pdt et ct pt gmt utc bst ist pkt cet cest local eastern central pacific
    """.split()
)

# Words that open sentences far more often than they follow an abbreviation within one.
OPENERS = frozenset(
    """
    the a an this that these those there he she it they we you i his her its their our my your
    in on at by for from with without to of as after before during since until under over among amid despite
    and but or so yet however meanwhile although though while when where if because then also still
    according both each all some many most several no not none one two three
    what who why how which whose officials police authorities residents
    earlier later last next now today yesterday separately additionally moreover instead
    """.split()
)

# Verbs that put a speaker after a quotation: in '"Why now?" Khan asked.' the question mark ends no sentence.
AFTER_QUOTATION = frozenset(
    "said says asked asks added adds wrote writes told tells shouted replied replies continued tweeted posted".split()
)
