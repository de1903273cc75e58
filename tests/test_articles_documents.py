"""Reading office documents, PDFs, spreadsheets and Markdown: real files, made by the libraries that others use."""

import gzip
import io
import json
import os
import subprocess
import sys
import time
import warnings
import zipfile
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import msoffcrypto.format.ooxml
import openpyxl
import pandas as pd
import pypdf
import pytest
import xlwt
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from odf import table, teletype, text
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate
from reportlab.platypus import Paragraph as Flowable

from geomap.articles import read_articles
from geomap.articles._sniffing import kind_of
from geomap.errors import ArticlesSkipped, ArticlesUnreadable, ColumnMissing, MissingDependency, UnsupportedFormat

TITLE = "Bridge over the Tigris reopens"
BODY = (
    "Traffic returned to the old bridge of Mosul on Sunday, two years after it was destroyed.",
    "Governor Najim Hassan — born in Sinjar — thanked engineers from Erbil and Gaziantep.",
)
WHOLE = "\n\n".join((TITLE, *BODY))


@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def word(path: Path, paragraphs=BODY, *, title=TITLE) -> Path:
    document = docx.Document()
    if title:
        document.add_heading(title, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(path)
    return path


def open_document(path: Path) -> Path:
    document = OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text=TITLE))
    for paragraph in BODY:
        element = text.P()
        teletype.addTextToElement(element, paragraph)
        document.text.addElement(element)
    document.save(str(path))
    return path


def rich_text(path: Path) -> Path:
    def escaped(string: str) -> str:
        return "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in string)

    body = "".join(f"{{\\pard \\sa180 {escaped(paragraph)}\\par}}\n" for paragraph in BODY)
    path.write_bytes(
        b"{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 \\fswiss Arial;}}\n{\\info{\\author A. Clerk}}\n"
        + f"{{\\pard \\outlinelevel0 \\b {TITLE}\\par}}\n{body}}}".encode("ascii")
    )
    return path


def pdf(path: Path, paragraphs=(TITLE, *BODY), *, columns=1, header="", title=None) -> Path:
    """Make a PDF of running text, set in columns, with a header and page numbers if wanted."""
    width, height = A4
    frames = [
        Frame(50 + at * (width - 80) / columns, 60, (width - 80) / columns - 20, height - 120) for at in range(columns)
    ]

    def margins(page: canvas.Canvas, document: BaseDocTemplate) -> None:
        if header:
            page.drawString(50, height - 40, header)
            page.drawString(50, 30, f"Page {document.page}")

    document = BaseDocTemplate(str(path), pagesize=A4, title=title)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=margins))
    style = getSampleStyleSheet()["BodyText"]
    document.build([Flowable(paragraph, style) for paragraph in paragraphs])
    return path


def lines_of_pdf(path: Path, lines: list[str]) -> Path:
    page = canvas.Canvas(str(path))
    for number, line in enumerate(lines):
        page.drawString(50, 750 - 14 * number, line)
    page.save()
    return path


