"""The columns of geomap's tables, from :data:`geomap.tables.COLUMNS`, as tables in Markdown."""

from __future__ import annotations

from geomap import tables


def column_tables() -> dict[str, str]:
    """Return a table in Markdown for each of geomap's tables, by the path of the page."""
    pages = {}
    for name, columns in tables.COLUMNS.items():
        rows = [f"| `{column}` | `{dtype}` | {meaning} |" for column, (dtype, meaning) in columns.items()]
        if name != "articles":
            none = "; `None` of a `nil`" if name == "mentions" else ""
            rows.append(f"| `geometry` | point | (longitude, latitude) in degrees, {tables.CRS}{none} |")
        pages[f"generated/columns-{name}.txt"] = "\n".join(
            ["| column | dtype | meaning |", "| --- | --- | --- |", *rows]
        )
    return pages
