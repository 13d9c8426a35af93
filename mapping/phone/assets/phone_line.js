/* The line to the room: what state the session is in, at once and on each change; what to do when
   the laptop has another address; and, where browsers trust the address, working without network. */
"use strict";

window.Line = (() => {
  const FIRST_WAIT_S = 2, LONGEST_WAIT_S = 30, SILENT_S = 70; // the server's beat comes each 25 s
  const SELDOM = 3; // failures after which a phone asks less often
  const MOVED_AFTER = 4, ASK_AGAIN_S = 120;
  const OVER = ["closed", "gone"], WAITS = ["ready", "paused"];
  // a session in a hall is on a private address or a local name; nothing is carried anywhere else
  const PRIVATE = /^(10(\.\d{1,3}){3}|192\.168(\.\d{1,3}){2}|172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}|169\.254(\.\d{1,3}){2}|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])(\.\d{1,3}){2}|\[f[cde][0-9a-f:]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*\.(local|lan|internal|test|home\.arpa))$/i;

  let socket = null, timer = 0, watch = 0, failures = 0, session = null, tell = () => {};
  let quiet_until = 0, opened = null;

  /* ---- the line ---- */

  /** Follow a session: `onstate({state, wall})` at once and on each change, until `stop`. */
  function start(session_id, onstate) {
    stop();
    session = session_id;
    tell = onstate;
    failures = 0;
    open();
    keepForOffline();
    window.Help?.prepare(session_id);
  }
  function stop() {
    clearTimeout(timer);
    clearTimeout(watch);
    const mine = socket;
    socket = null;
    session = null;
    mine?.close();
    moved(false);
  }

  function open() {
    clearTimeout(timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    let mine;
    try {
      mine = new WebSocket(`${scheme}://${location.host}/phone/live`);
    } catch {
      again();
      return;
    }
    socket = mine;
    alive();
    mine.onopen = () => mine.send(JSON.stringify({ session }));
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      failures = 0;
      moved(false);
      alive();
      let said;
      try {
        said = JSON.parse(data);
      } catch {
        return;
      }
      if (said?.state) heard(said);
    };
    mine.onclose = () => { if (socket === mine) again(); };
  }
  /** A phone that slept, or changed its network, can hold a socket on which nothing comes any more. */
  function alive() {
    clearTimeout(watch);
    watch = setTimeout(() => { const mine = socket; if (mine) { again(); mine.close(); } }, SILENT_S * 1000);
  }
  async function heard(said) {
    const mine = session, line = socket;
    if (said.state === "gone" && (await Outbox.keeps(mine))) { // what is not sent yet is not thrown away for that
      if (session !== mine || socket !== line) return;
      failures = Math.max(failures, SELDOM);
      again();
      line?.close();
      return;
    }
    Outbox.hold(mine, WAITS.includes(said.state));
    if (OVER.includes(said.state)) stop();
    tell({ state: said.state, wall: said.wall });
  }
  /** Try again later, all phones of a hall at different times. */
  function again() {
    socket = null;
    clearTimeout(watch);
    clearTimeout(timer);
    if (!session) return;
    failures += 1;
    const wait = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)) * (0.5 + Math.random());
    timer = setTimeout(async () => {
      if (failures >= 3 && !document.hidden) await withoutSocket();
      if (session && !socket) open();
    }, wait * 1000);
  }
  /** Where the hall's network stops web sockets: ask, as rarely as we try again. */
  async function withoutSocket() {
    const asked = session;
    const said = await Outbox.post("/phone/join", { session: asked });
    if (session !== asked) return;
    if (said === null) {
      if (failures >= MOVED_AFTER && navigator.onLine !== false) moved(true);
      return;
    }
    moved(false);
    if (said.ok) await heard(said.session);
    else if (said.error === "session_unknown") await heard({ state: "gone" });
  }
  addEventListener("online", () => { if (session && !socket) open(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && session && !socket) open(); });

  /* ---- another address of the same laptop ---- */

  function made(tag, text = "", className = "") {
    return Object.assign(document.createElement(tag), { textContent: text, className });
  }
  function words(element, key, blanks) {
    element.textContent = Phone.say(key, blanks);
    element.dir = "auto";
    return element;
  }

  /** Where what was typed leads: an origin in a private network, or null. */
  function whither(typed) {
    const text = typed.trim().replace(/^https?:\/\//i, "").split(/[/?#]/)[0];
    const match = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(text);
    if (!match || !PRIVATE.test(match[1])) return null;
    if (/^[\d.]+$/.test(match[1]) && match[1].split(".").some((part) => Number(part) > 255)) return null;
    const port = match[2] || (location.port ? `:${location.port}` : "");
    return `http://${match[1].toLowerCase()}${port}`;
  }

  /** Offer to go to the laptop's new address, or take the offer back. */
  function moved(show) {
    const there = document.getElementById("moved");
    if (!show) {
      there?.remove();
      return;
    }
    // a server that browsers trust stays where it is, and so does what is on it
    if (there || location.protocol === "https:" || performance.now() < quiet_until) return;
    const panel = made("aside", "", "panel");
    panel.id = "moved";
    panel.setAttribute("role", "status");
    const form = made("form");
    const label = made("label"), input = made("input"), trouble = made("p", "", "trouble");
    Object.assign(input, { autocomplete: "off", spellcheck: false, dir: "ltr", inputMode: "url", required: true });
    trouble.setAttribute("role", "alert");
    label.append(words(made("span"), "phone.line_moved_label"), input);
    const go = words(made("button", "", "main"), "phone.line_moved_go");
    const wait = words(made("button", "", "back"), "phone.line_moved_later");
    wait.type = "button";
    wait.onclick = () => {
      quiet_until = performance.now() + ASK_AGAIN_S * 1000;
      moved(false);
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      const origin = whither(input.value);
      if (origin) go_to(origin);
      else words(trouble, "phone.line_moved_wrong");
    };
    const foot = made("div", "", "panel_foot");
    foot.append(wait, go);
    form.append(label, trouble, foot);
    panel.append(words(made("h2"), "phone.line_moved_title"), words(made("p"), "phone.line_moved"), form);
    document.querySelector("main").before(panel);
  }

  let ready_to_carry = null; // made before it is needed: a browser opens a tab only at the tap itself
  async function go_to(origin) {
    const tab = window.open("about:blank", "_blank");
    ready_to_carry = await Outbox.carry(session);
    const address = `${origin}/j/${Phone.session.code}#${ready_to_carry}`;
    ready_to_carry = null;
    opened = tab && { tab, origin };
    if (tab) tab.location.replace(address);
    else location.assign(address);
  }
  // the page at the new address says that it has everything: then nothing of hers stays at the old one
  addEventListener("message", async (event) => {
    if (!opened || event.source !== opened.tab || event.origin !== opened.origin || event.data !== "taken") return;
    opened = null;
    stop();
    await Outbox.wipe();
    location.replace("about:blank");
  });

  /* ---- and at the new address ---- */

  // the end of the address goes before anything else happens
  const came_with = location.hash.startsWith("#carry=") ? location.hash.slice(1) : "";
  if (came_with) history.replaceState(null, "", location.pathname + location.search);

  /** Ask her whether to take what the address brought; gives its session where she said yes, else "". */
  async function arrive() {
    const bundle = came_with && Outbox.carried(came_with);
    if (!bundle || !bundle.mine.every(speakable)) return "";
    const yes = await sure(bundle);
    if (!yes) return "";
    await Outbox.bring(bundle);
    // no address is named: only the page that opened this one hears it, and it checks who speaks
    window.opener?.postMessage("taken", "*");
    return bundle.session;
  }
  /** Tell whether the page has words for all that an item says: it is going to show it. */
  function speakable({ feeling, reasons, when, company }) {
    const codes = [feeling, ...(Array.isArray(reasons) ? reasons : []), when, company];
    return Boolean(feeling) && codes.every((code) => code == null || `codebook.${code}` in Phone.data.words);
  }
  function sure(bundle) {
    const ids = new Set([...bundle.mine.map((item) => item.id), ...bundle.queue.filter((item) => !item.first).map((item) => item.id)]);
    const waiting = bundle.queue.filter((item) => !item.first).length;
    const code = decodeURIComponent(location.pathname.split("/")[2] || "").toUpperCase();
    const in_fours = (text) => text.replace(/(.{4})(?=.)/g, "$1 ");
    const receipt = typeof bundle.kept?.receipt === "string" ? bundle.kept.receipt : "";
    return new Promise((done) => {
      const panel = made("dialog", "", "panel");
      panel.id = "bring";
      const yes = words(made("button", "", "back"), "phone.line_bring_yes");
      const no = words(made("button", "", "main"), "phone.line_bring_no");
      panel.append(words(made("h2"), "phone.line_bring_title"), words(made("p"), "phone.line_bring", { count: ids.size, waiting }));
      if (receipt) panel.append(words(made("p", "", "strong"), "phone.line_bring_receipt", { receipt: in_fours(code + receipt) }));
      const foot = made("div", "", "panel_foot");
      foot.append(yes, no);
      panel.append(words(made("p"), "phone.line_bring_care"), foot);
      const answer = (said) => { panel.remove(); done(said); };
      yes.onclick = () => answer(true);
      no.onclick = () => answer(false);
      no.autofocus = true; // a hasty tap takes nothing
      panel.oncancel = () => answer(false);
      document.body.append(panel);
      panel.showModal();
    });
  }

  /* ---- without network, where the browser allows it ---- */

  /** Whether this page may be closed while something waits. */
  const worksClosed = () => window.isSecureContext && "serviceWorker" in navigator && "SyncManager" in window;

  async function keepForOffline() {
    if (!window.isSecureContext || !navigator.serviceWorker) return;
    const mine = session;
    try {
      await navigator.serviceWorker.register("/phone/sw.js", { scope: "/j" });
      const worker = (await navigator.serviceWorker.ready).active;
      if (session === mine) worker.postMessage({ keep: mine, lang: document.documentElement.lang });
    } catch { /* a private window: then it is as over plain http */ }
  }

  return { start, stop, arrive, whither, worksClosed };
})();
