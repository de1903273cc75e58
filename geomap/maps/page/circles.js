// Circles on the globe: where the truth lies around a point that is no place's own.
const EARTH_KM = 6371.0088;
const MILE_KM = 1.609344;
const STEPS = 72;
const RADIANS = Math.PI / 180;

/**
 * The points of a circle on the globe as latitudes and longitudes, which run on beyond 180 degrees.
 *
 * @param {number} lat
 * @param {number} lng
 * @param {number} km
 * @returns {[number, number][]}
 */
export function circleAround(lat, lng, km) {
  const reach = km / EARTH_KM;
  const [sin, cos] = [Math.sin(lat * RADIANS), Math.cos(lat * RADIANS)];
  let before = lng;
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const azimuth = (2 * Math.PI * (step % STEPS)) / STEPS;
    const height =
      sin * Math.cos(reach) + cos * Math.sin(reach) * Math.cos(azimuth);
    const east = Math.atan2(
      Math.sin(azimuth) * Math.sin(reach) * cos,
      Math.cos(reach) - sin * height,
    );
    const around = lng + east / RADIANS;
    before = around - 360 * Math.round((around - before) / 360);
    return [Math.asin(Math.max(-1, Math.min(1, height))) / RADIANS, before];
  });
}

/**
 * How far the truth may lie from a point, in words: "within about 20 km (12 mi)".
 *
 * @param {number} km
 */
export const withinText = (km) =>
  `within about ${round(km)} km (${round(km / MILE_KM)} mi)`;

/**
 * Two digits are as exact as words are.
 *
 * @param {number} length
 */
function round(length) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(length)) - 1);
  const whole = Math.max(1, Math.round(length / step) * step);
  return length < 1 ? "1" : whole.toLocaleString("en-US");
}
