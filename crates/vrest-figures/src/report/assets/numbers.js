// Data back from their short form, places of ticks, and numbers as readers expect them.

const decode = (array) => {
  if (Array.isArray(array)) return array.map((value) => (value === null ? NaN : value));
  if ("count" in array) return Array.from({ length: array.count }, (_, i) => array.from + array.step * i);
  let sum = 0;
  return array.deltas.map((delta) => (delta === null ? NaN : (sum += delta) * array.unit));
};

const raised = (power) => String(power).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻");
const powerOfTen = (power) => "10" + raised(power);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

const fixed = (value, decimals) => {
  const text = value.toFixed(clamp(decimals, 0, 20));
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
};

const number = (value, digits) => {
  if (!Number.isFinite(value)) return "n/a";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  if (power >= -4 && power < 6) return fixed(value, digits - 1 - power);
  return mantissa.replace("-", "−") + "×" + powerOfTen(Number(power));
};

// A value as finely as the axis resolves it.
const onAxis = (axis, low, high, value) => {
  if (axis.names.length) return plain(axis.names[Math.round(value)] ?? "");
  // Counts are counted.
  if (!axis.unit && Number.isInteger(value) && Math.abs(value) < 1e6) return fixed(value, 0);
  if (axis.log) return number(value, 4);
  const decimals = 3 - Math.floor(Math.log10(high - low));
  const large = Math.max(Math.abs(low), Math.abs(high)) >= 1e6;
  return large || decimals > 7 ? number(value, 5) : fixed(value, decimals);
};

const withUnit = (text, unit) => (unit ? text + " " + unit : text);

const niceStep = (rough) => {
  const power = Math.floor(Math.log10(rough));
  const ratio = rough / 10 ** power;
  const [mantissa, carry] = [[1, 0], [2, 0], [5, 0], [1, 1]].find(([m, c]) => ratio <= m * 10 ** c * (1 + 1e-9)) ?? [1, 1];
  return [mantissa, power + carry];
};

// {major: [[value, label], ...], minor: [value, ...], power}: the labels are to be multiplied by ten to this power.
const ticks = (axis, low, high, target) => {
  if (axis.names.length) return { major: axis.names.map((name, i) => [i, name]), minor: [], power: 0 };
  const some = axis.log && high / low >= 10 ? logarithmic : linear;
  for (let more = 0; more < 4; more++) {
    const found = some(low, high, target + more);
    if (found.major.length >= 2) return found;
  }
  return { major: [], minor: [], power: 0 };
};

const linear = (low, high, target) => {
  const [mantissa, exponent] = niceStep((high - low) / target);
  const step = mantissa * 10 ** exponent;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const largest = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const power = largest >= 5 || exponent < -4 ? largest : 0;
  const major = [];
  for (let i = first; i <= last && major.length < 100; i++) {
    const value = i * step;
    major.push([value, fixed(value / 10 ** power, power - exponent)]);
  }
  return { major, minor: [], power };
};

const logarithmic = (low, high, target) => {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const stride = Math.ceil((last - first) / target);
  const labelled = last - first <= 2 ? [1, 2, 5] : [1];
  const major = [];
  const minor = [];
  for (let exponent = first; exponent <= last; exponent++) {
    for (let factor = 1; factor <= 9; factor++) {
      const value = factor * 10 ** exponent;
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      if (labelled.includes(factor) && exponent % stride === 0) {
        const text = exponent >= -3 && exponent <= 4 ? fixed(value, -exponent) : powerOfTen(exponent);
        major.push([value, exponent >= -3 && exponent <= 4 || factor === 1 ? text : factor + "×" + text]);
      } else if (stride === 1 || factor === 1) {
        minor.push(value);
      }
    }
  }
  return { major, minor, power: 0 };
};

// V_{rest} and cm^{2} in runs of [script, text]; the script is "_", "^" or "".
const runs = (text) =>
  text.split(/([_^]\{[^}]*\})/).filter(Boolean).map((run) => {
    const script = /^([_^])\{([^}]*)\}$/.exec(run);
    return script ? [script[1], script[2]] : ["", run];
  });

const plain = (text) => runs(text).map(([, run]) => run).join("");
