"""The words of dates: months and weekdays in the commonest languages, what may stand around them, and time zones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping


def fold(text: str) -> str:
    """Return the text in small letters, without accents, with Western digits.

    Examples
    --------
    >>> fold("31 Août ٢٠١٧")
    '31 aout 2017'
    """
    text = text.casefold()
    if text.isascii():
        return text
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    digits = (str(unicodedata.decimal(letter, letter)) if letter.isdecimal() else letter for letter in letters)
    return unicodedata.normalize("NFC", "".join(digits)).replace("ı", "i")


# From January to December; where a case or a spelling has its own form, both, joined by a slash. Where two languages
# shorten different months to the same letters (Finnish "mar", November), the language named first has them.
_MONTHS = """
january february march april may june july august september october november december
januar/jänner februar/feber märz/maerz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart/mrt april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts/mars april maj/mai juni juli august september oktober november december/desember
styczeń/stycznia luty/lutego marzec/marca kwiecień/kwietnia maj/maja czerwiec/czerwca lipiec/lipca sierpień/sierpnia \
wrzesień/września październik/października listopad/listopada grudzień/grudnia
leden/ledna únor/února březen/března duben/dubna květen/května červen/června červenec/července srpen/srpna září/září \
říjen/října listopad/listopadu prosinec/prosince
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
január február március április május június július augusztus szeptember október november december
январь/января февраль/февраля март/марта апрель/апреля май/мая июнь/июня июль/июля август/августа сентябрь/сентября \
октябрь/октября ноябрь/ноября декабрь/декабря
січень/січня лютий/лютого березень/березня квітень/квітня травень/травня червень/червня липень/липня серпень/серпня \
вересень/вересня жовтень/жовтня листопад/листопада грудень/грудня
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
ιανουάριος/ιανουαρίου φεβρουάριος/φεβρουαρίου μάρτιος/μαρτίου απρίλιος/απριλίου μάιος/μαΐου ιούνιος/ιουνίου \
ιούλιος/ιουλίου αύγουστος/αυγούστου σεπτέμβριος/σεπτεμβρίου οκτώβριος/οκτωβρίου νοέμβριος/νοεμβρίου \
δεκέμβριος/δεκεμβρίου
januari februari maret april mei juni juli agustus september oktober november desember
tammikuu/tammikuuta helmikuu/helmikuuta maaliskuu/maaliskuuta huhtikuu/huhtikuuta toukokuu/toukokuuta \
kesäkuu/kesäkuuta heinäkuu/heinäkuuta elokuu/elokuuta syyskuu/syyskuuta lokakuu/lokakuuta marraskuu/marraskuuta \
joulukuu/joulukuuta
يناير فبراير مارس أبريل/ابريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول
جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر
ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
ינואר/בינואר פברואר/בפברואר מרץ/במרץ אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי אוגוסט/באוגוסט ספטמבר/בספטמבר \
אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר
"""

_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday thurs tues weds
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica
segunda terça quarta quinta sexta feira sábado domingo
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
poniedziałek wtorek środa czwartek piątek sobota niedziela
pondělí úterý středa čtvrtek pátek sobota neděle
luni marți miercuri joi vineri sâmbătă duminică
hétfő kedd szerda csütörtök péntek szombat vasárnap
понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
понеділок вівторок середа четвер п ятниця субота неділя
pazartesi salı çarşamba perşembe cuma cumartesi pazar
δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
senin selasa rabu kamis jumat sabtu minggu
maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد
دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه
thu hai ba tu nam sau bay chu nhat ngay
"""

# What may stand around a date without changing it.
_AROUND = """
published posted updated on at the of st nd rd th a t z gmt utc day date dated last first modified printed print by
um uhr am den der vom stand le la du de à er el las los del di il alle ore do da das às em os o kl klo den d van op om
dnia dne godz g r roku год года г р w we à publié mis jour le publicado publicada actualizado el veröffentlicht
aktualisiert pubblicato aggiornato gepubliceerd publicerad publicerat opublikowano опубликовано в ώρα στις saat tarihi
ist ast pada pukul jam wib ngày năm lúc في يوم الساعة م هـ év óra
"""

_ZONES = """
EST-5 EDT-4 CST-6 CDT-5 MST-7 MDT-6 PST-8 PDT-7 AKST-9 AKDT-8 HST-10 NST-3:30 NDT-2:30 ADT-3 GMT+0 UTC+0 UT+0 Z+0 WET+0
WEST+1 BST+1 CET+1 CEST+2 MET+1 MEST+2 MEZ+1 MESZ+2 EET+2 EEST+3 MSK+3 TRT+3 SAST+2 EAT+3 WAT+1 CAT+2 IRST+3:30 GST+4
PKT+5 NPT+5:45 ICT+7 WIB+7 HKT+8 SGT+8 PHT+8 AWST+8 JST+9 KST+9 ACST+9:30 ACDT+10:30 AEST+10 AEDT+11 NZST+12 NZDT+13
BRT-3 ART-3
"""
# Names that are one zone in winter and another in summer.
REGIONS: Mapping[str, str] = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}


def _month_table() -> dict[str, int]:
    languages = [line.split() for line in _MONTHS.replace("_", "").strip().splitlines()]
    table: dict[str, int] = {}
    for names in languages:
        for month, forms in enumerate(names, start=1):
            table.update({fold(form): month for form in forms.split("/")})
    for names in languages:
        table = {**_prefixes(names), **table}
    return table


def _prefixes(names: list[str]) -> dict[str, int]:
    """Return the beginnings of three letters and more that only one month of a language has."""
    found: dict[str, int | None] = {}
    for month, forms in enumerate(names, start=1):
        for form in map(fold, forms.split("/")):
            for length in range(3, len(form)):
                start = form[:length]
                found[start] = month if found.get(start, month) == month else None
    return {start: month for start, month in found.items() if month is not None}


def _zone_table() -> dict[str, int]:
    """Return the minutes east of Greenwich of each zone."""
    table = {}
    for zone in _ZONES.split():
        sign = 1 if "+" in zone else -1
        name, _, offset = zone.partition("+" if sign > 0 else "-")
        hours, _, minutes = offset.partition(":")
        table[name.casefold()] = sign * (int(hours) * 60 + int(minutes or 0))
    return table


def _with_beginnings(words: Iterable[str]) -> set[str]:
    return {word[:length] for word in map(fold, words) for length in range(2, len(word) + 1)}


MONTHS: Mapping[str, int] = _month_table()
ZONES: Mapping[str, int] = _zone_table()
FILLERS: frozenset[str] = frozenset(
    {*_with_beginnings(_WEEKDAYS.split()), *map(fold, _AROUND.split()), *ZONES, *REGIONS}
)