def workbook(path: Path, **sheets: list[list]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def old_workbook(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Articles")
    for number, values in enumerate((("Headline", "Body", "Date", "Views"), (TITLE, BODY[1], date(2019, 3, 31), 12))):
        for column, value in enumerate(values):
            style = xlwt.easyxf(num_format_str="yyyy-mm-dd") if isinstance(value, date) else xlwt.Style.default_style
            sheet.write(number, column, value, style)
    book.save(str(path))
    return path


def open_workbook(path: Path) -> Path:
    spreadsheet = OpenDocumentSpreadsheet()
    rows = table.Table(name="Articles")
    for title, body in (("Headline", "Body"), (TITLE, BODY[1])):
        row = table.TableRow()
        for value in (title, body):
            cell = table.TableCell(valuetype="string")
            cell.addElement(text.P(text=value))
            row.addElement(cell)
        rows.addElement(row)
    spreadsheet.spreadsheet.addElement(rows)
    spreadsheet.save(str(path))
    return path


OLE_OF_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le")
TABLE: list[list[Any]] = [
    ["Headline", "Body", "Date", "Views"],
    [TITLE, BODY[0], date(2019, 3, 31), 12],
    ["Rain", "It rained in Duhok.", datetime(2019, 4, 1, 8, 30), None],
]


# --- one article a document -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name"), [(word, "a.docx"), (open_document, "a.odt"), (rich_text, "a.rtf"), (pdf, "a.pdf")]
)
def test_a_document_is_an_article_of_its_paragraphs_titled_by_its_heading(tmp_path, quiet, make, name):
    articles = read_articles(make(tmp_path / name))
    assert articles.loc[0, ["article_id", "title", "text"]].tolist() == ["a", TITLE, WHOLE]
    assert articles[["published", "source", "url"]].isna().all(axis=None)
    assert articles.attrs["problems"] == []


def test_the_dates_of_a_file_are_not_dates_of_publication(tmp_path, quiet):
    document = docx.Document(word(tmp_path / "a.docx"))
    document.core_properties.author = "A. Clerk"
    document.core_properties.created = datetime(2021, 5, 4, 12)
    document.save(tmp_path / "a.docx")
    articles = read_articles(tmp_path / "a.docx")
    assert articles.published.isna().all()
    assert articles.document_author.tolist() == ["A. Clerk"]
    assert articles.document_created[0].startswith("2021-05-04T12:00")


def test_a_pdf_says_when_and_by_whom_it_was_made(tmp_path, quiet):
    writer = pypdf.PdfWriter(clone_from=pdf(tmp_path / "a.pdf"))
    writer.add_metadata({"/Author": "A. Clerk", "/CreationDate": "D:20210504120000+02'00'"})
    writer.write(tmp_path / "a.pdf")
    articles = read_articles(tmp_path / "a.pdf")
    assert articles.loc[0, ["document_author", "document_created"]].tolist() == ["A. Clerk", "2021-05-04T12:00:00"]
    assert articles.published.isna().all()


def test_articles_csv_beside_documents_gives_their_dates(tmp_path, quiet):
    word(tmp_path / "a.docx")
    pdf(tmp_path / "b.pdf")
    (tmp_path / "articles.csv").write_text("file,date,source\na.docx,2019-03-31,Post\nb,2019-04-01,Times\n")
    articles = read_articles(tmp_path)
    assert articles.source.tolist() == ["Post", "Times"]
    assert articles.published.dt.day.tolist() == [31, 1]


@pytest.mark.parametrize(
    ("given", "styled", "expected"),
    [
        ("", "", "First line"),
        ("From the properties", "", "From the properties"),
        ("Microsoft Word - draft.docx", "", "Microsoft Word - draft.docx"),
        ("Word Document", "", "First line"),
        ("From the properties", "On the page", "On the page"),
    ],
)
def test_the_title_that_readers_see_comes_before_that_of_the_properties(tmp_path, given, styled, expected):
    document = docx.Document()
    if styled:
        document.add_heading(styled, level=0)
    document.add_paragraph("First line")
    document.core_properties.title = given
    document.save(tmp_path / "a.docx")
    assert read_articles(tmp_path / "a.docx").title.tolist() == [expected]


def test_word_keeps_tracked_insertions_content_controls_links_and_boxes_and_drops_deletions(tmp_path):
    document = docx.Document()
    space = nsdecls("w")
    body = document.element.body
    for xml in (
        f"<w:p {space}><w:r><w:t xml:space='preserve'>From </w:t></w:r><w:ins><w:r><w:t>Mosul</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>Basra</w:delText></w:r></w:del><w:r><w:tab/><w:t>to</w:t><w:br/></w:r>"
        "<w:hyperlink><w:r><w:t>Erbil</w:t></w:r></w:hyperlink></w:p>",
        f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>Inside a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        f"<w:p {space}><w:pPr><w:tabs><w:tab w:val='left' w:pos='20'/></w:tabs></w:pPr><w:r><w:t>Beside</w:t></w:r>"
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>a box.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>",
    ):
        body.insert(len(body) - 1, parse_xml(xml))
    document.save(tmp_path / "a.docx")
    expected = "From Mosul\tto\nErbil\n\nInside a control.\n\nBeside\n\na box."
    assert read_articles(tmp_path / "a.docx").text.tolist() == [expected]


def test_tables_in_documents_are_rows_with_tabs_but_running_text_in_cells_stays_paragraphs(tmp_path):
    document = docx.Document()
    numbers = document.add_table(rows=2, cols=2)
    for cell, value in zip(numbers._cells, ("Town", "Dead", "Sinjar", "3"), strict=True):
        cell.text = value
    layout = document.add_table(rows=1, cols=2)
    for cell, words in zip(layout._cells, (BODY, ("Aside.",)), strict=True):
        cell.text = words[0]
        for paragraph in words[1:]:
            cell.add_paragraph(paragraph)
    document.save(tmp_path / "a.docx")
    assert read_articles(tmp_path / "a.docx").text[0] == "\n\n".join(("Town\tDead", "Sinjar\t3", *BODY, "Aside."))


def test_open_document_text_has_its_spaces_tabs_and_tables_but_no_notes(tmp_path):
    document = OpenDocumentText()
    paragraph = text.P()
    teletype.addTextToElement(paragraph, "From   Mosul\tto\nErbil")
    note = text.Note(noteclass="footnote")
    note.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text="Not part of the text."))
    note.addElement(body)
    paragraph.addElement(note)
    document.text.addElement(paragraph)
    rows = table.Table(name="t")
    row = table.TableRow()
    for value in ("Sinjar", "3"):
        cell = table.TableCell()
        cell.addElement(text.P(text=value))
        row.addElement(cell)
    rows.addElement(row)
    document.text.addElement(rows)
    document.save(str(tmp_path / "a.odt"))
    assert read_articles(tmp_path / "a.odt").text.tolist() == ["From   Mosul\tto\nErbil\n\nSinjar\t3"]


