"""Which column is which, row by row; JSON of news APIs; exports without text; repairs before offsets are counted."""

import json
import time
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomap import Gazetteer, Geoparser
from geomap.articles import read_articles
from geomap.articles._columns import match_columns
from geomap.articles._repairs import Repairs
from geomap.errors import ArticlesSkipped, ArticlesUnreadable, ColumnMissing, InvalidTable
from geomap.tables import ARTICLES


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def read(path: Path, **options: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ArticlesSkipped)
        return read_articles(path, **options)


def told(articles: pd.DataFrame) -> list[tuple[object, ...]]:
    return [(p["row"], p["action"], p.get("loss", False), p["reason"]) for p in articles.attrs["problems"]]


# --- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        *("Titel,Inhalt,Datum,Quelle,Webadresse", "Überschrift,Volltext,Erscheinungsdatum,Zeitung,Link"),
        *("titre,contenu,date de parution,journal,lien", "titre,texte,date,source,url"),
        *("título,contenido,fecha,fuente,enlace", "titulo,cuerpo,fecha de publicación,periódico,url"),
        *("titolo,testo,data,fonte,url", "título,conteúdo,data,veículo,link", "titulo,texto,data,jornal,url"),
        *("kop,tekst,datum,krant,url", "rubrik,brödtext,datum,källa,länk", "tytuł,treść,data,źródło,url"),
        *(
            "заголовок,текст,дата,источник,ссылка",
            "başlık,metin,tarih,kaynak,bağlantı",
            "العنوان,النص,التاريخ,المصدر,الرابط",
        ),
        *(
            "标题,正文,发布日期,来源,网址",
            "Title,Abstract Note,Date,Publication Title,Url",
            "webTitle,bodyText,webPublicationDate,site,webUrl",
        ),
    ],
)
def test_columns_are_known_in_many_languages(tmp_path, header):
    articles = read(write(tmp_path / "n.csv", f"{header}\nT,In Mosul.,2017-03-31,Post,https://x.example\n"))
    assert list(articles.columns) == list(ARTICLES)
    assert articles.astype(str).iloc[0, 1:].tolist() == [
        *("T", "In Mosul.", "2017-03-31 00:00:00+00:00", "Post", "https://x.example"),
    ]


def test_data_is_a_date_only_beside_words_of_a_language_where_it_means_one():
    assert match_columns(["title", "text", "data"], {})["data"] == "data"
    assert match_columns(["titolo", "testo", "data"], {})["data"] == "published"


# --- row by row --------------------------------------------------------------------------------------------------------


def test_the_first_known_column_that_holds_text_wins_in_each_row(tmp_path):
    rows = [
        {
            "title": "A",
            "text": None,
            "maintext": "In Mosul.",
            "date_publish": "2017-03-01",
            "source_domain": "a.example",
        },
        {"title": "B", "text": "In Erbil.", "maintext": "a shorter one"},
        {"title": "C", "text": "  ", "maintext": None, "raw_text": "In Basra."},
    ]
    path = write(tmp_path / "n.jsonl", "\n".join(json.dumps(row) for row in rows))
    articles = read(path)
    assert articles.text.tolist() == ["In Mosul.", "In Erbil.", "In Basra."]
    assert articles.source.tolist()[0] == "a.example"
    assert articles.maintext.tolist()[1] == "a shorter one"
    assert pd.isna(articles.maintext[0])
    assert "raw_text" not in articles
    assert told(articles) == []


def test_the_first_known_column_that_holds_text_wins_in_csv_and_parquet_too(tmp_path):
    table = pd.DataFrame(
        {"text": ["", "In Erbil."], "body": ["In Mosul.", ""], "headline": ["A", None], "Titel": ["x", "B"]}
    )
    table.to_csv(tmp_path / "n.csv", index=False)
    table.to_parquet(tmp_path / "n.parquet")
    for ending in ("csv", "parquet"):
        articles = read(tmp_path / f"n.{ending}")
        assert articles.text.tolist() == ["In Mosul.", "In Erbil."]
        assert articles.title.tolist() == ["A", "B"]


