"""Runs over corpora of any size: a part of articles in, a part of mentions out, in a folder that remembers what is done."""

from geomap.runs._folder import is_run
from geomap.runs._run import ARTICLES_PER_PART, Summary, corpus_homes, geoparse_corpus
from geomap.runs._unit import Done, Unit

__all__ = ["ARTICLES_PER_PART", "Done", "Summary", "Unit", "corpus_homes", "geoparse_corpus", "is_run"]
