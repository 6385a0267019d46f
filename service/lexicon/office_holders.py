"""Who held the highest offices lately?

An article that names one of them and then says "the French president" means that one. Nobody is named from here whom
the article itself does not name. Surnames by country and office, from about 2008 to 2026."""

HEADS_OF_STATE = frozenset("president king queen emir".split())
HEADS_OF_GOVERNMENT = frozenset("premier chancellor pm taoiseach".split())  # and "prime minister"

# One word or more for the country, then the surnames.
PRESIDENTS: dict[str, frozenset[str]] = {
    countries: frozenset(names.split())
    for countries, names in {
        "us usa american america": "bush obama trump biden",
        "french france": "sarkozy hollande macron",
        "russian russia": "putin medvedev",
        "ukrainian ukraine": "poroshenko zelensky zelenskyy zelenskiy",
        "chinese china": "jinping xi",
        "turkish turkey türkiye": "erdogan erdoğan",
        "polish poland": "komorowski duda nawrocki",
        "german germany": "steinmeier",
        "iranian iran": "ahmadinejad rouhani raisi pezeshkian",
        "afghan afghanistan": "karzai ghani",
        "sri lankan lanka": "rajapaksa sirisena wickremesinghe dissanayake",
        "pakistani pakistan": "zardari alvi",
        "indian india": "kovind murmu",
        "nigerian nigeria": "jonathan buhari tinubu",
        "kenyan kenya": "kibaki kenyatta ruto",
        "ghanaian ghana": "mills mahama akufo-addo",
        "south african africa": "zuma ramaphosa",
        "ugandan uganda": "museveni",
        "rwandan rwanda": "kagame",
        "tanzanian tanzania": "kikwete magufuli hassan",
        "zambian zambia": "lungu hichilema",
        "zimbabwean zimbabwe": "mugabe mnangagwa",
        "ethiopian ethiopia": "zewde",
        "egyptian egypt": "mubarak morsi sisi el-sisi al-sisi",
        "senegalese senegal": "sall faye",
        "cameroonian cameroon": "biya",
        "congolese congo": "kabila tshisekedi",
        "south korean korea": "moon yoon lee",
        "brazilian brazil": "lula rousseff temer bolsonaro",
        "argentine argentina": "kirchner macri fernández milei",
        "mexican mexico": "peña calderón obrador sheinbaum",
        "venezuelan venezuela": "chávez chavez maduro",
        "colombian colombia": "santos duque petro",
        "indonesian indonesia": "yudhoyono widodo prabowo subianto",
        "philippine filipino philippines": "aquino duterte marcos",
        "syrian syria": "assad sharaa",
        "israeli israel": "rivlin herzog",
        "belarusian belarus": "lukashenko",
        "finnish finland": "niinistö niinisto stubb",
        "palestinian palestine": "abbas",
        "european commission": "barroso juncker leyen",
    }.items()
}
PRIME_MINISTERS: dict[str, frozenset[str]] = {
    countries: frozenset(names.split())
    for countries, names in {
        "british uk britain": "brown cameron may johnson truss sunak starmer",
        "indian india": "singh modi",
        "pakistani pakistan": "gilani sharif abbasi khan kakar",
        "bangladeshi bangladesh": "hasina",
        "sri lankan lanka": "rajapaksa gunawardena amarasuriya",
        "nepali nepalese nepal": "koirala oli deuba dahal",
        "german germany": "merkel scholz merz",
        "austrian austria": "kurz nehammer stocker",
        "italian italy": "berlusconi monti letta renzi gentiloni conte draghi meloni",
        "spanish spain": "zapatero rajoy sánchez sanchez",
        "hungarian hungary": "orbán orban",
        "polish poland": "tusk morawiecki",
        "dutch netherlands": "rutte schoof",
        "irish ireland": "cowen kenny varadkar martin harris",
        "canadian canada": "harper trudeau carney",
        "australian australia": "rudd gillard abbott turnbull morrison albanese",
        "zealand": "key english ardern hipkins luxon",
        "japanese japan": "abe suga kishida ishiba takaichi",
        "israeli israel": "netanyahu bennett lapid",
        "ethiopian ethiopia": "desalegn abiy ahmed",
        "iraqi iraq": "maliki abadi kadhimi sudani",
        "danish denmark": "frederiksen",
        "swedish sweden": "löfven lofven andersson kristersson",
        "malaysian malaysia": "najib mahathir anwar",
        "ukrainian ukraine": "yatsenyuk shmyhal svyrydenko",
        "greek greece": "tsipras mitsotakis",
    }.items()
}
