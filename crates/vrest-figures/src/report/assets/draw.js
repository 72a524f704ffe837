// SVG elements, projections, axes. Colours come from the style sheet, so that light, dark and print need no redrawing.

const element = (name, attributes, parent) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent?.append(node);
  return node;
};

const html = (name, properties, parent) => {
  const node = Object.assign(document.createElement(name), properties);
  parent?.append(node);
  return node;
};

const ink = (role) => `var(--${role})`;

const write = (parent, x, y, text, attributes = {}) => {
  const node = element("text", { x, y, "xml:space": "preserve", ...attributes }, parent);
  let shifted = 0;
  for (const [script, run] of runs(text)) {
    const shift = { "": 0, _: 2.5, "^": -4.5 }[script];
    const span = element("tspan", { dy: shift - shifted }, node);
    if (script) span.style.fontSize = "72%";
    span.textContent = run;
    shifted = shift;
  }
  return node;
};

const measure = (() => {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "11px system-ui, sans-serif";
  return (text) => context.measureText(plain(text)).width;
})();

const fit = (text, room) => {
  if (measure(text) <= room) return text;
  let kept = plain(text);
  while (kept && measure(kept + "…") > room) kept = kept.slice(0, -1);
  return kept + "…";
};

// Between numbers and pixels, both ways.
const project = (axis, [low, high], from, to) => {
  const into = axis.log ? Math.log10 : (value) => value;
  const start = into(low);
  const perUnit = (to - from) / (into(high) - start);
  return {
    pixel: (value) => from + (into(value) - start) * perUnit,
    value: (pixel) => {
      const value = start + (pixel - from) / perUnit;
      return axis.log ? 10 ** value : value;
    },
  };
};

const axisLabel = (axis, power) => {
  const inner = [power ? powerOfTen(power) : "", axis.unit].filter(Boolean).join(" ");
  if (!inner) return axis.label;
  return axis.label ? `${axis.label} (${inner})` : inner;
};

const half = (pixel) => Math.round(pixel - 0.5) + 0.5;
const has = (panel, kind) => panel.marks.some((mark) => mark.kind === kind);

// Where each panel lies in a picture of this width: one left border for all, heights by share.
const placePanels = (data, views, width) => {
  const last = data.panels.length - 1;
  const margins = data.panels.map((panel) => {
    const references = panel.marks.filter((mark) => mark.kind === "reference" && !mark.upright && mark.name);
    const labels = Math.max(0, ...references.map((mark) => measure(mark.name) + 16));
    return Math.max(20, labels, has(panel, "heat") ? 92 : 0);
  });
  const right = width - Math.max(...margins);
  const showsX = (i) => !data.shared || i === last;
  const footer = (i) => (!showsX(i) ? 4 : axisLabel(data.panels[i].x, 0) ? 40 : 22);
  const header = (panel) => (panel.title ? 24 : 8);
  const taken = data.panels.reduce((sum, panel, i) => sum + header(panel) + footer(i), 0) + 8 * last;
  const shares = data.panels.reduce((sum, panel) => sum + panel.share, 0);
  let top = 0;
  const boxes = data.panels.map((panel, i) => {
    const height = Math.max(24, ((data.height - 40 - taken) * panel.share) / shares);
    top += header(panel);
    const box = { top: Math.round(top), bottom: Math.round(top + height), right: Math.round(right), showsX: showsX(i) };
    top += height + footer(i) + 8;
    box.yTicks = ticks(panel.y, ...views[i].y, clamp(Math.floor(height / 40), 2, 10));
    return box;
  });
  const left = Math.max(...boxes.map((box, i) => {
    const widest = Math.max(0, ...box.yTicks.major.map(([, label]) => Math.min(measure(label), width * 0.35)));
    return widest + 12 + (axisLabel(data.panels[i].y, 0) ? 24 : 6);
  }));
  boxes.forEach((box, i) => {
    const panel = data.panels[i];
    box.left = Math.round(left);
    box.xTicks = ticks(panel.x, ...views[i].x, clamp(Math.floor((box.right - box.left) / 80), 2, 12));
    box.x = project(panel.x, views[i].x, box.left, box.right);
    // Names are read downwards, numbers grow upwards.
    const [foot, head] = panel.y.names.length ? [box.top, box.bottom] : [box.bottom, box.top];
    box.y = project(panel.y, views[i].y, foot, head);
  });
  return { boxes, height: top };
};

const drawAxes = (svg, panel, box) => {
  const { left, top, right, bottom } = box;
  const inX = ([value]) => box.x.pixel(value) >= left - 0.5 && box.x.pixel(value) <= right + 0.5;
  const inY = ([value]) => box.y.pixel(value) >= top - 0.5 && box.y.pixel(value) <= bottom + 0.5;
  const rows = panel.marks.some((mark) => mark.kind === "bars" && mark.flat);
  let grid = "";
  let axis = `M${left - 0.5} ${top}V${bottom + 0.5}H${right}`;
  if (has(panel, "heat")) axis += `V${top - 0.5}H${left - 0.5}`;
  if (box.showsX) {
    const slot = panel.x.names.length ? (right - left) / panel.x.names.length - 4 : Infinity;
    for (const [value, label] of box.xTicks.major.filter(inX)) {
      const at = half(box.x.pixel(value));
      axis += `M${at} ${bottom + 0.5}v4`;
      write(svg, at, bottom + 17, fit(label, slot), { "text-anchor": "middle" });
    }
    for (const value of box.xTicks.minor) axis += `M${half(box.x.pixel(value))} ${bottom + 0.5}v2`;
    write(svg, (left + right) / 2, bottom + 35, axisLabel(panel.x, box.xTicks.power), { "text-anchor": "middle", class: "label" });
  }
  if (rows) for (const [value] of box.xTicks.major.filter(inX)) grid += `M${half(box.x.pixel(value))} ${top}V${bottom}`;
  for (const [value, label] of box.yTicks.major.filter(inY)) {
    const at = half(box.y.pixel(value));
    if (!rows && !has(panel, "heat")) grid += `M${left} ${at}H${right}`;
    if (!panel.y.names.length) axis += `M${left - 0.5} ${at}h-4`;
    write(svg, left - 8, at + 4, fit(label, left - 10), { "text-anchor": "end" });
  }
  for (const value of box.yTicks.minor) axis += `M${left - 0.5} ${half(box.y.pixel(value))}h-2`;
  const middle = (top + bottom) / 2;
  const label = axisLabel(panel.y, box.yTicks.power);
  write(svg, 11, middle, label, { "text-anchor": "middle", class: "label", transform: `rotate(-90 11 ${middle})` });
  if (panel.title) write(svg, left, top - 8, panel.title, { class: "label" });
  element("path", { d: grid, class: "grid" }, svg);
  element("path", { d: axis, class: "axis" }, svg);
};
