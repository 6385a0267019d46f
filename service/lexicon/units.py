"""Which units and currencies does a news text measure in, and what are they called in a claim?

Pure data. A unit's name is its English singular in British spelling ("kilometre", "mile per hour"); money has its ISO
4217 code. "rupees" alone name no code: `SHARED_CURRENCIES` says which country words decide.
"""

from decimal import Decimal
from typing import Final, NamedTuple


class Unit(NamedTuple):
    """`name` is what a claim calls it; `kind` tells what can be converted into what; `factor` turns cents to "
    "dollars."""

    name: str
    kind: str
    factor: Decimal = Decimal(1)


PERCENT = Unit("percent", "percent")
PERCENTAGE_POINT = Unit("percentage_point", "percentage_point")
TIMES = Unit("times", "times")

_MEASURES: Final = {
    "time": """second: seconds sec secs|minute: minutes min mins|hour: hours hr hrs|day: days|week: weeks|month: months
        year: years yr yrs|quarter: quarters|decade: decades|century: centuries|fortnight: fortnights
        millisecond: milliseconds""",
    "length": """kilometre: kilometres kilometer kilometers km kms ㎞|metre: metres meter meters|mile: miles
        centimetre: centimetres centimeter centimeters cm ㎝|millimetre: millimetres millimeter millimeters mm ㎜
        inch: inches|foot: feet ft|yard: yards yd yds|light year: light-year light-years|micrometre: micrometres μm µm
        nautical mile: nautical-mile nautical-miles""",
    "mass": """kilogram: kilograms kilogramme kilogrammes kg kgs ㎏ kilo kilos|gram: grams gramme grammes gm
        milligram: milligrams mg ㎎|tonne: tonnes|ton: tons|metric ton: metric-ton metric-tons|pound: lb lbs
        ounce: ounces oz|stone: st|quintal: quintals|kilotonne: kilotonnes kiloton kilotons
        gigatonne: gigatonnes gigaton gigatons
        megatonne: megatonnes megaton megatons""",
    "volume": """litre: litres liter liters|millilitre: millilitres milliliter milliliters ml ㎖|gallon: gallons
        barrel: barrels|pint: pints|bushel: bushels|acre-foot: acre-feet""",
    "area": """hectare: hectares ha|acre: acres|square kilometre: sqkm km² km2 ㎢
        square metre: sqm m² ㎡|square foot: sqft""",
    "speed": """mile per hour: mph|kilometre per hour: kph kmph kmh km/h|metre per second: m/s|knot: knots""",
    "temperature": "degree Celsius: °c ℃|degree Fahrenheit: °f ℉|degree: degrees °",
}


def _measures() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for kind, block in _MEASURES.items():
        for entry in "|".join(block.splitlines()).split("|"):
            name, _, forms = entry.strip().partition(": ")
            units |= {form: Unit(name, kind) for form in (name, *forms.split())}
    return units


MEASURES: Final = _measures()
"""By written form, lower case. Forms of several words are put together by `service.reading.amounts`."""

SYMBOLS: Final = {
    "l": MEASURES["litre"],
    "g": MEASURES["gram"],
    "t": MEASURES["tonne"],
    "h": MEASURES["hour"],
    "C": MEASURES["°c"],
    "F": MEASURES["°f"],
}
"""Single letters, as written: units only where they touch their digits."""
TECHNICAL: Final = frozenset(
    "kw kwh mw mwh gw gwh tw twh hz khz mhz ghz gb mb tb kb kv mv ah mah hp bhp rpm ppm psi ksi mp fps kbps mbps gbps "
    "cc "
    "nm px dpi db kcal kj mj bpm ev bps w v".split()
)
"""Tied to digits these stay with the number as the noun it counts: no claim measures in them."""
METRE, POUND_MASS = MEASURES["metre"], MEASURES["lb"]
SQUARE: Final = frozenset({"square", "sq"})
TEMPERATURE_SCALES: Final = {"celsius": "°c", "centigrade": "°c", "c": "°c", "fahrenheit": "°f", "f": "°f"}
BEFORE_METRES: Final = frozenset(
    "deep high long wide tall away above below from apart across race sprint freestyle hurdles relay thick".split()
)
"""After "100m", these say that m is metres, not million."""


def _money(code: str, factor: str = "1") -> Unit:
    return Unit(code, "money", Decimal(factor))


