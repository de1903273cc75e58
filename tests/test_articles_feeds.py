"""Reading archives, feeds, mail, news XML, web archives, RIS and EPUB: what comes out, and what is said of the rest."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mailbox
import random
import tarfile
import time
import tracemalloc
import warnings
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pandas as pd
import pytest
from laws import many
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import geomap
from geomap.articles import read_articles
from geomap.errors import ArticlesUnreadable, GeomapError

STORY = (
    "Ferries between Stavanger and Tau stopped on Monday after a storm tore up the quay. "
    "Commuters from Strand drove the long way round by Sandnes, and the mayor asked Oslo for help with the repairs."
)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "hahaha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def read(path: Path, **options) -> tuple[pd.DataFrame, list[dict]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        articles = read_articles(path, **options)
    return articles, list(articles.attrs["problems"])


def reasons(problems: list[dict]) -> list[str]:
    return [f"{problem['file']}: {problem['reason']} ({problem['action']})" for problem in problems]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ArticlesUnreadable) as caught:
        read(path)
    return str(caught.value)


# --- Archives


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


MEMBERS = {
    "news/b.txt": f"Storm\n{STORY}",
    "a.csv": "title,text,date\nStorm,Rain fell on Bergen.,2024-02-01\nCalm,Sun shone on Oslo.,2024-02-02\n",
    "news/photo.png": b"\x89PNG",
    "news/.hidden.txt": "not for you",
    "__MACOSX/news/._b.txt": "resource fork",
    "late.txt.gz": gzip.compress(b"Late\nSnow fell on Narvik."),
}
PACKED = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tgz": lambda members: gzip.compress(tarred(members)),
    "a.tar.gz": lambda members: gzip.compress(tarred(members)),
    "a.tar.bz2": lambda members: bz2.compress(tarred(members)),
    "a.tar.xz": lambda members: lzma.compress(tarred(members)),
}


@pytest.mark.parametrize("name", PACKED)
def test_the_files_of_an_archive_are_read_like_those_of_a_folder(tmp_path: Path, name: str):
    articles, problems = read(write(tmp_path / name, PACKED[name](MEMBERS)))
    by_id = articles.set_index("article_id")["text"]
    assert sorted(by_id.index) == ["a/a:1", "a/a:2", "a/late", "a/news/b"]
    assert by_id["a/news/b"] == f"Storm\n{STORY}"
    assert by_id["a/late"] == "Late\nSnow fell on Narvik."
    assert sorted(reasons(problems)) == [
        f"{name}/__MACOSX/news/._b.txt: hidden (ignored)",
        f"{name}/news/.hidden.txt: hidden (ignored)",
        f"{name}/news/photo.png: not an article format (ignored)",
    ]


def test_parquet_in_an_archive_is_read(tmp_path: Path):
    buffer = io.BytesIO()
    pd.DataFrame({"text": ["Rain fell on Bergen."], "pages": [3]}).to_parquet(buffer)
    articles, _ = read(write(tmp_path / "a.zip", zipped({"t.parquet": buffer.getvalue()})))
    assert articles[["article_id", "text", "pages"]].values.tolist() == [["a/t:1", "Rain fell on Bergen.", 3]]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("first", [True, False])
def test_articles_csv_in_an_archive_describes_its_files_as_in_a_folder(tmp_path: Path, pack, first: bool):
    table = {
        "articles.csv": "file,date,source,desk\nnews/b.txt,2024-02-01,Post,Sea\nc,2024-02-02,Times,Sky\nnone,2024,x,y\n"
    }
    near = {"news/articles.csv": "file,source\nb.txt,Herald\nd.txt,Mail\n"}
    texts = {
        "c.md": "# Calm\n\nSun in Voss.",
        "news/b.txt": "Storm\nRain in Voss.",
        "news/d.txt": "Snow\nSnow in Narvik.",
    }
    members = {**table, **near, **texts} if first else {**texts, **near, **table}
    folder = tmp_path / "a"
    for name, content in members.items():
        write(folder / name, content)
    unpacked, _ = read(folder)
    articles, problems = read(write(tmp_path / "a.zip", pack(members)))
    columns = ["title", "text", "published", "source", "desk"]
    by_title = [frame.sort_values("title")[columns].reset_index(drop=True) for frame in (unpacked, articles)]
    pd.testing.assert_frame_equal(*by_title)
    assert by_title[1]["source"].tolist() == ["Times", "Mail", "Post"]
    assert sorted(line for line in reasons(problems) if "articles.csv" in line) == [
        "a.zip/articles.csv: the file that it names does not exist (skipped)",
        "a.zip/news/articles.csv: duplicate row for b.txt; the first one is used (skipped)",
    ]
    report = geomap.reading_report(articles).set_index("file")
    assert report.loc[["a.zip/articles.csv", "a.zip/news/articles.csv"], "format"].tolist() == ["metadata"] * 2


def test_articles_csv_in_an_archive_is_a_table_of_articles_where_it_has_texts(tmp_path: Path):
    members = {"articles.csv": "file,text\nb.txt,Rain in Voss.\n", "b.txt": "Snow\nSnow in Narvik."}
    articles, problems = read(write(tmp_path / "a.zip", zipped(members)))
    assert articles["text"].tolist() == ["Rain in Voss.", "Snow\nSnow in Narvik."] and problems == []


def test_articles_csv_in_an_archive_describes_the_files_of_no_other_one(tmp_path: Path):
    inner = zipped({"b.txt": "Snow\nSnow in Narvik.", "articles.csv": "file,source\nb.txt,Inner\n"})
    members = {
        "articles.csv": "file,source\nb.txt,Outer\n",
        "in.zip": inner,
        "only/articles.csv": "file,source\nx,Post\n",
    }
    articles, problems = read(write(tmp_path / "a.zip", zipped(members)))
    assert articles["source"].tolist() == ["Inner"]
    found = {problem["file"]: problem["reason"] for problem in problems}
    assert found.keys() == {"a.zip/articles.csv", "a.zip/only/articles.csv"}
    assert all("no column" in reason for reason in found.values())


def test_an_archive_in_an_archive_is_opened_and_one_in_that_is_named(tmp_path: Path):
    content: dict[str, str | bytes] = {"deep.txt": "Too deep in Kirkenes."}
    for depth in range(10, 1, -1):
        content = {f"{depth}.txt": f"Depth {depth} in Bodø.", f"{depth}.zip": zipped(content)}
    articles, problems = read(write(tmp_path / "1.zip", zipped(content)))
    assert articles["article_id"].tolist() == ["1/2", "1/2/3"]
    assert reasons(problems) == ["1.zip/2.zip/3.zip: archives are opened 2 deep; unpack this one to read it (skipped)"]


def test_a_tar_in_a_zip_is_read(tmp_path: Path):
    inner = gzip.compress(tarred({"x/y.txt": "Rain in Molde."}))
    articles, _ = read(write(tmp_path / "o.zip", zipped({"i.tar.gz": inner})))
    assert articles["article_id"].tolist() == ["o/i/x/y"]


@pytest.mark.slow
def test_a_zip_bomb_is_named_and_its_neighbors_are_read(tmp_path: Path):
    bomb = zipped({"bomb.txt": b"0" * 200_000_000, "good.txt": STORY})
    path = write(tmp_path / "a.zip", bomb)
    tracemalloc.start()
    articles, problems = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert articles["article_id"].tolist() == ["a/good"]
    assert len(problems) == 1 and "bomb.txt: it would grow from" in reasons(problems)[0]
    assert peak < 20_000_000


@pytest.mark.slow
def test_a_bomb_of_many_small_files_ends_at_a_hundred_times_its_size(tmp_path: Path):
    members = {f"{number:03}.txt": b"0" * 9_000_000 for number in range(40)}
    articles, problems = read(write(tmp_path / "a.zip", zipped(members)))
    assert len(articles) == 11
    assert len(problems) == 29 and "more than may still be unpacked" in problems[0]["reason"]


@pytest.mark.slow
def test_a_packed_tar_that_unpacks_without_end_stops_early(tmp_path: Path):
    data = gzip.compress(tarred({"a.txt": STORY, "z.bin": b"\0" * 120_000_000, "b.txt": STORY}))
    started = time.monotonic()
    articles, problems = read(write(tmp_path / "a.tar.gz", data))
    assert articles["article_id"].tolist() == ["a/a"]
    assert any("unpacks to more than 100,000,000 bytes" in reason for reason in reasons(problems))
    assert time.monotonic() - started < 10


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
def test_a_truncated_tar_gives_what_it_holds_and_says_so(tmp_path: Path, name: str):
    noise = random.Random(7)
    words = {f"{n}.txt": " ".join(noise.choices(STORY.split(), k=30_000)) for n in range(9)}
    data = PACKED[name](words)
    articles, problems = read(write(tmp_path / name, data[: len(data) * 3 // 4]))
    assert 0 < len(articles) < 9
    assert any("damaged or cut off" in reason or "cannot be unpacked" in reason for reason in reasons(problems))


def test_a_tar_with_a_damaged_header_says_that_the_rest_is_lost(tmp_path: Path):
    data = bytearray(tarred({"a.txt": STORY, "b.txt": STORY, "c.txt": STORY}))
    data[1024 + 148 : 1024 + 156] = b"xxxxxxxx"  # the checksum of the second header
    articles, problems = read(write(tmp_path / "a.tar", bytes(data)))
    assert articles["article_id"].tolist() == ["a/a"]
    assert reasons(problems) == [
        "a.tar: the archive is damaged or cut off after 1 file: it does not end as an archive ends (skipped)"
    ]


def test_a_member_with_a_password_is_named(tmp_path: Path):
    data = bytearray(zipped({"a.txt": STORY, "b.txt": STORY}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of encryption in the directory
    articles, problems = read(write(tmp_path / "a.zip", bytes(data)))
    assert articles["article_id"].tolist() == ["a/a"]
    assert reasons(problems) == ["a.zip/b.txt: protected by a password (skipped)"]


def test_a_damaged_member_is_named_and_the_others_are_read(tmp_path: Path):
    data = bytearray(zipped({"a.txt": STORY, "b.txt": STORY}))
    data[data.index(b"PK\x03\x04") + 45] ^= 0xFF
    articles, problems = read(write(tmp_path / "a.zip", bytes(data)))
    assert articles["article_id"].tolist() == ["a/b"]
    assert problems[0]["file"] == "a.zip/a.txt" and "cannot be unpacked" in problems[0]["reason"]


@pytest.mark.slow
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_lies_about_its_size_costs_no_memory(tmp_path: Path, method: int):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.txt", b"0" * 80_000_000)
        archive.writestr("b.txt", STORY, zipfile.ZIP_DEFLATED)
    data = buffer.getvalue()
    start = data.index(b"PK\x01\x02")
    data = data[: start + 24] + (1000).to_bytes(4, "little") + data[start + 28 :]
    path = write(tmp_path / "a.zip", data)
    tracemalloc.start()
    articles, problems = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert articles["article_id"].tolist() == ["a/b"]
    assert problems[0]["reason"].startswith(("cannot be unpacked", "packed with bzip2"))
    assert peak < 100_000_000


def test_paths_that_climb_and_names_that_are_no_utf8_stay_names(tmp_path: Path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", errors="surrogateescape") as archive:
        for name in ("../../etc/a.txt", "/root/b.txt", "caf\udce9.txt"):
            info = tarfile.TarInfo(name)
            info.size = 12
            archive.addfile(info, io.BytesIO(b"Rain in Oslo"))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    articles, problems = read(write(tmp_path / "a.tar", buffer.getvalue()))
    assert articles["article_id"].tolist()[:2] == ["a/etc/a", "a/root/b"]
    assert len(articles) == 3
    articles["article_id"].str.encode("utf-8")
    assert reasons(problems) == ["a.tar/link.txt: a link or device, not a file (skipped)"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.zip", b"PK\x03\x04 cut off", "not a zip archive, or damaged"),
        ("a.zip", zipped({}), "no files in the archive"),
        ("a.tar", b"hello", "not a tar archive, or damaged"),
        ("a.tar.gz", b"\x1f\x8b", "not a tar archive, or damaged"),
        ("a.zip", zipped({"x.png": b"1"}), "no article could be read"),
    ],
)
def test_an_archive_without_articles_says_why(tmp_path: Path, name: str, content: bytes, message: str):
    assert message in refusal(write(tmp_path / name, content))


def test_an_archive_beside_texts_adds_to_them(tmp_path: Path):
    write(tmp_path / "one.txt", STORY)
    write(tmp_path / "two.zip", zipped({"in.txt": STORY, "bad.json": "{"}))
    articles, problems = read(tmp_path)
    assert articles["article_id"].tolist() == ["one", "two/in"]
    assert [problem["file"] for problem in problems] == ["two.zip/bad.json"]


# --- Feeds

RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Fjord &amp; Field</title><link>https://fjord.example/</link><description>News</description>
<item><title>Storm at Tau &#8211; quay closed</title><link>https://fjord.example/1</link>
<pubDate>Mon, 05 Feb 2024 09:30:00 +0100</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{STORY}</p><p>Boats to <b>Jørpeland</b>&nbsp;sail<br/>again.</p>
<script>x()</script>]]></content:encoded>
</item>
<item><title><![CDATA[Fish & chips in Ålesund]]></title><dc:creator>Kari Nes</dc:creator>
<description>
&lt;p&gt;A caf&amp;eacute; opened in &amp;Aring;lesund.&lt;/p&gt;&lt;p&gt;It is near Molde.&lt;/p&gt;</description>
</item>
<item><title>Empty</title><link>https://fjord.example/3</link></item>
<item><title>Plain</title><dc:date>2024-02-07T08:00:00Z</dc:date><description>Rain in Voss, 5 &lt; 6 degrees.</description>
<source url="https://wire.example/rss">Western Wire</source></item>
</channel></rss>"""


