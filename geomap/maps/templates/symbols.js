// How places look: their forms and sizes, and where their names are written.
(function () {
  "use strict";

  const geomap = L.geomap;
  const LARGEST = 28; // pixels: the radius of the place with most mentions, at most
  const SMALLEST = 3.5;
  const ONE_MENTION = 7; // the radius of a single mention where no place has many
  const MOST_LABELS = 60;

  geomap.DOUBTFUL = 50; // percent

  geomap.isDoubtful = (confidence) =>
    confidence >= 0 && confidence < geomap.DOUBTFUL;

  // Half the width of a form that has the area of a circle of that radius.
  geomap.half = function (form, radius) {
    if (form === "country") {
      return (radius * Math.sqrt(Math.PI)) / 2;
    }
    return form === "division" ? radius * Math.sqrt(Math.PI / 2) : radius;
  };

  geomap.radius = function (mentions, most) {
    const unit = Math.min(ONE_MENTION, LARGEST / Math.sqrt(most));
    return Math.max(SMALLEST, unit * Math.sqrt(mentions));
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

  geomap.labelFont = function (canvas, { area, size }) {
    return canvas.font(600, size, area ? "italic" : "normal");
  };

  // The names that fit beside their symbols, those of large symbols first.
  geomap.labels = function (layer, symbols, { min, max }) {
    const { name } = layer._data.places;
    const taken = symbols
      .slice(0, 500)
      .map(({ x, y, half }) => [x - half, y - half, x + half, y + half]);
    const labels = [];
    const context = layer._context;
    for (const { number, x, y, radius, half, form } of symbols.slice(0, 200)) {
      const label = {
        text: name[number],
        area: form !== "town",
        size: radius > 14 ? 13 : 12,
      };
      context.font = geomap.labelFont(layer, label);
      const width = context.measureText(label.text).width;
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
})();
