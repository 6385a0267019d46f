"""Which common nouns name somebody who speaks by what they are?"""

SPOKES_ROLES = frozenset(
    "spokesman spokeswoman spokesperson spokespersons spokesmen spokespeople representative mouthpiece".split()
)

ROLES = SPOKES_ROLES | frozenset(
    """minister secretary president chairman chairwoman chairperson chair chief director commissioner governor mayor
    senator congressman congresswoman lawmaker mp mep premier chancellor ambassador envoy diplomat judge justice
    prosecutor attorney lawyer barrister solicitor magistrate sheriff constable inspector superintendent commander
    officer official leader politician activist campaigner economist analyst expert professor lecturer researcher
    scientist historian author writer journalist reporter editor correspondent columnist commentator pollster
    strategist adviser advisor aide candidate nominee negotiator coordinator manager executive founder owner
    entrepreneur banker trader broker investor farmer fisherman doctor surgeon nurse physician midwife teacher
    headteacher principal student engineer architect developer coach captain player manager trainer referee athlete
    singer actor actress artist director bishop archbishop priest pastor imam cleric rabbi pope king queen prince
    princess duke emir sultan sheikh chieftain elder rebel militant fighter warlord soldier sergeant colonel general
    brigadier admiral major lieutenant survivor victim witness resident neighbour neighbor driver passenger worker
    volunteer rescuer firefighter paramedic coroner pathologist whistleblower defendant suspect councillor councilor
    alderman treasurer speaker deputy vice-president ceo cfo coo cto boss head watchdog ombudsman veteran pilot
    businessman businesswoman billionaire democrat republican conservative legislator delegate undersecretary
    physicist biologist virologist epidemiologist psychologist sociologist climatologist meteorologist geologist
    novelist poet filmmaker broadcaster presenter host anchor vlogger blogger mother father husband wife brother pm
    sister son daughter uncle aunt cousin grandfather grandmother widow parent co-founder frontman guitarist
    striker midfielder defender goalkeeper winger sprinter backbencher frontbencher chairlady registrar bursar
    provost rector chaplain archdeacon sheikha maharaja headman whip convener convenor organiser
    organizer statistician surveyor auditor accountant actuary ecologist botanist zoologist oncologist cardiologist
    virologist vaccinologist paediatrician pediatrician psychiatrist pharmacist vet veterinarian dentist surgeon
    seismologist hydrologist oceanographer astronomer physicist chemist engineer technician mechanic electrician
    plumber builder bricklayer miner docker welder seaman skipper sailor boatman lifeguard diver herder
    herdsman shepherd grower trader vendor shopkeeper hawker tailor chef waiter waitress barber
    hairdresser cleaner caretaker janitor watchman warden jailer gaoler bailiff clerk typist receptionist
    attendant supervisor foreman forewoman steward stewardess conductor cyclist motorist biker rider pupil schoolboy
    schoolgirl undergraduate alumnus apprentice intern trainee pensioner retiree villager townsman
    tenant landlord landlady homeowner householder customer client patient inmate prisoner detainee hostage refugee
    migrant pilgrim tourist traveller traveler bystander onlooker eyewitness petitioner plaintiff claimant appellant
    complainant juror counsel advocate notary mediator arbitrator facilitator trustee donor philanthropist patron
    comedian musician drummer rapper dancer painter sculptor photographer illustrator cartoonist choreographer
    playwright dramatist screenwriter publisher printer librarian curator archivist archaeologist anthropologist
    linguist translator interpreter theologian missionary nun monk abbot vicar rector curate deacon
    tehsildar patwari sarpanch qazi zamindar numberdar emir mufti ayatollah
    mca ps cs cji igp dci magistrate wazir waziri premier taoiseach tanaiste legislator alderwoman
    councilwoman councilman assemblyman assemblywoman selectman comptroller solicitor-general attorney-general
    director-general secretary-general governor-general commander-in-chief editor-in-chief
    policeman policewoman lawman detective trooper patrolman deputy-commissioner lieutenant-governor
    vice-chancellor vice-principal headmaster headmistress tutor academic scholar master harbourmaster stationmaster
    postmaster contractor subcontractor
    supplier""".split()
)
ROLES |= {f"{prefix}-{role}" for prefix in ("co", "ex", "vice", "sub") for role in ROLES if "-" not in role}

