"""Gold corpora as tables of signals and labels, one row per candidate."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from geomap._text import sentence_bounds
from geomap.evaluation import Gold, outlet_folds, read_gold
from geomap.evaluation._metrics import NEAR_KM
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser, looked_up
from geomap.resolution._candidates import Batch, build_batch
from geomap.resolution._resolver import joined
from geomap.resolution._signals import NAMES, compute_signals

SEED = 29
PASSAGES = 3


@dataclass
class Table:
    """The groups of one corpus, with or without its sources.

    Parameters
    ----------
    name
        Of the corpus, with a mark where sources were hidden.
    signals, group, label, right
        Per row: signals, group number, grade (2 exact id, 1 within 161 km, 0 else) and whether it is near enough.
    sizes, article, gold_per_group, has_right, weight
        Per group.
    outlets
        Publisher of each article, by which folds are dealt, even where it was hidden from the signals.
    fold
        Per group; see :meth:`deal`.
    gold
        How many gold mentions with coordinates the corpus has, answered or not.
    """

    name: str
    signals: np.ndarray
    group: np.ndarray
    label: np.ndarray
    right: np.ndarray
    sizes: np.ndarray
    article: np.ndarray
    gold_per_group: np.ndarray
    has_right: np.ndarray
    weight: np.ndarray
    gold: int
    outlets: list[str | None]
    fold: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def deal(self, seed: int) -> None:
        """Deal whole outlets to five folds."""
        self.fold = outlet_folds(self.outlets, seed=seed)[self.article]

    def choose(self, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the best row of each group and its softmax probability."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)])[:-1]
        raised = np.exp(score - np.maximum.reduceat(score, starts)[self.group])
        probability = raised / np.add.reduceat(raised, starts)[self.group]
        order = np.lexsort((np.arange(len(score)), -score, self.group))
        chosen = order[starts]
        return chosen, probability[chosen]

    def accuracy(self, score: np.ndarray) -> float:
        """Return accuracy within 161 km over all gold mentions with coordinates."""
        chosen, _ = self.choose(score)
        return float((self.right[chosen] * self.gold_per_group).sum() / self.gold)

    def recall(self) -> float:
        """Return the share of gold mentions that have a candidate near enough."""
        return float((self.has_right * self.gold_per_group).sum() / self.gold)


def load_tables(paths: Iterable[Path], parser: Geoparser) -> list[Table]:
    """Return two tables per corpus, with its sources and without them; the parser finds the company of the names."""
    tables = []
    for path in paths:
        gold = read_gold(path)
        spans = looked_up(parser.recognize(gold.articles))
        for hidden in (False, True):
            articles = gold.articles.assign(source=None) if hidden else gold.articles
            name = corpus_name(path) + (" without source" if hidden else "")
            tables.append(_table(name, articles, gold, spans, parser))
    return tables


def corpus_name(path: Path) -> str:
    """Return the name of a gold file's corpus: that of the file, or of the folder of a ``gold.jsonl``."""
    name = path.name.split(".")[0]
    return path.parent.name if name == "gold" else name


def short_tables(paths: Iterable[Path], parser: Geoparser, *, weight: float) -> list[Table]:
    """Return the same of articles cut down to one to three sentences, as people paste them.

    Where the source is hidden, names without any company are left out: a local paper's "Athens" is no evidence of what
    a stranger means by it.
    """
    tables = []
    for path in paths:
        gold = read_gold(path)
        cut, spans = shortened(gold, looked_up(parser.recognize(gold.articles)))
        for hidden in (False, True):
            articles = cut.articles.assign(source=None) if hidden else cut.articles
            name = corpus_name(path) + " cut short" + (" without source" if hidden else "")
            table = _table(name, articles, cut, spans, parser)
            table.weight *= weight
            if hidden:
                alone = table.signals[np.cumsum(table.sizes) - 1, NAMES.index("alone")] > 0
                table.weight[alone] = 0.0
            # Folds are dealt by the publisher even where it is hidden.
            table.outlets = list(cut.articles["source"])
            tables.append(table)
    return tables


