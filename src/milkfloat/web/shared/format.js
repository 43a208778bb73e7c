// Instants, lengths and energies as people read them. The only place where km, kWh and percent are made.

const clocks = new Map();

function clockOf(timezone, options) {
  const key = `${timezone}|${JSON.stringify(options)}`;
  if (!clocks.has(key)) {
    clocks.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hourCycle: "h23", ...options }));
  }
  return clocks.get(key);
}

/** "10:42" in the depot's zone. */
export function clock(instant_s, timezone) {
  if (instant_s === null || instant_s === undefined) return "–";
  return clockOf(timezone, { hour: "2-digit", minute: "2-digit" }).format(instant_s * 1000);
}

/** "Wed 14 January" in the depot's zone. */
export function date(instant_s, timezone) {
  return clockOf(timezone, { weekday: "short", day: "numeric", month: "long" }).format(instant_s * 1000);
}

/** Hour of the day as a number, in the depot's zone. */
export function isFullHour(instant_s, timezone) {
  return clock(instant_s, timezone).endsWith(":00");
}

/** "10:00–12:00"; windows are pairs of Unix seconds. */
export function window(pair, timezone) {
  return pair ? `${clock(pair[0], timezone)}–${clock(pair[1], timezone)}` : "any time";
}

/** "8 min", "1 h 20 min". */
export function duration(seconds) {
  const minutes = Math.round(Math.abs(seconds) / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Share of a battery: "42 %". */
export function percent(part, whole) {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : "–";
}

/** "4.2 kWh". */
export function kwh(watt_hours, digits = 1) {
  return `${(watt_hours / 1000).toFixed(digits)} kWh`;
}

/** "11 kW". */
export function kw(watts) {
  const value = watts / 1000;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} kW`;
}

/** "12 kg · 80 l"; nothing for an order of unknown size. */
export function size(order) {
  const parts = [];
  if (order.mass_g) parts.push(`${(order.mass_g / 1000).toFixed(order.mass_g < 10000 ? 1 : 0)} kg`);
  if (order.volume_ml) parts.push(`${Math.round(order.volume_ml / 1000)} l`);
  return parts.join(" · ");
}

/** "1 stop", "3 stops". */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
