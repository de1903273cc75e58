"""The readers of articles, one module for each family of formats, and which file is read by which.

To add a format: write ``read_x(source, options, problems) -> Rows`` in the module of its family and name it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from geomap.articles._sources import Reader

# By format: the module that reads it and the function in it. Modules are loaded when a file of theirs is met.
READERS: Mapping[str, tuple[str, str]] = {
    "txt": ("_plain", "read_txt"),
    "md": ("_plain", "read_markdown"),
    "csv": ("_tables", "read_csv"),
    "parquet": ("_tables", "read_parquet"),
    "jsonl": ("_json", "read_jsonl"),
    "json": ("_json", "read_json"),
    "html": ("_web", "read_html"),
    "docx": ("_documents", "read_docx"),
    "odt": ("_documents", "read_odt"),
    "rtf": ("_documents", "read_rtf"),
    "pdf": ("_pdf", "read_pdf"),
    "spreadsheet": ("_tables", "read_spreadsheet"),
    # Recognized, so that the reason why they cannot be read is told.
    "doc": ("_documents", "refuse_doc"),
    "encrypted": ("_documents", "refuse_encrypted"),
}
EXTENSIONS: Mapping[str, str] = {
    ".txt": "txt",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".html": "html",
    ".htm": "html",
    ".md": "md",
    ".markdown": "md",
    ".docx": "docx",
    ".docm": "docx",
    ".odt": "odt",
    ".rtf": "rtf",
    ".pdf": "pdf",
    ".xlsx": "spreadsheet",
    ".xlsm": "spreadsheet",
    ".xlsb": "spreadsheet",
    ".xls": "spreadsheet",
    ".ods": "spreadsheet",
    ".doc": "doc",
}
REFUSED = frozenset({"doc", "encrypted"})
# Parquet compresses itself; a gzipped one could not be read in place.
GZIPPED = frozenset(READERS) - {"parquet"}


def reader_of(kind: str) -> Reader:
    """Return the reader of a format."""
    module, name = READERS[kind]
    reader: Reader = getattr(import_module(f"geomap.articles.readers.{module}"), name)
    return reader
