/* The second phone: the remote of the wall, and where a square lies. */
"use strict";

const Remote = (() => {
  const { $, button, element, picture, say, tongue } = Parts;
  let base = null, asked = "", act = null, look = null, pressed = null;

  /** Fetch the places of the city once, to name squares by them. */
  async function learn(session) {
    if (asked === session) return;
    asked = session;
    try {
      const answer = await fetch(`/phone/base/${session}.json`);
      if (answer.ok) base = await answer.json();
    } catch { asked = ""; }
    if (base && pressed) squares(pressed);
  }

  /** Name a square by the nearest public place; by its own number where there is no map. */
  function name(cell) {
    const [size, north, east] = cell.match(/\d+/g).slice(1).map(Number);
    const plain = say("moderate.square", { code: `${Math.round(east / 1000)}/${Math.round(north / 1000)}` });
    if (!base?.places?.length) return plain;
    const [e0, n0, turn] = base.frame;
    const dx = east + size / 2 - e0, dy = north + size / 2 - n0;
    const x = dx * Math.cos(turn) - dy * Math.sin(turn), y = dx * Math.sin(turn) + dy * Math.cos(turn);
    let best = null, least = Infinity;
    for (const [, label, px, py] of base.places) {
      const far = Math.hypot(px - x, py - y);
      if (label && far < least) [best, least] = [label, far];
    }
    if (!best) return plain;
    return say("moderate.near", { place: best, metres: Math.round(least / 50) * 50 });
  }

  function draw(state) {
    learn(state.session);
    pressed = state;
    $("showing").textContent = say(`moderate.showing_${state.showing}`);
    for (const one of document.querySelectorAll("[data-showing]")) {
      one.setAttribute("aria-pressed", String(one.dataset.showing === state.showing));
    }
    $("side_by_side").hidden = state.parties < 2;
    $("side_by_side").setAttribute("aria-pressed", String(state.side_by_side));
    const tags = ["", ...state.languages];
    const text = (tag) => (tag ? tongue(tag) : say("moderate.second_none"));
    if ($("second").dataset.drawn !== tags.map(text).join()) {
      $("second").replaceChildren(...tags.map((tag) => element("option", { value: tag, text: text(tag) })));
      $("second").dataset.drawn = tags.map(text).join();
    }
    if (document.activeElement !== $("second")) $("second").value = state.second;
    squares(state);
  }

  function squares(state) {
    const drawn = JSON.stringify([state.cells, state.spotlight, state.lookable, Parts.lang(), Boolean(base)]);
    $("no_squares").hidden = state.cells.length > 0;
    $("spot_off").hidden = !state.spotlight;
    if ($("squares").dataset.drawn === drawn) return;
    $("squares").dataset.drawn = drawn;
    $("squares").replaceChildren(...state.cells.map(([cell, feeling, people]) => {
      const is = state.spotlight === cell;
      const spot = button("b-bullhorn", say("moderate.spotlight"), () => act({ act: "spotlight", cell: is ? null : cell }));
      spot.setAttribute("aria-pressed", String(is));
      return element("li", { className: feeling },
        element("p", {}, picture(`f-${feeling}`), element("span", { text: name(cell) }), people && element("small", { text: say(`band.${people}`) })),
        element("div", { className: "acts" }, spot, state.lookable.includes(cell) && button("b-list", say("moderate.look"), () => look(cell))));
    }));
  }

  return { draw, name, use: (given) => { ({ act, look } = given); } };
})();
