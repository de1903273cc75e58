"""What languages are told by: their names, their alphabets, and the small words that every text of theirs has."""

from __future__ import annotations

from collections.abc import Mapping

# Words without a meaning of their own, and what news has in every article ("said", "years"). By hand, the commonest first. A
# word that two languages share stands with both and counts half for each; what tells neighbors apart (Danish "af" and
# Norwegian "av") matters more than what is common.
_WORDS = {
    "en": """
        the of and to in is that for was on as with by at from are were have had has be been an this which or but not
        they their said it his her he she who would will after its about more than into there when also could over we
        you i
    """,
    "de": """
        der die und das den dem des ein eine einen einem einer eines ist nicht mit sich auf für von zu im auch es an
        als nach wie aus bei oder sind war wird wurde werden über durch noch vor zum zur hat haben dass sie er ich wir
        nur aber um bis unter gegen sein kann mehr sagte seit zwischen
    """,
    "fr": """
        le la les de des du et un une est dans que qui pour sur par au aux avec pas ce cette ces il elle ils son sa
        ses ne plus se en a été sont ont mais ou comme leur après selon deux même aussi être avait était entre depuis
        dont nous vous je fait
    """,
    "es": """
        el la los las de del y un una en que por con para es se no lo al su sus como más pero este esta ha han fue son
        ser está sobre entre también hasta desde cuando muy sin años según porque había donde tras ya unos fueron dos
    """,
    "it": """
        il lo la i gli le di del della dei delle degli dello dal dalla nel nella nei nelle alla al alle ai sul sulla e
        un una uno che per con non è si da come più anche ma sono ha hanno stato stata dopo questo questa suo loro
        essere era tra cui ancora due secondo quando
    """,
    "pt": """
        o a os as de do da dos das em no na nos nas e um uma que para por com não se ao à pelo pela é foi são mais
        como mas ser seu sua também já está após entre sobre até há tem muito quando foram disse segundo num numa anos
        era
    """,
    "nl": """
        de het een en van in is dat op te voor met zijn niet aan er ook als maar om bij door naar over uit nog dan
        wordt werd heeft hebben was deze die hij ze we zich worden waren geen meer tot onder tegen kan volgens na jaar
    """,
    "pl": """
        w i na z że do nie się o to jest jak po od przez za dla co jego jej są był była było oraz ale które który
        która także tym już przed może tego tylko ich ze roku został czy między podczas powiedział
    """,
    "cs": """
        a v se na je že o s z do i to k ve si by ale pro jako jsou jsem byl byla bylo byly který která které jeho za
        po od před při podle také už než ještě jen nebo však tak má roku mezi své bude řekl aby
    """,
    "sk": """
        a v sa na je že o s z do aj to k vo si by ale pre ako sú som bol bola bolo boli ktorý ktorá ktoré jeho za po
        od pred pri podľa tiež už než ešte len alebo však tak má roku medzi svoje bude povedal ktorí aby
    """,
    "sl": """
        in je v na se da so za ki z s pa bi po tudi bil bila bilo ne iz ob kot od pri ali že še zaradi med njegov do
        ker lahko le več pred leta letu kaj kako ter pod ta to smo sta bodo proti katere
    """,
    "hr": """
        i je u na se da su za od s sa koji koja koje ne ali iz po kao bi bio bila bilo te o što nije sve samo uz prema
        nakon gdje ovdje dvije prije tijekom svih još ili već će do zbog kako između vrijeme mjesto uvijek poslije tko
        tisuća predsjednik vlada također godine rekao izvijestio mjeseci nekoliko vijest djeca rijeka dio lijek općina
        siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca europski
        europske europska europskog milijuna milijuni tvrtke tvrtka tjedna tjedan uvjeti priopćenju priopćio osim
        kazao istaknuo cijeli cijele cijena cijene posljednji posljednjih sljedeći rješenje vijeće mjesta mjestu
        promjene vidjeti živjeti djelo djece dijela dijelu dijelom uspjeh zahtjev riječ riječi svijeta svijet svijetu
        sjever sjeverni povijest opće općine izvješće stoga eura no vjerojatno
    """,
    "sr": """
        i je u na se da su za od sa koji koja koje ne ali iz po kao bi bio bila bilo te o što nije sve samo uz prema
        nakon gde ovde dve pre tokom svih još ili već će do zbog kako između vreme mesto uvek posle ko hiljada šta
        predsednik vlada takođe godine rekao saopštio meseci nekoliko vest deca reka deo lek opština и је у на се да
        су за од са који која које не али из по као би био била било те о што није све само уз према након где овде
        две пре током свих још или већ ће до због како између време место увек после ко хиљада шта председник влада
        такође године рекао саопштио месеци неколико januara februara marta aprila maja juna jula avgusta septembra
        oktobra novembra decembra evropski evropske evropska evropskog miliona milioni nedelje nedelja uslovi
        saopštenju osim kazao istakao ceo cele cena cene poslednji poslednjih sledeći rešenje mesta mestu promene
        videti živeti delo dece dela delu uspeh zahtev reč reči sveta svet svetu sever severni istorija opšte opštine
        izveštaj evra verovatno procenata
    """,
    "mk": """
        на во и да се за од со не што ги ќе ја го е беше кои кој која сите како или според беа има ова овој оваа по до
        исто така дека меѓу треба изјави тоа при години
    """,
    "bg": """
        на и да за се от в с не е по са че до като при из след към което който която които между със във ще беше бяха
        през това този тази според има няма или но обаче му ги го ни още само каза години повече
    """,
    "ru": """
        и в не на что с по как из к у от за для о при его ее её это был была было были а но также который которая
        которые после до или во со же бы они она он мы уже только года году лет том чтобы так еще ещё сообщил между
        сказал
    """,
    "uk": """
        і в у не на що з та до як за для від про при його її це був була було були а але також який яка які після або
        під зі же би вони вона він ми вже тільки року років щоб так ще повідомив між сказав й є
    """,
    "be": """
        і ў у не на што з да як за для ад пра пры яго яе гэта быў была было былі а але таксама які якая якія пасля або
        пад са яны яна ён мы ўжо толькі года годзе каб так яшчэ паміж сказаў ёсць
    """,
    "kk": """
        және мен бен пен бір үшін бұл деп болып туралы оның да де екі жыл жылы кейін дейін бойынша қарай болды еді
        емес осы сол тағы ғана оны ол деді ал сондай-ақ бірақ тек болса жоқ бар қазақстан ел елдің етті етіп керек ең
        жаңа жылдың айтты күні оған олар біз біздің өз өзінің болған болады дейді адам екенін көп сонымен кезінде
        арқылы сәйкес жылғы мың осындай бастап
    """,
    "ro": """
        și de în a la cu pe din că o un una al ale ai să nu se este sunt pentru care mai au fost fi după prin dar sau
        ca lui ei lor până despre între către această acest ar am anul ani ce spus dintre fără cele cel
    """,
    "hu": """
        a az és hogy is nem egy meg ez azt volt van de el csak már még mint ki után szerint ezt ha vagy kell lesz
        voltak között által mert több amely ami aki pedig ahol így majd arra minden év során miatt lehet
    """,
    "sv": """
        och i att det som en är på för av med den till har de inte ett om men var från kan sig efter vid när också ska
        under över mot enligt mellan eller hade sin sina nu så alla där blev två säger år kommer varit dem denna detta
        dessa hur inga genom utan andra blir mycket fick sedan kunde skulle ville dag vad hans
    """,
    "da": """
        og i at det som en er på for af med den til har de ikke et om men var fra kan sig efter ved når også skal
        under over mod ifølge mellem eller havde sin sine nu så alle der blev to siger år kommer været hvor nogle
        meget uden mere flere selv bliver ud op ned hos siden hvis igen dette kun mens både kunne skulle ville denne
        disse dag hvad lige gør gang hans
    """,
    "no": """
        og i at det som en er på for av med den til har de ikke et om men var fra kan seg etter ved når også skal
        under over mot ifølge mellom eller hadde sin sine nå så alle der ble to sier år kommer vært hvor noen mye
        ikkje eit frå dei vart meir ein uten mer flere selv blir ut opp ned hos siden hvis igjen dette kun mens både
        kunne skulle ville denne disse dag hva gjennom inn fram frem gjør gang hans folk
    """,
    "is": """
        og að í á sem er var til við um með fyrir ekki það af en hann hún þeir hafa hefur frá eru voru eftir eða þegar
        einnig verið því upp út ár þess
    """,
    "fi": """
        ja on ei se että oli hän joka ovat mukaan myös mutta kun kuin niin jo sen ole vain jos tai olisi ennen vuoden
        jälkeen sitä sekä mitä voi he ollut olivat noin vielä kanssa kertoi jotka eivät hänen sanoi vuonna nyt
    """,
    "et": """
        ja on ei et oli ta see kui ka oma aga mis kes ning sest või selle seda siis veel juba nii pärast enne kuni üle
        eest kohta ütles aasta aastal olid olnud saab tema nad välja kahe kõik vaid mida
    """,
    "lv": """
        un ir ka no ar par uz bija kas tas nav arī pie gada pēc to kā vai līdz bet gadā lai jau tika tiek viņš viņa ko
        šo kuru vēl starp pirms savu tā šī būs ļoti teica
    """,
    "lt": """
        ir yra kad į iš su buvo tai kaip bet apie po dėl metų metais ar nuo iki taip pat jau jis ji savo tik už prie
        per kuris kuri kurie jo jų būti šis daugiau teigė ne nebuvo dar tarp
    """,
    "tr": """
        ve bir bu da de için ile olarak olan çok daha gibi ne ama en var kadar sonra oldu olduğu olduğunu göre ki ise
        değil dedi yeni her ya iki önce yüzde ancak tarafından üzerinde söyledi eden yılında diye bin
    """,
    "az": """
        və bir bu da də üçün ilə olan çox daha kimi olaraq ki sonra edib olub görə var deyil isə hər həm lakin
        bildirib tərəfindən haqqında ildə qədər
    """,
    "id": """
        yang dan di ini itu dengan untuk pada dari tidak dalam akan oleh juga ke karena ada bahwa telah sebagai
        tersebut kata saat bisa sudah lebih mereka adalah menjadi tahun para atau hingga setelah kepada orang
        sedangkan namun usai masyarakat pemerintah mengatakan ujar ujarnya terkait serta beberapa harus warga
        sementara rupiah persen jika pun lalu kemudian masih hanya seperti antara satu dua kami kita bagi ia dia
    """,
    "ms": """
        yang dan di ini itu dengan untuk pada dari tidak dalam akan oleh juga ke kerana ada bahawa telah sebagai
        tersebut berkata boleh sudah lebih mereka ialah menjadi tahun para atau hingga selepas kepada orang daripada
        iaitu kerajaan beliau seramai mahu perlu peratus ringgit serta beberapa jika kemudian masih hanya seperti
        antara satu dua kami kita bagi dia
    """,
    "tl": "ang ng sa na mga ay at ni si kay para ito nito siya niya hindi may nang sila isang mula kung din rin ayon",
    "vi": """
        và của là có trong được cho các một không người những với đã khi này để từ đến tại về theo năm vào trên ra ông
        sau cũng như nhiều
    """,
    "ca": """
        el la els les de del dels i un una que en per amb és no es al als ha han va van com més però aquest aquesta
        són també segons des fins entre sense anys seva seu on quan després dos fer ser
    """,
    "gl": """
        o a os as de do da dos das en no na nos nas e un unha que para por con non se ao á polo pola é foi son máis
        como pero ser seu súa tamén xa está tras entre sobre ata hai ten moi cando foron dixo segundo anos
    """,
    "eu": "eta da du ez bat dira ere egin dute izan zen baina hori bere dio zuen dela beste gehiago arte duen urte den",
    "sq": """
        dhe të e i në për me nga është se që një u nuk do janë ka ishte si më por këtë kjo ky kanë pas edhe tij saj
        ose deri tha vit
    """,
    "af": "die en van in is het nie dat vir met op hy sy om te was ook aan wat deur sal hulle by word ons na 'n as maar dit",
    "cy": "yn y a i o ar yr ei wedi mae am gan at oedd bod fod hefyd ond nid sydd gyda dros eu fel hyn bydd",
    "sw": "na ya wa kwa ni katika za la cha kuwa hiyo huo hii baada pia hadi watu amesema kutoka yake lakini alisema wake",
    "ar": """
        في من على إلى أن عن مع التي الذي هذا هذه كان كانت بعد قبل بين لا ما لم كما أو قد أنه حيث إن ذلك وقال خلال وفي
        ومن وقد هو هي غير كل حتى ضد أكثر بعض اليوم
    """,
    "fa": """
        و در به از که این را با است برای آن یک خود تا شد بر هم نیز کرد شده می‌شود بود ها باید وی اما اگر هر پس سال دو
        کند گفت های می بین
    """,
    "ur": "کے میں کی ہے اور سے کا کو نے پر کہ ہیں یہ اس کر بھی تھا گیا ایک ہو تھے لیے کہا تھی جو وہ بعد نہیں ان سال",
    "ps": "د په چې او له ته دی یې هم کې سره دا دي شوي کړي پر نه وي وروسته",
    "he": "של את על לא הוא היא זה עם כי גם אל כל אבל היה אם יש בין לאחר יותר אשר אמר היו רק אחרי",
    "hi": "के में की है और से का को ने पर कि हैं यह इस कर भी था गया एक हो लिए कहा थी जो वह बाद नहीं उन साल थे",
    "mr": "आहे आणि या च्या हे ते की तर मात्र होते होता केली केला त्या येथे असून आहेत नाही झाले म्हणून",
    "ne": "छ को र मा ले का पनि भएको गरेको छन् यो लागि गर्न हो भने बताए उनले थियो",
}

