"""Words that try to become code, from markup to formulas; and a corpus made of nothing else."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from test_maps_corpus import mention, of_place

from geomap import tables

SPELL = "window.ran=1"
HOSTILE = [
    f"<script>{SPELL}</script>",
    f"</script><script>{SPELL}</script>",
    f"</SCRIPT ><script>{SPELL}//",
    f"<!--<script>{SPELL}",
    f"--><script>{SPELL}</script>",
    f"]]><script>{SPELL}</script>",
    f"<img src=x onerror='{SPELL}'>",
    f'<img src=x onerror="{SPELL}">',
    f"<img/src=x/onerror={SPELL}>",
    f"<svg onload={SPELL}>",
    f"<svg><script>{SPELL}</script></svg>",
    f"<body onload={SPELL}>",
    f'<iframe srcdoc="<script>parent.{SPELL}</script>">',
    f"<details open ontoggle={SPELL}>",
    f"<input autofocus onfocus={SPELL}>",
    f"<math><a href='javascript:{SPELL}'>x</a></math>",
    f"<a href='javascript:{SPELL}'>x</a>",
    f"<style>@import 'javascript:{SPELL}';</style>",
    f"<base href='javascript:{SPELL}//'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{SPELL}'>",
    f"<object data='javascript:{SPELL}'>",
    f"<template><script>{SPELL}</script></template>",
    f'"><script>{SPELL}</script>',
    f"'><script>{SPELL}</script>",
    f'" onmouseover="{SPELL}',
    f"' onfocus='{SPELL}' autofocus='",
    f"`${{{SPELL}}}`",
    f"${{{SPELL}}}",
    f'";{SPELL};//',
    f"';{SPELL};//",
    f"\\';{SPELL};//",
    "\\",
    "\\u003cscript\\u003e",
    "\\x3cscript\\x3e",
    "{{ 7 * 7 }}",
    "{% raw %}{{ this }}{% endraw %}",
    "{# nothing #}",
    "{%",
    "&lt;b&gt;&amp;&#60;",
    "&lt;script&gt;" + SPELL + "&lt;/script&gt;",
    "line\u2028and\u2029paragraph",
    "*/" + SPELL + "/*",
    "</style><script>" + SPELL + "</script>",
    "</title><script>" + SPELL + "</script>",
    "__proto__",
    "constructor",
    f"javascript:{SPELL}",
    f"=cmd|'{SPELL}'!A0",
    "ی\u202egnihtemos\u202c",
    "%3Cscript%3E#&=?/",
]


def corpus() -> gpd.GeoDataFrame:
    """Return one place per string, all of whose words are that string."""
    rows = []
    for number, text in enumerate(HOSTILE):
        place = of_place("Mosul") | dict.fromkeys(("name", "admin1", "country", "title", "source", "kind"), text)
        place |= {"place_id": f"id:{text}", "lat": 30 + number / 10, "lon": 40 + number / 10}
        row = mention(f"{number}{text}", f"x {text} y", 2, text, **place)
        rows.append(
            row
            | {"sentence": " ".join(f"x {text} y".split()), "url": text, "published": f"2018-01-{1 + number % 28:02}"}
        )
    return tables.finish_mentions(pd.DataFrame(rows))


def alternatives(mentions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return two candidates for each of the mentions, the one that was chosen and one of hostile words."""
    keys = mentions[["article_id", "field", "start", "end", "toponym"]]
    first = keys.assign(place_id=mentions["place_id"], probability=0.6)
    second = keys.assign(place_id="other:" + mentions["place_id"], probability=0.4)
    both = pd.concat([first, second]).sort_index(kind="stable")
    words = dict.fromkeys(("name", "country_code", "admin1_code", "feature_code"), both["toponym"])
    return both.assign(**words, population=1, lat=10.0, lon=10.0)
