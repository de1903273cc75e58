// The built-in basemap: land, borders and the names of countries on one canvas, without a network.
(function () {
  "use strict";

  const geomap = L.geomap;
  const RESTING = 150; // milliseconds
  const SOUTH = 0.9999; // below it, lines are the frame of the data and no coast
  const { across, down } = geomap;
  const worlds = new Map();
  const named = new WeakMap();

  // The names of countries that stand on a map, for layers that cover them.
  geomap.named = (map) => named.get(map) || [];

  // The land of a page, which all layers that draw it share.
  geomap.world = function (id) {
    if (!worlds.has(id)) {
      worlds.set(
        id,
        geomap.settled().then(async () => {
          const content = await geomap.read(id);
          const arcs = unpack(content.world);
          const countries = content.countries.map((country) => ({
            name: country.name,
            x: across(country.at[0]),
            y: down(country.at[1]),
            room: country.room / 360,
            rings: country.polygons.flatMap((rings) =>
              rings.map((numbers) => ring(numbers, arcs)),
            ),
          }));
          return {
            countries,
            borders: content.borders.map((number) => arcs[number]),
            coasts: content.coasts.map((number) => arcs[number]),
            states: unpack(content.states),
          };
        }),
      );
    }
    return worlds.get(id);
  };

  // Shapes of somebody's own: every ring an arc.
  geomap.shapes = function ({ arcs, regions }) {
    const lines = unpack(arcs);
    return regions.map((rings) => rings.map((number) => ring([number], lines)));
  };

  function unpack({ scale, translate, arcs }) {
    return arcs.map(function (differences) {
      const line = new Float64Array(differences.length);
      let [x, y] = [0, 0];
      for (let i = 0; i < differences.length; i += 2) {
        x += differences[i];
        y += differences[i + 1];
        line[i] = across(x * scale[0] + translate[0]);
        line[i + 1] = down(y * scale[1] + translate[1]);
      }
      return withBox(line);
    });
  }

  function withBox(line) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < line.length; i += 2) {
      west = Math.min(west, line[i]);
      east = Math.max(east, line[i]);
      north = Math.min(north, line[i + 1]);
      south = Math.max(south, line[i + 1]);
    }
    return { line, box: [west, north, east, south] };
  }

  // Joins arcs to a closed ring. Each arc continues where the last one ended, also across the antimeridian.
  function ring(numbers, arcs) {
    const points = [];
    for (const number of numbers) {
      const { line } = arcs[number < 0 ? ~number : number];
      const length = line.length / 2;
      const at = (i) => 2 * (number < 0 ? length - 1 - i : i);
      const turn = points.length
        ? Math.round(points[points.length - 2] - line[at(0)])
        : 0;
      for (let i = 0; i < length; i += 1) {
        points.push(line[at(i)] + turn, line[at(i) + 1]);
      }
    }
    const end = points[points.length - 2];
    if (Math.abs(end - points[0]) > 0.5) {
      // Antarctica: around the pole, so along the lower edge back to the start, with a little overlap of the copies.
      points.push(end + 1e-4, 1, points[0] - 1e-4, 1);
    }
    return withBox(Float64Array.from(points));
  }

  // What a stretch of the map shows, in fractions of the world's width.
  geomap.frame = function (map, bounds) {
    const { width, turns } = geomap.turns(map, bounds);
    const origin = map.getPixelOrigin();
    const seen = [
      (bounds.min.x + origin.x) / width,
      (bounds.min.y + origin.y) / width,
      (bounds.max.x + origin.x) / width,
      (bounds.max.y + origin.y) / width,
    ];
    // A country that crosses the antimeridian runs on into the next copy of the world.
    const around = [turns[0] - 1, ...turns, turns[turns.length - 1] + 1];
    return { width, origin, seen, turns: around };
  };

  // Adds shapes to a path, once for every copy of the world that is seen.
  geomap.trace = function (
    context,
    { width, origin, seen, turns },
    shapes,
    filled,
  ) {
    for (const turn of turns) {
      for (const { line, box } of shapes) {
        const moved = [box[0] + turn, box[1], box[2] + turn, box[3]];
        if (geomap.overlap(moved, seen)) {
          follow(context, line, turn, width, origin, filled);
        }
      }
    }
  };

  geomap.Basemap = geomap.Canvas.extend({
    options: {
      pane: "geomap-basemap",
      zIndex: 150,
      attribution:
        '<a href="https://www.naturalearthdata.com/" target="_blank" rel="noopener noreferrer">Natural Earth</a>',
    },

    initialize(id, options) {
      L.Renderer.prototype.initialize.call(this, options);
      geomap.world(id).then((world) => {
        this._rings = world.countries.flatMap(({ rings }) => rings);
        this._borders = world.borders;
        this._coasts = world.coasts;
        this._states = world.states;
        this._names = world.countries;
        this.redraw();
      });
    },

    onAdd(map) {
      geomap.Canvas.prototype.onAdd.call(this, map);
      if (map.attributionControl) {
        map.attributionControl.setPrefix(
          '<a href="https://leafletjs.com" target="_blank" rel="noopener noreferrer">Leaflet</a>',
        );
      }
    },

    getEvents() {
      const events = L.Renderer.prototype.getEvents.call(this);
      return { ...events, "geomap:changed": this._changed };
    },

    onRemove(map) {
      clearTimeout(this._timer);
      geomap.Canvas.prototype.onRemove.call(this, map);
    },

    // Names of countries make way for those of places; that can wait while somebody drags a filter.
    _changed() {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this.redraw(), RESTING);
    },

    draw(context, bounds) {
      const frame = geomap.frame(this._map, bounds);
      if (!this._rings) {
        return;
      }
      context.lineJoin = "round";
      context.beginPath();
      geomap.trace(context, frame, this._rings, true);
      context.fillStyle = this.color("land");
      context.fill();
      // Antarctica runs on where the projection ends.
      const south = frame.width - frame.origin.y - 1;
      const { min, max } = bounds;
      context.fillRect(min.x, south, max.x - min.x, Math.max(0, max.y - south));
      this._stroke(context, frame, this._coasts, this.color("coast"), 0.8);
      this._stroke(context, frame, this._borders, this.color("border"), 1);
      if (this._map.getZoom() >= 4) {
        context.setLineDash([3, 2]);
        this._stroke(context, frame, this._states, this.color("border"), 0.7);
        context.setLineDash([]);
      }
      this._write(context, frame);
    },

    _stroke(context, frame, shapes, color, width) {
      context.beginPath();
      geomap.trace(context, frame, shapes);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    },

    // Country names, where there is room for them and no place is drawn.
    _write(context, { width, origin, seen, turns }) {
      const taken = geomap.covered(this._map);
      const written = new Set();
      const names = [];
      this._map.fire("geomap:layout", { taken, written });
      context.fillStyle = this.color("label");
      context.textAlign = "center";
      context.textBaseline = "middle";
      for (const { name, x, y, room } of this._names) {
        const space = room * width;
        const size = Math.max(10, Math.min(14, space / 11));
        context.font = this.font(500, size);
        context.letterSpacing = `${size * 0.05}px`;
        const half = context.measureText(name).width / 2;
        if (half * 2 > space * 0.96 || written.has(name)) {
          continue;
        }
        for (const turn of turns) {
          const [px, py] = [
            (x + turn) * width - origin.x,
            y * width - origin.y,
          ];
          const box = [px - half, py - size / 2, px + half, py + size / 2];
          const visible = x + turn > seen[0] && x + turn < seen[2];
          if (visible && !taken.some((other) => geomap.overlap(box, other))) {
            context.fillText(name, px, py);
            taken.push(box);
            names.push({ name, x: px, y: py, half, size });
          }
        }
      }
      context.letterSpacing = "0px";
      named.set(this._map, names);
      this._map.fire("geomap:named");
    },
  });

  // Adds a line to the path, leaving out points that would fall on the same pixel.
  function follow(context, line, turn, width, origin, filled) {
    let [lastX, lastY] = [Infinity, Infinity];
    for (let i = 0; i < line.length; i += 2) {
      const x = (line[i] + turn) * width - origin.x;
      const y = line[i + 1] * width - origin.y;
      const edge = line[i + 1] > SOUTH && (i === 0 || line[i - 1] > SOUTH);
      if (i === 0 || (edge && !filled)) {
        context.moveTo(x, y);
      } else if (
        Math.abs(x - lastX) + Math.abs(y - lastY) < 0.75 &&
        i < line.length - 2
      ) {
        continue;
      } else {
        context.lineTo(x, y);
      }
      [lastX, lastY] = [x, y];
    }
  }

  geomap.basemap = (id, options) => new geomap.Basemap(id, options);
})();
