"""Write the two Word samples beside this file: ``python tests/data/exports/make_docx.py`` (needs python-docx).

With the same version of python-docx the files come out byte for byte the same: running this anew changes nothing.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

HERE = Path(__file__).resolve().parent
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
WRITTEN = datetime(2023, 4, 3, 8, 15, tzinfo=UTC)
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Item:
    """A paragraph of a body that is set in a style of its own, such as ``List Bullet``."""

    text: str
    style: str = "List Bullet"


@dataclass(frozen=True)
class Article:
    """One document of an export, in the order in which its parts are written."""

    title: str
    source: str
    date: str | None
    rights: str
    fields: dict[str, str]
    body: list[str | Item]
    graphic: str | None = None
    closing: dict[str, str] = field(default_factory=dict)
    after_source: list[str] = field(default_factory=list)
    fields_in_table: bool = False


ENGLISH = [
    Article(
        title="Tram to Leith Docks waits for a heron",
        source="The Forth Evening Mail",
        date="March 9, 2023 Thursday",
        rights="Copyright 2023 Forth Newspapers Ltd All Rights Reserved",
        fields={"Section": "NEWS; Pg. 4", "Length": "83 words", "Byline": "Duncan Aird", "Dateline": "EDINBURGH"},
        body=[
            "The first tram of the day to Leith Docks stood for twenty minutes on Wednesday, because a heron had settled "
            "between the rails at Ocean Terminal.",
            "The driver, a birdwatcher from Musselburgh, would not sound his bell. Passengers for Granton took a bus.",
            "“It was his tram stop before it was ours,” he told the control room.",
        ],
        graphic="The heron, seen from the cab",
        closing={
            "Language": "ENGLISH",
            "Publication-Type": "Newspaper",
            "Journal Code": "FEM",
            "Subject": "RAIL TRANSPORTATION (91%); BIRDS (88%)",
            "Geographic": "EDINBURGH, SCOTLAND (94%)",
            "Load-Date": "March 9, 2023",
        },
    ),
    Article(
        title="Tallinn and Helsinki quarrel\nover a lost container",
        source="Baltic Shipping Letter (Gothenburg)",
        date="12 March 2023 Sunday 6:05 PM GMT",
        rights="Copyright 2023 Baltic Letter AB All Rights Reserved",
        fields={"Length": "52 words"},
        body=[
            "A container of skates that left Tallinn in February has not reached Helsinki, eighty kilometers away.",
            "Each port has sent the other a bill for storage. Turku has offered to mediate, for a fee.",
        ],
        closing={"Load-Date": "March 12, 2023"},
    ),
    Article(
        title="A manual for typists comes to light in Ballarat",
        source="The Forth Evening Mail",
        date="March 15, 2023 Wednesday\nScotland Edition",
        rights="Copyright 2023 Forth Newspapers Ltd All Rights Reserved",
        fields={"Section": "FEATURES; Pg. 22", "Length": "117 words", "Byline": "By Nell Aird in Melbourne"},
        body=[
            "The newspaper in Ballarat taught its typists with a sheet that has now been found in Bendigo. Its model story "
            "runs, in full:",
            "Body",
            "Length: 400 words",
            "Byline: your name",
            "End of Document",
            "Nobody in Geelong remembers a typist who wrote more than that.",
            "The sheet goes to the museum in Melbourne.",
        ],
        closing={"Language": "ENGLISH", "Publication-Type": "Newspaper", "Load-Date": "March 15, 2023"},
    ),
    Article(
        title="Ice warning, Oulu",
        source="Gulf of Bothnia Bulletin",
        date=None,
        rights="Copyright Gulf of Bothnia Bulletin",
        fields={"Length": "21 words"},
        body=["The ice road to Hailuoto is closed to lorries. Cars from Oulu may use it until dusk."],
        closing={"Language": "ENGLISH"},
    ),
    Article(
        title="Cartoon",
        source="The Forth Evening Mail",
        date="March 20, 2023 Monday",
        rights="Copyright 2023 Forth Newspapers Ltd All Rights Reserved",
        fields={"Section": "COMMENT; Pg. 12", "Length": "0 words"},
        body=[],
        graphic="A heron drives a tram",
        closing={"Language": "ENGLISH", "Publication-Type": "Newspaper", "Load-Date": "March 20, 2023"},
    ),
    Article(
        title=(
            "From Dunbar to Eyemouth on foot in two days, with the sea on the left, the railway on the right, a hot dinner "
            "in Cockburnspath, no dinner at all in St Abbs, and a list of every gate that is locked, every dog that is not, "
            "and the one farmer at Coldingham who gives tea to walkers who can name three kinds of gull"
        ),
        source="The Forth Evening Mail",
        date="March 25, 2023 Saturday",
        rights="Copyright 2023 Forth Newspapers Ltd All Rights Reserved",
        fields={"Section": "WEEKEND", "Length": "74 words", "Byline": "Duncan Aird", "Highlight": "Take a stick"},
        body=[
            "The coast between Dunbar and Eyemouth can be walked in two days.",
            Item("Gates", "Heading 3"),
            Item("Barns Ness: open"),
            Item("Torness: locked, walk round"),
            Item("Pease Bay: open at low tide"),
            Item("Trains home", "Heading 3"),
            "The last train to Edinburgh leaves Berwick at ten to ten.",
        ],
        closing={"Language": "ENGLISH", "Publication-Type": "Newspaper", "Load-Date": "March 24, 2023"},
    ),
]

GERMAN = [
    Article(
        title="Köln verleiht Schaufeln für den Rheinsand",
        source="Rheinische Abendpost",
        date="Mittwoch 8. März 2023",
        rights="Copyright 2023 Abendpost Verlag GmbH Alle Rechte vorbehalten",
        fields={"Rubrik": "Köln; S. 21", "Länge": "73 Wörter", "Autor": "Bilge Aksoy"},
        body=[
            "Wer am Ufer in Rodenkirchen buddeln will, bekommt in Köln seit Dienstag eine Schaufel geliehen.",
            "Der Sand kommt aus Wesel und muss bis Oktober zurück. Düsseldorf prüft, ob die Schaufeln dort ebenfalls "
            "zugelassen sind.",
            "„Wir zählen jedes Korn“, verspricht das Amt.",
        ],
        closing={"Language": "GERMAN; DEUTSCH", "Publication-Type": "Zeitung", "Load-Date": "March 9, 2023"},
        after_source=["Link zum PDF-Dokument"],
    ),
    Article(
        title="Glocke von Xanten schweigt",
        source="Rheinische Abendpost",
        date="9. März 2023 Donnerstag\nAusgabe Niederrhein",
        rights="Copyright 2023 Abendpost Verlag GmbH Alle Rechte vorbehalten",
        fields={"Länge": "37 Wörter", "Rubrik": "Region"},
        body=[
            "Die große Glocke des Doms zu Xanten bleibt bis Ostern stumm, weil ein Turmfalke darin brütet.",
            "Die Stunden schlägt solange Kalkar, das man bei Westwind hört.",
        ],
        closing={"Load-Date": "March 9, 2023"},
    ),
    Article(
        title="Im Archiv von Trier gilt die alte Ordnung",
        source="Mosel-Zeitung",
        date="Freitag, 10. März 2023",
        rights="Copyright 2023 Mosel-Zeitung Alle Rechte vorbehalten",
        fields={"Rubrik": "Kultur; S. 9", "Länge": "90 Wörter", "Autor": "Von Veit Hollerich"},
        body=[
            "Das Stadtarchiv in Trier ordnet seine Zettel noch immer nach drei Reitern, auf denen steht:",
            "Body",
            "Classification",
            "End of Document",
            "Ein Besucher aus Luxemburg hatte sie 1996 dort vergessen. Seither sucht man unter dem zweiten, was man "
            "unter dem dritten nicht findet.",
        ],
        closing={"Language": "GERMAN; DEUTSCH", "Publication-Type": "Zeitung", "Load-Date": "March 10, 2023"},
        fields_in_table=True,
    ),
    Article(
        title="Sperrung der B 53",
        source="Mosel-Zeitung",
        date=None,
        rights="Copyright Mosel-Zeitung Alle Rechte vorbehalten",
        fields={"Länge": "41 Wörter"},
        body=[
            "Die B 53 ist gesperrt. Umleitungen:",
            Item("ab Bernkastel-Kues über Wittlich", "List Number"),
            Item("ab Traben-Trarbach über Kröv", "List Number"),
            Item("ab Zell gar nicht", "List Number"),
            "Gäste aus Cochem sollten den Zug nehmen.",
        ],
        closing={"Language": "GERMAN; DEUTSCH"},
        fields_in_table=True,
    ),
    Article(
        title="Foto der Woche",
        source="Mosel-Zeitung",
        date="Samstag 11. März 2023",
        rights="Copyright 2023 Mosel-Zeitung Alle Rechte vorbehalten",
        fields={"Rubrik": "Titel; S. 1", "Länge": "0 Wörter"},
        body=[],
        closing={"Language": "GERMAN; DEUTSCH", "Publication-Type": "Zeitung", "Load-Date": "March 11, 2023"},
    ),
]


def main() -> None:
    """Write both files."""
    english = new_document("Export of 6 documents")
    add_cover(english, ENGLISH)
    add_articles(english, ENGLISH)
    save(english, HERE / "nexis_uni_english.docx")
    german = new_document("Export")
    add_articles(german, GERMAN)
    save(german, HERE / "nexis_uni_german.docx")


def new_document(title: str) -> Document:
    """Return an empty document with a running header and footer, as the exports have them."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = title, ""
    properties.created = properties.modified = WRITTEN
    section = document.sections[0]
    section.header.paragraphs[0].text = "Page 1 of 8"
    section.footer.paragraphs[0].text = "A reader of the Granton library"
    return document