def test_rss_gives_full_texts_dates_links_and_the_publication(tmp_path: Path):
    articles, problems = read(write(tmp_path / "f.rss", RSS))
    first, second, plain = articles.to_dict("records")
    assert first["title"] == "Storm at Tau – quay closed"
    assert first["text"] == f"{STORY}\n\nBoats to Jørpeland\xa0sail\nagain."
    assert str(first["published"]) == "2024-02-05 08:30:00+00:00"
    assert (first["source"], first["url"]) == ("Fjord & Field", "https://fjord.example/1")
    assert second["title"] == "Fish & chips in Ålesund"
    assert second["text"] == "A café opened in Ålesund.\n\nIt is near Molde."
    assert second["byline"] == "Kari Nes" and pd.isna(second["published"]) and pd.isna(second["url"])
    assert plain["text"] == "Rain in Voss, 5 < 6 degrees."
    assert str(plain["published"]) == "2024-02-07 08:00:00+00:00"
    assert [(problem["row"], problem["reason"]) for problem in problems] == [(3, "no text")]


ATOM = f"""<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Nordavis</a:title>
<a:entry><a:title type="html">Storm &amp;amp; sea</a:title><a:link rel="alternate" href="https://n.example/1"/>
<a:updated>2024-02-06T10:00:00Z</a:updated><a:published>2024-02-05T10:00:00+01:00</a:published>
<a:content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>{STORY}</p><ul><li>Oslo</li><li>Bergen</li></ul></div></a:content>
</a:entry>
<a:entry><a:title>Short</a:title><a:summary>Snow in Narvik.</a:summary><a:updated>2024-02-06T10:00:00Z</a:updated></a:entry>
</a:feed>"""


