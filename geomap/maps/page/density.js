// The sums behind a heat map.

/**
 * The mean of neighbors along lines: `count` lines of `length` cells, cells `step` and lines `leap` apart.
 *
 * @param {Float32Array} field
 * @param {number} length
 * @param {number} count
 * @param {number} step
 * @param {number} leap
 * @param {number} reach
 */
export function blurred(field, length, count, step, leap, reach) {
  const found = new Float32Array(field.length);
  for (let line = 0; line < count; line += 1) {
    const start = line * leap;
    let sum = 0;
    for (let i = -reach; i < length; i += 1) {
      if (i + reach < length) {
        sum += field[start + (i + reach) * step];
      }
      if (i - reach - 1 >= 0) {
        sum -= field[start + (i - reach - 1) * step];
      }
      if (i >= 0) {
        found[start + i * step] = Math.max(0, sum);
      }
    }
  }
  return found;
}