def add_cover(document: Document, articles: list[Article]) -> None:
    """Write the page in front of an export: who asked for what, and the titles with links."""
    add_field(document, "User Name", "A reader of the Granton library")
    add_field(document, "Date and Time", "Monday, April 3, 2023 9:15 AM BST")
    add_field(document, "Job Number", "193300021")
    document.add_paragraph().add_run(f"Documents ({len(articles)})").bold = True
    for number, article in enumerate(articles, start=1):
        add_link(document.add_paragraph(f"{number}. "), one_line(article.title), number)
        add_field(document, "Client/Matter", "-None-")
        add_field(document, "Search Terms", "tram OR container OR ice")
        add_field(document, "Search Type", "Terms and Connectors")
        add_field(document, "Narrowed by", "")
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(table.rows[0].cells, ("Content Type", "Narrowed by"), strict=True):
            cell.text = text
        for cell, text in zip(table.rows[1].cells, ("News", "Timeline: Mar 01, 2023 to Mar 31, 2023"), strict=True):
            cell.text = text
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def add_articles(document: Document, articles: list[Article]) -> None:
    """Write the articles one after another, a page break between them."""
    for number, article in enumerate(articles, start=1):
        heading = document.add_paragraph(style="Heading 1")
        add_link(heading, article.title, number)
        center(document.add_paragraph(article.source))
        if article.date:
            center(document.add_paragraph(article.date))
        for line in article.after_source:
            center(document.add_paragraph(line))
        document.add_paragraph(article.rights)
        add_fields(document, article)
        document.add_paragraph().add_run("Body").bold = True
        document.add_paragraph()
        for part in article.body:
            document.add_paragraph(*(part.text, part.style) if isinstance(part, Item) else (part,))
            document.add_paragraph()
        if article.graphic:
            document.add_paragraph().add_run("Graphic").bold = True
            document.add_paragraph()
            document.add_paragraph(article.graphic)
        if "Language" in article.closing:
            document.add_paragraph().add_run("Classification").bold = True
            document.add_paragraph()
        for label, value in article.closing.items():
            add_field(document, label, value)
        end = center(document.add_paragraph())
        end.add_run("End of Document").bold = True
        if number < len(articles):
            end.add_run().add_break(WD_BREAK.PAGE)


