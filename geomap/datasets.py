"""A small corpus that ships with geomap: four reports, ten mentions. For examples, and to see what a table looks like."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def sample_articles() -> pd.DataFrame:
    """Return four short invented reports of March 2017 by two publishers.

    Returns
    -------
    DataFrame
        The articles table, one row per article.

    Examples
    --------
    >>> sample_articles()[["article_id", "title", "source"]]
      article_id                    title   source
    0         a1  Families leave the city  Courier
    1         a2           Bridge reopens  Courier
    2         a3             Talks resume  Gazette
    3         a4               Aid convoy  Gazette
    """
    from geomap.articles import read_articles

    with as_file(files("geomap.resources") / "sample_articles.csv") as path:
        return read_articles(path)


def sample_mentions() -> gpd.GeoDataFrame:
    """Return the ten mentions that geomap finds in :func:`sample_articles`.

    Returns
    -------
    GeoDataFrame
        The mentions table, EPSG:4326, one row per mention, in article order then text order.

    Examples
    --------
    >>> sample_mentions()[["article_id", "toponym", "name", "country"]].head(4)
      article_id toponym    name country
    0         a1   Mosul   Mosul    Iraq
    1         a1   Erbil   Erbil    Iraq
    2         a2  Tigris  Tigris     NaN
    3         a2   Mosul   Mosul    Iraq
    """
    from geomap.export import read_mentions

    with as_file(files("geomap.resources") / "sample_mentions.csv") as path:
        return read_mentions(path)
