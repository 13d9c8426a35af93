/* The second phone: the links of a Net-Map round, each with a button that hides it or shows it again. */
"use strict";

const NetmapList = (() => {
  const { $, element, say } = Parts;
  let drawn = "";

  /** List what the server says; nothing is touched where nothing is another, so that a thumb is not moved away. */
  function draw(entries, go) {
    const seen = JSON.stringify([entries, Parts.lang()]);
    if (seen === drawn) return;
    drawn = seen;
    $("net").hidden = !entries.length;
    $("net_links").replaceChildren(...entries.map(([handle, letter, one, mutual, other, hidden]) =>
      element("li", {}, element("p", {},
        element("span", { className: hidden ? "quiet" : "" }, element("b", { text: `${letter} ` }), element("bdi", { text: one }), document.createTextNode(mutual ? " ↔ " : " → "), element("bdi", { text: other })),
        element("button", { type: "button", className: "act", on: () => go({ act: "net_hide", handle, on: !hidden }) }, element("span", { text: say(hidden ? "moderate.show" : "moderate.hide") }))))));
  }

  return { draw };
})();
