/* Beside the map: what was said in bars and in words, one page at a time, slowly. */
"use strict";

const WallPanels = (() => {
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const ROW_REM = 4.6, ROW_TWO_REM = 5, HEAD_REM = 4, FEWEST_ROWS = 2, PAGE_MS = 12_000, LONGEST_MS = 22_000, A_LETTER_MS = 70;
  const WORDS_BETWEEN = 2; // this many pages of words, then one of bars
  const LONG = 110; // letters, from which words are set smaller
  const STEPS = { "5-9": 1, "10-19": 2, "20+": 3 };
  const FIGURES = { "5-9": "5–9", "10-19": "10–19", "20+": "20+" };
  const QUESTIONS = ["reasons", "when", "company"];

  const tag = (name, className = "", ...inside) => {
    const element = document.createElement(name);
    element.className = className;
    element.append(...inside);
    return element;
  };

  function picture(id, box = null) {
    const svg = document.createElementNS(SVG, "svg"), use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#${id}`);
    svg.setAttribute("aria-hidden", "true");
    if (box) svg.setAttribute("viewBox", box);
    svg.append(use);
    return svg;
  }

  const line = (className, key, values) => tag("p", className, ...WallWords.both(key, values));

  /* ---- bars ---- */
  /** One answer: its picture, its name, as many blocks as its band; never a number of people below five. */
  function bar([code, band]) {
    const blocks = tag("span", "blocks");
    for (let step = 1; step <= 3; step += 1) blocks.append(tag("i", step <= STEPS[band] ? "full" : ""));
    blocks.dir = "ltr";
    const number = tag("b", "figures", figures(band));
    number.dir = "ltr";
    return tag("li", "bar", picture(`p-${code}`), tag("span", "name", ...WallWords.both(`codebook.${code}`)), blocks, number);
  }

  const figures = (band) => FIGURES[band] || String(band);
  const most = (rows) => [...rows].sort((a, b) => (STEPS[b[1]] || 0) - (STEPS[a[1]] || 0)); // a stable sort: then as asked

  function question(name, rows, asks) {
    const head = tag("h2", "", ...WallWords.both(`wall.${name}`));
    if (!asks.includes(name)) return tag("section", "question", head, tag("p", "hatched", ...WallWords.both("wall.question_not_asked")));
    if (!rows.length) return tag("section", "question", head, line("none", "wall.not_yet_five"));
    return tag("section", "question", head, tag("ul", "bars", ...rows.map(bar)));
  }

  /* ---- pages: [{key, draw, ms}] ---- */
  function barPages({ asks, answers }) {
    const rows = Object.fromEntries(QUESTIONS.map((name) => [name, most(answers[name] || [])]));
    if (!QUESTIONS.some((name) => asks.includes(name))) return [];
    if (QUESTIONS.every((name) => !rows[name].length)) {
      return [page("bars", [asks], () => QUESTIONS.map((name) => question(name, [], asks)))];
    }
    const pages = [];
    for (let from = 0; from === 0 || from < rows.reasons.length; from += fit) {
      const some = rows.reasons.slice(from, from + fit);
      pages.push(page(`reasons ${from}`, [asks, some], () => [question("reasons", some, asks)]));
    }
    const rest = QUESTIONS.slice(1), long = rows.when.length + rows.company.length + 1 > fit; // 1: the second heading
    for (const names of long ? rest.map((name) => [name]) : [rest]) {
      pages.push(page(names.join("-"), [asks, names.map((name) => rows[name])], () => names.map((name) => question(name, rows[name], asks))));
    }
    return pages;
  }

  const page = (key, about, draw, ms = PAGE_MS) => ({ key, text: JSON.stringify([key, about, WallWords.tongues()]), draw, ms });

  function wordPages(words) {
    return words.map(({ language, text, by }) => {
      const said = WallWords.clean(text);
      const draw = () => {
        const quote = tag("blockquote", said.length > LONG ? "long" : "");
        quote.textContent = said;
        quote.dir = "auto";
        if (/^[A-Za-z0-9-]{2,35}$/.test(language)) quote.lang = language;
        return [quote, line("by", by === "facilitator" ? "wall.by_facilitator" : "wall.by_her")];
      };
      return page(`words ${language} ${said}`, [by], draw, Math.min(LONGEST_MS, PAGE_MS / 2 + said.length * A_LETTER_MS));
    });
  }

  /** Bars and words in turn, so that neither is gone for long. */
  function inTurn(bars, words) {
    if (!bars.length || !words.length) return [...bars, ...words];
    const turns = Math.max(bars.length, Math.ceil(words.length / WORDS_BETWEEN));
    const found = [];
    for (let turn = 0; turn < turns; turn += 1) {
      found.push(bars[turn % bars.length], ...words.slice(turn * WORDS_BETWEEN, (turn + 1) * WORDS_BETWEEN));
    }
    return found;
  }

  /* ---- the stage: one page, then the next ---- */
  let pages = [], at = 0, text = "", timer = 0, hovered = false, held = false;
  let fit = 0, room = ""; // how many bars fit on a page, and for which size and languages that holds
  let about = null;

  function stage(said) {
    about = said;
    $("stage").hidden = !about;
    measure();
    collect();
    draw();
  }

  function measure() {
    const high = $("page").clientHeight, two = WallWords.tongues().length > 1;
    const now = `${high} ${two}`;
    if (!about || now === room) return;
    room = now;
    fit = Math.max(FEWEST_ROWS, Math.floor(high / WallMap.rem() / (two ? ROW_TWO_REM : ROW_REM) - HEAD_REM / ROW_REM));
  }

  function collect() {
    const current = pages[at]?.key;
    pages = about ? inTurn(barPages(about), wordPages(about.words || [])) : [];
    if (pages[at]?.key !== current) at = Math.max(0, pages.findIndex(({ key }) => key === current));
    $("stage").hidden = !pages.length;
  }

  function draw() {
    const now = pages[at];
    if ((now?.text || "") !== text) {
      text = now?.text || "";
      $("page").replaceChildren(...(now ? now.draw() : []));
      $("page").className = now ? now.key.split(" ")[0] : "";
      clearTimeout(timer);
      timer = 0;
      if (now && $("page").scrollHeight > $("page").clientHeight + 1) squeeze(now);
    }
    $("dots").replaceChildren(...(pages.length > 1 && pages.length <= 12 ? pages.map((_, one) => tag("i", one === at ? "on" : "")) : []));
    if (pages.length > 1 && !timer) timer = setTimeout(turn, now.ms);
  }

  /** What does not fit: smaller words, or fewer bars. */
  function squeeze({ key }) {
    if (key.startsWith("words")) $("page").classList.add("tight");
    else if (fit > FEWEST_ROWS) {
      fit -= 1;
      collect();
      draw();
    }
  }

  function turn(by = 1) {
    clearTimeout(timer);
    timer = 0;
    if (pages.length < 2) return;
    if (!hovered && !held || by !== 1) at = (at + by + pages.length) % pages.length;
    draw();
  }

  function hold(on = !held) {
    held = on;
    $("hold").dataset.label = held ? "wall.go_on" : "wall.hold";
    $("hold").querySelector("use").setAttribute("href", held ? "#b-play" : "#b-pause");
    WallWords.fill($("hold").parentElement);
  }

  for (const [event, on] of [["pointerenter", true], ["pointerleave", false], ["focusin", true], ["focusout", false]]) {
    $("stage").addEventListener(event, () => { hovered = on; });
  }

  /* ---- the spotlight ---- */
  /** What is said of one square: {cell, feeling, people, ...} and the name of a place nearby. */
  function spotlight(one, near) {
    $("spotlight").hidden = !one;
    document.body.classList.toggle("lit", Boolean(one));
    if (!one) return;
    const inside = [tag("h2", one.feeling, picture(`f-${one.feeling}`, "0 0 48 48"), tag("span", "name", ...WallWords.both(`codebook.${one.feeling}`)))];
    if (near) {
      const place = () => ({ place: near });
      inside.push(line("near", "wall.near", place));
    }
    if (one.people) inside.push(line("people", "wall.people_here", () => ({ band: ltr(figures(one.people)) })));
    const wanted = JSON.stringify([one.feeling, near, one.people, WallWords.tongues()]);
    if ($("spotlight").dataset.text === wanted) return;
    $("spotlight").dataset.text = wanted;
    $("spotlight").replaceChildren(...inside);
  }

  function ltr(text) {
    const element = tag("bdi", "", text);
    element.dir = "ltr";
    return element;
  }

  return { stage, spotlight, turn, hold, bar, figures, picture, tag, line, ltr };
})();