def test_a_chosen_column_is_the_only_one(tmp_path):
    path = write(tmp_path / "n.csv", "text,body\n,In Mosul.\nIn Erbil.,\n")
    articles = read(path, columns={"text": "text"})
    assert articles.text.tolist() == ["In Erbil."]
    assert told(articles) == [(1, "skipped", False, "no text")]


def test_an_address_in_source_is_the_url_and_its_host_or_site_the_source(tmp_path):
    rows = [
        {
            "text": "In Mosul.",
            "source": "https://www.post.example/a",
            "source-hostname": "The Post",
            "hostname": "post.example",
        },
        {"text": "In Erbil.", "source": "https://www.post.example/b"},
        {"text": "In Basra.", "source": "https://post.example", "url": "https://post.example/c"},
        {"text": "In Najaf.", "source": "Post"},
    ]
    articles = read(write(tmp_path / "n.json", rows))
    assert articles.source.tolist() == ["The Post", "post.example", "post.example", "Post"]
    assert articles.url.tolist()[:3] == [
        *("https://www.post.example/a", "https://www.post.example/b", "https://post.example/c"),
    ]


def test_an_abstract_is_the_text_where_there_is_no_other_and_the_account_says_so(tmp_path):
    articles = read(write(tmp_path / "n.csv", "text,description\nIn Mosul.,a\n,In Erbil.\n"))
    assert articles.text.tolist() == ["In Mosul.", "In Erbil."]
    assert articles.description.tolist()[0] == "a"
    reason = "1 of 2 texts are only the description, since the file holds no full text"
    assert told(articles) == [(None, "decided", False, reason)]
    articles = read(write(tmp_path / "z.csv", "Key,Title,Abstract Note\nK7,T,In Basra.\n"))
    assert articles.loc[0, ["article_id", "text"]].tolist() == ["K7", "In Basra."]


def test_what_an_api_writes_instead_of_a_text_is_none(tmp_path):
    rows = [{"title": "T", "content": "ONLY AVAILABLE IN PAID PLANS", "description": "In Mosul."}]
    assert read(write(tmp_path / "n.json", {"results": rows})).text.tolist() == ["In Mosul."]


def test_a_column_of_numbers_is_no_text_whatever_its_name(tmp_path):
    assert read(write(tmp_path / "n.csv", "content,body\n5,In Mosul.\n7,In Erbil.\n")).text.tolist() == [
        "In Mosul.",
        "In Erbil.",
    ]
    with pytest.raises(ArticlesUnreadable, match=r"row 1: no text, only '5'"):
        read(write(tmp_path / "m.csv", "text\n5\n7\n"))


@pytest.mark.parametrize("dayfirst", ["yes", 2, []])
def test_another_order_of_dates_is_refused(tmp_path, dayfirst):
    with pytest.raises(InvalidTable, match="dayfirst must be True, False or None"):
        read(write(tmp_path / "a.txt", "In Mosul."), dayfirst=dayfirst)


# --- no text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cloud.csv", "id,media_name,publish_date,title,url\n1,p.example,2025-03-03,T,http://p.example/0\n"),
        ("doc.json", {"articles": [{"url": "http://p.example/0", "title": "T", "domain": "p.example"}]}),
        ("links.csv", "http://p.example/0\nhttp://p.example/1\n"),
        ("20250301.export.CSV", "100\t20250303\tUSA\t\thttp://p.example/0\n101\t20250303\tUSA\t\thttp://p.example/1\n"),
        ("urls.txt", "# mine\nhttps://p.example/0\nhttps://p.example/1\n\n"),
    ],
)
def test_what_lists_addresses_says_so_and_how_to_fetch_them(tmp_path, name, content):
    with pytest.raises(
        (ColumnMissing, ArticlesUnreadable), match=r"address.*(?i:fetch the pages).*trafilatura --input-file"
    ):
        read(write(tmp_path / name, content))
    write(tmp_path / "a.txt", "A\nIn Mosul.")
    articles = read(tmp_path)
    assert articles.article_id.tolist() == ["a"]
    assert [p["file"] for p in articles.attrs["problems"]] == [name]


def test_a_text_that_mentions_an_address_is_a_text(tmp_path):
    assert len(read(write(tmp_path / "a.txt", "https://p.example/0\nIn Mosul."))) == 1


