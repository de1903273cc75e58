"""Sphinx's configuration of the documentation site; ``build.py`` lays out the sources and calls it."""

from __future__ import annotations

import os
from pathlib import Path

from sphinx.application import Sphinx

import geomap

project = "geomap"
author = "The geomap authors"
copyright = author  # noqa: A001 (Sphinx's name)
version = release = geomap.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
root_doc = "index"
exclude_patterns = ["data", "geomap", "generated"]
# JavaScript objects of libraries beside their pictures; the language of the picture in architecture.md.
suppress_warnings = ["mystnb.unknown_mime_type", "misc.highlighting_failure"]

myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3

nb_execution_mode = os.environ.get("GEOMAP_DOCS_EXECUTE", "off")
nb_execution_cache_path = os.environ.get("GEOMAP_DOCS_CACHE", "")
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # it would come from the web, and without a kernel widgets do nothing

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
autosummary_ignore_module_all = False
numpydoc_show_class_members = False

smartquotes_action = "qe"  # options in help texts keep their dashes
templates_path = [str(Path(__file__).with_name("templates"))]

html_theme = "pydata_sphinx_theme"
html_title = "geomap"
html_static_path = [str(Path(__file__).with_name("static"))]
html_css_files = ["geomap.css"]
html_show_sourcelink = False
html_copy_source = False
# Pages without others beside them have nothing to show at their left.
html_sidebars: dict[str, list[str]] = {
    page: [] for page in ("getting-started", "tables", "methods", "limits", "commands")
}
html_theme_options = {
    "logo": {"text": "geomap"},
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "header_links_before_dropdown": 9,
    "navigation_with_keys": False,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}


def setup(app: Sphinx) -> None:
    """Leave out the fields of named tuples: each has only the docstring that Python gives it."""
    app.connect("autodoc-skip-member", _is_undocumented_field)


def _is_undocumented_field(
    _app: Sphinx, _kind: str, _name: str, member: object, _skip: bool, _options: object
) -> bool | None:
    return True if (getattr(member, "__doc__", None) or "").startswith("Alias for field number") else None
