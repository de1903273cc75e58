# The public names and modules of geomap: this list is the only one. Type checkers read it, and `__init__.py` loads the
# names lazily from it. Everything else in the package is private.
from . import analysis as analysis
from . import articles as articles
from . import corrections as corrections
from . import dask as dask
from . import datasets as datasets
from . import errors as errors
from . import evaluation as evaluation
from . import export as export
from . import gazetteer as gazetteer
from . import geocoding as geocoding
from . import geometry as geometry
from . import maps as maps
from . import outlines as outlines
from . import pipeline as pipeline
from . import recognition as recognition
from . import resolution as resolution
from . import runs as runs
from . import tables as tables
from ._version import __version__ as __version__
from .analysis import places as places
from .articles import read_articles as read_articles
from .articles import reading_report as reading_report
from .corrections import apply_corrections as apply_corrections
from .evaluation import evaluate as evaluate
from .gazetteer import Gazetteer as Gazetteer
from .geocoding import geocode as geocode
from .maps import explore as explore
from .maps import save_html as save_html
from .outlines import shapes as shapes
from .pipeline import Geoparser as Geoparser
from .pipeline import geoparse as geoparse
from .pipeline import homes as homes
from .resolution import alternatives as alternatives
from .resolution import why as why

__all__: list[str]
