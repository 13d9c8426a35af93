// The picture of the network: draws what Python laid out, and tells Python who was chosen.
// Names come in `data` and are set as textContent only. Nothing is fetched, nothing is computed
// here but where labels find room.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1200; // radii and line widths are given for a picture this wide
const HEIGHT = 800;
const MOST_ZOOM = 8;
const SIDES = [[1, 0], [-1, 0], [0, 1], [0, -1]]; // where a name may stand: right, left, below, above
const drawn = new WeakMap(); // one picture for each place in a page: zoom outlives reruns
const turns = new Map(); // how often somebody was sought by name, by atlas
const stays = new Map(); // zoom and centre of each view: they outlive a look at another view

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = drawn.get(parentElement);
  if (!picture) {
    picture = new Picture(parentElement.querySelector(".picture"));
    drawn.set(parentElement, picture);
  }
  picture.tell = setTriggerValue;
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
    this.watch = new ResizeObserver(() => {
      if (this.data && this.stage.clientWidth && this.stage.clientWidth !== this.wide) this.place();
    });
    this.watch.observe(this.stage);
    this.listen();
  }

  show(data) {
    const before = this.data;
    this.data = data;
    this.here = `${data.place} ${data.view}`;
    for (const [name, value] of Object.entries(data.tokens)) {
      this.root.style.setProperty(`--cg-${name.replaceAll("_", "-")}`, value);
    }
    this.root.dir = data.rtl ? "rtl" : "ltr";
    this.svg.setAttribute("aria-label", data.words.picture);
    if (!before || before.key !== data.key) this.build();
    else if (JSON.stringify([before.answers, before.legend]) !== JSON.stringify([data.answers, data.legend])) {
      this.point(); // another answer in the same picture
      this.explain();
    }
    if (!before || before.view !== data.view || before.place !== data.place) this.settle();
    this.select(data.selected);
    if (data.centre && data.centre.turn > (turns.get(data.place) ?? 0)) {
      turns.set(data.place, data.centre.turn);
      this.seek(data.centre.id);
    }
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
    this.ties = ties.map(([from, to, width, ways]) => this.tie({ from, to, width, ways }, lines));
    this.note = make("text", { class: "note" }, this.svg);
    this.sides = ["left", "right"].map((side) => {
      const title = make("text", { class: "note" }, this.svg);
      title.textContent = (this.data.columns && words[side]) || "";
      return title;
    });
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
    const grouped = node.sign === undefined || node.thing ? "" : node.fill ? " grouped" : " grouped unsaid";
    const mark = make("g", { class: `node ${node.form}${grouped}`, role: "button", tabindex: "-1", "aria-label": node.said }, parent);
    const frame = shape(node.form, mark);
    if (node.fill) frame.style.setProperty("--fill", shade(node.fill));
    mark.classList.toggle("pale", pale(node.fill));
    mark.classList.toggle("mid", node.fill === "gap_3");
    const letter = node.sign === undefined ? null : make("text", { class: "letter" }, mark);
    if (letter) letter.textContent = node.sign;
    const picture = node.picture && !letter ? make("path", { class: "picture-mark", d: node.picture[2] }, mark) : null;
    const label = make("text", { class: "label" }, this.labels);
    label.textContent = node.name;
    mark.addEventListener("click", (event) => {
      event.stopPropagation();
      if (this.dragged) return;
      if (event.shiftKey) this.tell("joined", node.id);
      else this.choose(node.id === this.chosen ? "" : node.id);
    });
    mark.addEventListener("focus", () => this.arrive(number));
    mark.addEventListener("pointerenter", () => { this.near = number; this.write(); });
    mark.addEventListener("pointerleave", () => { this.near = null; this.write(); });
    return { ...node, number, mark, frame, letter, pictureMark: picture, label };
  }

  // a tie is thin: a wider line that nobody sees catches the click
  tie(tie, parent) {
    const line = make("line", { class: "tie" }, parent);
    const head = tie.ways === 1 ? make("path", { class: "head" }, parent) : null;
    const ends = [tie.from, tie.to].map((number) => this.data.nodes[number]);
    if (ends.some((node) => node.thing)) return { ...tie, line, head, reach: null };
    const reach = make("line", { class: "reach" }, parent);
    reach.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!this.dragged) this.tell("tie", ends.map((node) => node.id));
    });
    reach.addEventListener("pointerenter", () => line.classList.add("near"));
    reach.addEventListener("pointerleave", () => line.classList.remove("near"));
    return { ...tie, line, head, reach };
  }

  buttons() {
    const { words } = this.data;
    this.tools.textContent = "";
    for (const [text, word, act] of [
      ["+", words.closer, () => this.scale(1.5)],
      ["−", words.further, () => this.scale(1 / 1.5)],
      ["⤢", words.whole, () => { this.whole(); this.remember(); this.place(); }],
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
    for (const { form, text, mark, fill, width } of this.data.legend) {
      const line = tag("li", "", this.legend);
      const sign = make("svg", { width: 26, height: 20, viewBox: "0 0 26 20", "aria-hidden": "true" }, line);
      if (form === "one_way" || form === "both_ways") {
        make("line", { class: "tie", x1: 1, y1: 10, x2: form === "one_way" ? 17 : 25, y2: 10, "stroke-width": 2 }, sign);
        if (form === "one_way") make("path", { class: "head", d: "M25 10 L16 5.5 L16 14.5 Z" }, sign);
      } else if (form === "group") {
        const one = make("g", { class: `node square grouped${fill ? "" : " unsaid"}${pale(fill) ? " pale" : ""}${fill === "gap_3" ? " mid" : ""}` }, sign);
        const frame = shape("square", one);
        if (fill) frame.style.setProperty("--fill", shade(fill));
        resize(frame, "square", 13, 10, 9);
        make("text", { class: "letter", x: 13, y: 14, "font-size": 12 }, one).textContent = mark;
      } else if (form === "line") {
        make("line", { class: "tie", x1: 1, y1: 10, x2: 25, y2: 10, "stroke-width": width }, sign);
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

  // --- who is chosen ------------------------------------------------------------------------

  index(id) {
    const found = this.nodes.findIndex((node) => node.id === id);
    return found < 0 ? null : found;
  }

  choose(id) {
    this.select(id);
    this.write();
    this.tell("picked", id);
  }

  select(id) {
    this.chosen = id || "";
    const chosen = this.index(this.chosen);
    const second = (this.data.tie || [])[1]; // told of beside the picture: in full ink, tied or not
    this.svg.classList.toggle("chosen", chosen !== null);
    for (const node of this.nodes) {
      const bright = chosen === null || node.number === chosen || node.id === second || this.partners[chosen].has(node.number);
      node.mark.classList.toggle("is-second", chosen !== null && node.id === second);
      node.mark.classList.toggle("faded", !bright);
      node.mark.classList.toggle("is-chosen", node.number === chosen);
      node.mark.setAttribute("aria-pressed", node.number === chosen ? "true" : "false");
    }
    const [one, two] = this.data.tie || [];
    for (const { from, to, line, head } of this.ties) {
      const ends = [this.nodes[from].id, this.nodes[to].id];
      line.classList.toggle("picked", Boolean(one) && ends.includes(one) && ends.includes(two));
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
}

function shape(form, parent) {
  return make(form === "round" ? "circle" : "rect", { class: "frame" }, parent);
}

function resize(frame, form, x, y, r) {
  if (form === "round") set(frame, { cx: x, cy: y, r });
  else set(frame, { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8, rx: Math.min(3, r * 0.25) });
}

function shade(name) {
  return `var(--cg-${name.replaceAll("_", "-")})`;
}

// the darkest steps of the scale carry light text; that of the one before stands on a lighter rim
function pale(fill) {
  return fill === "gap_4" || fill === "gap_5";
}
