"""Exports of news databases: one file, many documents, and what an article may contain that looks like the layout."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from pathlib import Path
from random import Random
from time import process_time

import docx
import pandas as pd
import pytest
from laws import many
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen import canvas

from geomap.articles import read_articles
from geomap.articles._sources import Paragraph
from geomap.articles.readers._databases.lines import ExportedArticles
from geomap.articles.readers._exports import exported_articles, exported_pages
from geomap.errors import ArticlesSkipped, EncodingGuessed


def split(text: str) -> ExportedArticles | None:
    return exported_articles([Paragraph(line) for line in text.split("\n")])


def found(text: str) -> ExportedArticles:
    articles = split(text)
    assert articles is not None
    return articles


def column(articles: ExportedArticles, name: str) -> list[object]:
    return [article[name] for article in articles]


CENTER = " " * 30
LEXIS = f"""


{CENTER}1 of 3 DOCUMENTS


{CENTER}The Wharf Gazette

{CENTER}March 1, 2017 Wednesday
{CENTER}Late Edition - Final

Cranes return to the docks
of Rotterdam

BYLINE: By Ines Vos

SECTION: BUSINESS; Pg. 4

LENGTH: 61 words


Two cranes came back to Rotterdam on Tuesday, three years after a storm had
pushed them into the harbor. The port of Antwerp lent the barge that carried
them.

A second barge is expected from Ghent.

GRAPHIC: PHOTO: A crane in Bremerhaven

SUBJECT: PORTS & HARBORS (90%); NEW YORK
STOCK EXCHANGE (50%)

LOAD-DATE: March 1, 2017

LANGUAGE: ENGLISH

{CENTER}Copyright 2017 The Wharf Gazette, London
{CENTER}All Rights Reserved


{CENTER}2 of 3 DOCUMENTS


{CENTER}Fjord Times

{CENTER}2 March 2017 Thursday

Ferry sold

LENGTH: 12 words

The archive in Bergen lists the page under this line:

3 of 3 DOCUMENTS

LENGTH: 400 words

Its keeper lives in Oslo.

LOAD-DATE: March 3, 2017

{CENTER}Copyright 2017 Fjord Times


{CENTER}3 of 3 DOCUMENTS


{CENTER}Fjord Times

Letter without a day

LENGTH: 9 words

Trondheim is cold.

LANGUAGE: ENGLISH
"""


def test_a_lexisnexis_text_is_split_into_its_documents() -> None:
    articles = found(LEXIS)
    assert articles.notes == []
    assert column(articles, "title") == [
        "Cranes return to the docks of Rotterdam",
        "Ferry sold",
        "Letter without a day",
    ]
    assert column(articles, "published") == ["March 1, 2017 Wednesday", "2 March 2017 Thursday", None]
    assert column(articles, "source") == ["The Wharf Gazette", "Fjord Times", "Fjord Times"]
    assert articles[0]["byline"] == "By Ines Vos"
    assert articles[0]["section"] == "BUSINESS; Pg. 4"
    assert set(column(articles, "database")) == {"Nexis"}


def test_broken_lines_are_joined_and_indexing_and_copyright_stay_out_of_the_text() -> None:
    assert found(LEXIS)[0]["text"] == (
        "Two cranes came back to Rotterdam on Tuesday, three years after a storm had pushed them into the harbor. "
        "The port of Antwerp lent the barge that carried them.\n\nA second barge is expected from Ghent."
    )


def test_a_line_that_was_broken_within_a_sentence_is_joined_where_paragraphs_are_lines() -> None:
    lines = [
        "Two cranes came back to",
        "the docks of Rotterdam.",
        "Berths 12",
        "all empty",
        "quay",
        "pier",
        "See the map at",
        "https://pier.example",
    ]
    body = [
        Paragraph(line)
        for line in lines + ["A barge is expected in Ghent, and another one that carries the sand. " * 4] * 6
    ]
    head = [
        Paragraph(line)
        for line in ("1 of 1 DOCUMENT", "", "Pier", "", "May 2, 2017", "", "Fog", "", "LENGTH: 3 words", "")
    ]
    articles = exported_articles([*head, *body])
    assert articles is not None
    assert str(articles[0]["text"]).split("\n\n")[:7] == [
        "Two cranes came back to the docks of Rotterdam.",
        *("Berths 12", "all empty", "quay", "pier", "See the map at", "https://pier.example"),
    ]


def test_a_separator_and_a_length_that_an_article_quotes_stay_in_its_text() -> None:
    text = found(LEXIS)[1]["text"]
    assert "3 of 3 DOCUMENTS" in text and "LENGTH: 400 words" in text and text.endswith("Its keeper lives in Oslo.")


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("\n", "\r\n\f"), ("DOCUMENTS\n", "DOCUMENTS\f\n")])
def test_line_ends_and_form_feeds_make_no_difference(change: tuple[str, str]) -> None:
    plain, changed = found(LEXIS), found(LEXIS.replace(*change))
    assert column(changed, "title")[1:] == column(plain, "title")[1:]
    assert column(changed, "published") == column(plain, "published")


OLD_LEXIS = """
Copyright 2003 The Quarry Post Company
The Quarry Post

