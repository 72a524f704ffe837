// The marks of a panel. `area` clips what is drawn into it; `svg` is the whole picture.

const drawMarks = (svg, panel, box, isHidden) => {
  const { left, top, right, bottom } = box;
  const [width, height] = [right - left, bottom - top];
  const area = element("svg", { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` }, svg);
  area.style.overflow = "hidden";
  const beside = [];
  for (const mark of panel.marks) {
    if (!isHidden(mark)) painters[mark.kind](area, mark, box, svg, beside);
  }
  drawBeside(svg, box, beside);
};

const round = (pixel) => Math.round(pixel * 100) / 100;

const painters = {
  line(area, mark, box) {
    let path = "";
    let pen = false;
    let before = 0;
    for (let i = 0; i < mark.x.length; i++) {
      const [x, y] = [round(box.x.pixel(mark.x[i])), round(box.y.pixel(mark.y[i]))];
      if (!Number.isFinite(x + y)) {
        pen = false;
        continue;
      }
      const gap = !Number.isFinite(mark.y[i + 1]);
      // A sample between two gaps is a dot, not nothing.
      if (!pen && gap) element("circle", { cx: x, cy: y, r: mark.width, fill: ink(mark.color) }, area);
      path += !pen ? `M${x} ${y}` : mark.step ? `L${x} ${before}L${x} ${y}` : `L${x} ${y}`;
      pen = true;
      before = y;
    }
    element("path", { d: path, class: "curve", stroke: ink(mark.color), "stroke-width": mark.width, "stroke-dasharray": mark.dash }, area);
  },

  points(area, mark, box) {
    const group = element("g", { fill: ink(mark.color), "fill-opacity": mark.x.length > 300 ? 0.45 : 0.85 }, area);
    mark.x.forEach((x, i) => {
      const [cx, cy] = [round(box.x.pixel(x)), round(box.y.pixel(mark.y[i]))];
      if (Number.isFinite(cx + cy)) element("circle", { cx, cy, r: mark.radius }, group);
    });
  },

  band(area, mark, box) {
    let path = "";
    let run = [];
    const close = () => {
      if (run.length > 1) {
        const upper = run.map(([x, , high]) => `${x} ${high}`);
        const lower = run.map(([x, low]) => `${x} ${low}`).reverse();
        path += "M" + upper.concat(lower).join("L") + "Z";
      }
      run = [];
    };
    mark.x.forEach((x, i) => {
      const column = [box.x.pixel(x), box.y.pixel(mark.low[i]), box.y.pixel(mark.high[i])].map(round);
      if (column.every(Number.isFinite)) run.push(column);
      else close();
    });
    close();
    element("path", { d: path, fill: ink(mark.color), "fill-opacity": 0.22 }, area);
  },

  reference(area, mark, box, svg, beside) {
    const { left, top, right, bottom } = box;
    const at = (mark.upright ? box.x : box.y).pixel(mark.at);
    if (!(mark.upright ? at >= left && at <= right : at >= top && at <= bottom)) return;
    const d = mark.upright ? `M${at} ${top}V${bottom}` : `M${left} ${at}H${right}`;
    element("path", { d, stroke: ink(mark.color), "stroke-dasharray": mark.dash }, area);
    if (!mark.upright) {
      beside.push({ at, mark });
    } else if (mark.name) {
      const fits = right - at > measure(mark.name) + 8;
      write(svg, at + (fits ? 4 : -4), top + 11, mark.name, { "text-anchor": fits ? "start" : "end", class: "halo" });
    }
  },

  bars(area, mark, box, svg) {
    const inside = (x, y) => x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1;
    const place = (along, across) => (mark.flat ? [box.x.pixel(along), box.y.pixel(across)] : [box.x.pixel(across), box.y.pixel(along)]);
    mark.bars.forEach(([center, thickness, from, to, label, color], i) => {
      const [a, b] = [place(from, center - thickness / 2), place(to, center + thickness / 2)];
      const lengthAxis = mark.flat ? 0 : 1;
      // A bar without length is still a place to be seen.
      if (Math.abs(a[lengthAxis] - b[lengthAxis]) < 2) [a[lengthAxis], b[lengthAxis]] = [b[lengthAxis] - 1, b[lengthAxis] + 1];
      const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
      element("rect", { x, y, width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]), fill: ink(color) }, area);
      const next = mark.bars[i + 1];
      if (mark.connected && next) {
        const joint = [place(to, center + thickness / 2), place(to, next[0] - next[1] / 2)].map((p) => p.join(" "));
        element("path", { d: "M" + joint.join("L"), stroke: ink("muted") }, area);
      }
      const [endX, endY] = place(to, center);
      if (!label || !inside(endX, endY)) return;
      const falls = to < from;
      const side = falls ? -1 : 1;
      const reach = endX + side * (measure(label) + 5);
      // A label that would leave the panel turns back into its bar.
      const turns = reach < box.left || reach > box.right + 14;
      const style = turns ? { style: `fill:${ink("paper")}` } : {};
      const anchor = falls !== turns ? "end" : "start";
      if (mark.flat) write(svg, endX + (turns ? -5 : 5) * side, endY + 4, label, { "text-anchor": anchor, ...style });
      else write(svg, endX, endY + (falls ? 13 : -4), label, { "text-anchor": "middle" });
    });
  },

  heat(area, mark, box, svg) {
    const { left, top, right, bottom } = box;
    const [width, height] = [right - left, bottom - top];
    const column = Array.from({ length: width }, (_, i) => cellOf(mark.x, box.x.value(left + i + 0.5)));
    const row = Array.from({ length: height }, (_, i) => cellOf(mark.y, box.y.value(top + i + 0.5)));
    const colors = Uint32Array.from(mark.values, (value) => colorOf(mark, value));
    const columns = mark.x.length - 1;
    raster(area, left, top, width, height, width, height, (i, j) => colors[row[j] * columns + column[i]]);
    const bar = { left: right + 16, right: right + 28 };
    raster(svg, bar.left, top, 12, height, 1, 128, (_, j) => colorOf(mark, mark.low + ((127.5 - j) / 128) * (mark.high - mark.low)));
    const axis = { label: mark.name, unit: mark.unit, log: false, names: [] };
    const scale = project(axis, [mark.low, mark.high], bottom, top);
    const marks = ticks(axis, mark.low, mark.high, clamp(Math.floor(height / 45), 2, 8));
    for (const [value, label] of marks.major) write(svg, bar.right + 6, scale.pixel(value) + 4, label);
    const middle = (top + bottom) / 2;
    const turn = `rotate(-90 ${right + 82} ${middle})`;
    write(svg, right + 82, middle, axisLabel(axis, marks.power), { "text-anchor": "middle", class: "label", transform: turn });
  },
};

// Which cell between ascending borders holds a value; NaN outside all.
const cellOf = (edges, value) => {
  if (!(value >= edges[0] && value <= edges[edges.length - 1])) return NaN;
  let cell = 0;
  while (cell < edges.length - 2 && value > edges[cell + 1]) cell++;
  return cell;
};

// A colour in the byte order of canvas pixels on every machine that runs browsers: red lowest, alpha highest.
const colorOf = (mark, value) => {
  if (!Number.isFinite(value)) return 0;
  const place = clamp((value - mark.low) / (mark.high - mark.low), 0, 1) * (mark.anchors.length - 1);
  const i = Math.min(Math.floor(place), mark.anchors.length - 2);
  const channel = (c) => Math.round(mark.anchors[i][c] + (mark.anchors[i + 1][c] - mark.anchors[i][c]) * (place - i));
  return ((255 << 24) | (channel(2) << 16) | (channel(1) << 8) | channel(0)) >>> 0;
};

const raster = (parent, x, y, width, height, columns, rows, color) => {
  const canvas = html("canvas", { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let j = 0; j < rows; j++) for (let i = 0; i < columns; i++) pixels[j * columns + i] = color(i, j) ?? 0;
  context.putImageData(image, 0, 0);
  element("image", { x, y, width, height, preserveAspectRatio: "none", href: canvas.toDataURL() }, parent);
};

// Labels of horizontal lines at the right border, moved apart where they would overlap.
const drawBeside = (svg, box, labels) => {
  labels.sort((a, b) => a.at - b.at);
  labels.forEach((label, i) => (label.at = Math.max(label.at, i ? labels[i - 1].at + 13 : label.at)));
  let limit = box.bottom + 6;
  for (const label of labels.slice().reverse()) limit = (label.at = Math.min(label.at, limit)) - 13;
  for (const { at, mark } of labels) write(svg, box.right + 6, at + 4, mark.name, { style: `fill:${ink(mark.color)}` });
};
