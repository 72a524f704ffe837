// One interactive chart: draws itself at the width it is given, answers pointer, touch and keys.

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.host = figure.querySelector(".plot");
    this.data = JSON.parse(figure.querySelector("script").textContent);
    for (const mark of this.data.panels.flatMap((panel) => panel.marks)) {
      for (const key of ["x", "y", "low", "high", "values"]) if (typeof mark[key] === "object") mark[key] = decode(mark[key]);
      mark.ascending = mark.kind === "line" && ascends(mark.x);
    }
    this.hidden = new Set();
    this.host.replaceChildren();
    this.bar = html("div", { className: "legend" }, this.host);
    this.canvas = html("div", { className: "picture" }, this.host);
    this.tip = html("div", { className: "tip", hidden: true }, this.host);
    this.tip.setAttribute("role", "status");
    this.fillBar();
    this.addSave();
    this.reset();
    this.listen();
    new ResizeObserver(() => this.host.clientWidth !== this.width && this.draw()).observe(this.host);
  }

  isHidden(mark) {
    return this.hidden.has(mark.name);
  }

  fillBar() {
    const named = this.data.panels
      .filter((panel) => panel.legend !== "hidden")
      .flatMap((panel) => panel.marks.filter((mark) => mark.name && !["reference", "heat"].includes(mark.kind)));
    const first = new Map(named.map((mark) => [mark.name, mark]).reverse());
    const unique = named.filter((mark) => first.get(mark.name) === mark);
    for (const mark of unique.length > 1 ? unique : []) {
      const button = html("button", { type: "button", title: "Show or hide" }, this.bar);
      button.setAttribute("aria-pressed", "true");
      const key = element("svg", { width: 20, height: 10, "aria-hidden": "true" }, button);
      const line = { d: "M0 5H20", stroke: ink(mark.color), "stroke-width": mark.width, "stroke-dasharray": mark.dash };
      if (mark.kind === "line") element("path", line, key);
      else if (mark.kind === "points") element("circle", { cx: 10, cy: 5, r: 3.5, fill: ink(mark.color) }, key);
      else element("rect", { width: 20, height: 10, fill: ink(mark.color), "fill-opacity": mark.kind === "band" ? 0.3 : 1 }, key);
      const name = html("span", {}, button);
      for (const [script, run] of runs(mark.name)) html({ "": "span", _: "sub", "^": "sup" }[script], { textContent: run }, name);
      button.addEventListener("click", () => {
        const wasHidden = this.hidden.delete(mark.name);
        if (!wasHidden) this.hidden.add(mark.name);
        button.setAttribute("aria-pressed", String(wasHidden));
        this.draw();
      });
    }
    this.resetButton = html("button", { type: "button", className: "reset", textContent: "Reset zoom", hidden: true }, this.host);
    this.resetButton.addEventListener("click", () => this.reset());
  }

  addSave() {
    const save = html("button", { type: "button", className: "save", textContent: "Save data as CSV" }, this.figure.querySelector("details"));
    save.addEventListener("click", () => {
      const name = (this.figure.querySelector("figcaption")?.textContent || "chart").replace(/\W+/g, "_");
      const link = html("a", { href: URL.createObjectURL(new Blob([asCsv(this.data)], { type: "text/csv" })), download: name + ".csv" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  reset() {
    this.views = this.data.panels.map(({ x, y }) => ({ x: [x.low, x.high], y: [y.low, y.high] }));
    this.resetButton.hidden = true;
    this.draw();
  }

  draw() {
    this.width = this.host.clientWidth;
    const width = Math.max(this.width, 240);
    const { boxes, height } = placePanels(this.data, this.views, width);
    this.boxes = boxes;
    this.svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": this.host.getAttribute("aria-label") });
    this.data.panels.forEach((panel, i) => {
      drawAxes(this.svg, panel, boxes[i]);
      drawMarks(this.svg, panel, boxes[i], (mark) => this.isHidden(mark));
    });
    this.overlay = element("g", {}, this.svg);
    this.canvas.replaceChildren(this.svg);
    this.tip.hidden = true;
  }

  place(event) {
    const frame = this.svg.getBoundingClientRect();
    const scale = this.svg.viewBox.baseVal.width / frame.width;
    return [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
  }

  panelAt([x, y]) {
    return this.boxes.findIndex((box) => x >= box.left - 8 && x <= box.right + 8 && y >= box.top - 8 && y <= box.bottom + 8);
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => {
      const at = this.place(event);
      const panel = this.panelAt(at);
      if (panel < 0 || event.button) return;
      this.drag = { at, panel };
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const at = this.place(event);
      if (this.drag) this.select(at);
      else this.show(this.panelAt(at) >= 0 ? readout(this, this.panelAt(at), ...at) : null, at);
    });
    this.canvas.addEventListener("pointerup", (event) => {
      const drag = this.drag;
      this.drag = null;
      if (!drag) return;
      const at = this.place(event);
      if (Math.hypot(at[0] - drag.at[0], at[1] - drag.at[1]) < 8) this.show(readout(this, drag.panel, ...at), at);
      else this.zoomTo(drag, at);
    });
    this.canvas.addEventListener("pointercancel", () => ((this.drag = null), this.show(null)));
    // A lifted finger leaves, too, but its reader still reads; a touch elsewhere ends that.
    this.canvas.addEventListener("pointerleave", (event) => this.drag || event.pointerType === "touch" || this.show(null));
    document.addEventListener("pointerdown", (event) => this.canvas.contains(event.target) || this.show(null));
    this.canvas.addEventListener("dblclick", () => this.reset());
    this.host.addEventListener("keydown", (event) => this.key(event));
    this.host.addEventListener("blur", () => this.show(null));
  }

  // A drag that is much wider than high zooms x alone, one much higher than wide y alone.
  selection({ at, panel }, to) {
    const box = this.boxes[panel];
    const spans = (from, end, low, high) => [clamp(Math.min(from, end), low, high), clamp(Math.max(from, end), low, high)];
    const [dx, dy] = [Math.abs(to[0] - at[0]), Math.abs(to[1] - at[1])];
    const x = dx > 8 && dx > dy / 5 ? spans(at[0], to[0], box.left, box.right) : null;
    const y = dy > 8 && dy > dx / 5 ? spans(at[1], to[1], box.top, box.bottom) : null;
    return { box, x, y };
  }

  select(to) {
    const { box, x, y } = this.selection(this.drag, to);
    this.show(null);
    if (!x && !y) return;
    const [left, right] = x ?? [box.left, box.right];
    const [top, bottom] = y ?? [box.top, box.bottom];
    element("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "selection" }, this.overlay);
  }

  zoomTo(drag, to) {
    const { box, x, y } = this.selection(drag, to);
    const ordered = (pair) => pair.sort((a, b) => a - b);
    if (y && !this.data.panels[drag.panel].y.names.length) this.views[drag.panel].y = ordered(y.map(box.y.value));
    if (x && !this.data.panels[drag.panel].x.names.length) this.setX(drag.panel, ordered(x.map(box.x.value)), !y);
    this.resetButton.hidden = false;
    this.draw();
  }

  setX(index, range, fits) {
    if (!(range[1] - range[0] > Math.abs(range[0] + range[1]) * 1e-12)) return;
    this.views.forEach((view, i) => {
      if (i !== index && !this.data.shared) return;
      view.x = [...range];
      if (fits) view.y = this.fitted(this.data.panels[i], range);
    });
  }

  // The range of y that the curves take inside a range of x.
  fitted(panel, [low, high]) {
    const curves = panel.marks.filter((mark) => mark.kind === "line" && !this.isHidden(mark));
    const inside = (mark) => mark.y.filter((y, i) => mark.x[i] >= low && mark.x[i] <= high && Number.isFinite(y) && (!panel.y.log || y > 0));
    const ends = (mark) => (mark.ascending ? [valueAt(mark, low), valueAt(mark, high)].filter((y) => Number.isFinite(y) && (!panel.y.log || y > 0)) : []);
    const values = curves.flatMap((mark) => inside(mark).concat(ends(mark)));
    if (!values.length || panel.y.names.length) return [panel.y.low, panel.y.high];
    const [into, out] = panel.y.log ? [Math.log10, (v) => 10 ** v] : [(v) => v, (v) => v];
    const [bottom, top] = [into(values.reduce((a, b) => Math.min(a, b))), into(values.reduce((a, b) => Math.max(a, b)))];
    const free = (top - bottom) * 0.07 || Math.abs(top) * 0.005 || 1;
    return [out(bottom - free), out(top + free)];
  }

  // Keys walk along the first curve: arrows move, plus and minus zoom around the place, Escape shows everything.
  key(event) {
    const index = this.data.panels.findIndex((panel) => panel.marks.some((mark) => mark.ascending && !this.isHidden(mark)));
    const curve = this.data.panels[index]?.marks.find((mark) => mark.ascending && !this.isHidden(mark));
    if (event.target !== this.host) return;
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (steps && curve) {
      const [low, high] = this.views[index].x;
      const here = nearestIndex(curve.x, this.at >= low && this.at <= high ? this.at : (low + high) / 2);
      this.at = curve.x[clamp(here + steps * (event.shiftKey ? 20 : 1), 0, curve.x.length - 1)];
      this.show(readCurves(this, index, this.at), [0, this.boxes[index].top + 12]);
    } else if ((event.key === "+" || event.key === "-") && curve) {
      const { pixel, value } = this.boxes[index].x;
      const [from, to] = this.views[index].x.map(pixel);
      const middle = pixel(this.at ?? value((from + to) / 2));
      const factor = event.key === "+" ? 0.5 : 2;
      this.setX(index, [from, to].map((end) => value(middle + (end - middle) * factor)), true);
      this.resetButton.hidden = false;
      this.draw();
      if (this.at !== undefined) this.show(readCurves(this, index, this.at), [0, this.boxes[index].top + 12]);
    } else if (event.key === "Escape") {
      this.reset();
    } else return;
    event.preventDefault();
  }

  show(found, at = [0, 0]) {
    this.overlay.replaceChildren();
    this.tip.hidden = !found || !found.rows.length;
    if (this.tip.hidden) return;
    if (found.x !== undefined) {
      this.at = found.at;
      const shown = this.data.shared ? this.boxes : [found.dots[0].box];
      for (const box of shown) element("path", { d: `M${found.x} ${box.top}V${box.bottom}`, class: "cursor" }, this.overlay);
    }
    for (const { x, y, color, box } of found.dots) {
      if (x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1) element("circle", { cx: x, cy: y, r: 3.5, fill: ink(color), stroke: ink("paper") }, this.overlay);
    }
    this.tip.replaceChildren(html("strong", { textContent: found.title }));
    for (const { color, name, text } of found.rows) {
      const row = html("div", {}, this.tip);
      if (color) html("i", {}, row).style.background = ink(color);
      row.append(`${name} ${text}`);
    }
    const anchor = found.x ?? found.dots[0]?.x ?? at[0];
    const scale = this.svg.getBoundingClientRect().width / this.svg.viewBox.baseVal.width;
    const room = this.host.clientWidth - this.tip.offsetWidth;
    const right = anchor * scale + 14;
    this.tip.style.left = clamp(right <= room ? right : anchor * scale - this.tip.offsetWidth - 14, 0, Math.max(room, 0)) + "px";
    this.tip.style.top = this.canvas.offsetTop + Math.max(0, at[1] * scale - this.tip.offsetHeight / 2) + "px";
  }
}

for (const figure of document.querySelectorAll("figure.chart")) new Chart(figure);
