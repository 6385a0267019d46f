"""Which capitalised words say where somebody is from, or when, and so are no name of a speaker?"""

DEMONYMS = frozenset(
    """afghan albanian algerian american angolan arab argentine armenian asian african australian austrian
    azerbaijani baloch bangladeshi belarusian belgian bengali bolivian bosnian brazilian british bulgarian burmese
    cambodian cameroonian canadian chadian chechen chilean chinese colombian congolese croatian cuban cypriot czech
    danish dutch ecuadorian egyptian emirati english eritrean estonian ethiopian european filipino finnish french
    gambian georgian german ghanaian greek guatemalan haitian honduran hungarian icelandic indian indonesian
    iranian iraqi irish israeli italian ivorian jamaican japanese jewish jordanian kashmiri kazakh kenyan korean
    kurdish kuwaiti kyrgyz laotian latvian lebanese liberian libyan lithuanian malagasy malawian malaysian malian
    maltese mauritanian mexican moldovan mongolian moroccan mozambican muslim christian hindu sikh namibian nepalese
    nepali nicaraguan nigerian nigerien norwegian omani pakistani palestinian panamanian pashtun paraguayan peruvian
    polish portuguese punjabi qatari romanian russian rwandan saudi scottish senegalese serbian shia sindhi
    singaporean slovak slovenian somali spanish sudanese sunni swedish swiss syrian taiwanese tajik tanzanian thai
    tibetan tunisian turkish turkmen ugandan ukrainian uruguayan uzbek venezuelan vietnamese welsh western yemeni
    zambian zimbabwean catholic protestant islamic islamist republican democratic democrat conservative labour tory
    liberal communist socialist maoist marxist""".split()
)

PLACES = frozenset(
    """afghanistan africa albania algeria america angola argentina armenia asia australia austria azerbaijan bahrain
    balochistan bangladesh belarus belgium benin bolivia bosnia botswana brazil britain bulgaria burma burundi
    cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus denmark ecuador egypt england
    eritrea estonia ethiopia europe finland france gabon gambia gaza georgia germany ghana greece guatemala guinea
    haiti honduras hungary iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kashmir
    kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya lithuania luxembourg
    madagascar malawi malaysia mali malta mauritania mexico moldova mongolia montenegro morocco mozambique myanmar
    namibia nepal netherlands nicaragua niger nigeria norway oman pakistan palestine panama paraguay peru
    philippines poland portugal punjab qatar romania russia rwanda scotland senegal serbia sindh singapore slovakia
    slovenia somalia spain sudan sweden switzerland syria taiwan tajikistan tanzania thailand tibet tunisia turkey
    turkmenistan uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe london paris berlin
    washington moscow beijing delhi mumbai kabul islamabad karachi lahore quetta peshawar dhaka lagos abuja nairobi
    cairo jerusalem tehran baghdad damascus beirut ankara istanbul kyiv kiev brussels geneva madrid rome dublin
    edinburgh cardiff belfast texas california florida ohio nevada arizona virginia michigan pennsylvania iowa
    georgia york chicago boston atlanta fiji tonga samoa vanuatu tuvalu kiribati nauru palau micronesia maldives
    bhutan brunei andorra monaco liechtenstein slovenia macedonia barbados bahamas belize dominica grenada guyana
    suriname trinidad comoros djibouti eswatini swaziland mauritius seychelles togo gambia cabo burkina faso mali
    uae emirates turkiye czechia islamabad colombo kathmandu thimphu yangon hanoi manila jakarta bangkok seoul tokyo
    riyadh doha muscat amman sanaa khartoum juba asmara kampala kigali bujumbura dodoma lusaka harare lilongwe maputo
    gaborone windhoek pretoria johannesburg luanda kinshasa brazzaville libreville yaounde douala accra kumasi lome
    cotonou niamey ouagadougou bamako dakar conakry freetown monrovia abidjan banjul rabat algiers tunis tripoli
    addis mogadishu mombasa kisumu kano kaduna ibadan enugu benin rawalpindi multan faisalabad hyderabad gwadar kalat
    khuzdar turbat chennai kolkata bengaluru bangalore ahmedabad pune jaipur lucknow patna bhopal kochi chittagong
    sylhet khulna lisbon vienna warsaw prague budapest bucharest sofia athens oslo stockholm copenhagen helsinki
    tallinn riga vilnius minsk belgrade zagreb sarajevo tbilisi yerevan baku astana tashkent ottawa canberra
    wellington caracas bogota lima quito santiago havana""".split()
)

# A name that ends so is a place's: "Rivers State", "Kitui County".
PLACE_HEADS = frozenset(
    """state county province district region city town village island islands river valley road street avenue square
    bridge hill hills mountain mountains lake bay beach park airport harbour harbor stadium gate tehsil taluka upazila
    thana division ward constituency square""".split()
)

CALENDAR = frozenset(
    """january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    christmas easter ramadan eid diwali""".split()
)