_SIGNS: Final = "$ USD|£ GBP|€ EUR|¥ JPY|₹ INR|₦ NGN|₩ KRW|₽ RUB|₺ TRY|₴ UAH|₪ ILS|฿ THB|₱ PHP|₫ VND|₵ GHS|₸ KZT|৳ BDT"
_SIGNS_MORE: Final = "؋ AFN|＄ USD|￡ GBP|¢ GHS"
CURRENCY_SIGNS: Final = {
    sign: _money(code) for sign, code in (entry.split() for entry in f"{_SIGNS}|{_SIGNS_MORE}".split("|"))
}
DOLLAR_PREFIXES: Final = {
    prefix: _money(code)
    for prefix, code in {
        "us": "USD", "a": "AUD", "au": "AUD", "aud": "AUD", "c": "CAD", "ca": "CAD", "can": "CAD", "cad": "CAD",
        "nz": "NZD", "hk": "HKD", "s": "SGD", "sg": "SGD", "nt": "TWD", "r": "BRL", "mx": "MXN", "usd": "USD",
        "z": "ZWL",
        "j": "JMD", "tt": "TTD", "bz": "BZD", "fj": "FJD", "n": "NAD", "g": "GYD", "l": "LRD",
    }.items()
}  # fmt: skip
"""Letters before a dollar sign."""
CEDI_SIGNS: Final = frozenset("¢₵")
"""After "GH" the cedi; a "¢" behind its digits is a cent."""

SHARED: Final = "shared"
"""The kind of a currency whose name several countries share: its code is told by the article's other words."""


def _shared(name: str, factor: str = "1") -> Unit:
    return Unit(name, SHARED, Decimal(factor))


LETTER_SIGNS: Final = {
    "Rs": _shared("rupee"), "Re": _shared("rupee"), "₨": _shared("rupee"), "NRs": _money("NPR"), "NRS": _money("NPR"),
    "SLRs": _money("LKR"), "INRs": _money("INR"), "PKRs": _money("PKR"), "Rf": _money("MVR"), "MRf": _money("MVR"),
    "Nu": _money("BTN"), "Tk": _money("BDT"), "BDTk": _money("BDT"),
    "KSh": _money("KES"), "Ksh": _money("KES"), "Kshs": _money("KES"), "KShs": _money("KES"), "Kes": _money("KES"),
    "Sh": _shared("shilling"), "Shs": _shared("shilling"), "sh": _shared("shilling"),
    "USh": _money("UGX"), "Ush": _money("UGX"), "UShs": _money("UGX"), "Ushs": _money("UGX"), "USHs": _money("UGX"),
    "TSh": _money("TZS"), "Tsh": _money("TZS"), "TShs": _money("TZS"), "Tshs": _money("TZS"),
    "R": _money("ZAR"), "N": _money("NGN"), "MK": _money("MWK"), "K": _shared("kwacha"), "P": _shared("pula"),
    "Le": _money("SLE"), "NLe": _money("SLE"), "GHc": _money("GHS"), "GHC": _money("GHS"), "Ghc": _money("GHS"),
    "FCFA": _shared("cfa"), "CFA": _shared("cfa"), "RWF": _money("RWF"),
    "Frw": _money("RWF"), "FRw": _money("RWF"), "FBu": _money("BIF"), "MUR": _money("MUR"),
    "RM": _money("MYR"), "Rp": _money("IDR"), "Fr": _money("CHF"),
    "Br": _money("ETB"), "Ks": _money("MMK"), "Afs": _money("AFN"), "Af": _money("AFN"),
    "kr": _money("SEK"), "zł": _money("PLN"), "Kč": _money("CZK"), "Dh": _money("AED"), "Dhs": _money("AED"),
    "SR": _money("SAR"),
}  # fmt: skip
"""Letters that stand for a currency before digits, as written; single capitals must touch the digits."""
LOOSE_LETTERS: Final = frozenset({"K", "P", "Nu", "Le"})
"""Of these only before a number with groups or a scale: "K500 million", "P1,500", but the K500 is a name."""

CODES: Final = frozenset(
    "USD EUR GBP JPY CNY RMB INR PKR BDT LKR NPR AFN IRR IQD SAR AED QAR KWD BHD OMR YER ILS TRY EGP SDG SSP ETB KES "
    "UGX "
    "TZS RWF NGN GHS ZAR ZMW MWK BWP GMD SLE SLL LRD SZL LSL NAD ZWL BIF MGA MUR SCR SOS CVE GNF MVR BTN MZN "
    "AOA CDF XAF XOF MAD DZD TND LYD RUB UAH BYN KZT UZS GEL AMD AZN CHF SEK NOK DKK ISK "
    "PLN "
    "CZK HUF RON BGN RSD ALL MKD AUD NZD CAD MXN BRL ARS CLP COP PEN VES UYU BOB CUP HTG DOP JMD HKD SGD MYR THB IDR "
    "PHP "
    "VND KRW KPW TWD MMK KHR LAK MNT MOP SYP LBP JOD".split()
)