July 7, 2003, Monday, Final Edition

SECTION: Metropolitan; Section B; Page 3      LENGTH: 120 words

HEADLINE: Marble for Carrara

BYLINE:  By TOM LATHE

DATELINE: TIVOLI, Italy

BODY:
   Marble from Carrara was shipped to Genoa.

   It went on to Marseille.

URL: http://www.quarry.example/7

LOAD-DATE: July 8, 2003
"""


def test_the_older_layout_has_headline_and_body_labelled_and_metadata_in_two_columns() -> None:
    articles = found("                 1 of 1 DOCUMENT\n" + OLD_LEXIS)
    assert len(articles) == 1
    assert articles[0] | {"text": None} == {
        "title": "Marble for Carrara",
        "text": None,
        "published": "July 7, 2003, Monday",
        "source": "The Quarry Post",
        "url": None,
        "byline": "By TOM LATHE",
        "section": "Metropolitan; Section B; Page 3",
        "database": "Nexis",
    }
    assert articles[0]["text"] == "Marble from Carrara was shipped to Genoa.\n\nIt went on to Marseille."


@pytest.mark.parametrize(
    ("number", "date", "labels", "end"),
    [
        (
            "Dokument {} von 2",
            "3. März 2017 Freitag",
            "AUTOR: Jo Berg\n\nRUBRIK: Lokales\n\nLÄNGE: 9 Wörter",
            "SPRACHE: DE",
        ),
        (
            "Document {} de 2",
            "vendredi 3 mars 2017",
            "AUTEUR: Jo Berg\n\nRUBRIQUE: Lokales\n\nLONGUEUR: 9 mots",
            "LANGUE: F",
        ),
        (
            "Documento {} de 2",
            "3 de marzo de 2017",
            "AUTOR: Jo Berg\n\nSECCIÓN: Lokales\n\nLONGITUD: 9 palabras",
            "IDIOMA: E",
        ),
        (
            "Documento {} di 2",
            "3 marzo 2017 venerdì",
            "AUTORE: Jo Berg\n\nSEZIONE: Lokales\n\nLUNGHEZZA: 9 parole",
            "LINGUA: I",
        ),
        (
            "Document {} van 2",
            "3 maart 2017 vrijdag",
            "AUTEUR: Jo Berg\n\nRUBRIEK: Lokales\n\nLENGTE: 9 woorden",
            "TAAL: NL",
        ),
    ],
)
def test_the_words_of_other_languages_are_known(number: str, date: str, labels: str, end: str) -> None:
    document = "{}\n\nMühlenblatt\n\n{}\n\nNeue Brücke\n\n{}\n\nIn Passau wird gebaut.\n\n{}\n\n"
    articles = found("".join(document.format(number.format(i), date, labels, end) for i in (1, 2)))
    wanted = ("Neue Brücke", "In Passau wird gebaut.", date, "Mühlenblatt", "Jo Berg", "Lokales")
    for article in articles:
        assert tuple(article[k] for k in ("title", "text", "published", "source", "byline", "section")) == wanted


def test_a_correction_below_its_label_and_its_announcement_are_no_part_of_text_and_title() -> None:
    text = (
        f"1 of 1 DOCUMENT\n\n{CENTER}Pier\n\n{CENTER}May 2, 2017\n\n{CENTER}Correction Appended\n\nFog\n\n"
        "LENGTH: 3 words\n\nFog hid Cork.\n\nCorrections were made.\n\nLANGUAGE: ENGLISH\n\n"
        "CORRECTION-DATE: May 4, 2017\n\nCORRECTION:\n\nIt was Cobh.\n\nThe fog was mist.\n\nGRAPHIC: Map of Cork"
    )
    (article,) = found(text)
    assert (article["title"], article["text"]) == ("Fog", "Fog hid Cork.\n\nCorrections were made.")


def test_a_source_of_two_lines_is_one_name() -> None:
    blog = [Paragraph(p.text.replace("Pit News", "Pit News Blogs\n(Deep Down)"), p.style) for p in uni(styled=False)]
    articles = exported_articles(blog)
    assert articles is not None
    assert column(articles, "title") == ["Salt mine closes in Wieliczka", "Letters"]
    assert column(articles, "source") == ["Pit News Blogs (Deep Down)"] * 2


@pytest.mark.parametrize(
    ("database", "last"), [("Gale", "Gale Document Number: GALE|A{}"), ("NewsBank", "Record Number: 0F{}")]
)
def test_documents_of_a_database_whose_layout_is_not_known_are_one_article_with_the_suspicion(
    database: str, last: str
) -> None:
    text = "\n\n".join(f"Fog {i}\n\nFog hid Cork. {database}\n\n{last.format(i)}" for i in (1, 2))
    articles = found(text)
    assert len(articles) == 1 and "looks like an export from " + database in articles.notes[0]
    assert split(f"Fog\n\nFog hid Cork. {database}\n\n{last.format(1)}") is None


def test_an_older_document_without_a_date_has_its_source() -> None:
    undated = OLD_LEXIS.replace("July 7, 2003, Monday, Final Edition\n\n", "")
    (article,) = found("                 1 of 1 DOCUMENT\n" + undated)
    assert (article["source"], article["published"], article["title"]) == (
        "The Quarry Post",
        None,
        "Marble for Carrara",
    )


def test_a_document_without_labels_has_a_headline_and_a_body_all_the_same() -> None:
    head = f"1 of 1 DOCUMENT\n\n{CENTER}Pier\n\n{CENTER}May 2, 2017\n\n"
    text = f"{head}Fog\n\nFog hid Cork.\n\nIt rose.\n\nLOAD-DATE: May 3, 2017"
    (article,) = found(text)
    assert (article["title"], article["source"], article["text"]) == ("Fog", "Pier", "Fog hid Cork.\n\nIt rose.")


def test_a_missing_document_is_noted_and_the_others_are_read() -> None:
    articles = found(LEXIS.replace("of 3 DOC", "of 5 DOC"))
    assert len(articles) == 3
    assert articles.notes == ["the Nexis export announces 5 documents, but 3 were found"]


def test_what_looks_like_an_export_but_has_no_metadata_is_one_article_with_the_suspicion() -> None:
    text = "1 of 2 DOCUMENTS\n\nA memo on Lima.\n\n2 of 2 DOCUMENTS\n\nA memo on Quito."
    articles = found(text)
    assert column(articles, "text") == [text]
    assert "looks like an export from Nexis" in articles.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "Archive opens\n\nThe archive in Graz shows 3 of 12 documents, said its head on March 3, 2017.",
        "3 of 12 documents\n\nOnly these were found in Graz.",
        "The human body\n\nBody\n\nA lecture in Padua on the document.",
        "Length: 4 m\n\nWidth: 2 m\n\nA document of the bridge in Mostar, Section: B.",
        "Documents\n\nDocument ABC was shown in court in Skopje. 120 words were read.",
        "Methods\n\nProQuest was searched for reports from Nairobi; abstract: none. Location: Kenya.",
    ],
)
def test_an_ordinary_article_is_no_export(text: str) -> None:
    assert split(text) is None


def uni(*, styled: bool, ended: bool = True) -> list[Paragraph]:
    heading, normal = ("Heading 1", "Normal") if styled else ("", "")
    cover = ["User Name: = someone", "Date and Time: = May 2, 2019", "Job Number: = 1", "Documents (2)"]
    listed = ["1. Salt mine closes in Wieliczka", "Client/Matter: -None-", "Search Terms: salt", "2. Letters"]
    first = [
        "Pit News",
        "May 1, 2019 Wednesday 9:03 AM GMT",
        "",
        "\nCopyright 2019 Pit News, Chicago All Rights Reserved",
    ]
    labels = ["Section:\xa0REGION; Pg. 2", "Length:\xa030 words", "Byline:\xa0By Ada Grube", "Body", ""]
    body = ["The mine of Wieliczka closed.", "Body", "End of Document", "was written on its gate in Kraków."]
    end = ["Graphic", "A gate in Vienna", "Classification", "", "Language:\xa0ENGLISH", "\nLoad-Date:\xa0May 2, 2019"]
    stop = ["", "\nEnd of Document", ""] if ended else []
    body = body if ended else [body[0], body[3]]
    paragraphs = [Paragraph(text, normal) for text in ([*cover, *listed, ""] if ended else [])]
    paragraphs.append(Paragraph("Salt mine closes in Wieliczka", heading))
    paragraphs += [Paragraph(text, normal) for text in [*first, *labels, *body, *end, *stop]]
    paragraphs.append(Paragraph("Letters", heading))
    second = [
        "Pit News",
        "May 2, 2019",
        "Length:",
        "8 words",
        "Body",
        "Write to us in Gdańsk.",
        "Load-Date: May 3, 2019",
    ]
    return paragraphs + [Paragraph(text, normal) for text in [*second, *stop]]


@pytest.mark.parametrize("styled", [True, False])
@pytest.mark.parametrize("ended", [True, False])
def test_a_nexis_uni_document_is_split_with_and_without_styles_and_end_marks(styled: bool, ended: bool) -> None:
    articles = exported_articles(uni(styled=styled, ended=ended))
    assert articles is not None
    assert articles.notes == []
    assert column(articles, "title") == ["Salt mine closes in Wieliczka", "Letters"]
    assert column(articles, "source") == ["Pit News", "Pit News"]
    assert column(articles, "published") == ["May 1, 2019 Wednesday 9:03 AM GMT", "May 2, 2019"]
    assert column(articles, "byline") == ["By Ada Grube", None]
    assert column(articles, "section") == ["REGION; Pg. 2", None]
    assert str(articles[0]["text"]).startswith("The mine of Wieliczka closed.")
    assert str(articles[0]["text"]).endswith("was written on its gate in Kraków.")
    assert articles[1]["text"] == "Write to us in Gdańsk."


def test_a_headline_of_two_headings_is_one_and_a_document_without_a_date_has_its_source() -> None:
    texts = [
        ("Harbor frozen", "Title"),
        ("in Riga", "Title"),
        ("Baltic Sheet", ""),
        ("Body", ""),
        ("Ice covers Riga.", ""),
    ]
    more = [("Thaw", "Title"), ("Baltic Sheet", ""), ("May 3, 2019", ""), ("Body", ""), ("Ice left Riga.", "")]
    articles = exported_articles([Paragraph(*text) for text in texts + more])
    assert articles is not None
    assert column(articles, "title") == ["Harbor frozen in Riga", "Thaw"]
    assert column(articles, "source") == ["Baltic Sheet", "Baltic Sheet"]
    assert column(articles, "published") == [None, "May 3, 2019"]


RULE = "_" * 60
PROQUEST = f"""{RULE}