@pytest.mark.parametrize("name", ["f.atom", "f.xml", "f.rss", "f.xml.gz"])
def test_atom_with_a_namespace_prefix_is_read_whatever_its_ending(tmp_path: Path, name: str):
    data = ATOM.encode()
    articles, _ = read(write(tmp_path / name, gzip.compress(data) if name.endswith(".gz") else data))
    assert articles["title"].tolist() == ["Storm & sea", "Short"]
    assert articles["text"].tolist() == [f"{STORY}\n\nOslo\n\nBergen", "Snow in Narvik."]
    assert articles["published"].astype(str).tolist() == ["2024-02-05 09:00:00+00:00", "2024-02-06 10:00:00+00:00"]
    assert articles["url"].tolist()[0] == "https://n.example/1"


def test_rdf_feeds_are_read(tmp_path: Path):
    feed = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
    <channel rdf:about="https://o.example/"><title>Old Wire</title></channel>
    <item rdf:about="https://o.example/1"><title>Storm</title><link>https://o.example/1</link>
    <description>{STORY}</description></item>
    </rdf:RDF>"""
    articles, _ = read(write(tmp_path / "f.xml", feed))
    assert articles[["title", "text", "source"]].values.tolist() == [["Storm", STORY, "Old Wire"]]


def test_a_feed_in_latin_1_keeps_its_letters(tmp_path: Path):
    data = RSS.replace("UTF-8", "ISO-8859-1").replace("–", "-").encode("iso-8859-1")
    articles, problems = read(write(tmp_path / "f.rss", data))
    assert "Jørpeland" in articles["text"][0] and articles["title"][1] == "Fish & chips in Ålesund"
    assert not [problem for problem in problems if problem["action"] == "guessed"]


def test_a_feed_without_entries_says_so(tmp_path: Path):
    path = write(tmp_path / "f.rss", "<rss version='2.0'><channel><title>Nothing</title></channel></rss>")
    assert "the feed contains no entries" in refusal(path)


def test_a_damaged_feed_is_read_as_far_as_it_goes_with_a_note(tmp_path: Path):
    articles, problems = read(write(tmp_path / "f.rss", RSS[: RSS.index("<item><title>Empty")]))
    assert articles["title"].tolist() == ["Storm at Tau – quay closed", "Fish & chips in Ålesund"]
    assert "the XML is damaged and may be incomplete" in problems[0]["reason"]


def test_lone_ampersands_and_undeclared_prefixes_cost_no_words(tmp_path: Path):
    feed = """<rss version="2.0"><channel><title>Q&A</title><item><title>R&D in &Aring;lesund</title>
    <media:credit>x</media:credit>
    <description>Fish & chips at http://x.example/?a=1&b=2 in Voss; <![CDATA[A & B in Bod&oslash;]]></description>
    </item></channel></rss>"""
    articles, problems = read(write(tmp_path / "f.rss", feed))
    assert articles[["title", "source"]].values.tolist() == [["R&D in Ålesund", "Q&A"]]
    assert articles["text"][0] == "Fish & chips at http://x.example/?a=1&b=2 in Voss; A & B in Bodø"
    assert "Namespace prefix media on credit is not defined" in problems[0]["reason"]


def test_markup_that_is_not_escaped_stays_in_the_text(tmp_path: Path):
    feed = f"""<rss version="2.0"><channel><title>W</title><item><title>Storm in <i>Voss</i></title>
    <description><p>{STORY}</p><p>Rain in <b>Voss</b> again.</p></description></item></channel></rss>"""
    articles, _ = read(write(tmp_path / "f.rss", feed))
    assert articles["text"][0] == f"{STORY}\n\nRain in Voss again."
    assert articles["title"][0] == "Storm in Voss"


@pytest.mark.slow
def test_a_large_damaged_feed_is_read_in_seconds(tmp_path: Path):
    text = "Rain <b>fell</b> on Voss. " * 150_000
    started = time.monotonic()
    articles, _ = read(write(tmp_path / "f.rss", RSS.replace("Short.", text).replace("</channel>", "<x></channel>")))
    assert len(articles) == 3
    assert time.monotonic() - started < 10


# --- News XML

NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "http://dtd.example/nitf-3-4.dtd"><nitf><head><title>T</title>
<docdata><date.issue norm="20240205T093000Z"/></docdata><pubdata name="The Fjord Post" ex-ref="https://p.example/1"/></head>
<body><body.head><hedline><hl1>Storm at  Tau</hl1></hedline><byline>By Kari Nes</byline>
<dateline><location>STAVANGER</location></dateline></body.head>
<body.content><block class="lead_paragraph"><p>{STORY}</p></block>
<block class="full_text"><p>{STORY}</p><media media-type="image"><media-caption>A quay</media-caption></media>
<p>Caf&eacute;s in <location>Bergen</location> stayed open.</p></block></body.content></body></nitf>"""