_WORDS: Final = """USD: dollar dollars buck bucks|GBP: pound pounds sterling quid|EUR: euro euros|JPY: yen
CNY: yuan renminbi|NGN: naira nairas|ILS: shekel shekels|ZAR: rand|RUB: rouble roubles ruble rubles
UAH: hryvnia hryvnias|BDT: taka|IDR: rupiah|MYR: ringgit|THB: baht|VND: dong|KRW: won|BRL: reais|TRY: lira liras
GHS: cedi cedis|AFN: afghani afghanis|PLN: zloty zlotys|HUF: forint forints|MMK: kyat kyats|GEL: lari|KZT: tenge
ETB: birr|BWP: pula|GMD: dalasi dalasis|SAR: riyal riyals|AED: dirham dirhams"""
CURRENCY_WORDS: Final = {
    word: _money(code)
    for code, words in (entry.split(": ") for entry in "|".join(_WORDS.splitlines()).split("|"))
    for word in words.split()
} | {
    "rupee": _shared("rupee"), "rupees": _shared("rupee"), "kwacha": _shared("kwacha"), "fcfa": _shared("cfa"),
    "shilling": _shared("shilling"), "shillings": _shared("shilling"), "cent": _money("USD", "0.01"),
    "cents": _money("USD", "0.01"),
    "pence": _money("GBP", "0.01"), "penny": _money("GBP", "0.01"), "paise": _shared("rupee", "0.01"),
    "pesewa": _money("GHS", "0.01"), "pesewas": _money("GHS", "0.01"), "kobo": _money("NGN", "0.01"),
}  # fmt: skip
AMBIGUOUS_WORDS: Final = frozenset({"won", "all", "try", "dong", "lira", "rand", "can"})
"""Also other words: money only straight after the number, and never at a clause's verb ("the 12 won")."""

# "5 million Danish crowns": the adjective decides. "cfa" is the name of a shared currency.
NATIONAL: Final = {
    ("danish", "krone"): "DKK", ("norwegian", "krone"): "NOK", ("swedish", "krona"): "SEK", ("czech", "koruna"): "CZK",
    ("australian", "dollar"): "AUD", ("canadian", "dollar"): "CAD", ("singapore", "dollar"): "SGD",
    ("singaporean", "dollar"): "SGD", ("taiwan", "dollar"): "TWD", ("zimbabwean", "dollar"): "ZWL",
    ("jamaican", "dollar"): "JMD", ("american", "dollar"): "USD", ("us", "dollar"): "USD", ("hk", "dollar"): "HKD",
    ("pakistani", "rupee"): "PKR", ("pakistan", "rupee"): "PKR", ("indian", "rupee"): "INR", ("nepali", "rupee"): "NPR",
    ("nepalese", "rupee"): "NPR", ("mauritian", "rupee"): "MUR", ("egyptian", "pound"): "EGP",
    ("british", "pound"): "GBP",
    ("syrian", "pound"): "SYP", ("lebanese", "pound"): "LBP", ("sudanese", "pound"): "SDG", ("swiss", "franc"): "CHF",
    ("congolese", "franc"): "CDF", ("cfa", "franc"): "cfa", ("burundian", "franc"): "BIF",
    ("rwandan", "franc"): "RWF", ("kenyan", "shilling"): "KES",
    ("kenya", "shilling"): "KES", ("ugandan", "shilling"): "UGX", ("tanzanian", "shilling"): "TZS",
    ("malawian", "kwacha"): "MWK", ("malawi", "kwacha"): "MWK", ("zambian", "kwacha"): "ZMW",
    ("zambia", "kwacha"): "ZMW",
    ("tanzania", "shilling"): "TZS", ("uganda", "shilling"): "UGX", ("indian", "paisa"): "INR",
    ("bangladeshi", "taka"): "BDT", ("ghana", "cedi"): "GHS", ("ghanaian", "cedi"): "GHS",
    ("somali", "shilling"): "SOS", ("saudi", "riyal"): "SAR", ("qatari", "riyal"): "QAR", ("omani", "rial"): "OMR",
    ("iranian", "rial"): "IRR", ("yemeni", "rial"): "YER", ("iraqi", "dinar"): "IQD", ("kuwaiti", "dinar"): "KWD",
    ("jordanian", "dinar"): "JOD", ("libyan", "dinar"): "LYD", ("serbian", "dinar"): "RSD",
    ("moroccan", "dirham"): "MAD",
    ("mexican", "peso"): "MXN", ("philippine", "peso"): "PHP", ("argentine", "peso"): "ARS", ("chilean", "peso"): "CLP",
    ("colombian", "peso"): "COP", ("cuban", "peso"): "CUP", ("brazilian", "real"): "BRL", ("turkish", "lira"): "TRY",
    ("syrian", "lira"): "SYP", ("chinese", "yuan"): "CNY", ("japanese", "yen"): "JPY", ("israeli", "shekel"): "ILS",
    ("russian", "rouble"): "RUB", ("nigerian", "naira"): "NGN", ("south-african", "rand"): "ZAR",
    ("hong-kong", "dollar"): "HKD", ("new-zealand", "dollar"): "NZD", ("sri-lankan", "rupee"): "LKR",
    ("south-korean", "won"): "KRW", ("south-sudanese", "pound"): "SSP",
}  # fmt: skip
SINGULARS: Final = {
    "dollars": "dollar", "rupees": "rupee", "pounds": "pound", "crowns": "krone", "kroner": "krone", "kronor": "krona",
    "francs": "franc", "shillings": "shilling", "riyals": "riyal", "rials": "rial", "dinars": "dinar", "pesos": "peso",
    "dirhams": "dirham", "reais": "real", "liras": "lira", "shekels": "shekel", "roubles": "rouble", "rubles": "rouble",
    "korunas": "koruna", "crown": "krone",
}  # fmt: skip

