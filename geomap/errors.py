"""Every error and warning that geomap raises.

Each error is a :class:`GeomapError` and also the built-in exception that a caller would expect, so that
``except FileNotFoundError`` works as well as ``except geomap.errors.GeomapError``. Messages say what was wrong, where,
and what to do.
"""

from __future__ import annotations


class GeomapError(Exception):
    """Base of every error that geomap raises on purpose."""


class ArticlesNotFound(GeomapError, FileNotFoundError):
    """The path given for articles does not exist, or holds no article."""


class ArticlesUnreadable(GeomapError, ValueError):
    """A file of articles exists but cannot be read as what its name says it is."""


class ColumnMissing(GeomapError, KeyError):
    """A table lacks a column that the call needs."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which hides the sentence behind quotes and escapes.
        return str(self.args[0]) if self.args else ""


class InvalidTable(GeomapError, ValueError):
    """A table has the right columns and wrong values in them."""


class GazetteerNotFound(GeomapError, FileNotFoundError):
    """No gazetteer is known by that name or lies at that path."""


class GazetteerUnwritable(GeomapError, OSError):
    """The gazetteer's index cannot be built where it should lie."""


class ResourceDamaged(GeomapError, ValueError):
    """A file that ships with geomap is missing or differs from its checksum."""


class MissingDependency(GeomapError, ImportError):
    """An optional package is needed; the message says how to install it."""


class InvalidGold(GeomapError, ValueError):
    """A gold file cannot be used at all (single bad rows are reported, not raised)."""


class UnsupportedFormat(GeomapError, ValueError):
    """The file's ending names no format that geomap reads or writes there."""


class MentionsNotFound(GeomapError, FileNotFoundError):
    """The file of mentions does not exist."""


class MentionsUnreadable(GeomapError, ValueError):
    """A file cannot be read as a table of mentions; the message names the file and the column."""


class UnsafeOutput(GeomapError, OSError):
    """A file cannot be written where it should go; nothing was left half written."""


class GeomapWarning(UserWarning):
    """Base of every warning that geomap issues."""


class ArticlesSkipped(GeomapWarning):
    """Some rows or files were skipped or repaired; the message lists file, row and reason."""


class EncodingGuessed(GeomapWarning):
    """A file is not UTF-8; the encoding that was guessed is named."""


class LossyExport(GeomapWarning):
    """A file's format cannot hold all that the table does; the message says what becomes of it."""


class NotSelfContained(GeomapWarning):
    """A map's file still needs the network for a script or a style; the message names them."""


class GeocoderUnknown(GeomapError, ValueError):
    """No geocoder goes by that name."""


class GeocodingMisused(GeomapError, ValueError):
    """The service does not offer what was asked of it, or an option has no meaning for it."""


class UserAgentMissing(GeomapError, ValueError):
    """The service wants to know who asks; the message names its policy."""


class CredentialsMissing(GeomapError, ValueError):
    """The service wants a key; the message names the argument and the environment variable, never a value."""


class GeocodingFailed(GeomapError, ConnectionError):
    """A service did not answer, refused, or answered with something unreadable."""


class GeocodingCacheUnusable(GeomapError, OSError):
    """The cache of geocoding answers cannot be read or written where it should lie."""


class GeocodingCacheSetAside(GeomapWarning):
    """The cache of geocoding answers was damaged; it was moved aside and a new one begun."""


class GeocodingStopped(GeomapWarning):
    """A service stopped answering, and the rest of the names was not asked; asking again later continues."""


class BulkGeocoding(GeomapWarning):
    """So many names are about to be asked of a public service that its policy should be read first."""


class DisclosureMisused(GeomapError, ValueError):
    """What may travel with a map was asked for in a way that has no meaning; the message says what to give."""


class InvalidCorrections(GeomapError, ValueError):
    """A line of a file of corrections cannot be read; the message names the line."""


class CorrectionsUnmatched(GeomapWarning):
    """Some corrections no longer match a mention and were not applied; the message counts them."""


class InvalidGazetteer(GeomapError, ValueError):
    """A file cannot be read as a gazetteer; the message names the file, the row and what is wrong there."""


class GazetteerDownloadFailed(GeomapError, ConnectionError):
    """A gazetteer's files did not arrive whole; what has arrived is kept, and trying again goes on from there."""


class GazetteerRowsSkipped(GeomapWarning):
    """Some places of a gazetteer have no coordinates and were left out; the message counts them."""


class FallbackIncomplete(GeomapWarning):
    """A service had no answer for some names that the gazetteer lacks; the message counts them and says why."""
