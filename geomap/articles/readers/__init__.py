"""The readers of articles, one module for each family of formats, and which file is read by which.

To add a format: write ``read_x(source, options, problems) -> Rows`` in the module of its family and name it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from geomap.articles._sources import Container, Reader

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
    "xml": ("_xml", "read_xml"),
    "eml": ("_mail", "read_eml"),
    "mbox": ("_mail", "read_mbox"),
    "mhtml": ("_mail", "read_mhtml"),
    "ris": ("_ris", "read_ris"),
    "warc": ("_warc", "read_warc"),
    "epub": ("_epub", "read_epub"),
    # Recognized, so that the reason why they cannot be read is told.
    "doc": ("_documents", "refuse_doc"),
    "encrypted": ("_documents", "refuse_encrypted"),
}
# Files of files: the module and the function that yields their members, each of which has a format of its own.
CONTAINERS: Mapping[str, tuple[str, str]] = {
    "zip": ("_archives", "zip_members"),
    "tar": ("_archives", "tar_members"),
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
    ".rss": "xml",
    ".atom": "xml",
    ".xml": "xml",
    ".nitf": "xml",
    ".tei": "xml",
    ".eml": "eml",
    ".mbox": "mbox",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".ris": "ris",
    ".warc": "warc",
    ".wet": "warc",
    ".warc.wet": "warc",
    ".epub": "epub",
    ".zip": "zip",
    ".tar": "tar",
    ".tgz": "tar",
    ".tar.bz2": "tar",
    ".tbz2": "tar",
    ".tar.xz": "tar",
    ".txz": "tar",
}
REFUSED = frozenset({"doc", "encrypted"})
# Parquet, zip and EPUB compress themselves; a gzipped one could not be read in place.
GZIPPED = (frozenset(READERS) - {"parquet", "epub"}) | {"tar"}


def reader_of(kind: str) -> Reader:
    """Return the reader of a format."""
    reader: Reader = _load(*READERS[kind])
    return reader


def container_of(kind: str) -> Container:
    """Return what yields the members of a kind of archive."""
    container: Container = _load(*CONTAINERS[kind])
    return container


def _load(module: str, name: str) -> Any:
    return getattr(import_module(f"geomap.articles.readers.{module}"), name)
