"""Which words make a name the name of a body, and which bodies speak without one?"""

# In a capitalised name, any of these says that it names a body and no person.
BODY_WORDS = frozenset(
    """army navy force forces police party ministry department office agency council committee commission court
    parliament senate congress assembly government bureau board authority association union federation league
    organisation organization institute institution university college school hospital bank corporation company
    corp inc ltd llc plc group holdings foundation fund trust society club network alliance coalition front movement
    brigade brigades corps squad command guard guards service services relations administration secretariat centre
    center embassy mission nations team campaign house post times news press agency journal guardian telegraph mail
    reuters herald tribune gazette radio television tv channel studies initiative project programme program
    partnership panel taskforce directorate division exchange airlines airways railways motors energy petroleum
    industries systems technologies media watch international church mosque diocese tribunal inquiry laboratory
    lab labs forum confederation chamber partners associates kremlin pentagon treasury cabinet nato un eu us
    hamas hezbollah taliban facebook google microsoft amazon apple twitter meta tesla boeing airbus dawn
    appliances lines ferries therapeutics infirmary pharmaceuticals pharma platinum minerals electronics
    foods stores supermarkets steel mining oil gas telecom communications shipping logistics capital securities
    insurance financial consulting data analytics software networks studios entertainment breweries chemicals
    textiles resources properties realty ventures ab oyj ag gmbh asa nv guild collective consortium syndicate
    cooperative staff observatory museum academy clinic hospice prefecture legion militia battalion regiment
    transit railway metro hotels retail outlets farms voice water waters works hydro oyj oy spa srl bv pty pvt llp
    sacco
    rail freight brewery sugar cement textile mills estates plantations vineyards quarries dairies creamery solar
    renewables biotech genomics health care
    politico bloomberg cnn bbc afp breitbart democrats republicans tories conservatives""".split()
)

# Bodies that are spoken of with a common noun and stand for themselves.
GENERIC_BODIES = frozenset(
    """police military army navy government authorities forces administration opposition parliament senate court
    judiciary troops gendarmerie coastguard paramilitaries leadership regulators regulator prosecution
    defence hotel prefecture airline insurer retailer manufacturer carmaker utility directorate municipality
    presidency inspectorate operator""".split()
)

# Nouns that take up a body already named. The value tells which words of a full name fit, or nothing for any body.
ANAPHORIC_BODIES: dict[str, frozenset[str]] = {
    "group": frozenset(),
    "organisation": frozenset(),
    "organization": frozenset(),
    "outfit": frozenset(),
    "company": frozenset(),
    "firm": frozenset(),
    "charity": frozenset(),
    "think-tank": frozenset(),
    "ministry": frozenset({"ministry"}),
    "department": frozenset({"department"}),
    "agency": frozenset({"agency"}),
    "party": frozenset({"party", "congress", "league"}),
    "union": frozenset({"union"}),
    "commission": frozenset({"commission"}),
    "committee": frozenset({"committee"}),
    "council": frozenset({"council"}),
    "bank": frozenset({"bank"}),
    "university": frozenset({"university"}),
    "office": frozenset({"office"}),
    "institute": frozenset({"institute"}),
    "association": frozenset({"association"}),
    "newspaper": frozenset({"times", "post", "guardian", "mail", "telegraph", "journal"}),
    "foundation": frozenset({"foundation"}),
    "movement": frozenset({"movement"}),
    "campaign": frozenset({"campaign"}),
    "club": frozenset({"club"}),
    "hospital": frozenset({"hospital"}),
    "embassy": frozenset({"embassy"}),
    "corps": frozenset({"corps"}),
    "watchdog": frozenset(),
    "trust": frozenset({"trust"}),
    "lobby": frozenset(),
    "front": frozenset({"front"}),
    "alliance": frozenset({"alliance"}),
    "directorate": frozenset({"directorate"}),
    "forum": frozenset({"forum"}),
    "guild": frozenset({"guild"}),
    "federation": frozenset({"federation"}),
    "authority": frozenset({"authority"}),
    "board": frozenset({"board"}),
    "panel": frozenset({"panel", "commission", "inquiry"}),
    "service": frozenset({"service"}),
    "centre": frozenset({"centre", "center"}),
    "center": frozenset({"centre", "center"}),
    "school": frozenset({"school"}),
    "bureau": frozenset({"bureau"}),
}

# Common nouns that stand before a body's name: "the charity Open Hands", "brokers Forbes and Perera".
NAMED_BODIES = frozenset(
    """agency charity company firm group newspaper daily weekly broadcaster think-tank tank party union airline bank
    retailer insurer outlet utility watchdog lobby organisation organization consultancy brokerage brokers broker
    publisher manufacturer maker carmaker giant supermarket developer builder contractor startup start-up operator
    association movement militia collective network website platform ngo pollster provider owners owner""".split()
)
