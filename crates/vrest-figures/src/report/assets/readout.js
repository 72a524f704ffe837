// What a chart says about a place: the values under the pointer, and the data as a file.

const ascends = (values) => values.every((value, i) => !i || value >= values[i - 1]);

// Index of the sample nearest to a value in an ascending list.
const nearestIndex = (values, wanted) => {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= wanted) low = middle;
    else high = middle;
  }
  return Math.abs(values[low] - wanted) <= Math.abs(values[high] - wanted) ? low : high;
};

// The value of a curve at x as it is drawn; NaN where it has none.
const valueAt = (mark, x) => {
  const near = nearestIndex(mark.x, x);
  if (mark.x[near] === x) return mark.y[near];
  const left = mark.x[near] > x ? near - 1 : near;
  if (left < 0 || left + 1 >= mark.x.length) return NaN;
  if (mark.step) return mark.y[left];
  const share = (x - mark.x[left]) / (mark.x[left + 1] - mark.x[left]);
  return mark.y[left] + share * (mark.y[left + 1] - mark.y[left]);
};

// {title, rows: [{color, name, text}], x, dots: [{x, y, color}]} in pixels, or null where there is nothing to say.
const readout = (chart, index, px, py) => {
  const panel = chart.data.panels[index];
  const box = chart.boxes[index];
  const shown = panel.marks.filter((mark) => !chart.isHidden(mark));
  for (const mark of shown) {
    const found = (mark.kind === "heat" && readHeat(chart, index, mark, px, py)) || (mark.kind === "bars" && readBars(chart, index, mark, px, py));
    if (found) return found;
  }
  const scattered = shown.filter((mark) => mark.kind === "points" || (mark.kind === "line" && !mark.ascending));
  const curves = shown.filter((mark) => mark.kind === "line" && mark.ascending && mark.x.length);
  const point = readPoint(chart, index, scattered, px, py, curves.length ? 10 : 60);
  if (point || !curves.length) return point;
  const x = box.x.value(px);
  const snapped = curves.map((mark) => mark.x[nearestIndex(mark.x, x)]);
  return readCurves(chart, index, snapped.reduce((a, b) => (Math.abs(b - x) < Math.abs(a - x) ? b : a)));
};

// All curves at one x; in all panels when they share it.
const readCurves = (chart, index, x) => {
  const rows = [];
  const dots = [];
  chart.data.panels.forEach((panel, i) => {
    if (i !== index && !chart.data.shared) return;
    for (const mark of panel.marks) {
      if (mark.kind !== "line" || !mark.ascending || chart.isHidden(mark)) continue;
      const y = valueAt(mark, x);
      if (!Number.isFinite(y)) continue;
      const name = plain(mark.name && mark.name !== panel.y.label ? (index === i ? mark.name : `${mark.name}, ${panel.y.label}`) : panel.y.label);
      rows.push({ color: mark.color, name, text: withUnit(onAxis(panel.y, ...chart.views[i].y, y), panel.y.unit) });
      dots.push({ x: chart.boxes[i].x.pixel(x), y: chart.boxes[i].y.pixel(y), color: mark.color, box: chart.boxes[i] });
    }
  });
  const axis = chart.data.panels[index].x;
  const title = `${plain(axis.label)} ${withUnit(onAxis(axis, ...chart.views[index].x, x), axis.unit)}`;
  return { title, rows, dots, x: chart.boxes[index].x.pixel(x), at: x };
};

const readPoint = (chart, index, marks, px, py, reach) => {
  const box = chart.boxes[index];
  let best = null;
  for (const mark of marks) {
    mark.x.forEach((x, i) => {
      const [dx, dy] = [box.x.pixel(x) - px, box.y.pixel(mark.y[i]) - py];
      const distance = Math.hypot(dx, dy);
      if (distance <= (best?.distance ?? reach)) best = { distance, mark, x, y: mark.y[i] };
    });
  }
  if (!best) return null;
  const panel = chart.data.panels[index];
  const row = (axis, range, value) => ({ name: plain(axis.label), text: withUnit(onAxis(axis, ...range, value), axis.unit) });
  return {
    title: plain(best.mark.name),
    rows: [row(panel.x, chart.views[index].x, best.x), row(panel.y, chart.views[index].y, best.y)],
    dots: [{ x: box.x.pixel(best.x), y: box.y.pixel(best.y), color: best.mark.color, box }],
  };
};

const readBars = (chart, index, mark, px, py) => {
  const panel = chart.data.panels[index];
  const box = chart.boxes[index];
  const [across, along] = mark.flat ? ["y", "x"] : ["x", "y"];
  const at = box[across].value(mark.flat ? py : px);
  const bar = mark.bars.find(([center, thickness]) => Math.abs(at - center) <= thickness / 2);
  if (!bar) return null;
  const [center, thickness, from, to, , color] = bar;
  const show = (axis, value) => onAxis(panel[axis], ...chart.views[index][axis], value);
  const name = panel[across].names.length
    ? show(across, center)
    : `${show(across, center - thickness / 2)} to ${withUnit(show(across, center + thickness / 2), panel[across].unit)}`;
  const text = from === 0 || from === to ? show(along, to) : `${show(along, from)} → ${show(along, to)}`;
  return { title: name, rows: [{ color, name: plain(panel[along].label), text: withUnit(text, panel[along].unit) }], dots: [] };
};

const readHeat = (chart, index, mark, px, py) => {
  const panel = chart.data.panels[index];
  const box = chart.boxes[index];
  const [x, y] = [box.x.value(px), box.y.value(py)];
  const value = mark.values[cellOf(mark.y, y) * (mark.x.length - 1) + cellOf(mark.x, x)];
  if (value === undefined) return null;
  const row = (axis, range, at) => ({ name: plain(axis.label), text: withUnit(onAxis(axis, ...range, at), axis.unit) });
  const title = `${plain(mark.name)} ${Number.isFinite(value) ? withUnit(number(value, 4), mark.unit) : "n/a"}`;
  return { title, rows: [row(panel.x, chart.views[index].x, x), row(panel.y, chart.views[index].y, y)], dots: [] };
};

// All data as comma-separated values, one row for each sample.
const asCsv = (data) => {
  const quote = (text) => `"${plain(text).replaceAll('"', '""')}"`;
  const rows = ["panel,series,x,y,value"];
  data.panels.forEach((panel, i) => {
    const add = (name, x, y, value = "") => rows.push([i + 1, quote(name || panel.y.label), x, y, value].join(","));
    for (const mark of panel.marks) {
      if (mark.kind === "line" || mark.kind === "points") mark.x.forEach((x, k) => add(mark.name, x, mark.y[k]));
      else if (mark.kind === "band") mark.x.forEach((x, k) => (add(mark.name + ", lower", x, mark.low[k]), add(mark.name + ", upper", x, mark.high[k])));
      else if (mark.kind === "reference") add(mark.name, mark.upright ? mark.at : "", mark.upright ? "" : mark.at);
      else if (mark.kind === "bars") mark.bars.forEach(([center, , from, to]) => {
        const name = (mark.flat ? panel.y : panel.x).names[center];
        add(name ?? mark.name, mark.flat ? to : center, mark.flat ? center : to, to - from);
      });
      else if (mark.kind === "heat") mark.values.forEach((value, k) => {
        const [row, column] = [Math.floor(k / (mark.x.length - 1)), k % (mark.x.length - 1)];
        add(mark.name, (mark.x[column] + mark.x[column + 1]) / 2, (mark.y[row] + mark.y[row + 1]) / 2, value);
      });
    }
  });
  return rows.join("\n") + "\n";
};