def test_rich_text_in_a_code_page_without_its_pictures_and_with_tables(tmp_path):
    picture = b"{\\pict\\pngblip " + b"89504e470d0a1a0a" * 2000 + b"}"
    row = b"\\trowd\\cellx100\\cellx200 Sinjar\\cell 3\\cell\\row\n"
    start = b"{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0\\fcharset204 Arial;}}\\f0 "
    (tmp_path / "a.rtf").write_bytes(start + b"\\'cc\\'ee\\'f1\\'f3\\'eb\\par " + picture + row + b"}")
    assert read_articles(tmp_path / "a.rtf").text.tolist() == ["Мосул\n\nSinjar\t3"]


def test_links_in_rich_text_are_their_words_and_many_of_them_take_no_time(tmp_path):
    link = '{\\field{\\*\\fldinst{HYPERLINK "https://x.example/mosul"}}{\\fldrslt Mosul}} and '
    (tmp_path / "a.rtf").write_text("{\\rtf1 " + link + "Erbil}")
    assert read_articles(tmp_path / "a.rtf").text.tolist() == ["Mosul and Erbil"]
    (tmp_path / "b.rtf").write_text("{\\rtf1 Mosul" + link[: link.index("}")] * 3000 + "}")
    started = time.perf_counter()
    assert read_articles(tmp_path / "b.rtf").text.tolist() == ["Mosul"]
    assert time.perf_counter() - started < 5


# --- pdf --------------------------------------------------------------------------------------------------------------


def test_a_pdf_in_two_columns_is_read_column_by_column_without_headers_and_page_numbers(tmp_path, quiet):
    written = [f"{number}. {BODY[number % 2]} {BODY[0]} {BODY[1]}" for number in range(100)]
    article = read_articles(pdf(tmp_path / "a.pdf", written, columns=2, header="The Daily Test"))
    paragraphs = article.text[0].split("\n\n")
    assert "Page 2" not in article.text[0]
    assert "Daily Test" not in article.text[0]
    assert [paragraph for paragraph in paragraphs if paragraph in written] == written


