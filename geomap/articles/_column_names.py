"""The names that columns of articles go by: in news databases, APIs, crawlers and data sets, and in other languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

# As column_key() returns them, most specific first. Where two languages share a word, it stands once.
_NAMES = {
    "article_id": """
        articleid id docid documentid newsid storyid uid uuid guid key
    """,
    "title": """
        title headline articletitle newstitle heading webtitle headlinemain titlerendered headlinedefault
        titel überschrift schlagzeile titre título titular encabezado titolo manchete kop krantenkop rubrik overskrift
        tittel tytuł nagłówek заголовок название başlık haberbaşlığı otsikko judul nadpis titulek cím titlu τίτλος
        العنوان عنوان عنوانالخبر 标题 標題 题目 新闻标题 タイトル 見出し 제목 כותרת
    """,
    "text": """
        text body content fulltext articletext articlebody bodytext maintext contents story articlecontent newstext
        contenttext contenthtml contentrendered rawtext textcontent textcleaned cleantext cleanedtext plaintext fullcontent
        fullarticle articlefulltext storybody storytext document rawcontent bodyhtml article
        volltext inhalt artikeltext fließtext haupttext beitragstext artikel beitrag
        texteintégral textecomplet texte contenu corps corpsdutexte corpsdelarticle
        textocompleto texto contenido cuerpo cuerpodelanoticia noticia testocompleto testo contenuto corpo articolo
        conteúdo textodanotícia notícia matéria volledigetekst tekst inhoud artikeltekst bericht
        brödtext innehåll brødtekst indhold innhold treść treśćartykułu pełnytekst
        полныйтекст текст содержание статья зміст metin tammetin içerik haberiçeriği haber
        teksti sisältö isi isiberita teks obsah szöveg conținut κείμενο
        النص نص النصالكامل المحتوى محتوى نصالخبر المقال متن 正文 全文 内容 內容 文本 文章 本文 본문 내용 טקסט תוכן
    """,
    "published": """
        published publishedat publisheddate publishdate publicationdate pubdate datepublished datetimepub
        webpublicationdate datepublish datetime date timestamp articledate createdat seendate releasedate
        erscheinungsdatum veröffentlichungsdatum publikationsdatum veröffentlichtam veröffentlicht datum
        datedeparution dateparution datedepublication datepublication parution
        fechadepublicación fechapublicación fecha datadipubblicazione datapubblicazione
        datadepublicação datapublicação publicatiedatum publiceringsdatum publiceringsdato publiseringsdato dato
        datapublikacji дата датапубликации tarih yayıntarihi yayınlanmatarihi julkaisupäivä päivämäärä tanggal
        datumvydání dátum ημερομηνία
        التاريخ تاريخالنشر تاريخ 日期 发布日期 发布时间 出版日期 发表时间 時間 时间 日付 掲載日 날짜 תאריך publicationyear
    """,
    "source": """
        source publisher outlet newspaper publication sourcename sitename sourcetitle sourcehostname publicationtitle
        publicationname pubtitle publishername newspapername outletname medianame threadsite sourcedomain site media domain
        hostname
        quelle zeitung medium publikation journal nomdelasource média fuente medio medios periódico diario
        fonte testata giornale quotidiano veículo jornal bron krant källa tidning kilde avis źródło gazeta
        источник издание сми газета kaynak gazete lähde sumber zdroj forrás πηγή
        المصدر مصدر الصحيفة 来源 來源 媒体 媒體 报纸 出处 出典 掲載紙 출처 언론사 מקור
    """,
    "url": """
        url link href articleurl weburl permalink canonicalurl canonicallink sourceurl pageurl originalurl uri
        documentidentifier documenturl webadresse lien enlace collegamento länk ссылка bağlantı
        الرابط رابط 链接 鏈接 网址 網址 リンク 링크 קישור
    """,
}

# What holds less than the text, and stands for it where there is no other.
_ABSTRACTS = """
    leadparagraph abstractnote abstract summary description snippet excerpt excerptrendered trailtext fieldstrailtext
    shortdescription standfirst teaser metadescription zusammenfassung kurzfassung vorspann beschreibung
    résumé chapô extrait resumen sumario descripción extracto riassunto sommario descrizione resumo descrição
    samenvatting sammanfattning streszczenie opis аннотация анонс краткоесодержание описание özet الملخص ملخص 摘要 简介 要約
"""

# "data" is the date of Italian, Portuguese and Polish columns, and anything among English ones.
DATE_OR_DATA = "data"
_BESIDE_DATA = """
    titolo testo fonte articolo contenuto testata giornale título texto conteúdo veículo jornal manchete notícia matéria
    tytuł treść źródło tekst gazeta
"""


def without_accents(name: str) -> str:
    """Return a name as people write it who leave out accents.

    Examples
    --------
    >>> without_accents("título"), without_accents("źródło")
    ('titulo', 'zrodlo')
    """
    letters = unicodedata.normalize("NFKD", name)
    return unicodedata.normalize("NFC", "".join(x for x in letters if not unicodedata.combining(x))).replace("ł", "l")


def _listed(names: str) -> tuple[str, ...]:
    def spellings() -> Iterator[str]:
        for name in names.split():
            yield name
            yield without_accents(name)

    return tuple(dict.fromkeys(spellings()))


USUAL_NAMES: Mapping[str, tuple[str, ...]] = {role: _listed(names) for role, names in _NAMES.items()}
ABSTRACTS: tuple[str, ...] = _listed(_ABSTRACTS)
BESIDE_DATA = frozenset(_listed(_BESIDE_DATA))
