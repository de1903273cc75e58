"""Every error and warning that geomap raises.

Each error is a :class:`GeomapError` and also the built-in exception that a caller would expect, so that
``except FileNotFoundError`` works as well as ``except geomap.errors.GeomapError``. Messages say what is wrong, where, and
what to do. The tree, with the built-in exception in brackets::

    GeomapError
      # What a call was given
      · WrongKind (TypeError)
      # Reading and writing tables
      · ArticlesNotFound (FileNotFoundError)
      · ArticlesUnreadable (ValueError)
      · ArticlesLost (ValueError)
      · ColumnMissing (KeyError)
      · InvalidTable (ValueError)
      · MentionsNotFound (FileNotFoundError)
      · MentionsUnreadable (ValueError)
      · CorrectionsNotFound (FileNotFoundError)
      · InvalidCorrections (ValueError)
      · InvalidGold (ValueError)
      · UnsupportedFormat (ValueError)
      · UnsafeOutput (OSError)
      · DisclosureMisused (ValueError)
      · MapNotShown (RuntimeError)
      # Large corpora
      · WorkerFailed (RuntimeError)
      · PartsFailed (RuntimeError)
      · FolderBusy (OSError)
      # What geomap is installed with
      · MissingDependency (ImportError)
      · ResourceDamaged (ValueError)
      # Gazetteers
      · GazetteerNotFound (FileNotFoundError)
      · GazetteerUnwritable (OSError)
      · InvalidGazetteer (ValueError)
      · GazetteerDamaged (ValueError)
      · GazetteerDownloadFailed (ConnectionError)
      # Geocoding services
      · GeocoderUnknown (ValueError)
      · GeocodingMisused (ValueError)
      · UserAgentMissing (ValueError)
      · CredentialsMissing (ValueError)
      · GeocodingFailed (ConnectionError)
      · GeocodingCacheUnusable (OSError)
    GeomapWarning (UserWarning)
      · ArticlesSkipped
      · EncodingGuessed
      · ArticlesDoubtful
      · LanguageNotRead
      · LossyExport
      · NotSelfContained
      · AnnotationsLeftOut
      · NamesMissing
      · CorrectionsUnmatched
      · GazetteerRowsSkipped
      · FallbackIncomplete
      · BulkGeocoding
      · GeocodingStopped
      · GeocodingCacheSetAside
"""

from __future__ import annotations


class GeomapError(Exception):
    """Base of every error that geomap raises on purpose."""


class WrongKind(GeomapError, TypeError):
    """An argument is not the kind of thing that the call takes; the message says what it got and what it wants."""


class ArticlesNotFound(GeomapError, FileNotFoundError):
    """The path given for articles does not exist or holds no articles."""


class ArticlesUnreadable(GeomapError, ValueError):
    """A file of articles exists but cannot be read as the format that its name promises."""


class ArticlesLost(GeomapError, ValueError):
    """Files, rows or characters were lost in reading, and ``strict`` allows no loss; the message lists them."""


class ColumnMissing(GeomapError, KeyError):
    """A table lacks a column that the call needs."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which hides the sentence behind quotes and escapes.
        return str(self.args[0]) if self.args else ""


class InvalidTable(GeomapError, ValueError):
    """A table has the right columns but invalid values, or an option has an invalid value."""


class MentionsNotFound(GeomapError, FileNotFoundError):
    """The file of mentions does not exist."""


class MentionsUnreadable(GeomapError, ValueError):
    """A file cannot be read as a mentions table; the message names the file and the column."""


class CorrectionsNotFound(GeomapError, FileNotFoundError):
    """The file of corrections does not exist."""


class InvalidCorrections(GeomapError, ValueError):
    """A line of a corrections file cannot be read; the message names the line."""


class InvalidGold(GeomapError, ValueError):
    """A gold file cannot be used at all. Single bad rows are reported, not raised."""


class UnsupportedFormat(GeomapError, ValueError):
    """The file's suffix is not a format that geomap reads or writes there."""


class UnsafeOutput(GeomapError, OSError):
    """A file cannot be written; whatever was there before is unchanged."""