# --- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            {"response": {"total": 1, "tags": [{"id": "x"}], "results": [
                {"id": "world/1", "webTitle": "T", "webUrl": "https://x.example",
                 "webPublicationDate": "2017-03-31T00:00:00Z",
                 "fields": {"headline": "H", "bodyText": "In Mosul.", "trailText": "short", "publication": "Post"}}]}},
            id="fields",
        ),
        pytest.param(
            {"status": "ok", "articles": [{"source": {"id": None, "name": "Post"}, "title": "T", "url": "https://x.example",
             "publishedAt": "2017-03-31T00:00:00Z", "description": "short", "content": "In Mosul."}]},
            id="articles",
        ),
        pytest.param(
            {"response": {"docs": [{"web_url": "https://x.example", "lead_paragraph": "In Mosul.", "abstract": "short",
             "headline": {"main": "T", "kicker": None}, "pub_date": "2017-03-31T00:00:00+0000", "source": "Post",
             "keywords": [{"name": "glocations", "value": "Mosul"}]}]}},
            id="headline.main",
        ),
        pytest.param(
            {"articles": {"page": 1, "results": [{"uri": "77", "title": "T", "body": "In Mosul.", "url": "https://x.example",
             "date": "2017-03-31", "source": {"uri": "post.example", "title": "Post"}}]}},
            id="articles.results",
        ),
        pytest.param(
            {"pagination": {"total": 1}, "data": [{"title": "T", "description": "In Mosul.", "url": "https://x.example",
             "source": "Post", "image": None, "published_at": "2017-03-31T00:00:00+00:00"}]},
            id="data",
        ),
        pytest.param(
            {"hits": {"total": 1, "hits": [{"_index": "n", "_source": {"title": "T", "body": "In Mosul.",
             "date": "2017-03-31", "publisher": "Post", "link": "https://x.example"}}]}},
            id="_source",
        ),
        pytest.param(
            [{"date": "2017-03-31T00:00:00", "link": "https://x.example", "title": {"rendered": "T"}, "site": "Post",
              "content": {"rendered": "<p>In Mosul.</p>\n", "protected": False}, "excerpt": {"rendered": "short"}}],
            id="rendered",
        ),
        pytest.param(
            {"posts": [{"thread": {"site": "Post", "url": "https://t.example"}, "title": "T", "text": "In Mosul.",
             "published": "2017-03-31", "url": "https://x.example"}]},
            id="posts",
        ),
    ],
)  # fmt: skip
def test_answers_of_news_apis_are_read_without_options(tmp_path, document):
    articles = read(write(tmp_path / "n.json", document))
    assert articles.astype(str).loc[0, ["title", "text", "published", "source", "url"]].tolist() == [
        *("T", "In Mosul.", "2017-03-31 00:00:00+00:00", "Post", "https://x.example"),
    ]


def test_many_answers_in_one_file_are_all_read(tmp_path):
    answers = [{"status": "ok", "articles": [{"title": t, "content": f"In {t}."}]} for t in ("Mosul", "Erbil")]
    assert read(write(tmp_path / "a.json", answers)).text.tolist() == ["In Mosul.", "In Erbil."]
    lines = write(tmp_path / "b.jsonl", "\n".join(map(json.dumps, answers)))
    assert read(lines).article_id.tolist() == ["b:1", "b:2"]


@pytest.mark.parametrize(
    "document",
    [
        {"a": {"text": "In Mosul."}, "b": {"text": "In Erbil."}},
        {"articles_by_id": {"a": {"text": "In Mosul."}, "b": {"text": "In Erbil."}}},
        {"text": {"0": "In Mosul.", "1": "In Erbil."}, "id": {"0": "a", "1": "b"}},
        {"text": ["In Mosul.", "In Erbil."], "id": ["a", "b"]},
        {"columns": ["id", "text"], "index": [0, 1], "data": [["a", "In Mosul."], ["b", "In Erbil."]]},
    ],
)
def test_articles_by_their_id_and_tables_by_their_columns_are_read(tmp_path, document):
    articles = read(write(tmp_path / "n.json", document))
    assert articles[["article_id", "text"]].to_numpy().tolist() == [["a", "In Mosul."], ["b", "In Erbil."]]


