// The network by sector as a table: each cell a number and a shade, reached by the arrow keys.
// Names come in `data` and are set as textContent only. Nothing is fetched.

const shown = new WeakMap(); // one table for each place in a page

export default function ({ data, parentElement, setTriggerValue }) {
  let table = shown.get(parentElement);
  if (!table) {
    table = new Matrix(parentElement.querySelector(".matrix"));
    shown.set(parentElement, table);
  }
  table.tell = (cell) => setTriggerValue("picked", cell);
  table.show(data);
  return () => shown.delete(parentElement);
}

function tag(name, className, parent, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  parent.appendChild(element);
  return element;
}

class Matrix {
  constructor(root) {
    this.root = root;
    this.at = [0, 0];
    root.addEventListener("keydown", (event) => this.key(event));
  }

  show(data) {
    const before = this.data;
    this.data = data;
    for (const [name, value] of Object.entries(data.tokens)) {
      this.root.style.setProperty(`--cg-${name.replaceAll("_", "-")}`, value);
    }
    this.root.dir = data.rtl ? "rtl" : "ltr";
    if (!before || before.key !== data.key) this.build();
    for (const line of this.cells) {
      for (const { cell, mark } of line) {
        const chosen = data.selected !== "" && data.selected === `${cell.one} ${cell.two}`;
        mark.classList.toggle("is-chosen", chosen);
        mark.setAttribute("aria-selected", chosen ? "true" : "false");
      }
    }
  }

  build() {
    const { rows, cells, words, legend } = this.data;
    this.root.textContent = "";
    tag("p", "hint", this.root, words.hint);
    const frame = tag("div", "frame", this.root);
    const table = tag("table", "", frame);
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", words.title);
    const top = tag("tr", "", tag("thead", "", table));
    tag("th", "corner", top, words.corner).scope = "col";
    for (const { name } of rows) {
      const head = tag("th", "across", top);
      head.scope = "col";
      tag("span", "", head, name);
    }
    const body = tag("tbody", "", table);
    this.cells = rows.map(({ name, number }, i) => {
      const line = tag("tr", "", body);
      const head = tag("th", "down", line, `${name} (${number})`);
      head.scope = "row";
      return cells[i].map((cell, j) => ({ cell, mark: this.cell(cell, line, i, j) }));
    });
    const lines = tag("ul", "legend", this.root);
    for (const { form, fill, text } of legend) {
      const item = tag("li", "", lines);
      const sign = tag("span", `sign ${form}`, item);
      sign.setAttribute("aria-hidden", "true");
      if (fill) sign.style.background = `var(--cg-${fill.replaceAll("_", "-")})`;
      tag("span", "", item, text);
    }
    this.at = [Math.min(this.at[0], rows.length - 1), Math.min(this.at[1], rows.length - 1)];
    this.cells[this.at[0]][this.at[1]].mark.setAttribute("tabindex", "0");
  }

  cell(cell, line, i, j) {
    const mark = tag("td", "", line);
    mark.setAttribute("tabindex", "-1");
    mark.setAttribute("role", "gridcell");
    mark.addEventListener("focus", () => this.arrive(i, j));
    if (!cell.possible) {
      mark.classList.add("empty");
      return mark;
    }
    mark.title = cell.said;
    mark.setAttribute("aria-label", cell.said);
    for (const name of ["pale", "few", "own"]) mark.classList.toggle(name, Boolean(cell[name]));
    mark.classList.toggle("mid", cell.fill === "gap_3"); // neither dark nor light text stands out
    if (cell.fill) mark.style.setProperty("--fill", `var(--cg-${cell.fill.replaceAll("_", "-")})`);
    const text = tag("span", "text", mark);
    tag("b", "", text, String(cell.present));
    tag("small", "", text, cell.of);
    mark.addEventListener("click", () => this.choose(cell));
    return mark;
  }

  choose(cell) {
    if (!cell.possible) return;
    const name = `${cell.one} ${cell.two}`;
    this.tell(this.data.selected === name ? "" : name);
  }

  arrive(i, j) {
    this.cells[this.at[0]]?.[this.at[1]]?.mark.setAttribute("tabindex", "-1");
    this.at = [i, j];
    this.cells[i][j].mark.setAttribute("tabindex", "0");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.cells) return;
    const last = this.cells.length - 1;
    const along = this.data.rtl ? -1 : 1;
    const steps = {
      ArrowRight: [0, along], ArrowLeft: [0, -along], ArrowDown: [1, 0], ArrowUp: [-1, 0],
      Home: [0, -last], End: [0, last],
    };
    const [i, j] = this.at;
    if (event.key in steps) {
      const to = steps[event.key].map((step, k) => Math.max(0, Math.min(last, [i, j][k] + step)));
      this.cells[to[0]][to[1]].mark.focus();
    } else if (event.key === "Enter" || event.key === " ") this.choose(this.cells[i][j].cell);
    else if (event.key === "Escape") this.tell("");
    else return;
    event.preventDefault();
  }
}