NAMES: Mapping[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian",
    "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay", "my": "Burmese", "ne": "Nepali",
    "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak", "sl": "Slovene", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip

# Alphabets that one language of the news is written in. Those of several are told apart by words and letters.
SCRIPTS: Mapping[str, str] = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hy": "\u0530-\u058f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17ff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
}
KANA = "\u3040-\u30ff"
HAN = "\u3400-\u9fff\U00020000-\U0002ffff"

# Letters that one language has and its neighbors lack.
LETTERS: Mapping[str, str] = {
    "be": "ў",
    "uk": "їєґ",
    "ru": "ыэё",
    "bg": "ъщ",
    "mk": "ѓќѕ",
    "sr": "ћђ",
    "kk": "әғқңұһ",
    "cs": "řěů",
    "sk": "ľĺŕ",
    "pl": "ąęłśźż",
    "ro": "țăș",
    "hu": "őű",
    "lv": "āēīūķļņģ",
    "lt": "ėįųš",
    "tr": "ğış",
    "az": "ə",
    "sq": "ë",
    "vi": "đơưạảấầậắềệểộớờợụủứừữ",
    "is": "þð",
    "de": "ß",
    "es": "ñ¿",
    "pt": "ãõ",
    "fa": "پچگژ",
    "ur": "ٹڈڑےںہھ",
    "ps": "ښځډړټې",
}


def words_of_languages() -> dict[str, tuple[str, ...]]:
    """Return each of the words with the languages that have it."""
    found: dict[str, list[str]] = {}
    for language, words in _WORDS.items():
        for word in dict.fromkeys(words.split()):
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}