def test_columns_may_name_what_stands_in_objects(tmp_path):
    document = {"items": [{"meta": {"day": "2017-03-31"}, "parts": {"long": {"en": "In Mosul."}}, "title": "T"}]}
    path = write(tmp_path / "n.json", document)
    articles = read(path, columns={"text": "parts.long.en", "published": "meta.day"})
    assert articles.text.tolist() == ["In Mosul."]
    assert articles.published.tolist() == [pd.Timestamp("2017-03-31", tz="UTC")]
    with pytest.raises(ColumnMissing, match=r"no column 'parts\.short'"):
        read(path, columns={"text": "parts.short"})


def test_one_article_with_lists_in_it_is_one_article(tmp_path):
    document = {
        "title": "T",
        "content": {"body": "In Mosul."},
        "tags": [{"title": "t"}],
        "related": [{"title": "r", "url": "u"}],
    }
    articles = read(write(tmp_path / "n.json", document))
    assert articles[["article_id", "text"]].to_numpy().tolist() == [["n", "In Mosul."]]
    assert articles.tags[0] == [{"title": "t"}]


# --- repairs -----------------------------------------------------------------------------------------------------------


def test_entities_are_decoded_before_offsets_are_counted(tmp_path):
    path = write(tmp_path / "n.csv", "title,text\nT,Floods in S&atilde;o Paulo &amp; Bogot&aacute;.\nT,In Mosul.\n")
    articles = read(path)
    assert articles.text[0] == "Floods in São Paulo & Bogotá."
    assert told(articles) == [(1, "decided", False, "HTML entities decoded in the text, such as '&atilde;'")]
    kept = read(path, entities="keep")
    assert kept.text[0] == "Floods in S&atilde;o Paulo &amp; Bogot&aacute;."
    assert told(kept)[0][1] == "decided"
    with pytest.raises(InvalidTable, match="entities must be one of 'decode', 'keep'"):
        read(path, entities="drop")


def test_thousands_of_like_repairs_are_one_line_of_the_account(tmp_path):
    rows = "".join(f"In Bogot&aacute; on day {i}.\nIn Mosul.\n" for i in range(1500))
    articles = read(write(tmp_path / "n.csv", f"text\n{rows}"))
    reason = "HTML entities decoded in 1,500 of 3,000 texts, such as '&aacute;'"
    assert told(articles) == [(None, "decided", False, reason)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "AT&T and R&D",
            "a < b and c > d",
            "a <b and c> d",
            "if x<y>z",
            "?a=1&copy=2",
            "R&notes",
            "&c.",
            "&nosuchthing;",
        ),
        *(
            "He wrote <me@x.example>.",
            "5 < 6",
            "<3",
            "Mosul\u00a0fell",
            "«\u00a0Mossoul\u00a0»",
            "می\u200cخواهم",
            "👩🏽\u200d🚒",
        ),
        *(
            "ภาษา\u200bไทย",
            "क्\u200dष",
            "CAFÉ» É“ Ä",
            "ÂGE, Â",
            "SÃO",
            "[1] (2)",
            "[+12 chars] at the start",
            "x" * 100 + "<b",
        ),
    ],
)
def test_text_that_is_as_it_should_be_stays(tmp_path, text):
    articles = read(write(tmp_path / "n.json", [{"text": text}]))
    assert articles.text.tolist() == [text]
    assert told(articles) == []


@pytest.mark.parametrize(
    ("written", "stored", "loss"),
    [
        ("S&#227;o, S&#xE3;o", "São, São", False),
        ("S&amp;atilde;o &amp;amp; more", "São & more", False),
        ("&lt;p&gt;In Mosul.&lt;/p&gt;", "In Mosul.", True),
        ("<p>In <b>Mosul</b>.</p><p>In Erbil.</p>", "In Mosul.\n\nIn Erbil.", True),
        ('In <a href="https://x.example">Mosul</a><br/>and Erbil', "In Mosul\nand Erbil", True),
        ("In Mosul.<script>var a = '<p>';</script> Then Erbil.<!-- Basra -->", "In Mosul. Then Erbil.", True),
        ("Mos\u00adul and Er\u200bbil, \ufeffHit\u200b ", "Mosul and Erbil, \ufeffHit\u200b ", True),
        ("Mos\u200dul, Mo\u200esul", "Mosul, Mosul", True),
        ("Mos&shy;ul", "Mosul", True),
        ("In\0 Mosul", "In Mosul", True),
        ("In Mosul\ud800", "In Mosul\ufffd", True),
        ("In Mosul and … [+1234 chars]", "In Mosul and", True),
        ("In Mosul and... [1234 chars]", "In Mosul and", True),
    ],
)
def test_what_is_repaired_is_told_and_what_is_taken_away_is_a_loss(tmp_path, written, stored, loss):
    articles = read(write(tmp_path / "n.json", json.dumps([{"text": written}])))
    assert articles.text.tolist() == [stored]
    assert any(lost for _, _, lost, _ in told(articles)) == loss
    assert all(action == ("repaired" if lost else "decided") for _, action, lost, _ in told(articles))