def test_nitf_gives_headline_date_paper_and_full_text_once(tmp_path: Path):
    articles, problems = read(write(tmp_path / "n.xml", NITF))
    record = articles.iloc[0].to_dict()
    assert record["title"] == "Storm at Tau"
    assert record["text"] == f"{STORY}\n\nCafés in Bergen stayed open."
    assert str(record["published"]) == "2024-02-05 09:30:00+00:00"
    assert (record["source"], record["url"]) == ("The Fjord Post", "https://p.example/1")
    assert (record["byline"], record["dateline"]) == ("By Kari Nes", "STAVANGER")
    assert problems == []


def news_item(content: str, guid: str = "urn:x:1") -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}"><itemMeta>
    <provider qcode="nprov:NordNews"/><versionCreated>2024-02-06T08:00:00Z</versionCreated>
    <firstCreated>2024-02-05T08:00:00+01:00</firstCreated></itemMeta><contentMeta><headline>Storm at Tau</headline>
    <by>Kari Nes</by></contentMeta><contentSet>{content}</contentSet></newsItem>"""


XHTML = f"""<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>x</title></head><body><p>{STORY}</p><p>Rain in Voss.</p></body></html></inlineXML>"""
INLINE_NITF = (
    "<inlineXML>"
    + NITF[NITF.index("<nitf>") :].replace("&eacute;", "é").replace("<nitf>", '<nitf xmlns="">')
    + "</inlineXML>"
)


def test_newsml_g2_with_xhtml_is_read(tmp_path: Path):
    articles, problems = read(write(tmp_path / "n.xml", news_item(XHTML, "https://n.example/1")))
    record = articles.iloc[0].to_dict()
    assert (record["title"], record["text"]) == ("Storm at Tau", f"{STORY}\n\nRain in Voss.")
    assert str(record["published"]) == "2024-02-05 07:00:00+00:00"
    assert (record["source"], record["url"], record["byline"]) == ("NordNews", "https://n.example/1", "Kari Nes")
    assert problems == []


def test_a_news_message_gives_an_article_for_each_item_and_names_one_without_text(tmp_path: Path):
    items = news_item(XHTML) + news_item(INLINE_NITF) + news_item('<remoteContent href="a.jpg"/>')
    message = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{items}</itemSet></newsMessage>'
    articles, problems = read(write(tmp_path / "n.xml", message))
    assert articles["article_id"].tolist() == ["n:1", "n:2"]
    assert articles["text"][1] == f"{STORY}\n\nCafés in Bergen stayed open."
    assert articles["dateline"].tolist()[1] == "STAVANGER"
    assert [(problem["row"], problem["reason"]) for problem in problems] == [(3, "no text")]


def test_newsml_1_and_the_articles_of_reuters_corpora_are_read(tmp_path: Path):
    nitf = NITF[NITF.index("<nitf>") :].replace("&eacute;", "é")
    one = f"""<NewsML><NewsItem><Identification>
    <NewsIdentifier><ProviderId>nord.example</ProviderId><DateId>20240205</DateId>
    </NewsIdentifier></Identification><NewsComponent><NewsLines><HeadLine>Storm</HeadLine></NewsLines>
    <ContentItem><DataContent>
    {nitf}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""
    two = f"""<newsitem itemid="1" date="1996-08-20"><title>NORWAY: Storm.</title><headline>Storm.</headline>
    <dateline>OSLO 1996-08-20</dateline><text><p>{STORY}</p><p>Rain in Voss.</p></text></newsitem>"""
    write(tmp_path / "1.xml", one)
    write(tmp_path / "2.xml", two)
    articles, problems = read(tmp_path)
    assert articles["title"].tolist() == ["Storm", "Storm."]
    assert articles["text"].tolist() == [f"{STORY}\n\nCafés in Bergen stayed open.", f"{STORY}\n\nRain in Voss."]
    assert articles["published"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-05", "1996-08-20"]
    assert problems == []


def tei(body: str, date: str = '<date when="1891-02-05"/>') -> str:
    return f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>
    <fileDesc><titleStmt><title>Storm at Tau</title></titleStmt>
    <publicationStmt><publisher>An Archive</publisher><date when="2020"/></publicationStmt><sourceDesc><bibl>
    <title level="j">Fjordposten</title>{date}</bibl></sourceDesc></fileDesc></teiHeader>
    <text><body>{body}</body></text></TEI>"""


def test_tei_gives_the_newspaper_and_its_day_and_joins_broken_words(tmp_path: Path):
    body = """<head>The storm</head><p>Ferries from <choice><sic>Stavnger</sic><corr>Stavanger</corr></choice> to
    <placeName>San<lb break="no"/>dnes</placeName><pb n="2"/> stopped.</p><fw>FJORDPOSTEN</fw><p>Rain<lb/>in Voss.</p>"""
    articles, problems = read(write(tmp_path / "t.xml", tei(body)))
    record = articles.iloc[0].to_dict()
    assert record["text"] == "The storm\n\nFerries from Stavanger to Sandnes stopped.\n\nRain\nin Voss."
    assert (record["title"], record["source"], str(record["published"])[:10]) == (
        "Storm at Tau",
        "Fjordposten",
        "1891-02-05",
    )
    assert problems == []


def test_an_issue_of_a_newspaper_in_tei_gives_its_articles(tmp_path: Path):
    divisions = "".join(
        f'<div type="article"><head>Head {n}</head><p>Rain fell on {place}.</p></div>'
        for n, place in enumerate(["Voss", "Bodø"])
    )
    articles, _ = read(write(tmp_path / "t.xml", tei(f'<div type="page">{divisions}</div>')))
    assert articles["title"].tolist() == ["Head 0", "Head 1"]
    assert articles["text"].tolist() == ["Head 0\n\nRain fell on Voss.", "Head 1\n\nRain fell on Bodø."]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<x:packageItem xmlns:x='http://iptc.org/std/nar/2006-10-01/'/>", "a package of NewsML"),
        (
            "<x:someThing xmlns:x='urn:x'/>",
            "XML whose root element is <someThing>; the formats of articles in XML are RSS",
        ),
        (
            "<urlset><url><loc>https://x.example/</loc></url></urlset>",
            "a sitemap: it holds addresses of pages, no text",
        ),
        ("<opml version='2.0'><body/></opml>", "a list of feeds"),
        ("just words", "not XML: there is no element in it"),
        ("", "the file is empty"),
    ],
)
def test_other_xml_is_refused_by_what_it_is(tmp_path: Path, content: str, message: str):
    assert message in refusal(write(tmp_path / "x.xml", content))


@pytest.mark.parametrize("root", ["rss", "nitf", "TEI", "newsItem", "unknown"])
def test_a_billion_laughs_cost_neither_time_nor_memory(tmp_path: Path, root: str):
    path = write(tmp_path / "x.xml", f"{LAUGHS}<{root}><channel><item><title>&j;</title></item></channel>&j;</{root}>")
    started = time.monotonic()
    tracemalloc.start()
    with pytest.raises(GeomapError):
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - started < 5 and peak < 50_000_000


@pytest.mark.parametrize("template", [NITF, tei(f"<p>{STORY}</p>"), RSS, ATOM], ids=["nitf", "tei", "rss", "atom"])
def test_a_file_named_in_an_entity_is_never_read(tmp_path: Path, template: str):
    secret = write(tmp_path / "secret.key", "the password of Oslo")
    start = template.index("<", template.index("?>")) if "?>" in template else 0
    body = template[start:].replace('<!DOCTYPE nitf SYSTEM "http://dtd.example/nitf-3-4.dtd">', "")
    body = body.replace("Ferries between", "Ferries &leak; between")
    path = write(tmp_path / "x.xml", f'<!DOCTYPE x [<!ENTITY leak SYSTEM "{secret.as_uri()}">]>{body}')
    articles, _ = read(path)
    assert not articles["text"].str.contains("password").any()
    assert articles["text"].str.contains("Sandnes").any()


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda text: RSS.replace("Short.", "x").replace(STORY, text),
        lambda text: NITF.replace(STORY, text),
        lambda text: tei(f"<p>{text}</p>"),
    ],
    ids=["rss", "nitf", "tei"],
)
def test_a_text_of_five_megabytes_is_read_whole_and_quickly(tmp_path: Path, make):
    text = "Rain fell on Voss again. " * 200_000
    path = write(tmp_path / "x.xml", make(text))
    started = time.monotonic()
    articles, _ = read(path)
    assert articles["text"].str.count("Voss").max() == 200_000
    assert time.monotonic() - started < 10


def test_a_text_node_beyond_the_limit_is_refused_not_cut_off(tmp_path: Path):
    path = write(tmp_path / "x.xml", tei("<p>" + "Rain fell. " * 1_100_000 + "</p>"))
    assert "the XML exceeds the limits of safe reading" in refusal(path)


def test_damaged_xml_is_read_as_far_as_it_goes_with_a_note(tmp_path: Path):
    whole = tei(f"<p>{STORY}</p><p>Rain in Voss.</p>")
    articles, problems = read(write(tmp_path / "x.xml", whole[: whole.index("in Voss")]))
    assert articles["text"][0].startswith(STORY)
    assert "the XML is damaged and may be incomplete" in problems[0]["reason"]


def test_a_page_that_nests_too_deep_still_gives_its_words(tmp_path: Path):
    deep = "&lt;div&gt;" * 5_000 + "Rain in Voss."
    feed = f"<rss><channel><item><title>x</title><description>{deep}</description></item></channel></rss>"
    articles, _ = read(write(tmp_path / "x.rss", feed))
    assert articles["text"].tolist() == ["Rain in Voss."]


# --- Mail


def message(text: str | None = STORY, page: str | None = None, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in {"Subject": "Storm på Tau", "From": "Fjord Post <news@fjord.example>", **headers}.items():
        mail[name] = value
    if text is not None:
        mail.set_content(text)
    if page is not None and text is not None:
        mail.add_alternative(page, subtype="html")
    elif page is not None:
        mail.set_content(page, subtype="html")
    return mail


def test_a_message_gives_subject_sender_date_and_text(tmp_path: Path):
    mail = message(Date="Mon, 05 Feb 2024 09:30:00 +0100", **{"Archived-At": "<https://list.example/1>"})
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="map.pdf")
    articles, problems = read(write(tmp_path / "m.eml", mail.as_bytes()))
    record = articles.iloc[0].to_dict()
    assert (record["article_id"], record["title"], record["source"]) == ("m", "Storm på Tau", "Fjord Post")
    assert record["text"].strip() == STORY
    assert str(record["published"]) == "2024-02-05 08:30:00+00:00"
    assert record["url"] == "https://list.example/1"
    assert reasons(problems) == ["m.eml: 1 attachment not read: map.pdf (ignored)"]


def test_a_message_in_html_gives_its_paragraphs(tmp_path: Path):
    page = f"<html><head><style>p {{}}</style></head><body><p>{STORY}</p><table><tr><td>Oslo</td><td>Voss</td></tr></table>"
    for text in (None, "View this mail in your browser."):
        articles, _ = read(write(tmp_path / "m.eml", message(text, page).as_bytes()))
        assert articles["text"][0] == f"{STORY}\n\nOslo Voss"


def test_headers_are_decoded_however_they_are_written(tmp_path: Path):
    encoded = "=?iso-8859-1?q?Posten=2C_Troms=F8?= <p@x.example>"
    for subject, expected in (
        ("Storm på Tau", "Storm på Tau"),
        ("=?utf-8?b?U3Rvcm0gcMOl?=\r\n =?utf-8?q?_Tau?=", "Storm på Tau"),
        ("=?nonsense?q?Storm?=", "=?nonsense?q?Storm?="),
    ):
        mail = f"Subject: {subject}\r\nFrom: {encoded}\r\nDate: 5 Feb 2024\r\n\r\n{STORY}"
        articles, problems = read(write(tmp_path / "m.eml", mail))
        assert articles[["title", "source", "text"]].values.tolist() == [[expected, "Posten, Tromsø", STORY]]
        assert problems == []


def test_all_texts_of_a_message_are_read_and_forwarded_files_are_counted(tmp_path: Path):
    mail = message("Rain in Voss.")
    mail.add_attachment("Snow in Narvik.", disposition="inline")
    mail.add_attachment(message("Secret of Oslo."))
    mail.add_attachment(b"x", maintype="application", subtype="zip", filename="a.zip")
    articles, problems = read(write(tmp_path / "m.eml", mail.as_bytes()))
    assert articles["text"].tolist() == ["Rain in Voss.\n\nSnow in Narvik."]
    assert reasons(problems) == ["m.eml: 2 attachments not read: an unnamed message/rfc822, a.zip (ignored)"]


def test_a_message_that_nests_without_end_is_read_or_refused(tmp_path: Path):
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3_000))
    path = write(tmp_path / "m.eml", f"Subject: Storm\n{nested}Content-Type: text/plain\n\nRain in Voss.\n")
    with pytest.raises(ArticlesUnreadable):
        read(path)


def test_flowed_lines_become_paragraphs_and_a_wrong_charset_is_survived(tmp_path: Path):
    head = b"Subject: Storm\r\nContent-Type: text/plain; charset=nonsense; format=flowed\r\n\r\n"
    body = "Ferries to New \r\nLondon stopped. \r\n\r\nKøbenhavn waits.\r\n".encode()
    articles, _ = read(write(tmp_path / "m.eml", head + body))
    assert articles["text"][0] == "Ferries to New London stopped. \nKøbenhavn waits."


def test_a_mailbox_gives_each_message_and_names_those_without_text(tmp_path: Path):
    box = mailbox.mbox(tmp_path / "m.mbox")
    encrypted = EmailMessage()
    encrypted["Content-Type"] = "multipart/encrypted; boundary=x"
    for mail in (
        message(f"{STORY}\nFrom Oslo came help.\n\nFrom here on it rained.", Date="Mon, 05 Feb 2024 09:30:00 +0100"),
        message("\n"),
        message("Rain in Voss.", Date="soon"),
        encrypted,
    ):
        box.add(mail.as_bytes().replace(b"Date:\n", b"Date: soon\n"))
    box.close()
    articles, problems = read(tmp_path / "m.mbox")
    assert articles["article_id"].tolist() == ["m:1", "m:3"]
    assert "\nFrom Oslo came help.\n\nFrom here on it rained." in articles["text"][0]
    found = [(problem["row"], problem["reason"]) for problem in problems]
    assert found == [
        (2, "no text"),
        (3, "unrecognized date 'soon'; left missing"),
        (4, "the message is encrypted"),
    ]


def test_what_is_no_mail_is_refused(tmp_path: Path):
    assert "not a mailbox" in refusal(write(tmp_path / "m.mbox", "Hello.\nFrom afar it looks like mail.\n"))
    assert "no header" in refusal(write(tmp_path / "m.eml", "\n\n"))


def test_a_page_saved_by_a_browser_is_read(tmp_path: Path):
    page = f"<html><head><title>Storm</title></head><body><article><h1>Storm</h1><p>{STORY}</p></article></body></html>"
    mail = EmailMessage()
    mail["Subject"], mail["Snapshot-Content-Location"] = "Storm", "https://fjord.example/1"
    mail.set_content(page, subtype="html")
    articles, _ = read(write(tmp_path / "p.mhtml", mail.as_bytes()))
    assert STORY in articles["text"][0] and articles["url"][0] == "https://fjord.example/1"


# --- RIS

RIS = f"""TY  - NEWS
T1  - Storm at Tau
AU  - Nes, Kari
AU  - Lie, Ola
JO  - Fjord Post
Y1  - 2024/02/05/
N2  - {STORY[:84]}
{STORY[84:]}
UR  - https://fjord.example/1
ER  -\x20

TY  - NEWS
TI  - No abstract here
ER  -
TY  - JOUR
TI  - No end here
T2  - Review of Rain
PY  - 2023
AB  - <p>Rain fell on Caf&eacute; Voss.</p>
AB  - Regen in Voss.
TY  - NEWS
TI  - The last one
DA  - 2024/02
AB  - Snow fell on Narvik.
ER  - """


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ris_gives_abstracts_and_names_the_records_without_one(tmp_path: Path, end: str):
    articles, problems = read(write(tmp_path / "r.ris", "\ufeff" + RIS.replace("\n", end)))
    assert articles["article_id"].tolist() == ["r:1", "r:3", "r:4"]
    assert articles["title"].tolist() == ["Storm at Tau", "No end here", "The last one"]
    assert articles["text"].tolist() == [
        f"{STORY[:84].strip()}\n{STORY[84:]}",
        "Rain fell on Café Voss.\n\nRegen in Voss.",
        "Snow fell on Narvik.",
    ]
    assert articles["published"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-05", "2023-01-01", "2024-02-01"]
    assert articles["source"].tolist()[:2] == ["Fjord Post", "Review of Rain"]
    assert articles["byline"][0] == "Nes, Kari; Lie, Ola"
    assert [(problem["row"], problem["reason"]) for problem in problems] == [(2, "the record has no abstract")]


def test_what_is_no_ris_is_refused(tmp_path: Path):
    assert "not a RIS file" in refusal(write(tmp_path / "r.ris", "AB  - An abstract without a record\n"))


# --- Web archives


class _Writer(WARCWriter):
    # Its temporary files are left open, which is an error here.
    _create_temp_file = staticmethod(io.BytesIO)


def warc(records: list[tuple[str, str, bytes, str]], *, packed: bool = True, charset: str = "") -> bytes:
    """Return a web archive of (record type, address, content, media type)."""
    buffer = io.BytesIO()
    writer = _Writer(buffer, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "tests"}))
    for kind, url, content, media_type in records:
        headers = None
        if kind == "response":
            status = "404 Not Found" if url.endswith("missing") else "200 OK"
            headers = StatusAndHeaders(status, [("Content-Type", media_type + charset)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(content),
            http_headers=headers,
            warc_content_type=media_type if headers is None else "",
            warc_headers_dict={"WARC-Date": "2024-02-05T08:00:00Z"},
        )
        writer.write_record(record)
    return buffer.getvalue()


def page_of(title: str, *, date: str = "", charset: str = "") -> str:
    head = f'<meta property="article:published_time" content="{date}">' if date else ""
    return (
        f"<html><head>{charset}<title>{title}</title>{head}</head><body><article><h1>{title}</h1><p>{STORY}</p>"
        f"<p>Bodø waits for boats from Værøy and Røst, and nobody in Tromsø knows when they sail.</p>"
        "</article></body></html>"
    )


@pytest.mark.parametrize("name", ["c.warc", "c.warc.gz"])
def test_a_web_archive_gives_its_pages_and_counts_the_rest(tmp_path: Path, name: str):
    records = [
        ("response", "https://fjord.example/1", page_of("Storm at Tau", date="2024-02-01").encode(), "text/html"),
        ("response", "https://fjord.example/2", page_of("Calm at Tau").encode(), "text/html"),
        ("response", "https://fjord.example/logo", b"GIF89a", "image/gif"),
        ("response", "https://fjord.example/missing", b"<html>Not here</html>", "text/html"),
        ("response", "https://fjord.example/empty", b"<html></html>", "text/html"),
        ("metadata", "https://fjord.example/1", b"via: https://fjord.example/", "application/warc-fields"),
    ]
    articles, problems = read(write(tmp_path / name, warc(records, packed=name.endswith("gz"))))
    assert articles["article_id"].tolist() == ["c:1", "c:2"]
    assert articles["title"].tolist() == ["Storm at Tau", "Calm at Tau"]
    assert articles["published"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-01", "2024-02-05"]
    assert articles["url"].tolist() == ["https://fjord.example/1", "https://fjord.example/2"]
    assert articles["source"].tolist() == ["fjord.example"] * 2
    assert "Værøy" in articles["text"][0]
    assert sorted(reasons(problems)) == [
        f"{name}: 1 page declares no date; the date of the crawl stands for it (decided)",
        f"{name}: 2 records are not web pages: image/gif (1), status 404 (1) (ignored)",
        f"{name}: no article found in the page (skipped)",
    ]


@pytest.mark.parametrize("declared", ["; charset=iso-8859-1", ""])
def test_pages_of_a_web_archive_in_other_encodings_keep_their_letters(tmp_path: Path, declared: str):
    meta = "" if declared else '<meta charset="iso-8859-1">'
    page = page_of("Storm", charset=meta).encode("iso-8859-1")
    data = warc([("response", "https://fjord.example/1", page, "text/html")], charset=declared)
    articles, _ = read(write(tmp_path / "c.warc.gz", data))
    assert "Bodø waits for boats from Værøy" in articles["text"][0]


@pytest.mark.parametrize("name", ["c.wet", "c.warc.wet.gz", "c.wet.gz"])
def test_converted_texts_are_read_as_they_are(tmp_path: Path, name: str):
    texts = [f"Storm at Tau\n{STORY}", "", "Calm at Tau\nSun in Voss."]
    records = [("conversion", f"https://fjord.example/{n}", t.encode(), "text/plain") for n, t in enumerate(texts)]
    articles, problems = read(write(tmp_path / name, warc(records, packed=name.endswith("gz"))))
    assert articles["text"].tolist() == [texts[0], texts[2]]
    assert articles["title"].tolist() == ["Storm at Tau", "Calm at Tau"]
    assert articles["article_id"].tolist() == ["c:1", "c:3"]
    assert [problem["row"] for problem in problems] == [None, 2]


def test_a_web_archive_that_is_cut_off_gives_the_pages_before(tmp_path: Path):
    pages = [("response", f"https://fjord.example/{n}", page_of(f"Storm {n}").encode(), "text/html") for n in range(5)]
    data = warc(pages)
    articles, problems = read(write(tmp_path / "c.warc.gz", data[: len(data) * 3 // 4]))
    assert 0 < len(articles) < 5
    assert any("cut off" in problem["reason"] for problem in problems)


@pytest.mark.parametrize("content", [b"hello", b"\x1f\x8bhello", gzip.compress(b"hello", mtime=0), b""])
def test_what_is_no_web_archive_is_refused(tmp_path: Path, content: bytes):
    assert "web archive" in refusal(write(tmp_path / "c.warc.gz", content))


# --- EPUB


def book(chapters: dict[str, str], *, extra: dict[str, str] | None = None, spine: list[str] | None = None) -> bytes:
    items = "".join(f'<item id="{n}" href="text/{n}.xhtml" media-type="application/xhtml+xml"/>' for n in chapters)
    order = "".join(f'<itemref idref="{n}"/>' for n in spine or ["nav", *chapters])
    points = "".join(f'<li><a href="text/{n}.xhtml#top">Contents of {n}</a></li>' for n in chapters)
    opf = f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
    <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Year of Storms</dc:title>
    <dc:creator>Kari Nes</dc:creator>
    <dc:date>2024-02-05</dc:date></metadata><manifest>{items}
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>
    <spine>{order}</spine></package>"""
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        "OEBPS/book.opf": opf,
        "OEBPS/nav.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol>{points}</ol></nav></body></html>',
        **{f"OEBPS/text/{name}.xhtml": content for name, content in chapters.items()},
        **(extra or {}),
    }
    return zipped(members)


