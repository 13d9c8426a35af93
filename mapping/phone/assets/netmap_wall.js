/* A round of Net-Map on the wall: the question, then, once revealed, links kind by kind on the same
   places, or the groups' towers side by side as places. All names are set as text. */
"use strict";

const NetmapWall = (() => {
  const TURN_MS = 12_000, WIDE = 1600, HIGH = 780, SIZE = 16, LINE = 30, LETTER = 14;
  const SVG = "http://www.w3.org/2000/svg";
  let net = null, turn = 0, clock = 0;

  function tag(name, className, ...inside) {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.append(...inside);
    return node;
  }
  function drawn(name, given, ...inside) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(given)) node.setAttribute(key, value);
    node.append(...inside);
    return node;
  }
  const named = (text) => Object.assign(document.createElement("bdi"), { textContent: WallWords.clean(text) });
  const both = (key) => WallWords.both(key);

  /** Show what the server says of the round; null takes it off. */
  function show(said) {
    const there = document.getElementById("net");
    clearTimeout(clock);
    there.hidden = !said;
    net = said;
    if (!said) {
      there.replaceChildren();
      return;
    }
    const parts = { stage, links, towers };
    there.dataset.what = said.what;
    there.replaceChildren(tag("h1", "", named(said.question)), ...parts[said.what]());
  }

  function stage() {
    const asked = { links: `net.kind.${net.kind}`, towers: "net.towers" }[net.stage];
    return [...(asked ? [tag("p", "asked", ...both(asked))] : []), tag("p", "mood", ...both("wall.hidden"))];
  }

  function links() {
    const found = net.kinds.filter((one) => one.ties.length);
    if (!found.length) return [tag("p", "mood", ...both("wall.party_none"))];
    const now = found[turn % found.length];
    if (found.length > 1) clock = setTimeout(() => { turn += 1; show(net); }, TURN_MS);
    return [tag("p", "asked", ...both(`net.kind.${now.kind}`)), picture(now.ties)];
  }
  /** Places over the whole picture, whatever part of it the layout used; the same for each kind. */
  function places() {
    const spread = (axis, low, high) => {
      const all = net.nodes.map((node) => node[axis]), from = Math.min(...all), to = Math.max(...all);
      return (value) => (to > from ? low + (high - low) * (value - from) / (to - from) : (low + high) / 2);
    };
    const x = spread("x", 140, WIDE - 140), y = spread("y", 30, HIGH - 60);
    return net.nodes.map((node) => [x(node.x), y(node.y)]);
  }
  /** Put each name below its sign, or above or beside it where another name or sign is in the way. */
  function labels(at) {
    const taken = at.map(([x, y]) => [x - SIZE, y - SIZE, x + SIZE, y + SIZE]);
    return net.nodes.map((node, number) => {
      const [x, y] = at[number], long = WallWords.clean(node.name).length * LETTER;
      const ways = [["middle", x, y + SIZE + LINE], ["middle", x, y - SIZE - 10], ["start", x + SIZE + 8, y + LINE / 3], ["end", x - SIZE - 8, y + LINE / 3]];
      const boxes = ways.map(([anchor, left, base]) => {
        const from = left - { start: 0, middle: long / 2, end: long }[anchor];
        return [from, base - LINE * 0.8, from + long, base + LINE * 0.2];
      });
      const hits = boxes.map((box) => taken.filter((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]).length
        + (box[0] < 0 || box[2] > WIDE ? 5 : 0));
      const best = hits.indexOf(Math.min(...hits));
      taken.push(boxes[best]);
      return ways[best];
    });
  }
  function picture(ties) {
    const at = places(), named_at = labels(at);
    const lines = ties.map(([one, other, ways, groups]) => {
      const [x1, y1] = at[one], [x2, y2] = at[other];
      const long = Math.hypot(x2 - x1, y2 - y1) || 1, cut = (SIZE + 6) / long;
      const line = drawn("line", { class: "tie", x1: x1 + (x2 - x1) * cut, y1: y1 + (y2 - y1) * cut, x2: x2 - (x2 - x1) * cut, y2: y2 - (y2 - y1) * cut, "stroke-width": 2 + 2 * groups, "marker-end": "url(#net_end)" });
      if (ways === 2) line.setAttribute("marker-start", "url(#net_end)");
      return line;
    });
    const signs = net.nodes.map((node, number) => {
      const [x, y] = at[number], [anchor, left, base] = named_at[number];
      const form = node.form === "round" ? drawn("circle", { cx: x, cy: y, r: SIZE, class: `sign ${node.form}` })
        : drawn("rect", { x: x - SIZE, y: y - SIZE, width: 2 * SIZE, height: 2 * SIZE, class: `sign ${node.form}` });
      const label = drawn("text", { x: left, y: base, "text-anchor": anchor });
      label.textContent = WallWords.clean(node.name);
      return [form, label];
    });
    const end = drawn("marker", { id: "net_end", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 22, markerHeight: 22, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, drawn("path", { d: "M0 0 10 5 0 10z" }));
    return drawn("svg", { viewBox: `0 -10 ${WIDE} ${HIGH + 10}`, class: "net", role: "img", "aria-label": WallWords.clean(net.question) }, drawn("defs", {}, end), ...lines, ...signs.map(([form]) => form), ...signs.map(([, label]) => label));
  }

  function towers() {
    const asked = tag("p", "asked", ...both("net.towers"));
    if (!net.groups.length) return [asked, tag("p", "mood", ...both("wall.party_none"))];
    const rank = (value) => {
      const text = value === null ? "" : Number.isInteger(value) ? String(value) : value.toFixed(1);
      const most = Math.max(...net.rows.flatMap((row) => row.ranks.map((one) => one ?? 1)));
      const cell = tag("td", value === null ? "unsaid" : "", ...(value === null ? both("net.unsaid") : [text]));
      if (value !== null) cell.append(tag("i", ""));
      cell.lastElementChild?.style.setProperty("--high", String(value === null ? 0 : (most - value + 1) / most));
      return cell;
    };
    const head = tag("tr", "", tag("th", ""), ...net.groups.map((name) => tag("th", "", named(name))));
    const rows = net.rows.map((row) => tag("tr", "", tag("th", "", named(row.name)), ...row.ranks.map(rank)));
    return [asked, tag("table", "", tag("thead", "", head), tag("tbody", "", ...rows)), tag("p", "how", ...both("net.rank_how"))];
  }

  return { show };
})();
