"""Sphinx's configuration of the documentation site; ``build.py`` lays out the sources and calls it."""

from __future__ import annotations

import os
from pathlib import Path

import geomap

project = "geomap"
author = "The geomap authors"
copyright = author  # noqa: A001
version = release = geomap.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
exclude_patterns = ["data", "geomap", "generated"]
suppress_warnings = ["mystnb.unknown_mime_type"]  # JavaScript objects of libraries beside their pictures

myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3

nb_execution_mode = os.environ.get("GEOMAP_DOCS_EXECUTE", "off")
nb_execution_cache_path = os.environ.get("GEOMAP_DOCS_CACHE", "")
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_ipywidgets_js = {}  # it would come from the web, and without a kernel widgets do nothing

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = "geomap"
html_static_path = [str(Path(__file__).with_name("static"))]
html_css_files = ["geomap.css"]
html_show_sourcelink = False
html_copy_source = False
# Pages without others beside them have nothing to show at their left.
html_sidebars = {page: [] for page in ("getting-started", "tables", "methods", "limits", "commands")}
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