def chapter(body: str) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head>
    <title>A Year of Storms</title></head><body>{body}</body></html>"""


CHAPTERS = {
    "cover": chapter('<img src="cover.jpg" alt=""/>'),
    "one": chapter(f"<h1>Storm at<br/>Tau</h1><p>{STORY}</p><p>Caf&eacute;s in Voss &amp; Bodø closed.</p>"),
    "two": chapter("<p>Rain in Voss.</p>"),
}


def test_the_chapters_of_a_book_are_articles(tmp_path: Path):
    articles, problems = read(write(tmp_path / "b.epub", book(CHAPTERS)))
    assert articles["article_id"].tolist() == ["b:2", "b:3"]
    assert articles["title"].tolist() == ["Storm at Tau", "Contents of two"]
    assert articles["text"][0] == f"Storm at\nTau\n\n{STORY}\n\nCafés in Voss & Bodø closed."
    assert articles["source"].tolist() == ["A Year of Storms"] * 2
    assert articles["byline"].tolist() == ["Kari Nes"] * 2
    assert articles["published"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-05"] * 2
    assert reasons(problems) == ["b.epub: 1 page holds no text (a cover, pictures) (ignored)"]


def test_a_protected_or_missing_chapter_is_named(tmp_path: Path):
    encryption = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData><CipherData>
    <CipherReference URI="OEBPS/text/one.xhtml"/></CipherData></EncryptedData></encryption>"""
    data = book(CHAPTERS, extra={"META-INF/encryption.xml": encryption}, spine=["one", "two"])
    articles, problems = read(write(tmp_path / "b.epub", data))
    assert articles["title"].tolist() == ["Contents of two"]
    assert reasons(problems) == ["b.epub: OEBPS/text/one.xhtml is encrypted (DRM) (skipped)"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "not an EPUB, or damaged"),
        (zipped({"a.txt": "hello"}), "META-INF/container.xml names no book"),
        (book({"cover": CHAPTERS["cover"]}), "the book contains no text"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, content: bytes, message: str):
    assert message in refusal(write(tmp_path / "b.epub", content))


