/* The second phone: who moderates, what waits for her, and the one button that stops everything. */
"use strict";

(() => {
  const { $, act, code, data, element, key, knows, line, say, tongue } = Parts;
  const SILENCE_S = 25, FIRST_WAIT_S = 0.5, LONGEST_WAIT_S = 5, ALONE = [];
  const shelf = `common-ground-moderate-${code}`;
  let socket = null, state = null, reads = [], failures = 0, silence = 0, looking = null, shown = null, last = "", done = "", bare = ALONE;

  /* ---- the line ---- */
  function connect() {
    const mine = new WebSocket(`${location.origin.replace(/^http/, "ws")}/moderate/live`);
    socket = mine;
    let ended = false;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => mine.close(), SILENCE_S * 1000); // it is dead and does not know
    };
    mine.onopen = () => {
      mine.send(JSON.stringify({ code, key, who: Parts.who(), line, languages: reads }));
      if (looking) mine.send(JSON.stringify({ cell: looking }));
      listen();
    };
    mine.onmessage = ({ data: text }) => {
      listen();
      const said = JSON.parse(text);
      if (said.type === "refused" || said.type === "full") {
        ended = true;
        end(say(`moderate.${said.type}`));
      } else if (said.type === "state") {
        failures = 0;
        notice("");
        state = said;
        draw();
      }
    };
    mine.onclose = async () => {
      clearTimeout(silence);
      if (ended || socket !== mine) return;
      failures += 1;
      if (failures > 1) {
        notice(say("moderate.gone"));
        if (await isShut()) return location.reload(); // the door asks for the passphrase
      }
      setTimeout(connect, 1000 * Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)));
    };
  }
  async function isShut() {
    try {
      return (await fetch(`/moderate/words/${Parts.lang()}.json`, { cache: "no-store" })).status === 401;
    } catch { return false; }
  }
  function reconnect() {
    const old = socket;
    socket = null;
    old?.close();
    connect();
  }

  /* ---- who she is and what she reads ---- */
  function languages() {
    const tags = state ? [...new Set([...state.languages, ...Object.keys(state.counts.words)])] : ALONE;
    const there = new Set([...$("reads").querySelectorAll("input")].map((one) => one.value));
    for (const tag of [...tags, ...reads]) if (!there.has(tag)) pick(tag, reads.includes(tag));
    for (const one of $("reads").querySelectorAll("span")) one.textContent = tongue(one.previousElementSibling.value);
    const known = Object.keys(Parts.data.words).filter((name) => name.startsWith("tongue.")).map((name) => name.slice(7));
    const options = known.map((tag) => [tag, tongue(tag)]).sort((one, other) => one[1].localeCompare(other[1], Parts.lang()));
    $("reads_more").replaceChildren(element("option", { value: "", text: "…" }), ...options.map(([value, text]) => element("option", { value, text })));
  }
  function pick(tag, on) {
    const box = element("input", { type: "checkbox", value: tag, name: "reads" });
    box.checked = on;
    $("reads").append(element("label", { className: "pick" }, box, element("span", { text: tongue(tag), lang: data.languages[tag] ? tag : null })));
  }
  $("reads_more").onchange = () => {
    const tag = $("reads_more").value;
    const box = [...$("reads").querySelectorAll("input")].find((one) => one.value === tag);
    if (box) box.checked = true;
    else if (tag) pick(tag, true);
    $("reads_more").value = "";
  };
  $("start_form").onsubmit = (event) => {
    event.preventDefault();
    const label = $("who").value.trim();
    if (!label) {
      $("starting").textContent = say("moderate.who_needed");
      $("starting").hidden = false;
      return $("who").focus();
    }
    Parts.name(label);
    reads = [...$("reads").querySelectorAll("input:checked")].map((one) => one.value);
    try { sessionStorage.setItem(shelf, JSON.stringify({ label, reads })); } catch { /* asked again after a reload */ }
    begin();
  };
  function begin() {
    show("work");
    $("foot").hidden = false;
    shown = null;
    reconnect();
    tab("queue");
  }
  $("again").onclick = () => {
    $("who").value = Parts.who();
    languages();
    show("start");
    $("foot").hidden = true;
    $("start").querySelector("h1").focus();
  };

  /* ---- sections and tabs ---- */
  function show(name) {
    for (const one of ["loading", "start", "work", "end"]) $(one).hidden = one !== name;
  }
  function end(text) {
    show("end");
    $("foot").hidden = true;
    $("end_text").textContent = text;
    $("end_text").focus();
  }
  function notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }
  function tab(name) {
    for (const one of document.querySelectorAll(".tab")) one.hidden = one.id !== `tab_${name}`;
    for (const one of document.querySelectorAll("[data-tab]")) {
      if (one.dataset.tab === name) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
    }
    $(`tab_${name}`).querySelector("h1").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  for (const one of document.querySelectorAll("[data-tab]")) one.onclick = () => tab(one.dataset.tab);

  /* ---- what the state says ---- */
  function draw() {
    if (!$("start").hidden || !$("loading").hidden) {
      if (!$("loading").hidden) {
        show("start");
        $("start").querySelector("h1").focus();
      }
      languages();
      return;
    }
    $("session_title").textContent = state.title;
    const counts = state.counts;
    $("badge").textContent = counts.waiting || "";
    $("counts").textContent = say("moderate.counts", { sent: state.sent, phones: state.phones, waiting: counts.waiting, hidden: counts.hidden });
    const missing = Object.entries(counts.unread);
    $("unread").hidden = !missing.length;
    $("unread").textContent = say("moderate.unread", { list: missing.map(([tag, count]) => `${tongue(tag)} ${count}`).join(", ") });
    const stopped = state.state === "paused" && state.showing === "blank";
    $("stopped").hidden = !stopped;
    $("stop_all").hidden = stopped;
    queue();
    Cards.draw($("decided"), state.decided);
    $("done_counts").textContent = say("moderate.done_counts", { hidden: counts.hidden, muted: counts.muted });
    $("deeds").replaceChildren(...state.deeds.toReversed().map(([who, did, tag]) => element("li", {}, element("bdi", { text: who }), ` · ${knows(`moderate.did_${did}`) ? say(`moderate.did_${did}`) : did}`, tag ? ` · ${tongue(tag)}` : "")));
    $("safeguard").textContent = state.safeguard || say("moderate.nobody");
    Remote.draw(state);
    NetmapList.draw(state.net, go);
    here();
    $("toast").hidden = !state.undo || !done; // a state may be older than the answer; the next one is not
    tell();
  }

  /** What is new waits behind a button, so that no card moves under the thumb. */
  function queue() {
    const there = new Map(state.waiting.map((item) => [item.handle, item]));
    if (!shown || ![...shown].some((handle) => there.has(handle))) shown = new Set(there.keys());
    const listed = [...shown].filter((handle) => there.has(handle)).map((handle) => there.get(handle));
    bare = listed.filter((item) => item.state === "waiting" && !item.parts.length);
    $("approve_all").hidden = bare.length < 2;
    $("approve_all").textContent = say("moderate.approve_all", { count: bare.length });
    const waiting = state.waiting.length - listed.length;
    $("fresh").hidden = !waiting;
    $("fresh").textContent = say("moderate.fresh", { count: waiting });
    $("none").hidden = listed.length > 0;
    $("none").textContent = say(state.state === "closed" ? "moderate.closed" : "moderate.none");
    $("more").hidden = !state.counts.more;
    $("more").textContent = say("moderate.more", { count: state.counts.more });
    Cards.draw($("waiting"), listed);
  }
  $("fresh").onclick = () => {
    shown = new Set(state.waiting.map((item) => item.handle));
    queue();
    $("waiting").firstElementChild?.focus();
  };

  function here() {
    $("here").hidden = !state.here;
    if (!state.here) return;
    $("here_title").textContent = say("moderate.here", { place: Remote.name(state.here.cell) });
    Cards.draw($("here_items"), state.here.items);
  }
  function look(cell) {
    looking = cell;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ cell }));
    if (cell) setTimeout(() => { if (!$("here").hidden) $("here_title").focus(); }, 600);
  }
  $("here_close").onclick = () => {
    look(null);
    $("here").hidden = true;
    $("squares").querySelector("button")?.focus();
  };

  /** Say aloud how many wait, when that changes. */
  function tell() {
    const text = say("moderate.told", { waiting: state.counts.waiting });
    if (text !== last) $("live").textContent = last = text;
  }

  /* ---- what she does ---- */
  async function go(what) {
    const said = await act(what);
    notice(said.ok ? "" : said.sentence);
    return said;
  }
  Cards.use(async (what) => {
    const said = await act(what);
    if (!said.ok) return said.sentence;
    toast(what.act);
    return "";
  });
  Remote.use({ act: go, look });
  function toast(did) {
    $("live").textContent = say(`moderate.did_${did}`);
    if (did === "mute") return; // it is not taken back from here
    done = did;
    $("toast_text").textContent = say(`moderate.did_${did}`);
    $("toast").hidden = false;
    if (state) state.undo = true;
  }
  $("approve_all").onclick = async () => { if ((await go({ act: "approve_all", items: Object.fromEntries(bare.map((item) => [item.handle, item.seen])) })).ok) toast("approve_all"); };
  $("undo").onclick = async () => {
    $("toast").hidden = true;
    done = "";
    if ((await go({ act: "undo" })).ok) $("live").textContent = say("moderate.did_undo");
  };
  $("stop_all").onclick = async () => {
    if (!(await go({ act: "stop_all" })).ok) return;
    Object.assign(state, { state: "paused", showing: "blank" }); // said before the line says it
    draw();
    $("stopped").querySelector("h2").focus();
  };
  $("go_on").onclick = () => go({ act: "go_on" });
  for (const one of document.querySelectorAll("[data-showing]")) one.onclick = () => go({ act: "wall", showing: one.dataset.showing });
  $("side_by_side").onclick = () => go({ act: "side_by_side", on: !state.side_by_side });
  $("second").onchange = () => go({ act: "second_language", language: $("second").value });
  $("spot_off").onclick = () => go({ act: "spotlight", cell: null });

  /* ---- begin ---- */
  $("lang").replaceChildren(...Object.entries(data.languages).map(([value, [text]]) => element("option", { value, text, lang: value })));
  $("lang").value = data.lang;
  $("lang").onchange = async () => {
    try { await Parts.speak($("lang").value); } catch { $("lang").value = Parts.lang(); }
    $("reads").querySelectorAll("span").forEach((one) => { one.textContent = tongue(one.previousElementSibling.value); });
    if (done) $("toast_text").textContent = say(`moderate.did_${done}`);
    if (state) draw();
  };
  if (!key) return end(say("moderate.no_key"));
  try {
    const kept = JSON.parse(sessionStorage.getItem(shelf) || "null");
    if (kept) {
      Parts.name(kept.label);
      reads = kept.reads;
      return begin();
    }
  } catch { /* this browser keeps nothing */ }
  connect();
})();