# Held by firms as well as by people: "the owner, Northvale Water".
FIRM_ROLES = frozenset(
    """owner operator developer publisher investor builder trader broker printer grower partner co-owner
    vendor contractor subcontractor supplier watchdog landlord donor client customer tenant claimant plaintiff
    complainant""".split()
)

# What an office is over, between the office and the name: "Minister of Works and Housing Ada Obi".
PORTFOLIOS = frozenset(
    """police state health education defence defense finance justice transport energy power interior agriculture
    commerce trade labour labor foreign affairs home information works water environment tourism culture sports youth
    planning prisons immigration housing roads petroleum mines minerals fisheries forests wildlife science technology
    women gender children social welfare development economy industry industries investment communications
    broadcasting railways aviation ports shipping customs revenue lands elections intelligence security internal
    external public service services parliament staff treasury""".split()
)

# People not named, in the plural or as a mass: anonymous.
ANONYMOUS = frozenset(
    """officials official sources source residents resident locals villagers witnesses witness eyewitnesses
    eyewitness analysts experts observers critics supporters opponents activists campaigners protesters
    demonstrators survivors relatives families neighbours neighbors doctors medics rescuers lawyers economists
    scientists researchers investigators prosecutors diplomats lawmakers politicians ministers leaders
    commanders officers insiders traders groups farmers workers employees staff students teachers parents
    passengers drivers shopkeepers traders elders tribesmen clerics historians commentators journalists
    reporters militants insurgents rebels fighters separatists attackers aides advisers advisors people
    investors shareholders users fans readers voters republicans democrats conservatives mps lords councillors
    senators members physicians nurses counsel people fishermen commuters mothers fathers seismologists geologists
    inspectors organisers organizers detectives campaigners biologists climatologists meteorologists forecasters
    epidemiologists engineers pilots miners dockers teachers pupils parents patients prisoners inmates detainees guards
    soldiers officers troopers firefighters paramedics vaccinators volunteers aid campers swimmers sailors herders
    merchants vendors sellers buyers customers shoppers tenants landlords homeowners motorists cyclists tourists
    pilgrims worshippers refugees migrants returnees deputies governors mayors judges magistrates auditors
    accountants trustees donors bankers brokers executives directors managers owners operators suppliers growers
    breeders hunters loggers conservationists ecologists ornithologists astronomers physicists chemists sociologists
    psychologists linguists archaeologists critics insiders colleagues friends classmates sisters brothers cousins
    wives husbands widows women men youths girls boys children bystanders onlookers passers-by spectators guests
    delegates negotiators mediators envoys ambassadors pollsters strategists organisers' collectors coaches players
    shareholders creditors lenders bosses chiefs authors co-authors stakeholders organisers organizers planners
    contractors builders riders boatmen ferrymen herdsmen shepherds tailors weavers cooks cleaners carers""".split()
) - {"members", "fighters", "attackers", "organisers'", "aid", "children", "soldiers", "men", "women", "guards"}

# Words that may stand between an article and a role.
MODIFIERS = frozenset(
    """senior former local security police government military defence defense home interior foreign finance prime
    deputy vice acting interim state federal provincial district regional national city town village chief top
    high-ranking retired company hospital union opposition party army navy intelligence political independent
    leading veteran rival ruling assistant associate principal general executive managing human rights health
    education energy transport justice trade environment agriculture medical rescue emergency fire forest border
    customs tax tribal religious community civil public press media official unnamed anonymous another some many
    several two three four most other all legal armed masked regional pro-government anti-government opposition-led
    military-backed rebel militant insurgent separatist nationalist
    western eastern northern southern us uk un eu british american french german russian chinese indian pakistani
    economic market industry labour labor tory republican democratic democrat conservative liberal
    """.split()
)

DOCUMENTS = frozenset(
    """report study survey poll video footage document documents memo letter filing indictment lawsuit complaint
    statement communique communiqué dossier audit review research analysis paper data figures statistics records
    images reports statements tweet post article bulletin census manifesto release receipts papers circular text note
    prospectus leaflet transcript recording emails email messages ledger minutes logs motion plan version
    sheet""".split()
)

PRONOUNS = frozenset("he she they it".split())