Document 1 of 2

Olive harvest fails: [Final Edition]

Author: Papas, Lena

http://search.proquest.com/docview/11?accountid=1

Abstract: The harvest in Kalamata failed.

Full text: The olive harvest around Kalamata failed this year.
Growers marched to Sparta.
Subject: Olives

{RULE}
is what a banner said in Patras.

Location: the square

A second march is planned in Corinth.

CREDIT: Special to the Grove

Subject: Agriculture; Protests

Location: Athens Greece

Title: Olive harvest fails

Publication title: The Grove; Chicago, Ill.      Pages: A3

Publication year: 2018

Publication date: Nov 5, 2018

Section: World

Publisher: Grove Company, New York

Place of publication: Chicago, Ill.

Country of publication: United States, Chicago, Ill.

ProQuest document ID: 11

Document URL: http://search.proquest.com/docview/11

Copyright: (Copyright 2018 by Grove, Boston.)

Last updated: 2018-11-06

Database: U.S. Newsstream

{RULE}

Document 2 of 2

Only a summary

Abstract: Rain fell on Volos.

Full text: Not available.

Title: Only a summary

Publication title: The Grove

Publication date: Nov 6, 2018

ProQuest document ID: 12

Database: U.S. Newsstream

{RULE}

Contact us at: http://www.proquest.com/go/contactsupport Copyright © 2018 ProQuest LLC, Ann Arbor. All rights reserved.
"""


def test_a_proquest_text_is_split_into_its_documents() -> None:
    articles = found(PROQUEST)
    assert column(articles, "title") == ["Olive harvest fails", "Only a summary"]
    assert column(articles, "published") == ["Nov 5, 2018", "Nov 6, 2018"]
    assert column(articles, "source") == ["The Grove", "The Grove"]
    assert column(articles, "byline") == ["Papas, Lena", None]
    assert articles[0]["section"] == "World"
    assert articles[0]["url"] == "http://search.proquest.com/docview/11"
    assert set(column(articles, "database")) == {"ProQuest"}


def test_an_article_of_proquest_may_quote_the_rule_and_labels_and_keeps_no_metadata() -> None:
    text = str(found(PROQUEST)[0]["text"])
    assert text.startswith("The olive harvest around Kalamata failed")
    assert "Subject: Olives" in text and "Patras" in text and "Location: the square" in text
    assert text.endswith("A second march is planned in Corinth.")
    assert not any(name in text for name in ("Chicago", "Athens", "New York", "Boston", "Ann Arbor"))


def test_a_document_with_an_abstract_only_is_read_with_a_note() -> None:
    articles = found(PROQUEST)
    assert articles[1]["text"] == "Rain fell on Volos."
    assert articles.notes == ["document 2 of the ProQuest export has no full text; its abstract is read"]


def test_a_single_proquest_document_without_rules_and_in_another_language_is_read() -> None:
    text = (
        "Les vignes gèlent\n\nAuteur: Roy, Luc\n\nTexte intégral: Il a gelé à Beaune.\n\nÀ Dijon aussi.\n\n"
        "Titre: Les vignes gèlent\n\nTitre de la publication: La Serpe; Paris\n\nDate de publication: 3 mai 2017\n\n"
        "Lieu de publication: Paris\n\nID de document ProQuest: 3\n\nURL du document: https://www.proquest.com/docview/3\n"
    )
    (article,) = found(text)
    assert article["title"] == "Les vignes gèlent"
    assert article["text"] == "Il a gelé à Beaune.\n\nÀ Dijon aussi."
    assert (article["source"], article["published"]) == ("La Serpe", "3 mai 2017")


FACTIVA = """World
Bridge of boats at Basra
By Omar Said
1,877 words
9 January 2019
02:03
Delta Daily
DELTAD
English
Copyright 2019. Delta Media, London.