# --- All of them

SAMPLES: dict[str, bytes] = {
    "a.zip": zipped(MEMBERS),
    "a.tar": tarred(MEMBERS),
    "a.tar.gz": gzip.compress(tarred(MEMBERS)),
    "f.rss": RSS.encode(),
    "f.atom": ATOM.encode(),
    "n.xml": NITF.encode(),
    "g.xml": news_item(XHTML).encode(),
    "t.xml": tei(f"<p>{STORY}</p>").encode(),
    "m.eml": message(Date="Mon, 05 Feb 2024 09:30:00 +0100").as_bytes(),
    "m.mbox": b"From a@b.example Mon Feb  5 09:30:00 2024\n" + message().as_bytes(),
    "r.ris": RIS.encode(),
    "c.warc": warc([("response", "https://f.example/1", page_of("Storm").encode(), "text/html")], packed=False),
    "c.warc.gz": warc([("response", "https://f.example/1", page_of("Storm").encode(), "text/html")]),
    "b.epub": book(CHAPTERS),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 30])):
        position = chance.randrange(len(changed))
        what = chance.randrange(4)
        if what == 0:
            changed[position] ^= 1 << chance.randrange(8)
        elif what == 1:
            changed = changed[: max(1, position)]
        elif what == 2:
            changed[position:position] = chance.randbytes(chance.randrange(1, 20))
        else:
            changed[position : position + chance.randrange(1, 50)] = b""
        changed = changed or bytearray(b"x")
    return bytes(changed)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(tmp_path: Path, name: str):
    chance = random.Random(name)
    for number in range(many(12)):
        path = write(tmp_path / f"{number}" / name, mutated(SAMPLES[name], chance))
        started = time.monotonic()
        try:
            articles, _ = read(path)
        except GeomapError:
            pass
        else:
            assert len(articles)
        assert time.monotonic() - started < 10


