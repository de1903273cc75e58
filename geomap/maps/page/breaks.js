// Classes of counts, as Fisher and Jenks make them: those that differ least within. No page in here.
const CLASSES = 5;

/**
 * The upper limits of up to five classes of counts above 0, in rising order.
 *
 * @param {ArrayLike<number>} counts
 * @returns {number[]}
 */
export function breaksOf(counts) {
  const values = Array.from(counts)
    .filter((count) => count > 0)
    .sort((a, b) => a - b);
  const distinct = [...new Set(values)];
  return distinct.length <= CLASSES ? distinct : upperLimits(values);
}

/**
 * The last value of each class, where the sums of squares around the means of the classes are least.
 *
 * @param {number[]} values in rising order
 */
function upperLimits(values) {
  const { length } = values;
  const sums = [0];
  const squares = [0];
  values.forEach((value, i) => {
    sums.push(sums[i] + value);
    squares.push(squares[i] + value * value);
  });
  /**
   * @param {number} from
   * @param {number} to
   */
  const spread = (from, to) =>
    squares[to] - squares[from] - (sums[to] - sums[from]) ** 2 / (to - from);
  let costs = Float64Array.from({ length: length + 1 }, (_, end) =>
    end ? spread(0, end) : 0,
  );
  /** @type {Uint32Array[]} */
  const begins = [];
  for (let classes = 2; classes <= CLASSES; classes += 1) {
    const best = new Float64Array(length + 1).fill(Infinity);
    const begin = new Uint32Array(length + 1);
    for (let end = classes; end <= length; end += 1) {
      for (let start = classes - 1; start < end; start += 1) {
        const cost = costs[start] + spread(start, end);
        if (cost < best[end]) {
          best[end] = cost;
          begin[end] = start;
        }
      }
    }
    costs = best;
    begins.push(begin);
  }
  const limits = [];
  let end = length;
  for (const begin of begins.reverse()) {
    limits.unshift(values[end - 1]);
    end = begin[end];
  }
  return [...new Set([values[end - 1], ...limits])];
}
