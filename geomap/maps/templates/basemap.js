// The built-in basemap: land, borders and the names of countries on one canvas, without a network.
(function () {
  "use strict";

  const geomap = L.geomap;
  const EDGE = (85.0511287798 * Math.PI) / 180;

  const SOUTH = 0.9999; // below it, lines are the frame of the data and no coast

  // Degrees to fractions of the world's width, in the Web Mercator projection.
  const across = (lon) => lon / 360 + 0.5;
  const down = function (lat) {
    const phi = Math.max(-EDGE, Math.min(EDGE, (lat * Math.PI) / 180));
    return 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI);
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

  geomap.Basemap = geomap.Canvas.extend({
    options: {
      pane: "geomap-basemap",
      zIndex: 150,
      attribution:
        '<a href="https://www.naturalearthdata.com/" target="_blank" rel="noopener noreferrer">Natural Earth</a>',
    },

    initialize(id, options) {
      L.Renderer.prototype.initialize.call(this, options);
      geomap.read(id).then((content) => {
        const arcs = unpack(content.world);
        this._rings = content.countries.flatMap((country) =>
          country.polygons.flatMap((rings) =>
            rings.map((numbers) => ring(numbers, arcs)),
          ),
        );
        this._borders = content.borders.map((number) => arcs[number]);
        this._coasts = content.coasts.map((number) => arcs[number]);
        this._states = unpack(content.states);
        this._names = content.countries.map(({ name, at, room }) => ({
          name,
          x: across(at[0]),
          y: down(at[1]),
          room: room / 360,
        }));
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
      return { ...events, "geomap:changed": this.redraw };
    },

    draw(context, bounds) {
      const frame = this._frame(bounds);
      if (!this._rings) {
        return;
      }
      context.lineJoin = "round";
      context.beginPath();
      this._trace(context, frame, this._rings, true);
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

    _frame(bounds) {
      const { width, turns } = geomap.turns(this._map, bounds);
      const origin = this._map.getPixelOrigin();
      const seen = [
        (bounds.min.x + origin.x) / width,
        (bounds.min.y + origin.y) / width,
        (bounds.max.x + origin.x) / width,
        (bounds.max.y + origin.y) / width,
      ];
      // A country that crosses the antimeridian runs on into the next copy of the world.
      const around = [turns[0] - 1, ...turns, turns[turns.length - 1] + 1];
      return { width, origin, seen, turns: around };
    },

    _trace(context, { width, origin, seen, turns }, shapes, filled) {
      for (const turn of turns) {
        for (const { line, box } of shapes) {
          const moved = [box[0] + turn, box[1], box[2] + turn, box[3]];
          if (geomap.overlap(moved, seen)) {
            follow(context, line, turn, width, origin, filled);
          }
        }
      }
    },

    _stroke(context, frame, shapes, color, width) {
      context.beginPath();
      this._trace(context, frame, shapes);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    },

    // Country names, where there is room for them and no place is drawn.
    _write(context, { width, origin, seen, turns }) {
      const taken = [];
      const written = new Set();
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
          }
        }
      }
      context.letterSpacing = "0px";
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