class DisclosureMisused(GeomapError, ValueError):
    """The options that limit what a map discloses contradict each other or have invalid values."""


class MapNotShown(GeomapError, RuntimeError):
    """What a map shows is asked of a widget whose page has not said it yet."""


class WorkerFailed(GeomapError, RuntimeError):
    """Articles could not be geoparsed in a process of their own; the message names the article where it is known."""


class PartsFailed(GeomapError, RuntimeError):
    """Some parts of a corpus failed again and again and were set aside; the message counts them, the others are there."""


class FolderBusy(GeomapError, OSError):
    """Another run writes to the output folder; the message says which, and since when."""


class MissingDependency(GeomapError, ImportError):
    """An optional package is required; the message gives the command that installs it."""


class ResourceDamaged(GeomapError, ValueError):
    """A file that ships with geomap is missing or does not match its checksum."""


class GazetteerNotFound(GeomapError, FileNotFoundError):
    """No gazetteer has that name or path."""


class GazetteerUnwritable(GeomapError, OSError):
    """The gazetteer's index cannot be written to its folder."""


class InvalidGazetteer(GeomapError, ValueError):
    """A file cannot be read as a gazetteer; the message names the file, the row and the reason."""


class GazetteerDamaged(GeomapError, ValueError):
    """A gazetteer's index does not match its checksums; the message says how to mend it."""


class GazetteerDownloadFailed(GeomapError, ConnectionError):
    """The gazetteer download is incomplete; partial files are kept and a retry resumes them."""


class GeocoderUnknown(GeomapError, ValueError):
    """No geocoder has that name."""


class GeocodingMisused(GeomapError, ValueError):
    """The geocoding service does not support the request, or an option does not apply to it."""


class UserAgentMissing(GeomapError, ValueError):
    """The geocoding service requires a user agent; the message links to its policy."""


class CredentialsMissing(GeomapError, ValueError):
    """The geocoding service requires a key; the message names the argument and the environment variable."""


class GeocodingFailed(GeomapError, ConnectionError):
    """The geocoding service did not answer, refused the request, or sent an unreadable response."""


class GeocodingCacheUnusable(GeomapError, OSError):
    """The cache of geocoding answers cannot be read or written."""


class GeomapWarning(UserWarning):
    """Base of every warning that geomap issues."""


class ArticlesSkipped(GeomapWarning):
    """Rows or files were skipped or repaired; the message lists file, row and reason."""


class EncodingGuessed(GeomapWarning):
    """A file is not UTF-8; the message names the encoding that was guessed."""


class ArticlesDoubtful(GeomapWarning):
    """Articles were read in a way that may be wrong; the message says what nothing proves, and which option decides it."""


class LanguageNotRead(GeomapWarning):
    """Articles are in a language that the recognizer does not read; the message counts them and says what to install."""


class LossyExport(GeomapWarning):
    """A file format cannot store everything in the table; the message says what is lost."""


class NotSelfContained(GeomapWarning):
    """A map's file still needs the network for a script, style or image; the message lists them."""


class AnnotationsLeftOut(GeomapWarning):
    """Annotations are to places that are not on the map, which is drawn without them; the message names them."""


class NamesMissing(GeomapWarning):
    """A map is drawn without some of the names asked for; the message says which, and why."""


class CorrectionsUnmatched(GeomapWarning):
    """Some corrections match no mention anymore and were not applied; the message counts them."""


class GazetteerRowsSkipped(GeomapWarning):
    """Some rows of a gazetteer were left out; the message counts them and says why, with the first of each kind."""


class FallbackIncomplete(GeomapWarning):
    """The fallback service could not answer for some names; the message counts them and gives the reasons."""


class BulkGeocoding(GeomapWarning):
    """Many names are about to be sent to a public service; read the service's usage policy first."""


class GeocodingStopped(GeomapWarning):
    """A service stopped answering and the remaining names were not sent; a later call continues."""


class GeocodingCacheSetAside(GeomapWarning):
    """The cache of geocoding answers was damaged; it was moved aside and a new one was started."""
