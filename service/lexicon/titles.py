"""Which words stand before a name and are no part of it?"""

MALE_TITLES = frozenset(
    """mr sir lord alhaji mallam malam maulana mullah sardar nawab mir shaikh pandit father king prince baba
    ustaz chaudhry sheikh baron duke earl count pope bishop imam sahib shri sri""".split()
)
FEMALE_TITLES = frozenset(
    """mrs ms miss lady dame madam madame hajiya alhaja begum bibi queen princess sister baroness duchess
    shrimati smt""".split()
)

HONORIFICS = (
    MALE_TITLES
    | FEMALE_TITLES
    | frozenset(
        """dr prof professor rev reverend hon honourable honorable shaheed chief justice haji hajji hafiz
        engineer engr barrister advocate comrade comr otunba oba oloye igwe eze emir sultan kwame pastor rabbi mx
        hakim agha syeda saint st sen rep gov pres cllr mzee mca dsf nana groom bride boss""".split()
    )
) - {"kwame", "baba", "mir", "bibi", "chaudhry"} | {"mir"}

RANKS = frozenset(
    """general gen lieutenant lt colonel col major maj captain capt brigadier brig admiral commodore commander cmdr
    sergeant sgt corporal cpl private pte marshal inspector superintendent constable detective subedar havildar
    naik assistant deputy sub-inspector dsp ssp sp asp dpo sho dig ig lieutenant-general lieutenant-colonel
    major-general vice-admiral rear-admiral air wing squadron flight group field first second warrant""".split()
)
# These open a rank only before another rank word ("Air Marshal", "First Lieutenant").
RANK_OPENERS = frozenset("assistant deputy air wing squadron flight group field first second warrant".split())

# Titles that are as often the last part of a name.
NAME_LIKE = frozenset(
    """sheikh shaikh king pope bishop prince judge elder duke baron earl priest major marshall page mir eze sultan emir
    malik chaudhry captain sergeant butler stone noble""".split()
)

RETIRED = frozenset("retd ret rtd".split())
