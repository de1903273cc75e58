"""Articles: files and folders to a table of one row per article."""

from geomap.articles._account import reading_report
from geomap.articles._inputs import as_articles
from geomap.articles._reading import read_articles
from geomap.articles._streaming import ArticleStream
from geomap.articles._titles import title_is_repeated
from geomap.articles._writing import write_articles

__all__ = ["ArticleStream", "as_articles", "read_articles", "reading_report", "title_is_repeated", "write_articles"]