A bridge of boats was laid at Basra.

The paper Document DELTAD0020190101ef1000001 is kept in Kuwait.

Traders came from Abadan.

Delta Media Toronto

Document DELTAD0020190109ef1900001

Lamps lit
Nora Quist
55 Wörter
10 Januar 2019
Delta Daily
DELTAD
Deutsch
(c) 2019 Delta Media

Lampen brennen in Lübeck.

Dokument DELTAD0020190110ef1a00002

Search Summary
Text: bridge
Region: Iraq
"""


def test_a_factiva_document_is_split_into_its_articles() -> None:
    articles = found(FACTIVA)
    assert column(articles, "title") == ["Bridge of boats at Basra", "Lamps lit"]
    assert column(articles, "published") == ["9 January 2019 02:03", "10 Januar 2019"]
    assert column(articles, "source") == ["Delta Daily", "Delta Daily"]
    assert column(articles, "byline") == ["By Omar Said", "Nora Quist"]
    assert column(articles, "section") == ["World", None]
    assert articles[0]["text"] == (
        "A bridge of boats was laid at Basra.\n\nThe paper Document DELTAD0020190101ef1000001 is kept in Kuwait.\n\n"
        "Traders came from Abadan."
    )
    assert articles[1]["text"] == "Lampen brennen in Lübeck."


@pytest.mark.parametrize(
    "header",
    [
        "31 mots\nLe Môle\nMOLEFR\nFrançais\n(c) Le Môle",
        "31 mots\nLe Môle\nMOLEFR\n4\nFrançais",
        "31 words\nLe Môle\nMOLEFR\nLe Môle, all rights reserved.",
        "31 palabras\nLe Môle\nMOLEFR\nEspañol\n© Le Môle",
    ],
)
def test_a_factiva_document_without_a_date_has_its_source_also_behind_a_quoted_number(header: str) -> None:
    quoting = FACTIVA.split("Lamps lit")[0].replace(
        "is kept in Kuwait.", "is kept in Kuwait.\n\nDocument KUWAIT0019990101ab1200001\n\n12 words"
    )
    articles = found(
        f"{quoting}Notice to ships\n{header}\n\nThe light of Sète is out.\n\nDocument MOLEFR002019ab1c00003\n"
    )
    assert column(articles, "title") == ["Bridge of boats at Basra", "Notice to ships"]
    assert column(articles, "published") == ["9 January 2019 02:03", None]
    assert column(articles, "source") == ["Delta Daily", "Le Môle"]
    assert "12 words\n\nTraders came" in str(articles[0]["text"])
    assert articles[1]["text"] == "The light of Sète is out."


def test_a_factiva_document_of_no_words_has_no_text() -> None:
    cartoon = FACTIVA.replace("55 Wörter", "0 Wörter").replace("Lampen brennen in Lübeck.", "Delta Media Berlin")
    assert found(cartoon)[1]["text"] is None


CODED = """HD|Wells dry up
BY|Mona Lind
WC|40 words
PD|2 May 2018
SN|Plain Paper
SC|PLAINP
LA|English
CY|Copyright 2018 Plain Paper, Dallas
LP|Wells near Jaffna dried up.
Farmers left for Colombo.
TD|Rain is due in Galle.
IN|i41 : Food
RE|sri : Sri Lanka | asiaz : Asia
PUB|Plain Paper Inc., Houston
AN|Document PLAINP0020180502ee5200001
SE|Sport
HD|Cup final
WC|9 words
PD|3 May 2018
SN|Plain Paper
LP|Kandy won.
AN|Document PLAINP0020180503ee5300001
"""


@pytest.mark.parametrize("between", ["|", "\t", "\n"])
def test_a_factiva_document_with_codes_is_split_into_its_articles(between: str) -> None:
    articles = found(CODED.replace("|", between))
    assert column(articles, "title") == ["Wells dry up", "Cup final"]
    assert column(articles, "published") == ["2 May 2018", "3 May 2018"]
    assert column(articles, "section") == [None, "Sport"]
    assert articles[0]["byline"] == "Mona Lind"
    assert articles[0]["text"] == "Wells near Jaffna dried up.\n\nFarmers left for Colombo.\n\nRain is due in Galle."
    assert articles[1]["text"] == "Kandy won."


@pytest.mark.parametrize(
    "line",
    [
        "HD hull damage, in Galle",
        "AN",
        "AN anchor lost",
        "PD",
        "WC  water closet",
        "SE\nsouth east of Jaffna",
        "NGC no good",
    ],
)
@pytest.mark.parametrize("between", ["|", "\t", "\n"])
def test_an_article_of_coded_fields_may_have_lines_that_begin_with_a_code(line: str, between: str) -> None:
    quoting = CODED.replace("Farmers left for Colombo.", f"{line}\nFarmers left for Colombo.")
    articles = found(quoting.replace("|", between))
    assert column(articles, "title") == ["Wells dry up", "Cup final"]
    text = "\n\n".join(line.split("\n"))
    assert str(articles[0]["text"]).startswith(f"Wells near Jaffna dried up.\n\n{text}\n\nFarmers left for Colombo.")
    assert articles[1]["text"] == "Kandy won."


def factiva_page(*articles: str) -> str:
    return f"<html><head><title>Factiva</title></head><body>{''.join(articles)}</body></html>"


FACTIVA_DIVS = (
    '<div id="article-A" class="article"><div class="article enArticle"><p></p><div>Foreign</div>'
    '<div id="hd"><span class="enHeadline">Snow in <b>Erzurum</b></span></div><div class="author">By Can Ak</div>'
    "<div>1.120 words</div>{date}<div>Peak Post</div><div>PEAKP</div><div>English</div>"
    "<div>Copyright 2017. Peak Media, Boston.</div><p></p>"
    '<p class="articleParagraph enarticleParagraph">Snow closed the road to\n Kars.</p>'
    '<p class="articleParagraph enarticleParagraph">Length: 400 words</p>'
    "<p>Peak Media Boston</p><p>Document PEAKP00020171101ed1100001</p></div></div>"
)
FACTIVA_ROWS = (
    '<div class="article frArticle"><table><tr><td class="index"><b>SE</b></td><td>Monde</td></tr>'
    '<tr><td class="index"><b>HD</b></td><td><b class="frHeadline">Neige</b></td></tr>'
    '<tr><td class="index"><b>WC</b></td><td>65 mots</td></tr><tr><td class="index"><b>PD</b></td><td>2 mai 2017</td></tr>'
    '<tr><td class="index"><b>SN</b></td><td>Le Pic</td></tr><tr><td class="index"><p><b>LP</b></p></td><td>'
    '<p class="articleParagraph frarticleParagraph">Il neige à Van.</p></td></tr><tr><td class="index"><b>RE</b></td>'
    '<td>Turquie</td></tr><tr><td class="index"><b>AN</b></td><td>Document LEPIC00020170502ed5200001</td></tr></table></div>'
)


def test_a_factiva_page_is_split_into_its_articles() -> None:
    page = factiva_page(FACTIVA_DIVS.format(date="<div>1 November 2017</div>"), FACTIVA_ROWS)
    articles = exported_pages(page)
    assert articles is not None and articles.notes == []
    assert column(articles, "title") == ["Snow in Erzurum", "Neige"]
    assert column(articles, "published") == ["1 November 2017", "2 mai 2017"]
    assert column(articles, "source") == ["Peak Post", "Le Pic"]
    assert column(articles, "byline") == ["By Can Ak", None]
    assert column(articles, "section") == ["Foreign", "Monde"]
    assert column(articles, "text") == ["Snow closed the road to Kars.\n\nLength: 400 words", "Il neige à Van."]


def test_an_article_of_factiva_without_a_date_keeps_its_source() -> None:
    articles = exported_pages(factiva_page(FACTIVA_DIVS.format(date="")))
    assert articles is not None
    assert (articles[0]["published"], articles[0]["source"]) == (None, "Peak Post")


EUROPRESSE = (
    '<article><header><div><span class="DocPublicationName">La Vigie (site web), no. 2210</span></div>'
    '<div><span class="DocHeader">Monde, mardi 14 mars 2017, p. 6</span></div>'
    '<div class="titreArticle"><p class="titreArticleVisu rdp__articletitle">Crue à Namur</p></div>'
    '<div class="docAuthors">Anne Meuse</div></header><section><div class="DocText"><div class="docOcurrContainer">'
    "<p>La <mark>Meuse</mark> a débordé à Namur.</p><p>Dinant est évacuée.</p></div></div></section>"
    "<footer><small>© 2017 La Vigie, Paris. Tous droits réservés.</small>"
    "<p>Numéro de document : news·1</p></footer></article>"
)


def test_a_europresse_page_is_split_into_its_articles() -> None:
    articles = exported_pages(f"<html><body>{EUROPRESSE}{EUROPRESSE.replace('Namur', 'Huy')}</body></html>")
    assert articles is not None
    assert column(articles, "title") == ["Crue à Namur", "Crue à Huy"]
    assert articles[0] | {"title": None} == {
        "title": None,
        "text": "La Meuse a débordé à Namur.\n\nDinant est évacuée.",
        "published": "mardi 14 mars 2017",
        "source": "La Vigie (site web)",
        "url": None,
        "byline": "Anne Meuse",
        "section": "Monde",
        "database": "Europresse",
    }


POPUP = (
    '<table><tr><td><span class="DocPublicationName">L’Estran, no. 8</span><br><span class="DocHeader">Mer, lundi 4 juin '
    '2012</span><br><br><span class="TitreArticleVisu">Digue à Roscoff</span><br><br>{first}<br><p></p>La digue tient.'
    "<p></p>Morlaix paie.<p></p><b><i>© 2012 L’Estran. Tous droits réservés.</i></b></td></tr></table>"
)


@pytest.mark.parametrize(
    "name", ["Rozenn Le Bihan", "Par Yann de La Tour", "Jo Ker, Li Wei et Anne d'Arvor", "AFP Reuters"]
)
def test_a_name_below_the_headline_of_a_print_window_is_the_byline(name: str) -> None:
    (article,) = exported_pages(POPUP.format(first=name)) or []
    assert (article["byline"], article["text"]) == (name, "La digue tient.\n\nMorlaix paie.")


@pytest.mark.parametrize("first", ["À Brest, on attend.", "La mer monte", "BREST", "Qui paie ?", "(1) Note De Bas"])
def test_what_is_no_name_below_the_headline_of_a_print_window_begins_the_text(first: str) -> None:
    (article,) = exported_pages(POPUP.format(first=first)) or []
    assert (article["byline"], article["text"]) == (None, f"{first}\n\nLa digue tient.\n\nMorlaix paie.")


def test_a_tag_that_an_exported_page_quotes_stays_in_text_and_title(tmp_path: Path) -> None:
    quoting = EUROPRESSE.replace("Dinant est", "Le panneau &lt;b&gt;Huy&lt;/b&gt; et Dinant sont")
    quoting = quoting.replace("Crue à", "Crue &lt;p&gt; à")
    (tmp_path / "page.html").write_text(f"<html><body>{quoting}</body></html>", "utf-8")
    (article,) = read_articles(tmp_path).to_dict("records")
    assert "Le panneau <b>Huy</b> et Dinant" in article["text"]
    assert article["title"] == "Crue <p> à Namur"


def test_an_older_page_of_lexisnexis_is_read_like_its_text() -> None:
    blocks = [f"<div><p>{line.strip()}</p></div>" for line in LEXIS.split("\n\n") if line.strip()]
    articles = exported_pages(f"<html><body>{''.join(blocks)}</body></html>")
    assert articles is not None
    assert column(articles, "source") == ["The Wharf Gazette", "Fjord Times", "Fjord Times"]


@pytest.mark.parametrize(
    "page", ["", "<p>Rain fell on Oslo.</p>", "<p>docpublicationname</p>", "<!-- articleParagraph -->"]
)
def test_an_ordinary_page_is_no_export(page: str) -> None:
    assert exported_pages(page) is None


def test_read_articles_splits_exports_and_says_what_did_not_fit(tmp_path: Path) -> None:
    (tmp_path / "lexis.TXT").write_bytes(LEXIS.replace("\n", "\r\n").replace("Vos", "Voß").encode("cp1252"))
    (tmp_path / "proquest.txt").write_text(PROQUEST, "utf-8")
    (tmp_path / "factiva.html").write_text(factiva_page(FACTIVA_ROWS, FACTIVA_ROWS), "utf-8")
    (tmp_path / "plain.txt").write_text("A line\n\nRain fell on Oslo.", "utf-8")
    with pytest.warns(EncodingGuessed), pytest.warns(ArticlesSkipped, match="no full text; its abstract is read"):
        articles = read_articles(tmp_path)
    assert articles["article_id"].tolist() == [
        *("factiva:1", "factiva:2", "lexis:1", "lexis:2", "lexis:3", "plain", "proquest:1", "proquest:2"),
    ]
    assert articles["byline"].tolist()[2] == "By Ines Voß"
    assert str(articles["published"][2])[:10] == "2017-03-01"
    assert articles["database"].isna().tolist() == [name == "plain" for name in articles["article_id"]]


def word(lines: list[Paragraph], path: Path) -> None:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line.text, line.style or None)
    document.save(str(path))


def rich_text(lines: list[Paragraph], path: Path) -> None:
    def escaped(text: str) -> str:
        return "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in text)

    path.write_text("{\\rtf1\\ansi\n" + "".join(f"{escaped(line.text)}\\par\n" for line in lines) + "}", "ascii")


def web_page(lines: list[Paragraph], path: Path) -> None:
    shown = "".join(f"<p>{escape(line.text)}</p>\n" for line in lines)
    path.write_text(f"<html><body>{shown}</body></html>", "utf-8")


def printed(lines: list[Paragraph], path: Path) -> None:
    """Write a PDF with the number at the bottom of each page, and the headline of a document at the top of its next ones."""
    page = canvas.Canvas(str(path))
    height, number, headline = 790.0, 0, ""
    for line in lines:
        font, size = ("Helvetica-Bold", 16) if line.style == "Heading 1" else ("Helvetica", 11)
        headline = line.text if line.style == "Heading 1" else headline
        for part in simpleSplit(line.text, font, size, 450) or [""]:
            if height < 80 or part == "End of Document":
                number += 1
                page.drawString(250, 30, f"Page {number} of 9")
                page.showPage()
                page.setFont("Helvetica", 9)
                page.drawString(70, 820, headline)
                height = 790
            page.setFont(font, size)
            page.drawString(70, height, part)
            height -= 1.2 * size
        height -= 6
    page.drawString(250, 30, f"Page {number + 1} of 9")
    page.save()


def saved_page(lines: list[Paragraph], path: Path) -> None:
    web_page(lines, path)
    mail = MIMEMultipart("related")
    mail.attach(MIMEText(path.read_text("utf-8"), "html", "utf-8"))
    path.write_bytes(mail.as_bytes())


LAYOUTS = {
    "LexisNexis": [Paragraph(line) for line in ("1 of 1 DOCUMENT\n" + OLD_LEXIS).split("\n")],
    "Nexis Uni": [Paragraph(line.text.strip("\n").replace("ń", "n"), line.style) for line in uni(styled=True)],
    "ProQuest": [Paragraph(line) for line in PROQUEST.split("\n")],
    "Factiva": [Paragraph(line) for line in FACTIVA.split("\n")],
    "Factiva with codes": [Paragraph(line.replace("|", " ", 1)) for line in CODED.split("\n")],
}


@pytest.mark.parametrize(
    ("write", "ending"),
    [(word, "docx"), (rich_text, "rtf"), (web_page, "html"), (saved_page, "mhtml"), (printed, "pdf")],
)
@pytest.mark.parametrize("database", LAYOUTS)
def test_the_layout_of_a_database_is_split_in_every_kind_of_file(
    database: str, write: Callable[[list[Paragraph], Path], None], ending: str, tmp_path: Path
) -> None:
    lines = LAYOUTS[database]
    write(lines, tmp_path / f"export.{ending}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ArticlesSkipped)  # of ProQuest's document without a text
        articles = read_articles(tmp_path)
    wanted = exported_articles(lines)
    assert wanted is not None
    for name in ("title", "source", "byline", "database"):
        assert [None if pd.isna(value) else value for value in articles[name]] == column(wanted, name)
    assert [text.split() for text in articles["text"]] == [str(text).split() for text in column(wanted, "text")]


@pytest.mark.parametrize(
    "columns",
    [
        ("Title", "Abstract", "pubtitle", "pubdate", "DocumentURL"),  # ProQuest
        ("Заголовок", "Анонс", "Источник", "Дата", "Ссылка"),  # Integrum
    ],
)
def test_a_list_of_results_as_a_table_gives_its_abstracts_with_source_date_and_address(
    columns: tuple[str, ...], tmp_path: Path
) -> None:
    values = ("Olives", "The olive harvest near Kalamata failed.", "The Grove", "5.11.2018", "http://grove.example/1")
    (tmp_path / "list.csv").write_text(f"{';'.join(columns)}\n{';'.join(values)}\n", "utf-8")
    articles = read_articles(tmp_path, dayfirst=True)
    (article,) = articles.to_dict("records")
    assert (article["title"], article["text"], article["source"], article["url"]) == (*values[:3], values[4])
    assert str(article["published"])[:10] == "2018-11-05"
    assert any("since the file holds no full text" in problem["reason"] for problem in articles.attrs["problems"])


def mutated(text: str, random: Random) -> str:
    lines = text.split("\n")
    for _ in range(random.randint(1, 12)):
        position = random.randrange(len(lines))
        match random.randrange(4):
            case 0:
                del lines[position : position + random.randint(1, 5)]
            case 1:
                lines.insert(position, random.choice(lines))
            case 2:
                lines[position] = lines[position][: random.randint(0, 20)]
            case _:
                lines[position], lines[-1] = lines[-1], lines[position]
        lines = lines or [""]
    return "\n".join(lines)


@pytest.mark.parametrize("layout", [LEXIS, OLD_LEXIS, PROQUEST, FACTIVA, CODED])
def test_a_damaged_export_raises_nothing_and_invents_no_text(layout: str) -> None:
    random = Random(7)
    for _ in range(many(60)):
        text = mutated(layout, random)
        for article in split(text) or []:
            assert all(word in text for word in (article["text"] or "").split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "Body",
        "End of Document",
        "1 of 9 DOCUMENTS",
        RULE,
        "Document ABC00020190101ef1",
        "40 words",
        "LENGTH:" + " " * 500,
    ],
)
def test_a_marker_many_times_over_takes_no_time(line: str) -> None:
    started = process_time()
    split("\n".join([*PROQUEST.split("\n")[:4], *["Title", "May 2, 2019", line] * 8_000]))
    assert process_time() - started < 5