def test_text_in_the_wrong_encoding_is_noticed_and_repaired_by_choice(tmp_path):
    path = write(tmp_path / "n.json", [{"text": "Regen in MÃ¼nchen und KÃ¶ln, sagt sieâ€¦"}])
    articles = read(path)
    assert articles.text.tolist() == ["Regen in MÃ¼nchen und KÃ¶ln, sagt sieâ€¦"]
    assert "fix_encoding=True" in told(articles)[0][3]
    pytest.importorskip("ftfy")
    fixed = read(path, fix_encoding=True)
    assert fixed.text.tolist() == ["Regen in München und Köln, sagt sie…"]
    assert str(told(fixed)[0][3]).startswith("encoding repaired in the text, such as 'Regen in MÃ¼nchen")


PIECES = st.one_of(
    st.sampled_from(
        [
            *(
                "Mosul",
                "Bogot&aacute;",
                "S&atilde;o Paulo",
                "Mos\u00adul",
                "Er\u200bbil",
                "Lon\u200ddon",
                "New\u00a0York",
                "<b>",
            ),
            *(
                "</b>",
                "<p>",
                "</p>",
                "<br>",
                "&amp;",
                "&amp;amp;",
                "&lt;",
                "&gt;",
                "&#0;",
                "&#xD800;",
                "&shy;",
                "\0",
                "\ud800",
            ),
            *(
                "\udc00",
                "\ufeff",
                " ",
                " in ",
                "\r\n",
                "MÃ¼nchen",
                " [+12 chars]",
                "😀",
                "Baghdad",
                "<script>",
                "</script>",
            ),
        ]
    ),
    st.text(max_size=4),
)


@pytest.fixture(scope="module")
def geoparser(gazetteer: Gazetteer) -> Geoparser:
    return Geoparser(recognizer="gazetteer", gazetteer=gazetteer)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, min_size=1, max_size=12), entities=st.sampled_from(["decode", "keep"]))
def test_every_mention_stands_in_the_stored_text_where_it_says(tmp_path, geoparser, pieces, entities):
    path = write(tmp_path / "n.json", json.dumps([{"title": "".join(pieces), "text": "In Mosul. " + "".join(pieces)}]))
    articles = read(path, entities=entities)
    stored = articles.iloc[0]
    stored["text"].encode()
    mentions = geoparser.geoparse(articles)
    assert len(mentions) > 0
    for mention in mentions.itertuples():
        assert stored[mention.field][mention.start : mention.end] == mention.toponym


@pytest.mark.slow
@given(text=st.lists(PIECES, max_size=12).map("".join))
def test_a_repaired_text_needs_no_second_repair_of_what_cannot_be_stored(text):
    repaired, _ = Repairs().of(text)
    repaired.encode()
    assert "\0" not in repaired


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["<", "<p ", "<script>", "<!--", "&", "&amp;", "<b><", "[+1 chars]", "\u00ad", "<p a=", "Ã", "\n "]
)
def test_repairs_take_time_in_proportion_to_the_text(unit):
    begin = time.perf_counter()
    Repairs().of(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - begin < 10


@pytest.mark.slow
def test_the_gazetteer_finds_names_once_that_entities_hid(tmp_path, geoparser):
    path = write(tmp_path / "n.csv", "text\nFloods in S&atilde;o Paulo &amp; Bogot&aacute;.\n")
    assert geoparser.geoparse(read(path)).toponym.tolist() == ["São Paulo", "Bogotá"]
