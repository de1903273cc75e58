"""One call from mentions to a map: interactive, or a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geomap import tables
from geomap._optional import optional

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    import pandas as pd
    import xyzservices
    from matplotlib.figure import Figure

    from geomap.maps._folium_map import Map
    from geomap.maps._map_widget import MapWidget


def explore(
    mentions: gpd.GeoDataFrame,
    *,
    tiles: str | xyzservices.TileProvider | folium.TileLayer | None = None,
    title: str | None = None,
    note: str | None = None,
    annotations: Iterable[tuple[Any, str]] | None = None,
    view: str | Sequence[float] | Sequence[Sequence[float]] | None = "core",
    names: str = "corpus",
    panel: bool = True,
    color: str | None = None,
    cluster: bool | None = None,
    detail: str | None = "corpus",
    alternatives: pd.DataFrame | None = None,
    manifest: Mapping[str, object] | None = None,
    embedded: bool = False,
    approximate: bool = False,
) -> Map:
    """Show the places of a corpus on an interactive map, every symbol with the sentences behind it.

    Parameters
    ----------
    mentions
        A mentions table in any CRS. Unresolved mentions (``status="nil"``) are counted, not drawn. It needs the columns
        ``article_id``, ``place_id``, ``name`` and an active geometry; without others, the map lacks what they show.
    tiles
        None for the built-in basemap (Natural Earth), which needs no network. Or the name of a provider in
        ``xyzservices`` ("OpenStreetMap", "OpenTopoMap"), or a ``TileProvider``: its tiles are loaded from the web
        whenever the map is open, which tells the provider who looks where. The basemap shows wherever they do not load.
        OpenStreetMap refuses pages without a Referer (https://operations.osmfoundation.org/policies/tiles/), including
        files opened from disk: to send a file around, use the basemap or another provider.
    title
        The headline of the map and the title of its page, of 200 characters at most; by default the number of articles.
    note
        A few sentences below the headline, of 1,000 characters at most.
    annotations
        Words beside places, each with a line to it: pairs of a place and a text of 300 characters at most. The place is a
        name, the most named one counting, or a ``place_id``; or any point, as (latitude, longitude) or as a shapely Point.
    view
        Where the map opens: ``"core"``, where the corpus is (:class:`~geomap.maps.PlacesLayer` says how that is found);
        ``"all"``, with all places; the name or ``place_id`` of a place of the map; west, south, east and north in
        degrees, or two corners [[south, west], [north, east]]. A reader can turn to the first two. None: the world.
    names
        What places are called: ``"corpus"``, by the name that the articles write most often (Hatra); ``"gazetteer"``, by
        its main name (Al Ḩaḑar); or a language (``"fr"``), by the name that the articles in it write most often. Where
        the choice gives none, the gazetteer's stands in; the card of a place says both.
    panel
        Whether to show the panel: heading, counts, search, filters, the list of places, legend.
    color
        A column of the mentions to color the places by, such as ``"source"`` or ``"published"``; see
        :class:`~geomap.maps.PlacesLayer`.
    cluster
        Whether to merge places that would overlap into one circle; None: at the zooms where a third of 200 or more hide
        each other. A reader can change it. See :class:`~geomap.maps.PlacesLayer`.
    detail
        What the built-in basemap shows close up: ``"corpus"`` for lines, waters and names of towns within 50 km of the
        places and a coarser world around them (350 KB for a corpus on one region, 1.4 MB for 2,000 places all over the
        world); ``"world"`` for all of it everywhere (5.4 MB); None for none. Rivers, lakes, provinces and countries among
        the places are then drawn as what they are. With ``tiles`` there is none.
    alternatives
        The runners-up of the mentions, as :func:`geomap.alternatives` returns them; by default those that the table
        carries from ``geoparse``. A reader sees them for doubtful mentions, and chooses among them to correct one.
    manifest
        Further facts about where the map comes from (model, parameters) for its readers, by label.
    embedded
        Whether names inside other names are drawn and counted, such as the Paris of "Paris Police Department".
    approximate
        Whether approximate places are, such as a street that no gazetteer has: at the place that they lie in. Both are on
        the page in any case, for a reader to bring or to take away; a file that leaves places out holds only these.

    Returns
    -------
    Map
        A ``folium.Map``: add anything that Folium offers, display it in a notebook, or write it with
        :func:`~geomap.maps.save_html`.

    Raises
    ------
    ColumnMissing
        If the mentions lack one of the columns above, or the column to color by.
    WrongKind, InvalidTable
        If ``title``, ``note``, ``annotations``, ``view`` or ``names`` is not what is described above.
    ValueError
        If there is no tile provider of that name.

    Warns
    -----
    AnnotationsLeftOut
        If an annotation is to a place that is not on the map.
    NamesMissing
        If no article is in the language that places are to be called by.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> m = explore(sample_mentions(), color="source", manifest={"Recognizer": "embedded"})
    >>> m.get_root().title
    'Places in 4 articles'
    >>> [round(degrees) for degrees in m.location]  # the middle of where the corpus is, latitude first
    [36, 44]

    A map to publish as it is:

    >>> m = explore(
    ...     sample_mentions(),
    ...     title="Where the bridges are",
    ...     note="Every circle is a place that the four articles name.",
    ...     annotations=[("Mosul", "Five bridges"), ((36.9, 42.5), "Nobody reports from here")],
    ...     view="Mosul",
    ... )
    """
    from geomap.maps._folium_map import Map
    from geomap.maps._layers import PlacesLayer
    from geomap.maps._views import middle

    tables.require_table(mentions, what="mentions")
    if title is None:
        count = mentions["article_id"].nunique() if "article_id" in mentions.columns else 0
        title = f"Places in {count:,} article{'' if count == 1 else 's'}"
    layer = PlacesLayer(
        mentions,
        title=title,
        note=note,
        annotations=annotations,
        view=view,
        names=names,
        panel=panel,
        color=color,
        cluster=cluster,
        detail=detail if tiles is None else None,
        alternatives=alternatives,
        manifest=manifest,
        embedded=embedded,
        approximate=approximate,
    )
    m = Map(tiles=tiles, title=" ".join(title.split()), location=middle(layer.view), zoom_start=2)
    layer.add_to(m)
    return m


def widget(mentions: gpd.GeoDataFrame, **options: Any) -> MapWidget:
    """Show the places of a corpus on a map in a notebook that Python and its reader both change.

    The same map as that of :func:`explore`. What a reader clicks, filters or corrects can be read in the next cell, and
    what is set from Python is seen on the map.

    Parameters
    ----------
    mentions
        A mentions table, as for :func:`explore`.
    **options
        As for :func:`explore`.

    Returns
    -------
    MapWidget
        A widget (``anywidget.AnyWidget``). Attributes that Python and the map both set, each a value that does not change
        but is replaced, and that can be observed (``w.observe(print, "selected")``):

        - ``selected``: the places that are chosen, a tuple of ``place_id``; of what lies somewhere in a place, with
          ``within:`` before it. Set it to one or several, or to a table with the column ``place_id``: one place opens its
          card, several are outlined.
        - ``view``: latitude, longitude and zoom; None before the map is shown.
        - ``filters``: a mapping. ``from`` and ``to`` are the first and the last day ("2018-07-01"), None for no end;
          ``sources`` and ``kinds`` the names that are left in, None for all; ``certain`` the percentage from which a
          mention counts as certain, ``possible`` whether those below it are shown; ``embedded`` and ``approximate``
          whether those count; ``text`` what sentence or headline must hold. Keys that are not given when it is set are
          as the map opens: ``{}`` clears them all, ``w.filters | {"from": "2018-07-01"}`` adds to them.
        - ``only``: the positions of the mentions that the map is limited to beyond the filters, None for all. Set it to a
          table of mentions or places, to truth by mention (``mentions["source"] == "Reuters"``), or to positions.
        - ``corrections``: what was corrected on the map, a tuple of dictionaries as :func:`geomap.apply_corrections`
          takes them. Set it to such rows, to a table or to a file of them.

        Read only, each a table made when it is asked for:

        - ``selected_mentions``: the mentions of the selected places, whether or not the filters leave them in.
        - ``shown_mentions``: the mentions that the map shows now.
        - ``corrections_table``: the corrections, one row each.
        - ``corrected_mentions``: the mentions with the corrections applied.

    Raises
    ------
    MissingDependency
        If anywidget is not installed.
    ColumnMissing, WrongKind, InvalidTable
        As :func:`explore`; and when an attribute is set to what it cannot be.
    InvalidCorrections, CorrectionsNotFound
        If ``corrections`` is set to what holds none.
    MapNotShown
        If ``shown_mentions`` is asked before the map has said what it shows: in the cell that shows it or that sets a
        filter, since a page hears of that when the cell is done.

    Notes
    -----
    A notebook that is saved or exported also holds the map as it opens, which shows where no kernel runs. Tested in
    JupyterLab and marimo; untested in VS Code and Colab.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> w = widget(mentions, title="Where the bridges are")
    >>> w.selected = mentions[mentions["name"] == "Mosul"]
    >>> w.selected
    ('geonames:99072',)
    >>> w.selected_mentions["article_id"].nunique()
    3
    >>> w.filters = {"from": "2018-01-01"}
    >>> w.filters["from"], w.filters["sources"]
    ('2018-01-01', None)
    """
    tables.require_table(mentions, what="mentions")
    optional("anywidget", needed_by="geomap.maps.widget", extra="notebooks")
    from geomap.maps._map_widget import MapWidget

    shown = {name: bool(options.get(name)) for name in ("embedded", "approximate")}
    return MapWidget(mentions, explore(mentions, **options), **shown)


def figure(
    mentions: gpd.GeoDataFrame,
    *,
    title: str | None = None,
    labels: int = 15,
    extent: Sequence[float] | None = None,
    size: tuple[float, float] = (7.2, 4.8),
    legend: bool = True,
    largest: int | None = None,
    names: str = "corpus",
    embedded: bool = False,
    approximate: bool = False,
) -> Figure:
    """Draw the places of a corpus as a picture for publication.

    Parameters
    ----------
    mentions
        A mentions table in any CRS, with at least ``article_id``, ``place_id``, ``name`` and an active geometry.
    title
        A heading; none by default, because captions belong to the paper.
    labels
        Maximum number of named places: those with most mentions, as far as there is room for their names. A leader line
        connects a name that does not fit beside its symbol.
    extent
        West, south, east and north in degrees; across the antimeridian, east is beyond 180. By default where the corpus
        is, as for :func:`explore`.
    size
        Width and height in inches.
    legend
        Whether to explain sizes and forms.
    largest
        The number of mentions that the largest symbol stands for; by default that of the place with most mentions. Use
        the same number for two pictures to make their symbols comparable.
    names
        What places are called, as for :func:`explore`.
    embedded, approximate
        As for :func:`explore`.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook displays it, even without ``%matplotlib inline``; save it with ``savefig("map.pdf")`` (PNG and SVG
        too). The area of a symbol is proportional to the mentions of its place; only the smallest are enlarged, to be
        seen. Relative and approximate places are broken rings, with the circle that holds the truth where it is larger,
        and no larger than a quarter of the picture.
        A region is drawn in Lambert's azimuthal equal-area projection around its middle, with a scale bar; views of more
        than 130 degrees of longitude show the world in Equal Earth (Savric et al. 2019).

    Raises
    ------
    MissingDependency
        If matplotlib or matplotlib-scalebar is not installed.
    ColumnMissing
        If the mentions lack one of the columns above.
    InvalidTable
        If ``extent`` is not one, ``largest`` is below 1, or ``names`` is no choice.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> picture = figure(sample_mentions(), labels=5, extent=(40, 30, 50, 38))
    >>> {text.get_text() for text in picture.axes[0].texts} >= {"Mosul", "Erbil", "Baghdad", "Tigris"}
    True
    """
    for module in ("matplotlib.figure", "matplotlib_scalebar"):
        package = module.split(".")[0].replace("_", "-")
        optional(module, needed_by="geomap.maps.figure", extra="maps", package=package)
    from geomap.maps._payload import Payload
    from geomap.maps._pictures import draw

    payload = Payload(mentions, embedded=embedded, approximate=approximate)
    return draw(
        payload, title=title, labels=labels, extent=extent, size=size, legend=legend, largest=largest, names=names
    )