def test_words_divided_at_line_ends_are_whole_and_compounds_keep_their_hyphen(tmp_path):
    lines = [
        "Engineers of the recon-",
        "struction came from Bad Neuenahr-",
        "Ahrweiler; in the years 2017-",
        "2019 they",
    ]
    lines += ["slept at Stratford-upon-Avon, or Stratford-", "upon-Avon as the locals say."]
    assert read_articles(lines_of_pdf(tmp_path / "a.pdf", lines)).text[0].split() == [
        "Engineers",
        "of",
        "the",
        "reconstruction",
        "came",
        "from",
        "Bad",
        "Neuenahr-Ahrweiler;",
        "in",
        "the",
        "years",
        "2017-2019",
        "they",
        "slept",
        "at",
        "Stratford-upon-Avon,",
        "or",
        "Stratford-upon-Avon",
        "as",
        "the",
        "locals",
        "say.",
    ]


def test_the_title_of_a_pdf_is_that_of_its_properties_only_if_it_is_printed(tmp_path):
    assert read_articles(pdf(tmp_path / "a.pdf", title="draft_7 (final).docx")).title.tolist() == [TITLE]
    printed = read_articles(pdf(tmp_path / "b.pdf", ("The Daily Test", TITLE, *BODY), title=TITLE))
    assert printed.title.tolist() == [TITLE]


def test_a_scan_is_reported_and_so_is_a_page_without_text(tmp_path):
    def scanned(path: Path, *, words: bool) -> Path:
        page = canvas.Canvas(str(path))
        page.rect(50, 50, 400, 600, fill=1)
        page.showPage()
        if words:
            page.drawString(50, 700, BODY[0])
        page.showPage()
        page.save()
        return path

    with pytest.raises(ArticlesUnreadable, match=r"a\.pdf: no text layer: this is a scan; run OCR first"):
        read_articles(scanned(tmp_path / "a.pdf", words=False))
    with pytest.warns(ArticlesSkipped, match=r"b\.pdf: no text layer on page 1 of 2"):
        assert read_articles(scanned(tmp_path / "b.pdf", words=True)).text.tolist() == [BODY[0]]


def test_a_pdf_with_a_password_is_reported_and_one_that_opens_without_is_read(tmp_path, quiet):
    for name, password in (("locked.pdf", "secret"), ("open.pdf", "")):
        writer = pypdf.PdfWriter(clone_from=pdf(tmp_path / "plain.pdf"))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        writer.write(tmp_path / name)
    with pytest.raises(ArticlesUnreadable, match="protected by a password"):
        read_articles(tmp_path / "locked.pdf")
    assert read_articles(tmp_path / "open.pdf").text.tolist() == [WHOLE]


# --- spreadsheets -----------------------------------------------------------------------------------------------------


def test_a_sheet_is_a_table_with_dates_and_integers(tmp_path, quiet):
    articles = read_articles(workbook(tmp_path / "n.xlsx", Articles=TABLE))
    assert articles.article_id.tolist() == ["n:1", "n:2"]
    assert articles.text.tolist() == [BODY[0], "It rained in Duhok."]
    assert articles.published.tolist() == [
        pd.Timestamp("2019-03-31", tz="UTC"),
        pd.Timestamp("2019-04-01 08:30", tz="UTC"),
    ]
    assert articles.Views.tolist() == [12, pd.NA]
    assert str(articles.Views.dtype) == "Int64"


def test_old_excel_and_open_document_spreadsheets_are_read_too(tmp_path, quiet):
    old_workbook(tmp_path / "a.xls")
    open_workbook(tmp_path / "b.ods")
    articles = read_articles(tmp_path)
    assert articles.article_id.tolist() == ["a:1", "b:1"]
    assert articles.text.tolist() == [BODY[1]] * 2
    assert articles.published.tolist() == [pd.Timestamp("2019-03-31", tz="UTC"), pd.NaT]
    assert articles.Views.tolist() == [12, pd.NA]