def add_fields(document: Document, article: Article) -> None:
    """Write section, length and byline, as lines or as a table of two columns."""
    if not article.fields_in_table:
        for label, value in article.fields.items():
            add_field(document, label, value)
        return
    table = document.add_table(rows=0, cols=2)
    for label, value in article.fields.items():
        cells = table.add_row().cells
        cells[0].text, cells[1].text = f"{label}:", value


def add_field(document: Document, label: str, value: str) -> None:
    """Write one line of a bold label, a no-break space and the value."""
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{label}:").bold = True
    paragraph.add_run(NO_BREAK_SPACE + value)


def add_link(paragraph: Paragraph, text: str, number: int) -> None:
    """Append a hyperlink: the titles of an export stand in links, outside the paragraph's own runs."""
    address = f"https://advance.lexis.example/api/document?id=urn:contentItem:7000-{number:04}"
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(paragraph.add_run(text)._r)
    paragraph._p.append(link)


def center(paragraph: Paragraph) -> Paragraph:
    """Return the paragraph, centered."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def one_line(text: str) -> str:
    """Return the text without its line breaks."""
    return " ".join(text.split())


def slim(document: Document) -> None:
    """Drop what python-docx's template carries and no sample needs: two parts, and styles of tables."""
    for relationships in (document.part.package.rels, document.part.rels):
        for key, relationship in list(relationships.items()):
            if relationship.reltype.endswith(("/thumbnail", "/stylesWithEffects")):
                del relationships[key]
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()


def save(document: Document, path: Path) -> None:
    """Write the document small, and without times of the clock."""
    slim(document)
    written = io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            name = zipfile.ZipInfo(entry.filename, OLDEST_ZIP_DATE)
            target.writestr(name, source.read(entry), zipfile.ZIP_DEFLATED, compresslevel=9)


if __name__ == "__main__":
    main()