SHARED_CURRENCIES: Final = {
    "rupee": {
        "PKR": """Pakistan Pakistani Pakistanis Islamabad Karachi Lahore Quetta Peshawar Rawalpindi Multan Faisalabad
            Sialkot Gwadar Sukkur Larkana Balochistan Sindh Khyber Pakhtunkhwa KP Waziristan Gilgit
            Baltistan Swat Muzaffarabad Badin Thatta PKR PTI PPP PMLN NADRA FBR WAPDA PDMA Sharif Zardari Levies""",
        "INR": """India Indian Indians Delhi Mumbai Kolkata Bengaluru Bangalore Chennai Hyderabad Pune Ahmedabad Lucknow
            Jaipur Bhopal Patna Maharashtra Gujarat Rajasthan Bihar Kerala Karnataka Telangana Odisha Assam Haryana
            Jharkhand Chhattisgarh Uttarakhand Himachal Goa Manipur Pradesh Nadu Bengal Rajya Sabha Vidhan INR Modi
            BJP RBI CBI SEBI Aadhaar Panchayat Collector Tehsildar Zilla""",
        "LKR": "Colombo Lanka Lankan Kandy Jaffna Galle Trincomalee Rajapaksa Sinhalese LKR",
        "NPR": "Nepal Nepali Nepalese Kathmandu Pokhara Lalitpur Biratnagar Birgunj Chitwan Terai Tarai Koshi NPR",
        "MUR": "Mauritius Mauritian Mauritians",
        "SCR": "Seychelles Seychellois",
    },
    "shilling": {
        "KES": "Kenya Kenyan Kenyans Nairobi Mombasa Kisumu Nakuru Eldoret Kakamega KRA KES",
        "UGX": "Uganda Ugandan Ugandans Kampala Entebbe Jinja Gulu Mbarara URA UGX",
        "TZS": "Tanzania Tanzanian Tanzanians Dar Dodoma Arusha Mwanza Zanzibar TRA TZS",
        "SOS": "Somalia Somali Somalis Mogadishu Puntland",
    },
    "cfa": {
        "XAF": """Cameroon Cameroonian Yaoundé Yaounde Douala Chad Chadian NDjamena Gabon Gabonese Libreville Congo
            Brazzaville Bangui Malabo Equatorial BEAC CEMAC XAF""",
        "XOF": """Senegal Senegalese Dakar Mali Malian Bamako Burkina Burkinabe Ouagadougou Niger Niamey Benin Cotonou
            Togo Togolese Lomé Lome Ivory Ivorian Ivoire Abidjan Bissau BCEAO UEMOA WAEMU XOF""",
    },
    "kwacha": {
        "ZMW": "Zambia Zambian Zambians Lusaka Ndola Kitwe Copperbelt ZMW",
        "MWK": "Malawi Malawian Malawians Lilongwe Blantyre Zomba Mzuzu MWK",
        "PGK": "Papua Guinea Moresby PGK",
    },
    "pula": {
        "BWP": "Botswana Batswana Motswana Gaborone Francistown BWP",
        "PHP": "Philippines Philippine Filipino Filipinos Manila Cebu Davao Luzon Mindanao PHP",
    },
}
"""A shared currency belongs to the country whose words the article has most often; with a tie, or none, it has no code
unless `USUALLY` names one."""
COUNTRY_OF_WORD: Final = {
    name: {word.lower(): code for code, words in countries.items() for word in words.split()}
    for name, countries in SHARED_CURRENCIES.items()
}
USUALLY: Final = {"shilling": "KES", "cfa": "XOF"}
