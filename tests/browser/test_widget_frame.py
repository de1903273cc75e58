"""The widget's frame on a page of its own: what crosses its border, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from framed import Framed
from opened import Open
from playwright.sync_api import expect

from geomap import maps
from geomap.datasets import sample_mentions
from geomap.maps._layers import own_text

pytestmark = pytest.mark.browser

NAMES = ("selected", "view", "filters", "only", "corrections", "_shown", "_document", "_title", "_height", "_static")
# A notebook of one cell: the front end that ships, on traits that a script of the page can read and set.
NOTEBOOK = """<!DOCTYPE html>
<meta charset="utf-8">
<title>Notebook</title>
<p>A cell</p>
<div id="cell"></div>
<script type="application/json" id="traits">{traits}</script>
<script type="module">
{script}
const traits = JSON.parse(document.getElementById("traits").textContent);
const listeners = [];
window.saved = 0;
const model = {{
    get: (name) => traits[name],
    set(name, value) {{
        const changed = JSON.stringify(traits[name]) !== JSON.stringify(value);
        traits[name] = value;
        if (changed) {{
            listeners.filter(([event]) => event === `change:${{name}}`).forEach(([, heard]) => heard());
        }}
    }},
    save_changes() {{
        window.saved += 1;
    }},
    on: (event, heard) => listeners.push([event, heard]),
    off(event, heard) {{
        const at = listeners.findIndex(([one, other]) => one === event && other === heard);
        listeners.splice(at, 1);
    }},
}};
window.end = widget_default.render({{ model, el: document.getElementById("cell") }});
Object.assign(window, {{ traits, model, listeners }});
</script>
"""


@pytest.fixture(scope="module")
def widget() -> Any:
    return maps.widget(sample_mentions(), title="Where the bridges are", detail=None)


@pytest.fixture
def opened(widget: Any, tmp_path: Path, open_offline: Open) -> Framed:
    """Return the map in the notebook of one cell, connected."""
    traits = json.dumps(widget.get_state(NAMES)).replace("<", "\\u003c")
    script, _, _ = own_text("widget.js").partition("export {")
    path = tmp_path / "notebook.html"
    path.write_text(NOTEBOOK.format(traits=traits, script=script), "utf-8")
    page = open_offline(path)
    framed = Framed(page.page, page.page.locator("#cell iframe"))
    page.page.wait_for_function("() => traits._shown !== null")
    assert page.complaints == []
    return framed


def trait(framed: Framed, name: str) -> Any:
    return framed.page.evaluate("(name) => traits[name]", name)


def set_trait(framed: Framed, name: str, value: Any) -> None:
    framed.page.evaluate("([name, value]) => model.set(name, value)", [name, value])


def wait_for_trait(framed: Framed, name: str, wanted: Callable[[Any], bool]) -> Any:
    for _ in range(100):
        value = trait(framed, name)
        if wanted(value):
            return value
        framed.page.wait_for_timeout(50)
    raise AssertionError(f"{name} is {value!r}")


def test_the_frame_reaches_nothing_around_it(opened: Framed) -> None:
    for reach in ("window.parent.document.title", "window.localStorage.length", "window.top.location.href"):
        blocked = f"(() => {{ try {{ {reach}; return false; }} catch {{ return true; }} }})()"
        assert opened.ask(blocked), reach
    assert opened.ask("window.origin") == "null"


def test_words_that_are_searched_for_reach_the_map_and_stay(opened: Framed, widget: Any) -> None:
    before = trait(opened, "filters")
    set_trait(opened, "filters", before | {"text": "camps"})
    opened.wait_until("thePlaces.model.state.text === 'camps'")
    said = wait_for_trait(opened, "_shown", lambda shown: shown["filters"]["text"] == "camps")
    assert trait(opened, "filters")["text"] == "camps"
    shown = widget.page.of_rows(said["rows"])
    assert 0 < len(shown) < len(widget.page.mentions)
    assert shown["sentence"].str.contains("camps").all()


def test_corrections_of_an_earlier_session_stand_in_the_card_and_can_be_taken_back(opened: Framed, widget: Any) -> None:
    tigris = sample_mentions().iloc[2]
    one = {name: tigris[name] for name in ("article_id", "field", "toponym")}
    one |= {"start": int(tigris["start"]), "end": int(tigris["end"]), "verdict": "not a place"}
    set_trait(opened, "selected", [tigris["place_id"]])
    expect(opened.inside.locator(".geomap-card h2")).to_have_text("Tigris")
    set_trait(opened, "corrections", [one])
    expect(opened.inside.locator(".geomap-badge")).to_have_text("You: not a place")
    opened.inside.get_by_role("button", name="Corrections (1)").click()
    expect(opened.inside.locator(".geomap-dialog-body")).to_contain_text("They are in the notebook")
    expect(opened.inside.get_by_text("This browser keeps nothing")).to_have_count(0)
    opened.inside.get_by_role("button", name="Undo").last.click()
    assert wait_for_trait(opened, "corrections", lambda rows: not rows) == []


def test_a_filter_from_the_notebook_is_taken_away_on_the_map(opened: Framed, widget: Any) -> None:
    set_trait(opened, "only", widget.page.packed([0, 3]))
    opened.inside.get_by_role("button", name="Remove filter: 2 mentions from the notebook").click()
    assert wait_for_trait(opened, "only", lambda only: only is None) is None
    opened.wait_until("thePlaces.model.totals.mentions === 10")


def test_a_frame_that_is_moved_loads_anew_and_takes_up_what_was_set(opened: Framed) -> None:
    set_trait(opened, "selected", ["geonames:99072", "geonames:98182"])
    opened.wait_until("thePlaces.marked.size === 2")
    opened.page.evaluate("() => document.body.prepend(document.getElementById('cell'))")
    again = Framed(opened.page, opened.page.locator("#cell iframe"))
    again.wait_until("thePlaces.marked.size === 2")
    set_trait(again, "selected", ["geonames:99072"])
    again.wait_until("thePlaces.selected === thePlaces.model.number.get('geonames:99072')")


def test_nobody_echoes_and_a_view_that_is_gone_listens_no_more(opened: Framed) -> None:
    page = opened.page
    set_trait(opened, "view", [33.3, 44.4, 7])
    opened.wait_until("theMap.getZoom() === 7")
    page.wait_for_timeout(600)
    saved = page.evaluate("() => saved")
    page.wait_for_timeout(600)
    assert page.evaluate("() => saved") == saved <= 4
    assert trait(opened, "view") == [33.3, 44.4, 7]
    page.evaluate("() => end()")
    assert page.evaluate("() => listeners.length") == 0
    set_trait(opened, "view", [0, 0, 3])
    page.wait_for_timeout(300)
    assert opened.ask("theMap.getZoom()") == 7


def test_only_the_page_around_it_may_talk_to_a_map_and_only_if_it_was_made_for_a_widget(
    widget: Any, tmp_path: Path, open_offline: Open
) -> None:
    """Two maps, the one hosted and the other not, beside a frame of somebody else's that says what a widget says."""
    stranger = """<script>
        onmessage = () => [...parent.frames].forEach((frame) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => parent.postMessage("answered", "*");
            frame.postMessage({ geomap: "connect", values: { selected: ["geonames:99072"] } }, "*", [port2]);
        });
    </script>"""
    frames = "".join(
        f'<iframe sandbox="allow-scripts" srcdoc="{escape(document)}" width="900" height="400"></iframe>'
        for document in (widget._document, widget._plain, stranger)
    )
    script = "<script>window.heard = []; onmessage = ({ data }) => heard.push(data)</script>"
    path = tmp_path / "page.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{script}{frames}", "utf-8")
    page = open_offline(path).page
    page.wait_for_function("() => heard.length")
    drawn = [page.frame_locator("iframe").nth(number).locator("[data-geomap-drawn]") for number in (0, 1)]
    for one in drawn:
        one.wait_for(state="attached")
    page.evaluate("() => frames[2].postMessage('go', '*')")
    page.wait_for_timeout(800)
    # The one that is hosted asked once for a notebook, which is not there; none took the stranger for it.
    assert page.evaluate("() => heard") == [{"geomap": "ready"}]
    for number in (0, 1):
        assert page.frame_locator("iframe").nth(number).locator(".geomap-card").count() == 0
    # The page around it may.
    page.evaluate(
        """() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => heard.push(Object.keys(data).sort());
            frames[0].postMessage({ geomap: "connect", values: { selected: ["geonames:99072"] } }, "*", [port2]);
        }"""
    )
    expect(page.frame_locator("iframe").nth(0).locator(".geomap-card h2")).to_have_text("Mosul")
