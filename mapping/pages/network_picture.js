// The picture of the network: draws what Python laid out, and tells Python who was chosen.
// Names come in `data` and are set as textContent only. Nothing is fetched, nothing is computed
// here but where labels find room.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1200; // radii and line widths are given for a picture this wide
const HEIGHT = 800;
const MOST_ZOOM = 8;
const SIDES = [[1, 0], [-1, 0], [0, 1], [0, -1]]; // where a name may stand: right, left, below, above
const drawn = new WeakMap(); // one picture for each place in a page: zoom outlives reruns

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = drawn.get(parentElement);
  if (!picture) {
    picture = new Picture(parentElement.querySelector(".picture"));
    drawn.set(parentElement, picture);
  }
  picture.tell = (id) => setTriggerValue("picked", id);
  picture.show(data);
  return () => {
    picture.watch.disconnect();
    drawn.delete(parentElement);
  };
}

function make(name, attributes = {}, parent = null) {
  const element = document.createElementNS(SVG, name);
  set(element, attributes);
  if (parent) parent.appendChild(element);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

function tag(name, className, parent, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  parent.appendChild(element);
  return element;
}

class Picture {
  constructor(root) {
    this.root = root;
    root.textContent = "";
    const above = tag("div", "above", root); // beside the picture, so that no actor is under a button
    this.hint = tag("p", "hint", above);
    this.tools = tag("div", "tools", above);
    this.stage = tag("div", "stage", root);
    this.svg = make("svg", { role: "group" }, this.stage);
    this.legend = tag("ul", "legend", root);
    this.live = tag("p", "unseen", root);
    this.live.setAttribute("aria-live", "polite");
    this.ruler = document.createElement("canvas").getContext("2d");
    this.zoom = 1;
    this.centre = { x: 0.5, y: 0.5 };
    this.fingers = new Map();
    this.watch = new ResizeObserver(() => this.data && this.place());
    this.watch.observe(this.stage);
    this.listen();
  }

  show(data) {
    const before = this.data;
    this.data = data;
    for (const [name, value] of Object.entries(data.tokens)) {
      this.root.style.setProperty(`--cg-${name.replaceAll("_", "-")}`, value);
    }
    this.root.dir = data.rtl ? "rtl" : "ltr";
    this.svg.setAttribute("aria-label", data.words.picture);
    if (!before || before.key !== data.key) this.build();
    if (!before || before.view !== data.view) this.whole();
    this.select(data.selected);
    this.place();
  }

  // --- what is there ------------------------------------------------------------------------

  build() {
    const { nodes, ties, words } = this.data;
    this.svg.textContent = "";
    const definitions = make("defs", {}, this.svg);
    const hatch = make("pattern", { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, definitions);
    make("rect", { width: 5, height: 5, class: "hatch-ground" }, hatch);
    make("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: "hatch-line" }, hatch);
    this.background = make("rect", { class: "ground", width: "100%", height: "100%" }, this.svg);
    const lines = make("g", { class: "ties", "aria-hidden": "true" }, this.svg);
    this.ties = ties.map(([from, to, width, ways]) => ({
      from, to, width, ways,
      line: make("line", { class: "tie" }, lines),
      head: ways === 1 ? make("path", { class: "head" }, lines) : null,
    }));
    this.note = make("text", { class: "note" }, this.svg);
    this.note.textContent = words.untied;
    const marks = make("g", { class: "nodes" }, this.svg);
    this.labels = make("g", { class: "labels", "aria-hidden": "true" }, this.svg);
    this.nodes = nodes.map((node, number) => this.node(node, number, marks));
    this.partners = nodes.map(() => new Set());
    for (const { from, to } of this.ties) {
      this.partners[from].add(to);
      this.partners[to].add(from);
    }
    this.point();
    // Many ties are drawn paler, and their heads only when chosen: else they are one grey field.
    this.svg.style.setProperty("--tie-ink", Math.max(0.16, Math.min(0.42, 6 / Math.sqrt(ties.length || 1))));
    this.svg.classList.toggle("dense", ties.length > 500);
    this.focused = 0;
    if (this.nodes.length) this.nodes[0].mark.setAttribute("tabindex", "0");
    this.buttons();
    this.explain();
  }

  // the actors that the sentence above names, and the ties that others hang on
  point() {
    this.named = new Set();
    this.pointed = [];
    const only = new Set(); // ties that are the only way, as "number number"
    for (const { from, to } of this.data.answers || []) {
      const middle = this.index(from);
      if (middle === null) continue;
      this.pointed.push(middle);
      const group = [middle, ...to.map((id) => this.index(id)).filter((number) => number !== null)];
      for (const one of group) {
        this.named.add(one);
        for (const two of group) only.add(`${one} ${two}`);
      }
    }
    for (const node of this.nodes) node.mark.classList.toggle("answer", this.pointed.includes(node.number));
    for (const { from, to, line, head } of this.ties) {
      for (const part of head ? [line, head] : [line]) part.classList.toggle("answer", only.has(`${from} ${to}`));
    }
  }

  node(node, number, parent) {
    const mark = make("g", { class: `node ${node.form}`, role: "button", tabindex: "-1", "aria-label": node.said }, parent);
    const frame = shape(node.form, mark);
    const picture = node.picture ? make("path", { class: "picture-mark", d: node.picture[2] }, mark) : null;
    const label = make("text", { class: "label" }, this.labels);
    label.textContent = node.name;
    mark.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!this.dragged) this.choose(node.id === this.chosen ? "" : node.id);
    });
    mark.addEventListener("focus", () => this.arrive(number));
    mark.addEventListener("pointerenter", () => { this.near = number; this.write(); });
    mark.addEventListener("pointerleave", () => { this.near = null; this.write(); });
    return { ...node, number, mark, frame, pictureMark: picture, label };
  }

  buttons() {
    const { words } = this.data;
    this.tools.textContent = "";
    for (const [text, word, act] of [
      ["+", words.closer, () => this.scale(1.5)],
      ["−", words.further, () => this.scale(1 / 1.5)],
      ["⤢", words.whole, () => { this.whole(); this.place(); }],
    ]) {
      const button = tag("button", "tool", this.tools, text);
      button.type = "button";
      button.title = word;
      button.setAttribute("aria-label", word);
      button.addEventListener("click", act);
    }
  }

  explain() {
    this.hint.textContent = this.data.words.hint;
    this.legend.textContent = "";
    for (const { form, text } of this.data.legend) {
      const line = tag("li", "", this.legend);
      const sign = make("svg", { width: 26, height: 20, viewBox: "0 0 26 20", "aria-hidden": "true" }, line);
      if (form === "one_way" || form === "both_ways") {
        make("line", { class: "tie", x1: 1, y1: 10, x2: form === "one_way" ? 17 : 25, y2: 10, "stroke-width": 2 }, sign);
        if (form === "one_way") make("path", { class: "head", d: "M25 10 L16 5.5 L16 14.5 Z" }, sign);
      } else if (form === "answer") {
        make("line", { class: "tie answer", x1: 1, y1: 10, x2: 25, y2: 10, "stroke-width": 3 }, sign);
      } else if (form === "size") {
        make("circle", { class: "size", cx: 6, cy: 10, r: 3.5 }, sign);
        make("circle", { class: "size", cx: 18, cy: 10, r: 7 }, sign);
      } else {
        const mark = make("g", { class: `node ${form}` }, sign);
        resize(shape(form, mark), form, 13, 10, 7.5);
      }
      tag("span", "", line, text);
    }
  }

  // --- where it is --------------------------------------------------------------------------

  // the part of the picture that the actors shown take up, so that a few fill the stage too
  whole() {
    const xs = this.data.nodes.map((node) => node.x);
    const ys = this.data.nodes.map((node) => node.y);
    if (!xs.length) return;
    const [left, right, top, foot] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.centre = { x: (left + right) / 2, y: (top + foot) / 2 };
    this.zoom = Math.max(1, Math.min(3, 0.8 / Math.max(right - left, foot - top, 0.01)));
    if (this.zoom < 1.15) {
      this.zoom = 1;
      this.centre = { x: 0.5, y: 0.5 };
    }
    this.home = this.zoom;
  }

  at(node) {
    return {
      x: (node.x - this.centre.x) * this.wide * this.zoom + this.wide / 2,
      y: (node.y - this.centre.y) * this.high * this.zoom + this.high / 2,
    };
  }

  place() {
    this.wide = this.stage.clientWidth || WIDTH;
    const most = this.wide < 600 ? this.wide * 1.2 : (this.wide * HEIGHT) / WIDTH;
    this.high = Math.round(Math.min(most, Math.max(420, window.innerHeight * 0.78)));
    set(this.svg, { width: this.wide, height: this.high, viewBox: `0 0 ${this.wide} ${this.high}` });
    this.svg.style.touchAction = this.zoom > 1 ? "none" : "pan-y";
    const scale = Math.min(this.wide / WIDTH, this.high / HEIGHT) * this.zoom;
    for (const node of this.nodes) {
      const { x, y } = this.at(node);
      const r = Math.max(3.5, Math.min(node.r * scale, node.r * 1.5));
      Object.assign(node, { sx: x, sy: y, sr: r, box: [x - r, y - r, x + r, y + r] });
      resize(node.frame, node.form, x, y, r);
      node.mark.classList.toggle("small", r < 6.5); // thick frames would fill it
      if (node.pictureMark) {
        const [width, height] = node.picture;
        const size = (r * 1.15) / Math.max(width, height);
        node.pictureMark.style.display = r < 8 ? "none" : "";
        node.pictureMark.setAttribute("transform", `translate(${x - (width * size) / 2} ${y - (height * size) / 2}) scale(${size})`);
      }
    }
    for (const node of this.nodes) { // a name stands better on the side with fewer ties
      node.lean = [...this.partners[node.number]].reduce((sum, other) => sum + Math.sign(this.nodes[other].sx - node.sx), 0);
    }
    for (const tie of this.ties) this.stretch(tie, Math.max(0.6, Math.min(1, scale)));
    const untied = this.nodes.filter((node) => !node.tied);
    this.note.style.display = untied.length ? "" : "none";
    if (untied.length) {
      const first = untied.reduce((a, b) => (a.sx + a.sy * 9 < b.sx + b.sy * 9 ? a : b));
      set(this.note, { x: first.sx - first.sr, y: first.sy - first.sr - 8 });
    }
    this.write();
  }

  stretch({ from, to, width, line, head }, scale) {
    const a = this.nodes[from];
    const b = this.nodes[to];
    const long = Math.hypot(b.sx - a.sx, b.sy - a.sy) || 1;
    const [ux, uy] = [(b.sx - a.sx) / long, (b.sy - a.sy) / long];
    const size = head ? (5 + width * 1.6) * scale : 0;
    const [x1, y1] = [a.sx + ux * a.sr, a.sy + uy * a.sr];
    const [x2, y2] = [b.sx - ux * (b.sr + 2), b.sy - uy * (b.sr + 2)];
    set(line, { x1, y1, x2: x2 - ux * size * 0.8, y2: y2 - uy * size * 0.8, "stroke-width": width * scale });
    if (head) {
      const [bx, by, nx, ny] = [x2 - ux * size, y2 - uy * size, -uy * size * 0.45, ux * size * 0.45];
      head.setAttribute("d", `M${x2} ${y2} L${bx + nx} ${by + ny} L${bx - nx} ${by - ny} Z`);
    }
  }

  // --- names: the most important first, each where it covers nothing -------------------------

  write() {
    const size = this.wide < 600 ? 11.5 : 13;
    const family = getComputedStyle(this.root).fontFamily;
    this.ruler.font = `600 ${size}px ${family}`;
    const chosen = this.index(this.chosen);
    const around = chosen === null ? new Set() : this.partners[chosen];
    const must = new Set([chosen, this.near, ...(chosen === null ? this.pointed : []), this.focusSeen ? this.focused : null].filter((one) => one !== null && one !== undefined));
    const order = [...this.nodes].sort((a, b) => {
      const first = ({ number }) => (must.has(number) ? 0 : around.has(number) ? 1 : this.named.has(number) ? 2 : 3);
      return first(a) - first(b) || a.rank - b.rank;
    });
    const isBright = ({ number }) => chosen === null || number === chosen || around.has(number);
    const taken = this.nodes.filter(isBright).map((node) => node.box); // names may cover faded actors
    for (const node of order) {
      const forced = must.has(node.number);
      const place = !isBright(node) && !forced ? null : this.room(node, size, taken, forced);
      node.label.style.display = place ? "" : "none";
      node.label.classList.toggle("strong", forced || node.mark.classList.contains("answer"));
      if (!place) continue;
      taken.push(place.box);
      set(node.label, { x: place.x, y: place.y, "text-anchor": place.anchor, "font-size": size });
    }
  }

  room(node, size, taken, forced) {
    const long = this.ruler.measureText(node.name).width + 4;
    let best = null;
    let least = Infinity;
    for (const [dx, dy] of node.lean > 0 ? [SIDES[1], SIDES[0], SIDES[2], SIDES[3]] : SIDES) {
      const x = node.sx + dx * (node.sr + 6);
      const y = node.sy + dy * (node.sr + size * 0.8);
      const left = dx > 0 ? x : dx < 0 ? x - long : x - long / 2;
      const box = [left, y - size * 0.6, left + long, y + size * 0.6];
      const place = { x, y: y + size * 0.35, anchor: dx > 0 ? "start" : dx < 0 ? "end" : "middle", box };
      if (box[0] < 2 || box[2] > this.wide - 2 || box[1] < 2 || box[3] > this.high - 2) continue;
      const covers = (other) => other !== node.box && box[2] >= other[0] && other[2] >= box[0] && box[3] >= other[1] && other[3] >= box[1];
      const covered = taken.filter(covers).length;
      if (covered === 0) return place;
      if (covered < least) [best, least] = [place, covered];
    }
    return forced ? best : null;
  }

  // --- who is chosen ------------------------------------------------------------------------

  index(id) {
    const found = this.nodes.findIndex((node) => node.id === id);
    return found < 0 ? null : found;
  }

  choose(id) {
    this.select(id);
    this.write();
    this.tell(id);
  }

  select(id) {
    this.chosen = id || "";
    const chosen = this.index(this.chosen);
    this.svg.classList.toggle("chosen", chosen !== null);
    for (const node of this.nodes) {
      const bright = chosen === null || node.number === chosen || this.partners[chosen].has(node.number);
      node.mark.classList.toggle("faded", !bright);
      node.mark.classList.toggle("is-chosen", node.number === chosen);
      node.mark.setAttribute("aria-pressed", node.number === chosen ? "true" : "false");
    }
    for (const { from, to, line, head } of this.ties) {
      for (const part of head ? [line, head] : [line]) {
        part.classList.toggle("faded", chosen !== null && from !== chosen && to !== chosen);
        part.classList.toggle("bright", chosen !== null && (from === chosen || to === chosen));
      }
    }
    if (chosen !== null) this.live.textContent = this.nodes[chosen].said;
  }

  arrive(number) {
    this.nodes[this.focused]?.mark.setAttribute("tabindex", "-1");
    this.focused = number;
    const { mark } = this.nodes[number];
    mark.setAttribute("tabindex", "0");
    this.focusSeen = mark.matches(":focus-visible");
    if (this.focusSeen) this.bring(this.nodes[number]);
    this.write();
  }

  // only as far as needed to see an actor that keys led to
  bring(node) {
    const edge = 30;
    const { x, y } = this.at(node);
    if (x > edge && x < this.wide - edge && y > edge && y < this.high - edge) return;
    this.centre = { x: node.x, y: node.y };
    this.place();
  }

  // --- hands and keys -----------------------------------------------------------------------

  scale(by, x = this.wide / 2, y = this.high / 2) {
    const zoom = Math.max(1, Math.min(MOST_ZOOM, this.zoom * by));
    const held = { x: (x - this.wide / 2) / this.wide, y: (y - this.high / 2) / this.high };
    this.centre.x += held.x / this.zoom - held.x / zoom;
    this.centre.y += held.y / this.zoom - held.y / zoom;
    this.zoom = zoom;
    this.hold();
    this.place();
  }

  // never further than half of the stage empty
  hold() {
    for (const axis of ["x", "y"]) this.centre[axis] = Math.max(0, Math.min(1, this.centre[axis]));
    if (this.zoom === 1) this.centre = { x: 0.5, y: 0.5 };
  }

  listen() {
    this.svg.addEventListener("click", () => { if (!this.dragged && this.chosen) this.choose(""); });
    this.svg.addEventListener("wheel", (event) => {
      const held = event.ctrlKey || event.metaKey || this.root.contains(this.root.getRootNode().activeElement);
      if (!held) return; // or nobody could scroll the page past the picture
      event.preventDefault();
      const box = this.svg.getBoundingClientRect();
      this.scale(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    this.svg.addEventListener("pointerdown", (event) => {
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      this.dragged = false;
    });
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.svg.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
    }
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("focusout", () => { this.focusSeen = false; });
  }

  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other && !this.dragged && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
    this.dragged = true;
    this.fingers.set(event.pointerId, now);
    if (other) {
      const box = this.svg.getBoundingClientRect();
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      this.scale(apart(now) / apart(before), (now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top);
    } else if (this.zoom > 1) {
      this.centre.x -= (now[0] - before[0]) / (this.wide * this.zoom);
      this.centre.y -= (now[1] - before[1]) / (this.high * this.zoom);
      this.hold();
      this.place();
    }
  }

  key(event) {
    if (!this.nodes.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.nodes.length - 1;
    const steps = {
      ArrowRight: Math.min(this.focused + 1, last), ArrowDown: Math.min(this.focused + 1, last),
      ArrowLeft: Math.max(this.focused - 1, 0), ArrowUp: Math.max(this.focused - 1, 0),
      Home: 0, End: last,
    };
    if (this.data.rtl) [steps.ArrowRight, steps.ArrowLeft] = [steps.ArrowLeft, steps.ArrowRight];
    if (event.key in steps) this.nodes[steps[event.key]].mark.focus();
    else if (event.key === "Enter" || event.key === " ") this.choose(this.nodes[this.focused].id);
    else if (event.key === "Escape") this.choose("");
    else if (event.key === "+") this.scale(1.5);
    else if (event.key === "-") this.scale(1 / 1.5);
    else return;
    event.preventDefault();
  }
}

function shape(form, parent) {
  return make(form === "round" ? "circle" : "rect", { class: "frame" }, parent);
}

function resize(frame, form, x, y, r) {
  if (form === "round") set(frame, { cx: x, cy: y, r });
  else set(frame, { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8, rx: Math.min(3, r * 0.25) });
}
