"""Files and folders -> the articles table: one row per article."""

from geomap.articles._reading import read_articles
from geomap.articles._titles import title_is_repeated

__all__ = ["read_articles", "title_is_repeated"]
