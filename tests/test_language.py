"""The language of a text: known in thirty languages and more, and unknown where nothing tells."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap._language import NAMES, UNKNOWN, known_language, language_of, languages_of, not_read, shown
from geomap._language_words import words_of_languages

# Written for this test, two sentences of the kind that reports begin with.
WRITTEN = {
    "en": "The bridge over the river was closed on Monday after engineers had found cracks in two of its pillars. "
    "Drivers who want to cross will have to take the ferry until the end of the month, said the mayor.",
    "de": "Die Brücke über den Fluss ist seit Montag gesperrt, weil Ingenieure in zwei Pfeilern Risse gefunden haben. "
    "Wer hinüber will, muss bis zum Ende des Monats die Fähre nehmen, sagte die Bürgermeisterin.",
    "fr": "Le pont sur la rivière est fermé depuis lundi, après que des ingénieurs ont trouvé des fissures dans deux piles. "
    "Les conducteurs qui veulent passer devront prendre le bac jusqu'à la fin du mois, a dit le maire.",
    "es": "El puente sobre el río está cerrado desde el lunes después de que los ingenieros hallaran grietas en dos pilas. "
    "Quienes quieran cruzar tendrán que tomar el transbordador hasta fin de mes, según dijo la alcaldesa.",
    "it": "Il ponte sul fiume è chiuso da lunedì, dopo che gli ingegneri hanno trovato delle crepe in due dei piloni. "
    "Chi vuole passare dovrà prendere il traghetto fino alla fine del mese, ha detto il sindaco.",
    "pt": "A ponte sobre o rio está fechada desde segunda, depois que os engenheiros acharam fissuras em dois pilares. "
    "Quem quiser atravessar terá de usar a balsa até o fim do mês, disse a prefeita, que não deu mais detalhes.",
    "nl": "De brug over de rivier is sinds maandag dicht, nadat ingenieurs in twee van de pijlers scheuren hadden gevonden. "
    "Wie wil oversteken moet tot het einde van de maand met de pont, zei de burgemeester.",
    "pl": "Most na rzece jest zamknięty od poniedziałku, po tym jak inżynierowie znaleźli pęknięcia w dwóch filarach. "
    "Kto chce się przeprawić, do końca miesiąca musi korzystać z promu, powiedział burmistrz, który nie podał szczegółów.",
    "cs": "Most přes řeku je od pondělí zavřený, protože inženýři našli praskliny ve dvou pilířích. "
    "Kdo se chce dostat na druhý břeh, musí až do konce měsíce jezdit přívozem, řekl starosta, který už víc nedodal.",
    "sk": "Most cez rieku je od pondelka zatvorený, pretože inžinieri našli praskliny v dvoch pilieroch. "
    "Kto sa chce dostať na druhý breh, musí až do konca mesiaca ísť kompou, povedal starosta, ktorý už viac nedodal.",
    "sl": "Most čez reko je od ponedeljka zaprt, ker so inženirji v dveh stebrih našli razpoke. "
    "Kdor želi na drugi breg, se bo moral do konca meseca peljati s trajektom, je povedal župan, ki pa ni dodal več.",
    "hr": "Most preko rijeke zatvoren je od ponedjeljka, nakon što su inženjeri na dva mjesta našli pukotine u stupovima. "
    "Tko želi prijeći, morat će do kraja mjeseca koristiti trajekt, rekao je gradonačelnik prije sjednice vijeća.",
    "sr": "Мост преко реке затворен је од понедељка, пошто су инжењери на два места нашли пукотине у стубовима. "
    "Ко жели да пређе, мораће до краја месеца да користи скелу, рекао је градоначелник после седнице.",
    "bg": "Мостът над реката е затворен от понеделник, след като инженери откриха пукнатини в две от опорите. "
    "Който иска да премине, ще трябва до края на месеца да ползва ферибота, каза кметът, който не даде повече подробности.",
    "ro": "Podul peste râu este închis de luni, după ce inginerii au găsit fisuri la doi dintre piloni. "
    "Cine vrea să treacă va trebui să ia bacul până la sfârșitul lunii, a spus primarul, care nu a dat mai multe detalii.",
    "hu": "A folyó hídja hétfő óta zárva van, miután a mérnökök két pillérben is repedéseket találtak. "
    "Aki át akar kelni, annak a hónap végéig a kompot kell használnia, mondta a polgármester, de nem közölt többet.",
    "sv": "Bron över floden är stängd sedan i måndags, efter att ingenjörer hade hittat sprickor i två av pelarna. "
    "Den som vill över får ta färjan till slutet av månaden, sade borgmästaren, som inte ville säga mer.",
    "da": "Broen over floden har været lukket siden mandag, efter at ingeniører havde fundet revner i to af pillerne. "
    "Den, der vil over, må tage færgen indtil udgangen af måneden, siger borgmesteren, som ikke ville sige mere.",
    "no": "Broen over elven har vært stengt siden mandag, etter at ingeniører hadde funnet sprekker i to av pilarene. "
    "Den som vil over, må ta fergen ut måneden, sier ordføreren, som ikke ville si noe mer om hva det koster.",
    "fi": "Joen ylittävä silta on ollut suljettuna maanantaista, kun insinöörit löysivät halkeamia kahdesta pilarista. "
    "Joka haluaa yli, joutuu käyttämään lauttaa kuun loppuun, kertoi kaupunginjohtaja, mutta hän ei sanonut muuta.",
    "et": "Jõe sild on esmaspäevast suletud, sest insenerid leidsid kahest sambast pragusid. "
    "Kes tahab üle jõe, peab kuu lõpuni kasutama praami, ütles linnapea, kuid ta ei lisanud midagi muud selle kohta.",
    "lv": "Tilts pār upi kopš pirmdienas ir slēgts, jo inženieri divos balstos atrada plaisas. "
    "Kas grib tikt pāri, tam līdz mēneša beigām būs jābrauc ar prāmi, teica mērs, bet neko vairāk par to viņš nepateica.",
    "lt": "Tiltas per upę nuo pirmadienio yra uždarytas, nes inžinieriai dviejose atramose rado įtrūkimų. "
    "Kas nori persikelti, iki mėnesio pabaigos turi plaukti keltu, sakė meras, bet daugiau apie tai jis nieko nepridūrė.",
    "tr": "Nehrin üzerindeki köprü, mühendislerin iki ayakta çatlak bulması üzerine pazartesiden beri kapalı. "
    "Karşıya geçmek isteyenler ay sonuna kadar feribotu kullanacak, dedi belediye başkanı, ancak daha fazla bilgi vermedi.",
    "ru": "Мост через реку закрыт с понедельника, после того как инженеры нашли трещины в двух опорах. "
    "Те, кто хочет переправиться, до конца месяца будут ездить на пароме, сказал мэр, который не сообщил подробностей.",
    "uk": "Міст через річку закритий з понеділка, після того як інженери знайшли тріщини у двох опорах. "
    "Хто хоче переправитися, до кінця місяця їздитиме поромом, сказав мер, який не повідомив інших подробиць.",
    "ar": "أغلق الجسر الواقع على النهر منذ يوم الاثنين بعد أن وجد المهندسون شقوقا في اثنين من أعمدته. "
    "وقال رئيس البلدية إن من يريد العبور عليه أن يستخدم العبارة حتى نهاية الشهر.",
    "fa": "پل روی رودخانه از دوشنبه بسته است، پس از آنکه مهندسان در دو پایه آن ترک پیدا کردند. "
    "شهردار گفت هر کس که می‌خواهد عبور کند باید تا پایان ماه از کشتی استفاده کند.",
    "hi": "नदी पर बना पुल सोमवार से बंद है, क्योंकि इंजीनियरों को उसके दो खंभों में दरारें मिली हैं। "
    "महापौर ने कहा कि जो लोग पार जाना चाहते हैं उन्हें महीने के अंत तक नाव से जाना होगा।",
    "id": "Jembatan di atas sungai itu ditutup sejak Senin setelah para insinyur menemukan retakan pada dua tiangnya. "
    "Warga yang ingin menyeberang harus naik feri hingga akhir bulan, kata wali kota, namun ia tidak memberi rincian lain.",
    "zh": "工程师在两个桥墩上发现裂缝之后，河上的大桥从星期一起关闭。市长说，要过河的人在月底之前只能乘渡船。",
    "ja": "技術者が二本の橋脚にひびを見つけたため、川にかかる橋は月曜日から閉鎖されている。"
    "市長によると、月末までは渡し船を使うしかない。",
    "ko": "기술자들이 교각 두 곳에서 균열을 발견한 뒤 강 위의 다리는 월요일부터 폐쇄됐다. "
    "시장은 이달 말까지 나룻배를 이용해야 한다고 말했다.",
    "el": "Η γέφυρα πάνω από το ποτάμι είναι κλειστή από τη Δευτέρα, αφού μηχανικοί βρήκαν ρωγμές σε δύο βάθρα.",
    "he": "הגשר מעל הנהר סגור מאז יום שני, אחרי שמהנדסים מצאו סדקים בשניים מן העמודים. "
    "מי שרוצה לעבור ייאלץ לנסוע במעבורת עד סוף החודש, אמר ראש העיר, אבל הוא לא פירט יותר.",
    "vi": "Cây cầu bắc qua sông đã đóng cửa từ thứ Hai, sau khi các kỹ sư tìm thấy vết nứt trên hai trụ cầu. "
    "Những người muốn qua sông sẽ phải đi phà cho đến cuối tháng, theo lời ông thị trưởng.",
    "ca": "El pont sobre el riu és tancat des de dilluns, després que els enginyers hi trobessin esquerdes en dos pilars. "
    "Qui vulgui passar haurà d'anar amb la barca fins a final de mes, segons ha dit l'alcaldessa.",
    "th": "สะพานข้ามแม่น้ำปิดตั้งแต่วันจันทร์ หลังจากวิศวกรพบรอยร้าวที่เสาสองต้น",
}  # fmt: skip


@pytest.mark.parametrize("code", WRITTEN)
def test_two_sentences_tell_their_language(code: str) -> None:
    assert language_of(WRITTEN[code]) == code


@pytest.mark.parametrize(("one", "other"), [("hr", "sr"), ("da", "no"), ("cs", "sk"), ("es", "ca"), ("id", "ms")])
def test_neighbors_are_told_apart_or_not_at_all(one: str, other: str) -> None:
    for code, wrong in ((one, other), (other, one)):
        for sentence in WRITTEN.get(code, "").split(". "):
            assert language_of(sentence) != wrong


def test_serbian_in_latin_letters_is_serbian() -> None:
    text = "Most preko reke zatvoren je od utorka, posle čega će se do kraja meseca koristiti skela, rekao je gradonačelnik."
    assert language_of(text) == "sr"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "Mosul",
        "São Paulo São Paulo é",
        "Protests in Mosul",
        "12,304 (5.1%)",
        "😀 🎉 😀 🎉 😀 🎉",
        "Mosul Erbil Duhok Kirkuk Najaf Basra Baghdad Ramadi Samarra Tikrit Fallujah Hilla Karbala",
        "lkj sdf wer xcv uio bnm rty fgh qwe asd zxc",
        "東京",
        "https://example.org/a https://example.org/b",
    ],
)
def test_where_nothing_tells_the_language_is_unknown(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_foreign_names_and_quotes_do_not_change_the_language() -> None:
    assert language_of(f"{WRITTEN['en']} The sign says: 橋は閉鎖. Its owner, Łukasz Wójcik of Kraków, agrees.") == "en"
    assert language_of(f"{WRITTEN['de']} Der Bürgermeister von Αθήνα schrieb: „The bridge is ours“.") == "de"


def test_capitals_and_accents_in_two_parts_make_no_difference() -> None:
    assert language_of(WRITTEN["fr"].upper()) == "fr"
    assert language_of(WRITTEN["en"].upper()) == "en"
    assert language_of(unicodedata.normalize("NFD", WRITTEN["vi"])) == "vi"
    assert language_of(unicodedata.normalize("NFD", WRITTEN["cs"])) == "cs"


@settings(max_examples=many(200), deadline=None)
@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert language_of(text) in {*NAMES, UNKNOWN}


@pytest.mark.parametrize("text", ["a" * 10_000_000, "the " * 2_000_000, "\u0301" * 5_000_000, "字" * 5_000_000])
def test_a_text_of_any_length_takes_no_time(text: str) -> None:
    language_of("")
    before = time.perf_counter()
    language_of(text)
    assert time.perf_counter() - before < 0.05


def test_every_language_that_has_words_has_a_name() -> None:
    assert {code for codes in words_of_languages().values() for code in codes} <= set(NAMES)


def test_languages_are_counted_and_shown_the_most_frequent_first() -> None:
    counts = languages_of([WRITTEN["fr"], "Mosul", "Erbil", WRITTEN["en"], WRITTEN["fr"]])
    assert shown(counts) == "French 2, English 1, unknown 2"


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ({"fr": 412, "en": 488}, "412 of 900 articles are in French, which"),
        ({"fr": 89, "en": 811}, ""),
        ({"fr": 1, "en": 8}, "1 of 9 articles is in French, which"),
        ({"fr": 488, "en": 412}, "488 of 900 articles are in French, which"),
        ({"fr": 1}, "the article is in French, which"),
        (
            {"fr": 2, "de": 3, "en": 1},
            "5 of 6 articles are in other languages (German 3, French 2), which",
        ),
        ({"unknown": 9}, ""),
        ({"fr": 2, "unknown": 2}, "2 of 4 articles are in French, which"),
        ({}, ""),
    ],
)
def test_a_sentence_warns_if_a_tenth_of_the_articles_are_in_languages_that_are_not_read(
    languages: dict[str, int], said: str
) -> None:
    sentence = not_read(languages, read={"en"})
    assert sentence.startswith(said)
    assert bool(sentence) == bool(said)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("fr", "fr"),
        (" FR-ca ", "fr"),
        ("pt_BR", "pt"),
        ("French", "fr"),
        ("nb", "no"),
        ("xx", ""),
        ("", ""),
        (None, ""),
        (float("nan"), ""),
        (7, ""),
    ],
)
def test_a_language_is_known_by_its_code_its_region_or_its_name(given: object, code: str) -> None:
    assert known_language(given) == code