def test_every_sample_is_read_in_one_folder_and_in_one_archive(tmp_path: Path):
    for name, data in SAMPLES.items():
        write(tmp_path / "folder" / name, data)
    from_folder, _ = read(tmp_path / "folder")
    from_archive, problems = read(write(tmp_path / "all.tar", tarred(SAMPLES)))
    assert sorted(from_folder["text"]) == sorted(from_archive["text"])
    assert not [problem for problem in problems if "deep" in problem["reason"]]


def test_every_file_of_a_folder_is_read_or_named(tmp_path: Path):
    bad = {
        "empty.rss": b"",
        "empty.zip": b"",
        "gpx.xml": b"<gpx/>",
        "none.mbox": b"Hello",
        "none.ris": b"Hello",
        "none.epub": b"Hello",
        "none.warc": b"Hello",
        "none.tar.xz": b"Hello",
        "none.mhtml": b"Hello",
        "picture.jpg": b"Hello",
        "bare.zip": zipped({"a/": b""}),
        "nested.zip": zipped({"a.zip": zipped({"b.zip": zipped({"c.txt": "Rain."})})}),
    }
    for name, data in {**SAMPLES, **bad}.items():
        write(tmp_path / name, data)
    articles, problems = read(tmp_path)
    named = {problem["file"].partition("/")[0] for problem in problems}
    assert bad.keys() <= named
    origins = {name.partition(".")[0] for name in SAMPLES}
    assert origins == {str(article_id)[0] for article_id in articles["article_id"]}
    assert len(articles) == sum(len(read(tmp_path / name)[0]) for name in SAMPLES)
