/* After the end: what was said today, what was held back and why, and how to hear of the answer. */
"use strict";

const WallSummary = (() => {
  const { tag, line } = WallPanels;
  let text = "";

  function show(state) {
    document.getElementById("ended").hidden = !state;
    const now = state ? JSON.stringify([state.title, state.summary, WallWords.tongues(), WallWords.known()]) : "";
    if (now === text) return;
    text = now;
    document.getElementById("ended").replaceChildren(...(state ? draw(state) : []));
  }

  function draw({ title, summary, languages }) {
    const head = tag("h1", "");
    head.append(Object.assign(document.createElement("bdi"), { textContent: WallWords.clean(title) }));
    if (!summary) {
      const all = [WallWords.first, ...languages.filter((lang) => lang !== WallWords.first && WallWords.has(lang))];
      return [tag("div", "thanks", head, ...all.map((lang) => tag("p", "", WallWords.line("wall.closed", {}, lang))))];
    }
    return [head, line("", "wall.closed")];
  }

  return { show };
})();
