"""Corpora that the notebooks were not written for: of mixed formats, of another subject, without dates."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx

ROOT = Path(__file__).resolve().parents[1]
MOSUL, WORLD = ROOT / "data" / "corpora" / "mosul", ROOT / "data" / "corpora" / "world"
NOTES = {
    "ferry": "Ferry\nThe ferry from Split to Supetar is full. Guests wait in Omiš, and some drive to Makarska.",
    "nothing": "Recipe\nBoil the beans for an hour, then add salt.",
    "bahn": "Bahn\nDie Strecke zwischen Passau und Regensburg ist gesperrt, und Reisende fahren mit dem Bus weiter.",
    "market": "Market day\nTraders from Jinja and Mbale came to Kampala, said a council member in Uganda.",
}
FRONT_MATTER = "---\ndate: 2021-05-03\n---\n# Frost\nFrost has hurt the vines at Beaune and around Dijon."
PAGE = """<html><head><title>Snow</title></head><body><article><h1>Snow</h1>
<p>Snow has closed the pass above Andermatt, and the road to Airolo is shut.</p>
<p>The cantonal office said that plows would work through the night, and that drivers should take the tunnel.</p></article>
</body></html>"""
ITEM = "<item><title>{}</title><description>{}</description><pubDate>Mon, 02 May 2022 08:00:00 GMT</pubDate></item>"
FEED = f"""<rss version="2.0"><channel><title>Coast FM</title>{ITEM.format("Pier", "Piran has a new pier.")}
{ITEM.format("Bridge", "The bridge at Ptuj is open again.")}</channel></rss>"""


def reports(count: int, *, begin: int = 0, step: int = 1) -> list[dict[str, str]]:
    """Return some reports of the world sample."""
    lines = (WORLD / "articles.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[begin : begin + count * step : step]]


def mixed(folder: Path) -> Path:
    """Write thirty articles in eight formats: some lack a date or a source, one is in German, one names no place."""
    folder.mkdir()
    for path in sorted(MOSUL.glob("*.txt"))[:36:6]:
        shutil.copy(path, folder)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in reports(10, step=19)), "utf-8")
    with (folder / "export.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Headline", "Body", "Day", "Newspaper"])
        for row in reports(3, begin=3, step=20):
            writer.writerow([row["title"], row["text"], row["published"][:10], row["source"]])
    for name, text in NOTES.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    (folder / "vineyard.md").write_text(FRONT_MATTER, "utf-8")
    (folder / "page.html").write_text(PAGE, "utf-8")
    (folder / "feed.rss").write_text(FEED, "utf-8")
    for town in ("Girona", "Lleida"):
        (folder / f"{town}.eml").write_bytes(bytes(letter(town)))
    document = docx.Document()
    document.add_heading("Harvest", 0)
    document.add_paragraph("Around Évora the harvest has begun, and cork goes by truck to Setúbal and Lisbon.")
    document.save(str(folder / "harvest.docx"))
    return folder


def letter(town: str) -> EmailMessage:
    """Return a newsletter."""
    mail = EmailMessage()
    mail["Subject"], mail["From"] = f"Letter from {town}", "Ebro Letter <letter@ebro.example>"
    mail["Date"] = "Tue, 03 May 2022 08:00:00 +0200"
    mail.set_content(f"It rained in {town} all night, and trains to Barcelona were late. Zaragoza stayed dry.")
    return mail


def undated(folder: Path) -> Path:
    """Write two dozen texts without dates or sources."""
    folder.mkdir()
    for row in reports(24, step=8):
        (folder / f"{row['article_id']}.txt").write_text(f"{row['title']}\n\n{row['text']}", "utf-8")
    return folder


# Each takes an empty place to write to, and returns what to read.
CORPORA: dict[str, Callable[[Path], Path]] = {"mixed": mixed, "world": lambda _: WORLD, "undated": undated}