def test_a_damaged_old_workbook_does_not_end_the_process(tmp_path):
    content = bytearray(old_workbook(tmp_path / "a.xls").read_bytes())
    content[-512:] = bytes(512)  # where its directory or the chains of its sectors stand
    content[76:512] = bytes(436)
    (tmp_path / "a.xls").write_bytes(content)
    with pytest.raises(ArticlesUnreadable, match=r"a\.xls: .*damaged"):
        read_articles(tmp_path / "a.xls")


def test_the_header_is_found_below_a_title_and_blank_rows_are_left_out(tmp_path, quiet):
    rows = [["Export of the press office"], [], ["as of", date(2019, 5, 1)], *TABLE[:2], [], TABLE[2]]
    articles = read_articles(workbook(tmp_path / "n.xlsx", Articles=rows))
    assert articles.title.tolist() == [TITLE, "Rain"]
    chosen = [["Text of the week"], ["Schlagzeile", "Wortlaut"], ["A", "In Köln."]]
    articles = read_articles(workbook(tmp_path / "m.xlsx", Articles=chosen), columns={"text": "Wortlaut"})
    assert articles.text.tolist() == ["In Köln."]


def test_every_sheet_with_a_column_of_text_is_read_and_the_others_are_named(tmp_path):
    path = workbook(
        tmp_path / "n.xlsx", March=TABLE[:2], Notes=[["Colour", "Meaning"], ["red", "new"]], April=[TABLE[0], TABLE[2]]
    )
    with pytest.warns(ArticlesSkipped, match="sheet 'Notes' left out: it has no column of text"):
        articles = read_articles(path)
    assert articles.article_id.tolist() == ["n:1", "n:2"]
    assert articles.sheet.tolist() == ["March", "April"]


def test_a_workbook_without_text_says_which_columns_it_has(tmp_path):
    with pytest.raises(ColumnMissing, match="Colour, Meaning"):
        read_articles(workbook(tmp_path / "n.xlsx", Notes=[["Colour", "Meaning"], ["red", "new"]]))


def test_a_text_as_long_as_a_cell_may_be_is_suspected_to_be_cut(tmp_path):
    path = workbook(tmp_path / "n.xlsx", Articles=[["title", "text"], ["A", "Mosul " * 5461 + "!"]])
    with pytest.warns(ArticlesSkipped, match=r"row of n\.xlsx: .*32,767 characters.* may be cut off"):
        read_articles(path)


def test_a_stray_cell_far_from_the_table_is_an_error_not_the_end_of_the_process(tmp_path):
    book = openpyxl.load_workbook(workbook(tmp_path / "n.xlsx", Articles=TABLE))
    book.active["XFD1048576"] = " "
    book.save(tmp_path / "n.xlsx")
    with pytest.raises(ArticlesUnreadable, match="spans 1,048,576 rows and 16,384 columns; delete the stray cells"):
        read_articles(tmp_path / "n.xlsx")


# --- markdown ---------------------------------------------------------------------------------------------------------


def test_markdown_has_its_front_matter_as_columns_and_its_characters_as_text(tmp_path, quiet):
    body = f"# {TITLE}\r\n\r\n*Traffic* returned to [Mosul](https://x.example/m).\r\n"
    front = "---\r\ntitle: 'Mosul''s bridge'\r\ndate: 2019-03-31 # checked\r\n"
    front += 'source: "The \\"Post\\""\r\ntags:\r\n  - iraq\r\n---\r\n\r\n'
    (tmp_path / "a.md").write_bytes((front + body).encode())
    articles = read_articles(tmp_path / "a.md")
    assert articles.loc[0, ["title", "text", "source"]].tolist() == ["Mosul's bridge", body, 'The "Post"']
    assert articles.published.tolist() == [pd.Timestamp("2019-03-31", tz="UTC")]
    assert "tags" not in articles


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Intro\n\n# Floods in Basra #\n\nRain.", "Floods in Basra"),
        ("Rain fell on Basra.\nAnd snow.", "Rain fell on Basra."),
        ("---\nnot a field\n---\nRain.", "---"),
        ("---\ntitle: never closed\n\nRain.", "---"),
    ],
)
def test_markdown_without_front_matter_is_titled_by_its_heading_or_first_line(tmp_path, content, title):
    (tmp_path / "a.md").write_text(content)
    assert read_articles(tmp_path / "a.md").loc[0, ["title", "text"]].tolist() == [title, content]


