/* After the end: what was said today, what was held back and why, and how to hear of the answer.
   One page at a time; after a round of them comes the next language of the room. */
"use strict";

const WallSummary = (() => {
  const { tag, line, bar, picture, ltr } = WallPanels;
  const $ = (id) => document.getElementById(id);
  const FEELINGS = ["safe", "mixed", "unsafe"];
  const BARS = 7, PAGE_MS = 20_000, TOLD_MS = 10_000;
  let text = "", pages = [], at = 0, timer = 0, held = false, round = () => 0;

  /** Show the summary of a session that has ended; null takes all of it away. */
  function show(state, whenRound = () => 0) {
    round = whenRound;
    $("ended").hidden = !state;
    const now = state ? JSON.stringify([state.title, state.summary, WallWords.tongues(), WallWords.known()]) : "";
    if (now === text) return;
    text = now;
    pages = state ? collect(state) : [];
    at = Math.min(at, Math.max(0, pages.length - 1));
    draw();
  }

  function draw() {
    clearTimeout(timer);
    $("ended").replaceChildren(...(pages.length ? pages[at].draw() : []));
    if (pages.length < 2) return;
    $("ended").append(tag("div", "dots", ...pages.map((_, one) => tag("i", one === at ? "on" : ""))));
    timer = setTimeout(() => { if (!held) turn(1); else draw(); }, pages[at].ms);
  }

  function turn(by = 1) {
    if (pages.length < 2) return;
    at = (at + by + pages.length) % pages.length;
    draw();
    if (by > 0 && at === 0) round();
  }

  const hold = () => { held = !held; };

  function collect({ title, summary, languages }) {
    const head = () => {
      const name = Object.assign(document.createElement("bdi"), { textContent: WallWords.clean(title) });
      return tag("header", "", tag("h1", "", name), line("bye", "wall.closed"));
    };
    if (!summary) {
      const all = [WallWords.first, ...languages.filter((lang) => lang !== WallWords.first && WallWords.has(lang))];
      return [{ draw: () => [tag("div", "thanks", head().firstElementChild, ...all.map((lang) => tag("p", "", WallWords.line("wall.closed", {}, lang))))] }];
    }
    const { reasons = [], when = [], company = [] } = summary.answers;
    const found = [{ ms: PAGE_MS, draw: () => [head(), squares(summary), columns(
      list("reasons", reasons.slice(0, BARS), summary.asked),
      tag("div", "", list("when", when, summary.asked), list("company", company, summary.asked)))] }];
    for (let from = BARS; from < reasons.length; from += 2 * BARS) {
      const some = [reasons.slice(from, from + BARS), reasons.slice(from + BARS, from + 2 * BARS)].filter((part) => part.length);
      found.push({ ms: PAGE_MS, draw: () => [head(), columns(...some.map((part) => list("reasons", part, summary.asked)))] });
    }
    found.push({ ms: PAGE_MS, draw: () => [head(), columns(heldBack(summary), after(summary))] });
    for (const said of summary.told || []) found.push({ ms: TOLD_MS, draw: () => [head(), told(said)] });
    return found;
  }

  const columns = (...inside) => tag("div", "columns", ...inside);

  /** How many squares were called so: a number of squares and never of people. */
  function squares({ squares: count, contributors }) {
    const row = tag("ul", "squares");
    for (const feeling of FEELINGS) {
      row.append(tag("li", feeling, picture(`f-${feeling}`, "0 0 48 48"),
        tag("b", "", String(count[feeling] ?? 0)), tag("span", "", ...WallWords.both(`codebook.${feeling}`))));
    }
    const people = contributors
      ? line("", "wall.sum_people", () => ({ band: ltr(WallPanels.figures(contributors)) }))
      : line("", "wall.sum_people_few");
    return tag("div", "count", tag("h2", "", ...WallWords.both("wall.sum_squares")), row, people);
  }

  function list(name, rows, asked) {
    const head = tag("h2", "", ...WallWords.both(`wall.${name}`));
    if (!asked.includes(name)) return tag("section", "question", head, tag("p", "hatched", ...WallWords.both("wall.question_not_asked")));
    if (!rows.length) return tag("section", "question", head, line("none", "wall.not_yet_five"));
    return tag("section", "question", head, tag("ul", "bars", ...rows.map(bar)));
  }

  function heldBack({ rules }) {
    return tag("section", "", tag("h2", "", ...WallWords.both("wall.sum_held")),
      tag("ul", "rules", ...rules.map((rule) => tag("li", "", ...WallWords.both(`wall.sum_${rule}`)))));
  }

  function after({ delete_on, code, organizer, missing }) {
    const day = (lang) => new Date(`${delete_on}T12:00:00`).toLocaleDateString(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "long", year: "numeric", numberingSystem: "latn" });
    const letters = `${code.slice(0, 4)} ${code.slice(4)}`;
    const inside = [
      line("", "wall.sum_receipt", () => ({ code: Object.assign(ltr(letters), { className: "code" }) })),
      line("", "wall.sum_delete", (at) => ({ date: day(WallWords.tongues()[at]) })),
    ];
    if (organizer) inside.push(line("", "wall.sum_organizer", () => ({ organizer: WallWords.clean(organizer) })));
    if (missing) inside.push(line("", "wall.sum_missing"), free("p", missing));
    return tag("section", "next", tag("h2", "", ...WallWords.both("wall.sum_next")), ...inside);
  }

  const told = (said) => tag("div", "told", free("blockquote", said), line("by", "wall.by_facilitator"));
  const free = (name, said) => Object.assign(document.createElement(name), { dir: "auto", textContent: WallWords.clean(said) });

  return { show, turn, hold };
})();
