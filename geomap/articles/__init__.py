"""Files and folders -> the articles table: one row per article."""

from geomap.articles.reading import read_articles
from geomap.articles.titles import title_is_repeated

__all__ = ["read_articles", "title_is_repeated"]
