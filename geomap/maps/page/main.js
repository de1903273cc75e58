// What the page's own layers are made with, from the script that Folium writes: the one name that they leave there.
import { Basemap } from "./basemap.js";
import { Choropleth } from "./choropleth.js";
import { Comentions } from "./comentions.js";
import { Heat } from "./heat.js";
import { Places } from "./places.js";
import { Tiles } from "./tiles.js";

/**
 * A function that makes a layer, for a script that calls no constructors.
 *
 * @template {any[]} Given
 * @template Made
 * @param {new (...given: Given) => Made} Layer
 * @returns {(...given: Given) => Made}
 */
const maker =
  (Layer) =>
  (...given) =>
    new Layer(...given);

Object.assign(L, {
  geomap: {
    basemap: maker(Basemap),
    choropleth: maker(Choropleth),
    comentions: maker(Comentions),
    heat: maker(Heat),
    places: maker(Places),
    tiles: maker(Tiles),
  },
});
