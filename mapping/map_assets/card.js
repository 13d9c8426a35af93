// A card of facts: headings, lines of label and value, who says so and how long ago.
// Every text is set as text (textContent), never as markup.

const SVG = "http://www.w3.org/2000/svg";

function node(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) {
    made.textContent = text;
    made.dir = "auto";
  }
  return made;
}

function picture([width, height, path]) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  drawn.setAttribute("fill", "currentColor");
  svg.appendChild(drawn);
  return svg;
}

// the browser knows what each language is called in the reader's; else the tag stands
function languageNames(lang, tags) {
  let known = null;
  try { known = new Intl.DisplayNames([lang], { type: "language" }); } catch { known = null; }
  return tags.map((tag) => {
    try { return (known && known.of(tag)) || tag; } catch { return tag; }
  }).join(", ");
}

function line(fact, lang) {
  const row = node("div", `line ${fact.state}`);
  row.appendChild(node("dt", "", fact.label));
  const value = node("dd");
  const text = fact.languages.length ? languageNames(lang, fact.languages) : fact.value;
  value.appendChild(node("span", "value", text));
  if (fact.note) value.appendChild(node("small", "", fact.note));
  row.appendChild(value);
  return row;
}

export default function (component) {
  const { data, parentElement } = component;
  const card = node("article", "card");
  Object.entries(data.colours).forEach(([name, value]) =>
    card.style.setProperty(`--cg-${name.replace(/_/g, "-")}`, value));
  const head = node("header", "head");
  const frame = node("span", `frame ${data.frame}`);
  frame.appendChild(picture(data.path));
  const words = node("div");
  words.append(node("p", "kind", data.kind), node("h3", "title", data.title));
  head.append(frame, words);
  card.appendChild(head);
  data.notes.forEach((note) => card.appendChild(node("p", "about", note)));
  data.groups.forEach(([heading, facts]) => {
    if (heading) card.appendChild(node("h4", "", heading));
    const list = node("dl");
    facts.forEach((fact) => list.appendChild(line(fact, data.lang)));
    card.appendChild(list);
  });
  if (data.source) card.appendChild(node("p", "source", data.source));
  parentElement.querySelectorAll(".card").forEach((old) => old.remove());
  parentElement.appendChild(card);
}
