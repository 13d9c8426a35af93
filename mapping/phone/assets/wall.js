/* The wall: asks once with its key, then shows whatever is pushed. Loses the server, comes back by itself. */
"use strict";

(() => {
  const SILENCE_S = 25, FIRST_WAIT_S = 0.5, LONGEST_WAIT_S = 5, IDLE_MS = 4000, SIDE_NAMES = 5, LONG_NAME = 16;
  const $ = (id) => document.getElementById(id);
  const code = decodeURIComponent(location.pathname.split("/")[2] || "");
  const key = secret();
  const asked_second = new URLSearchParams(location.search).get("second") || "";
  const NOTHING = { cells: [], parties: [], words: [], answers: {}, asks: [], spotlight: null };
  let state = null, refused = false, line = null, failures = 0, silence = 0;
  let base = null, loading = false, whole = null, side = []; // side: [{name, map}], while side by side is on
  let choice; // a square picked here; null: none; undefined: as the facilitator says
  let drawn_qr = "", turned = 0;

  /** The key of the link; it leaves the address bar, which a hall can read, and the history. A reload still finds it. */
  function secret() {
    const shelf = `common-ground-wall-key-${code}`, given = location.hash.slice(1);
    try {
      if (!given) return sessionStorage.getItem(shelf) || "";
      sessionStorage.setItem(shelf, given);
    } catch { return given; } // this browser keeps nothing: then the address has to
    history.replaceState(null, "", location.pathname + location.search);
    return given;
  }

  const set = (element, ...inside) => element.replaceChildren(...inside);
  const notice = (sentence) => {
    $("notice").hidden = !sentence || view() === "blank"; // there, nothing is said at all
    set($("notice"), ...(sentence ? WallWords.both(sentence) : []));
  };

  /* ---- the line to the server ---- */
  function connect() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/wall/live`);
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.close(), SILENCE_S * 1000); // it is dead and does not know
    };
    line = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ code, key }));
      listen();
    };
    socket.onmessage = ({ data: text }) => {
      listen();
      const said = JSON.parse(text);
      if (said.type === "refused") {
        refused = true;
        state = null;
        show();
      } else if (said.type === "state") {
        failures = 0;
        take(said);
      } else if (said.type === "replay" && view() === "map") {
        WallReplay.receive(said.batches);
      }
    };
    socket.onclose = () => {
      clearTimeout(silence);
      if (refused) return;
      failures += 1;
      if (failures > 1 || state) notice("wall.gone");
      setTimeout(connect, 1000 * Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)));
    };
  }

  function send(message) {
    if (line?.readyState !== WebSocket.OPEN) return false;
    line.send(JSON.stringify(message));
    return true;
  }

  /** Show a message of the server at once; a language that is not here yet follows. */
  async function take(said) {
    if (said.spotlight?.cell !== state?.spotlight?.cell) choice = undefined;
    state = said;
    notice("");
    show();
    const others = view() === "ended" ? (said.languages || []).filter((lang) => lang !== WallWords.first) : [];
    await Promise.all(others.map(WallWords.load));
    if (state !== said) return; // something newer came while the words were on their way
    const chosen = [said.second, asked_second, others[turned % others.length]].find((lang) => lang && lang !== WallWords.first);
    if (await WallWords.choose(chosen || "")) rewrite();
    else if (others.length) show();
  }

  /** After the end, one more language of the room with each round of the summary. */
  function nextLanguage() {
    turned += 1;
    if (state) take(state);
  }

  /* ---- what it shows ---- */
  function view() {
    if (refused) return "refused";
    if (!state) return "starting";
    if (state.showing === "blank") return "blank";
    if (state.state === "closed") return "ended";
    if (state.net) return "net"; // a round of Net-Map has the whole wall
    return state.showing === "hidden" || state.state === "ready" ? "waiting" : "map";
  }

  function show() {
    const now = view(), map = now === "map";
    document.body.dataset.view = now;
    const shown = map ? { ...NOTHING, ...state } : NOTHING; // what is hidden is not kept anywhere on the page
    for (const element of [document.querySelector("main"), document.querySelector("#legend")]) element.inert = !map;
    document.querySelector("aside").hidden = !map && now !== "waiting";
    if (!map) {
      WallReplay.stop();
      choice = undefined;
    }
    if (now === "refused") notice("wall.refused");
    if (now === "blank") notice("");
    NetmapWall.show(now === "net" ? state.net : null);
    WallSummary.show(now === "ended" ? state : null, nextLanguage);
    if (state) {
      room();
      legend(shown);
      prepare();
    }
    maps(shown);
    panels(shown);
  }

  /** The room itself: its title, how to join it, how many have. */
  function room() {
    $("title").textContent = WallWords.clean(state.title);
    $("code").textContent = `${state.code.slice(0, 4)} ${state.code.slice(4)}`;
    $("rehearsal").hidden = state.kind !== "rehearsal";
    const number = (id, value) => (at) => Object.assign(document.createElement("strong"), at ? {} : { id }, { textContent: value });
    const sent = number("sent", state.sent), phones = number("phones", state.phones);
    // of a blank wall and after the end there are no numbers at all
    set($("counts"), ...(state.phones === null ? [] : state.phones
      ? WallWords.both("wall.sent_of", (at) => ({ sent: sent(at), phones: phones(at) }))
      : WallWords.both("wall.nobody_yet")));
    $("share").firstElementChild.style.setProperty("--part", state.phones ? state.sent / state.phones : 0);
    if (!state.join) return;
    const address = (at) => Object.assign(document.createElement("bdi"), at ? {} : { id: "address" }, { dir: "ltr", textContent: state.join.address });
    set($("typed"), ...(view() === "map" ? [address(0)] : WallWords.both("wall.or_type", (at) => ({ address: address(at) }))));
    qr(state.join.qr);
    const languages = (state.languages || []).filter(WallWords.has);
    set($("tongues"), ...(languages.length > 1 ? languages : []).map((lang) =>
      Object.assign(document.createElement("li"), { lang, dir: WallWords.dir(lang), textContent: WallWords.name(lang) })));
    const mood = { ready: "wall.soon", paused: "wall.break" }[state.state] || "wall.hidden";
    set($("mood"), ...WallWords.both(mood));
  }

  function qr(rows) {
    if (drawn_qr === rows.join("")) return;
    drawn_qr = rows.join("");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    let d = "";
    rows.forEach((row, y) => [...row].forEach((dark, x) => { if (dark === "1") d += `M${x} ${y}h1v1h-1z`; }));
    path.setAttribute("d", d);
    const margin = 3;
    $("qr").setAttribute("viewBox", `${-margin} ${-margin} ${rows.length + 2 * margin} ${rows.length + 2 * margin}`);
    set($("qr"), path);
  }

  function legend(shown) {
    const instant = state.mode === "instant";
    document.querySelector(".sizes").hidden = instant;
    set($("no_sign").querySelector("span"), ...WallWords.both(instant ? "wall.no_sign" : "wall.no_sign_few"));
    $("outside").hidden = !state.area;
    $("paused").hidden = state.showing !== "paused";
    $("break").hidden = state.state !== "paused" || state.showing === "paused";
    $("empty").hidden = view() !== "map" || shown.cells.length > 0 || shown.parties.length > 0 || WallReplay.runs();
  }

  /* ---- maps: one, or one for each table ---- */
  async function prepare() {
    if (base || loading) return;
    loading = true;
    try {
      const answer = await fetch(`/phone/base/${state.session}.json`);
      if (!answer.ok) throw new Error(String(answer.status));
      base = await answer.json();
      whole = WallMap.create($("map"), base, state.cell_m, { area: state.area, pick });
      show();
    } catch {
      setTimeout(prepare, 2000);
    }
    loading = false;
  }

  function maps(shown) {
    if (!whole) return;
    if (!WallReplay.runs()) whole.show(shown.cells);
    besides(WallReplay.runs() ? [] : shown.parties);
    const one = spot(shown);
    for (const map of side.length ? side.map((party) => party.map) : [whole]) map.spotlight(one?.cell || null);
  }

  /** Set up as many maps as there are tables, and take them down when they are not wanted. */
  function besides(parties) {
    const names = parties.map(({ name }) => WallWords.clean(name));
    if (names.join("\n") !== side.map(({ name }) => name).join("\n") || names.length !== side.length) {
      side.forEach(({ map }) => map.remove());
      set($("side"), ...names.map((name) => {
        const figure = WallPanels.tag("figure", "", WallPanels.tag("figcaption", ""), WallPanels.tag("div", "map"), WallPanels.tag("p", "none"));
        figure.firstElementChild.append(Object.assign(document.createElement("bdi"), { textContent: name }));
        return figure;
      }));
      $("side").hidden = !names.length;
      $("side").dataset.maps = names.length;
      $("side").classList.toggle("long", names.some((name) => name.length > LONG_NAME));
      $("map").classList.toggle("away", names.length > 0);
      const options = { area: state.area, names: SIDE_NAMES, still: true };
      side = names.map((name, at) => ({ name, map: WallMap.create($("side").children[at].children[1], base, state.cell_m, options) }));
      side.forEach(({ map }) => map.map.on("moveend", () => together(map)));
    }
    parties.forEach(({ cells }, at) => {
      side[at].map.show(cells);
      set($("side").children[at].children[2], ...(cells.length ? [] : WallWords.both("wall.party_none")));
    });
  }

  let moving = false;
  /** All tables show the same part of the city. */
  function together(moved) {
    if (moving) return;
    moving = true;
    for (const { map } of side) if (map !== moved) map.map.setView(moved.map.getCenter(), moved.map.getZoom(), { animate: false });
    moving = false;
  }

  /* ---- the light on one square ---- */
  function spot({ cells, spotlight }) {
    if (WallReplay.runs() || choice === null) return null;
    if (choice === undefined || spotlight?.cell === choice) return spotlight;
    const found = cells.find(([cell]) => cell === choice);
    return found ? { cell: found[0], feeling: found[1], people: found[2] } : null;
  }

  function pick(cell) {
    if (view() !== "map" || WallReplay.runs()) return;
    choice = cell;
    show();
  }

  function panels(shown) {
    const one = whole ? spot(shown) : null;
    WallPanels.spotlight(one, one && whole.near(one.cell));
    const about = one && !one.reasons ? null : one ? { asks: shown.asks, answers: one, words: one.words } : shown;
    WallPanels.stage(view() === "map" ? about : null);
  }

  /** Everything in the languages of now. */
  function rewrite() {
    WallWords.fill();
    whole?.names();
    side.forEach(({ map }) => map.names());
    show();
  }

  /* ---- controls: there when somebody moves, gone when the room looks ---- */
  let idle = 0;
  function awake() {
    document.body.classList.remove("idle");
    clearTimeout(idle);
    idle = setTimeout(() => document.body.classList.add("idle"), IDLE_MS);
  }
  for (const event of ["pointermove", "pointerdown", "keydown"]) document.addEventListener(event, awake);

  const zoom = (by) => (side[0]?.map || whole)?.zoom(by);
  const fit = () => (side.length ? side[0].map : whole)?.fit();
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.())?.catch(() => 0);
  function replay() {
    if (WallReplay.runs()) WallReplay.stop();
    else if (view() === "map") WallReplay.ask(send);
  }
  function back() {
    if (WallReplay.runs()) WallReplay.stop();
    else pick(null);
  }

  const MAP_KEYS = {
    KeyR: replay, Escape: back, Digit0: fit, Numpad0: fit, Equal: () => zoom(1), NumpadAdd: () => zoom(1), Minus: () => zoom(-1), NumpadSubtract: () => zoom(-1),
    PageDown: () => WallPanels.turn(), PageUp: () => WallPanels.turn(-1), KeyH: () => WallPanels.hold(),
  };
  const SIGNS = { "+": "Equal", "-": "Minus", "0": "Digit0", r: "KeyR", R: "KeyR", h: "KeyH", H: "KeyH" }; // by letter, whatever the keyboard
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "KeyF" || event.key.toLowerCase() === "f") full();
    else if (view() === "map") (MAP_KEYS[SIGNS[event.key]] || MAP_KEYS[event.code])?.();
    else if (view() === "ended") ({ PageDown: () => WallSummary.turn(), PageUp: () => WallSummary.turn(-1), KeyH: WallSummary.hold })[event.code]?.();
  });
  const buttons = { replay, closer: () => zoom(1), farther: () => zoom(-1), fit, full, hold: () => WallPanels.hold() };
  for (const [id, act] of Object.entries(buttons)) $(id).onclick = act;

  WallReplay.set({
    show: (cells) => { besides([]); whole.show(cells); $("empty").hidden = true; },
    ended: () => show(),
  });
  WallWords.fill();
  connect();
})();
