// How places look: their forms, sizes and colors, and where their names are written.
(function () {
  "use strict";

  const geomap = L.geomap;
  const LARGEST = 28; // pixels: the radius of the place with most mentions, at most
  const SMALLEST = 3;
  const ONE_MENTION = 7; // the radius of a single mention where no place has many
  const MOST_LABELS = 60;
  const EDGE = (85.0511287798 * Math.PI) / 180;

  // Half the width of a form that has the area of a circle of that radius.
  geomap.half = function (form, radius) {
    if (form === "country") {
      return (radius * Math.sqrt(Math.PI)) / 2;
    }
    return form === "division" ? radius * Math.sqrt(Math.PI / 2) : radius;
  };

  geomap.radius = function (mentions, most) {
    const unit = Math.min(ONE_MENTION, LARGEST / Math.sqrt(most));
    return mentions ? Math.max(SMALLEST, unit * Math.sqrt(mentions)) : 0;
  };

  geomap.outline = function (context, form, x, y, half) {
    context.beginPath();
    if (form === "country") {
      context.rect(x - half, y - half, 2 * half, 2 * half);
    } else if (form === "division") {
      context.moveTo(x, y - half);
      context.lineTo(x + half, y);
      context.lineTo(x, y + half);
      context.lineTo(x - half, y);
      context.closePath();
    } else {
      context.arc(x, y, half, 0, 2 * Math.PI);
    }
  };

  // Degrees to fractions of the world's width, in the Web Mercator projection.
  geomap.across = (lon) => lon / 360 + 0.5;
  geomap.down = function (lat) {
    const phi = Math.max(-EDGE, Math.min(EDGE, (lat * Math.PI) / 180));
    return 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI);
  };

  // What of a layer does not change with the view: the order of drawing, and the colors.
  geomap.prepare = function (layer) {
    const { model, colors } = layer;
    layer.order = model.ranked();
    if (!model.across) {
      model.across = Float64Array.from(model.places.lon, geomap.across);
      model.down = Float64Array.from(model.places.lat, geomap.down);
    }
    layer.classes = colors
      ? model.typical(colors.values, colors.labels.length, colors.ordered)
      : undefined;
  };

  // The color of a place by its class, of a legend's entry too.
  geomap.shade = function (canvas, colors, number) {
    if (number < 0) {
      return canvas.color("other");
    }
    if (!colors.ordered) {
      return canvas.color(number < 7 ? `class-${number}` : "other");
    }
    const steps = colors.labels.length;
    return canvas.color(
      `step-${Math.round((number * 4) / Math.max(1, steps - 1))}`,
    );
  };

  // The symbols that a stretch of the map shows, the largest first.
  geomap.symbols = function (layer, bounds) {
    const { model, _map: map } = layer;
    const { width, turns } = geomap.turns(map, bounds);
    const origin = map.getPixelOrigin();
    const mercator = map.options.crs === L.CRS.EPSG3857;
    const { lon, lat, form } = model.places;
    const found = geomap.gathered(layer, width);
    const most = found.reduce(
      (sum, { mentions }) => Math.max(sum, mentions || 0),
      1,
    );
    const symbols = [];
    for (const { number, members, mentions } of found) {
      const radius = members
        ? geomap.clusterRadius(mentions, most)
        : geomap.radius(model.mentions(number), model.most);
      const half = geomap.half(form[number], radius);
      const point = mercator
        ? {
            x: model.across[number] * width - origin.x,
            y: model.down[number] * width - origin.y,
          }
        : map.latLngToLayerPoint([lat[number], lon[number]]);
      if (point.y + half < bounds.min.y || point.y - half > bounds.max.y) {
        continue;
      }
      for (const turn of turns) {
        const x = point.x + turn * width;
        if (x + half > bounds.min.x && x - half < bounds.max.x) {
          symbols.push({
            number,
            members,
            mentions,
            x,
            y: point.y,
            radius,
            half,
            form: form[number],
            inner: geomap.half(
              form[number],
              geomap.radius(model.certain[number], model.most),
            ),
          });
        }
      }
    }
    if (layer.options.cluster) {
      symbols.sort((a, b) => b.radius - a.radius);
    }
    return symbols;
  };

  // A symbol: filled by what is certain; where there is more that is only possible, a faint and broken one around.
  geomap.paint = function (layer, context, symbol) {
    if (symbol.members) {
      geomap.paintCluster(layer, context, symbol);
      return;
    }
    const { number, x, y, half, inner, form } = symbol;
    const town = form === "town";
    const color = layer.classes
      ? geomap.shade(layer, layer.colors, layer.classes[number])
      : layer.color(town ? "town" : "area");
    const chosen = number === layer._selected || number === layer._hovered;
    context.fillStyle = color;
    context.strokeStyle = color;
    if (half > inner) {
      geomap.outline(context, form, x, y, half);
      context.globalAlpha = 0.16;
      context.fill();
      context.globalAlpha = 1;
      context.lineWidth = 1.2;
      context.setLineDash(half > 5 ? [3, 2.5] : []);
      context.stroke();
      context.setLineDash([]);
    }
    if (inner) {
      geomap.outline(context, form, x, y, inner);
      context.globalAlpha = town ? 0.75 : layer.classes ? 0.3 : 0.12;
      context.fill();
      context.globalAlpha = 1;
      context.lineWidth = town || inner < 5 ? 1.2 : 1.8;
      context.strokeStyle = town ? layer.color("rim") : color;
      context.stroke();
      if (form === "region") {
        geomap.outline(context, form, x, y, Math.max(inner - 3.5, 1));
        context.lineWidth = 1;
        context.stroke();
      }
    }
    if (chosen) {
      geomap.outline(context, form, x, y, half + 3);
      context.lineWidth = 2.5;
      context.strokeStyle = layer.color("ink");
      context.stroke();
    }
  };

  geomap.labelFont = function (canvas, { area, size }) {
    return canvas.font(600, size, area ? "italic" : "normal");
  };

  geomap.inscribe = function (layer, context, label) {
    context.font = geomap.labelFont(layer, label);
    context.lineWidth = 3.5;
    context.strokeStyle = layer.color("halo");
    context.strokeText(label.text, label.x, label.y);
    context.fillStyle = layer.color(label.area ? "area-ink" : "ink");
    context.fillText(label.text, label.x, label.y);
  };

  // The names that fit beside their symbols, those of large symbols first.
  geomap.labels = function (layer, symbols, { min, max }) {
    const { name } = layer._data.places;
    const taken = geomap.covered(layer._map);
    for (const { x, y, half } of symbols.slice(0, 500)) {
      taken.push([x - half, y - half, x + half, y + half]);
    }
    const labels = [];
    const context = layer._context;
    const widths = (layer.widths = layer.widths || new Map());
    for (const symbol of symbols.slice(0, 200)) {
      const { number, members, x, y, radius, half, form } = symbol;
      const more = members ? members.length - 1 : 0;
      const label = {
        text: more ? `${name[number]} +${geomap.number(more)}` : name[number],
        area: form !== "town",
        size: radius > 14 ? 13 : 12,
      };
      const key = `${label.size} ${number} ${more}`;
      if (!widths.has(key)) {
        context.font = geomap.labelFont(layer, label);
        widths.set(key, context.measureText(label.text).width);
      }
      const width = widths.get(key);
      const [gap, high] = [half + 4, label.size / 2 + 1];
      const corners = [
        [x + gap, y],
        [x - gap - width, y],
        [x - width / 2, y - half - high - 2],
        [x - width / 2, y + half + high + 2],
      ];
      for (const [left, middle] of corners) {
        const box = [left - 2, middle - high, left + width + 2, middle + high];
        // A name is not cut by the edge of the map.
        const whole =
          (box[0] >= min.x || box[2] <= min.x) &&
          (box[2] <= max.x || box[0] >= max.x);
        if (whole && !taken.some((other) => geomap.overlap(box, other))) {
          taken.push(box);
          labels.push({ ...label, x: left, y: middle, box });
          break;
        }
      }
      if (labels.length >= MOST_LABELS) {
        break;
      }
    }
    return labels;
  };

  // The other places that a mention might mean: faint rings, each with a line to it and how likely it is.
  geomap.rings = function (layer, context, { number, others }) {
    const map = layer._map;
    const from = map.latLngToLayerPoint(layer._nearest(number));
    const ink = layer.color("doubt");
    for (const { name, percent, lat, lon } of others) {
      const turn = Math.round((map.getCenter().lng - lon) / 360);
      const at = map.latLngToLayerPoint([lat, lon + 360 * turn]);
      context.strokeStyle = ink;
      context.lineWidth = 1.2;
      context.globalAlpha = 0.55;
      context.setLineDash([2, 4]);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(at.x, at.y);
      context.stroke();
      context.setLineDash([4, 3]);
      context.globalAlpha = 0.9;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(at.x, at.y, 9, 0, 2 * Math.PI);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
      geomap.inscribe(layer, context, {
        text: `${name} ${percent}%`,
        size: 12,
        x: at.x + 13,
        y: at.y,
      });
    }
  };
})();