def shortened(gold: Gold, spans: pd.DataFrame) -> tuple[Gold, pd.DataFrame]:
    """Return up to three passages of each article as articles of their own, and the spans in them."""
    draw = random.Random(SEED)
    positions, texts, pieces = [], [], []
    by_article = dict(iter(gold.mentions[gold.mentions["field"] == "text"].groupby("article_id")))
    for position, (article_id, text) in enumerate(zip(gold.articles["article_id"], gold.articles["text"], strict=True)):
        mentions = by_article.get(article_id)
        bounds = sentence_bounds(text)
        if mentions is None or not bounds:
            continue
        starts = mentions["start"].to_numpy()
        named = [n for n, (begin, stop) in enumerate(bounds) if ((starts >= begin) & (starts < stop)).any()]
        for number, first in enumerate(sorted(draw.sample(named, min(PASSAGES, len(named))))):
            last = min(first + draw.choice((0, 0, 1, 2)), len(bounds) - 1)
            begin, stop = bounds[first][0], bounds[last][1]
            positions.append(position)
            texts.append(text[begin:stop])
            pieces.append((article_id, f"{article_id}/{number}", begin, stop))
    articles = gold.articles.iloc[positions].reset_index(drop=True)
    articles = articles.assign(article_id=[identifier for _, identifier, *_ in pieces], title="", text=texts)
    return Gold(articles, _cut(gold.mentions, pieces)), _cut(spans, pieces)


def _cut(spans: pd.DataFrame, pieces: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    """Return the spans that lie in the pieces (article, new article, begin, stop), their offsets counted anew."""
    in_text = dict(iter(spans[spans["field"] == "text"].groupby("article_id")))
    parts = []
    for article_id, identifier, begin, stop in pieces:
        rows = in_text.get(article_id)
        if rows is not None:
            inside = rows[(rows["start"] >= begin) & (rows["end"] <= stop)]
            moved = {"start": inside["start"] - begin, "end": inside["end"] - begin}
            parts.append(inside.assign(article_id=identifier, **moved))
    return pd.concat(parts, ignore_index=True)


def _table(name: str, articles: pd.DataFrame, gold: Gold, spans: pd.DataFrame, parser: Geoparser) -> Table:
    together = joined(articles, gold.mentions, spans)
    batch = build_batch(articles, together, parser.gazetteer)
    signals = compute_signals(batch)
    own = together["_given"].to_numpy(dtype=bool)
    mention_group = batch.mention_group[own]
    known = gold.mentions["lat"].notna().to_numpy()
    groups = len(batch.starts) - 1
    gold_per_group = np.zeros(groups, dtype=np.int64)
    votes: dict[int, dict[tuple[float, float, int | None], int]] = {}
    for group, known_one, lat, lon, geonameid in zip(
        mention_group, known, gold.mentions["lat"], gold.mentions["lon"], gold.mentions["geonameid"], strict=True
    ):
        if known_one and group >= 0:
            gold_per_group[group] += 1
            key = (lat, lon, None if pd.isna(geonameid) else int(geonameid))
            votes.setdefault(int(group), {}).setdefault(key, 0)
            votes[int(group)][key] += 1
    right = np.zeros(len(batch.group), dtype=bool)
    label = np.zeros(len(batch.group), dtype=np.int64)
    for group, counts in votes.items():
        (lat, lon, geonameid), _ = max(counts.items(), key=lambda item: item[1])
        rows = np.arange(batch.starts[group], batch.starts[group + 1])
        right[rows] = distance_km(lat, lon, batch.columns.lat[rows], batch.columns.lon[rows]) <= NEAR_KM
        exact = np.array([geonameid is not None and batch.places[row].geonameid == geonameid for row in rows])
        label[rows] = np.where(exact, 2, right[rows].astype(int))
    return labeled_table(
        name,
        batch,
        signals,
        right,
        label,
        gold_per_group,
        weight=np.sqrt(gold_per_group),
        gold=int(known.sum()),
        outlets=list(gold.articles["source"]),
    )


def labeled_table(
    name: str,
    batch: Batch,
    signals: np.ndarray,
    right: np.ndarray,
    label: np.ndarray,
    gold_per_group: np.ndarray,
    *,
    weight: np.ndarray,
    gold: int,
    outlets: list[str | None],
) -> Table:
    """Return the table of a batch, cut down to the groups with gold and numbered anew; parameters as of :class:`Table`."""
    has_right = np.zeros(len(gold_per_group), dtype=bool)
    np.logical_or.at(has_right, batch.group, right)
    keep = gold_per_group > 0
    rows = keep[batch.group]
    renumber = np.cumsum(keep) - 1
    return Table(
        name=name,
        signals=signals[rows],
        group=renumber[batch.group[rows]],
        label=label[rows],
        right=right[rows],
        sizes=np.diff(batch.starts)[keep],
        article=batch.group_article[keep],
        gold_per_group=gold_per_group[keep],
        has_right=has_right[keep],
        weight=weight[keep],
        gold=gold,
        outlets=outlets,
    )