# --- what a file is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name", "holds"),
    [
        (rich_text, "a.doc", "rich text"),
        (word, "a.doc", "a Word document"),
        (word, "a.txt", "a Word document"),
        (pdf, "a.html", "a PDF"),
        (open_document, "a.docx", "an OpenDocument text"),
    ],
)
def test_a_document_with_the_ending_of_another_is_read_and_the_lie_is_told(tmp_path, make, name, holds):
    with pytest.warns(ArticlesSkipped, match=f"{name}: named .{name[2:]}, but holds .*{holds}"):
        assert read_articles(make(tmp_path / name)).text.tolist() == [WHOLE]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"Title\tDate\tText\nRain\t2019-03-31\tIn Mosul.\n"),
        ("a.txt", "\ufeffTitle;Date;Text\nRain;2019-03-31;In Mosul.\n".encode("utf-16-le")),
        ("a.xls", b"Title\tDate\tText\nRain\t2019-03-31\tIn Mosul.\n"),
        ("a.txt", b'{"title": "Rain", "text": "In Mosul."}\n{"text": "In Erbil."}\n'),
        ("a.csv", b'[{"title": "Rain", "text": "In Mosul."}]'),
    ],
)
@pytest.mark.filterwarnings("ignore::geomap.errors.EncodingGuessed")
def test_a_table_or_json_under_another_name_is_read_as_rows(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.warns(ArticlesSkipped, match=r"named \.\w+, but holds"):
        articles = read_articles(tmp_path / name)
    assert articles.article_id[0] == "a:1"
    assert articles.text[0] == "In Mosul."


def test_a_csv_that_is_a_workbook_is_read(tmp_path):
    workbook(tmp_path / "n.xlsx", Articles=TABLE).rename(tmp_path / "n.csv")
    with pytest.warns(ArticlesSkipped, match=r"n\.csv: named \.csv, but holds a spreadsheet"):
        assert read_articles(tmp_path / "n.csv").title.tolist() == [TITLE, "Rain"]


def test_files_of_known_content_are_read_whatever_their_ending(tmp_path, quiet):
    pdf(tmp_path / "a.download")
    word(tmp_path / "b")
    (tmp_path / "c.dump").write_text('{"text": "In Mosul."}\n{"text": "In Erbil."}\n')
    (tmp_path / "d.csv").write_bytes(gzip.compress(b"text\nIn Basra.\n"))
    (tmp_path / "e.log").write_text("Not an article.")
    articles = read_articles(tmp_path)
    assert articles.article_id.tolist() == ["a", "b", "c:1", "c:2", "d:1"]
    assert [(problem["file"], problem["action"]) for problem in articles.attrs["problems"]] == [("e.log", "ignored")]
    assert "pass the file itself" in articles.attrs["problems"][0]["reason"]
    assert read_articles(tmp_path / "e.log").text.tolist() == ["Not an article."]


def test_a_readme_in_a_folder_is_no_article_unless_it_is_asked_for(tmp_path):
    (tmp_path / "README.md").write_text("# Reports\n\nTwo reports on Mosul.")
    (tmp_path / "a.md").write_text("# Rain\n\nIn Mosul.")
    articles = read_articles(tmp_path)
    assert articles.article_id.tolist() == ["a"]
    assert articles.attrs["problems"][0]["reason"] == "tells of the folder; pass the file itself to read it"
    assert read_articles(tmp_path / "README.md").title.tolist() == ["Reports"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text("Rain\nIn Mosul.")
    with pytest.warns(ArticlesSkipped, match=r"a\.txt \(a named pipe"):
        articles = read_articles(tmp_path)
    assert articles.article_id.tolist() == ["b"]
    assert articles.attrs["problems"] == [
        {"file": "a.txt", "row": None, "reason": "a named pipe, not a file; it was not opened", "action": "skipped"}
    ]


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"PAR1....", "a.csv", "parquet"),
        (b"SQLite format 3\0", "a.txt", "sqlite"),
        (b"\n\n<!DOCTYPE html><html>", "a.txt", "html"),
        (b"<?xml version='1.0'?><!-- x --><rss version='2.0'>", "a.xml", "xml"),
        (b"<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'>", "a", "xml"),
        (b"<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'x.dtd'><nitf>", "a.xml", "xml"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>", "a.svg", "markup"),
        (b"<?xml version='1.0'?><x:TEI xmlns:x='http://www.tei-c.org/ns/1.0'>", "a.xml", "xml"),
        (b"WARC/1.0\r\n", "a", "warc"),
        (b"TY  - NEWS\r\n", "a.txt", "ris"),
        (b"[Music plays.] In Mosul ...", "a.txt", "txt"),
        (b"<b>Mosul</b> is a city.", "a.txt", "txt"),
        (b"Title, Text and Date\nA play in three acts", "a.txt", "txt"),
        (b'{"text": "A long line that has not been read to its end', "a.json", "json"),
        (b'{\n  "text": "In Mosul."\n}', "a.txt", "json"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.png", "png"),
        (b"\0\x01\x02\x03" * 20, "a.bin", None),
        (b"caf\xe9 in Z\xfcrich", "a.txt", "txt"),
        (gzip.compress(b'{"text": "x"}\n{"text": "y"}\n', mtime=0), "a.gz", "jsonl"),
        (b"", "a.docx", "docx"),
    ],
)
def test_the_content_of_a_file_says_what_it_is(head, name, kind):
    assert kind_of(head, name) == kind


def test_every_beginning_of_every_kind_of_file_has_a_kind_or_none(tmp_path):
    for file in (
        word(tmp_path / "a.docx"),
        pdf(tmp_path / "a.pdf"),
        open_document(tmp_path / "a.odt"),
        rich_text(tmp_path / "a.rtf"),
    ):
        content = file.read_bytes()
        for length in range(0, min(len(content), 6000), 7):
            assert kind_of(content[:length], file.name) in (file.suffix[1:], "zip", "docx"), (file.name, length)


# --- what cannot be read ----------------------------------------------------------------------------------------------


def encrypted(path: Path) -> Path:
    buffer = io.BytesIO()
    with path.open("rb") as plain:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("secret", buffer)
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_office_files_with_a_password_are_reported_as_such(tmp_path, name):
    path = word(tmp_path / name) if name == "a.docx" else workbook(tmp_path / name, Articles=TABLE)
    with pytest.raises(ArticlesUnreadable, match=f"{name}: the file is protected by a password; save it without one"):
        read_articles(encrypted(path))


def test_an_open_document_with_a_password_is_reported_as_such(tmp_path):
    with zipfile.ZipFile(open_document(tmp_path / "a.odt"), "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
    with pytest.raises(ArticlesUnreadable, match="protected by a password"):
        read_articles(tmp_path / "a.odt")


def test_an_old_word_document_is_named_with_what_to_do(tmp_path):
    (tmp_path / "a.doc").write_bytes(OLE_OF_WORD)
    (tmp_path / "b.txt").write_text("Rain\nIn Mosul.")
    with pytest.warns(ArticlesSkipped, match=r"a\.doc \(an old Word document \(\.doc\); save it as \.docx"):
        assert read_articles(tmp_path).article_id.tolist() == ["b"]


def test_a_document_without_text_is_no_empty_article(tmp_path):
    with pytest.raises(ArticlesUnreadable, match=r"a\.docx: the document contains no text"):
        read_articles(word(tmp_path / "a.docx", (), title=""))


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.pdf", "a.rtf", "a.xlsx", "a.xls", "a.ods"])
@pytest.mark.parametrize("content", [b"", b"no such file", b"\0\x01\x02\xff" * 99, b"PK\x03\x04" + b"\0" * 60])
def test_what_is_none_of_these_formats_is_refused_with_a_reason(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    try:
        articles = read_articles(tmp_path / name)
    except (ArticlesUnreadable, UnsupportedFormat, ColumnMissing) as error:
        assert name in str(error)
    else:
        raise AssertionError(articles)


@pytest.mark.parametrize(
    ("make", "name"), [(word, "a.docx"), (open_document, "a.odt"), (rich_text, "a.rtf"), (pdf, "a.pdf")]
)
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_truncated_files_are_read_in_part_or_refused(tmp_path, make, name, kept):
    path = make(tmp_path / name)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ArticlesSkipped)
        try:
            assert WHOLE.startswith(read_articles(path).text[0])
        except (ArticlesUnreadable, UnsupportedFormat) as error:
            assert name in str(error)


def test_an_archive_that_unpacks_to_much_more_than_a_document_is_refused_at_once(tmp_path):
    word(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.bmp", b"\0" * (30 << 20))
    started = time.perf_counter()
    with pytest.raises(ArticlesUnreadable, match="would unpack to 30 MB, too much for a Word document"):
        read_articles(tmp_path / "a.docx")
    assert time.perf_counter() - started < 2


def test_entities_in_the_xml_of_a_document_are_not_expanded(tmp_path):
    entities = '<!ENTITY a "Mosul">' + "".join(
        f'<!ENTITY {name} "&{before};&{before};">' for before, name in pairwise("abcdefghijk")
    )
    content = zipfile.ZipFile(open_document(tmp_path / "plain.odt")).read("content.xml").decode()
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        root = content[content.index("<office:document-content") :].replace("Traffic", "&k;", 1)
        archive.writestr("content.xml", f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>{root}')
    try:
        assert read_articles(tmp_path / "a.odt").text[0].count("Mosul") <= 1
    except ArticlesUnreadable as error:
        assert "a.odt" in str(error)


# --- missing libraries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name", "module", "package"),
    [
        (word, "a.docx", "docx", "python-docx"),
        (open_document, "a.odt", "lxml.etree", "lxml"),
        (rich_text, "a.rtf", "striprtf.striprtf", "striprtf"),
        (pdf, "a.pdf", "pypdfium2", "pypdfium2"),
        (lambda path: workbook(path, Articles=TABLE), "a.xlsx", "python_calamine", "python-calamine"),
        (old_workbook, "a.xls", "xlrd", "xlrd"),
    ],
)
def test_a_missing_library_is_an_error_for_the_only_file_and_a_line_among_several(
    tmp_path, monkeypatch, make, name, module, package
):
    make(tmp_path / name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependency, match=rf"{name} needs {package}: pip install 'geomap-toolkit\[formats\]'"):
        read_articles(tmp_path / name)
    (tmp_path / "b.txt").write_text("Rain\nIn Mosul.")
    with pytest.warns(ArticlesSkipped, match=rf"{name} \(needs {package}: pip install 'geomap-toolkit\[formats\]'"):
        assert read_articles(tmp_path).article_id.tolist() == ["b"]


@pytest.mark.slow
def test_a_folder_of_text_loads_no_library_of_other_formats(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"text": "In Mosul."}]))
    (tmp_path / "b.md").write_text("# Rain\n\nIn Mosul.")
    for module in ("docx", "pypdfium2", "python_calamine", "striprtf"):
        assert module not in _loaded_by_reading(tmp_path)


def _loaded_by_reading(folder: Path) -> set[str]:
    code = f"import sys; from geomap.articles import read_articles; read_articles({str(folder)!r}); print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
