/* Tries what a phone needs in this hall and says so in plain words. */
"use strict";

(async () => {
  const { words, tongues } = JSON.parse(document.getElementById("data").textContent);
  const TRIES = ["page", "post", "large", "socket", "store", "worker"];
  const PATIENCE_MS = 8000, VOICES_MS = 1500, LARGE = 200000;
  const $ = (id) => document.getElementById(id);
  const say = (key, blanks = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);

  function show(said) {
    $("tries").replaceChildren(...TRIES.map((name) => {
      const row = document.createElement("div");
      const what = document.createElement("dt"), how = document.createElement("dd");
      what.textContent = say(`check.${name}`);
      how.textContent = say(`check.${said[name] || "trying"}`);
      how.dataset.said = said[name] || "trying";
      how.id = `try_${name}`;
      row.append(what, how);
      return row;
    }));
  }
  /** Give "yes" or "no", and "no" where nothing comes back in time. */
  async function tried(work) {
    const stop = new AbortController();
    let clock;
    const late = new Promise((done) => { clock = setTimeout(() => { stop.abort(); done("no"); }, PATIENCE_MS); });
    const found = Promise.resolve().then(() => work(stop.signal)).then((fine) => (fine ? "yes" : "no"), () => "no");
    const said = await Promise.race([found, late]);
    clearTimeout(clock);
    return said;
  }

  const send = (body, signal) => fetch("/phone/check", {
    method: "POST", cache: "no-store", credentials: "omit", signal,
    headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const post = async (signal) => (await (await send({}, signal)).json()).ok === true;
  async function large(signal) {
    const answer = await fetch("/phone/check/large", { cache: "no-store", credentials: "omit", signal });
    return (await answer.arrayBuffer()).byteLength === LARGE;
  }
  const socket = (signal) => new Promise((done) => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}/phone/check/live`);
    signal.addEventListener("abort", () => mine.close());
    mine.onopen = () => mine.send("here");
    mine.onmessage = ({ data }) => { done(data === "heard"); mine.close(); };
    mine.onclose = mine.onerror = () => done(false);
  });
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  async function store() {
    const name = "common-ground-check";
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    const db = await asked(request);
    const change = db.transaction("kept", "readwrite");
    change.objectStore("kept").put("here", "try");
    await new Promise((done, failed) => { change.oncomplete = done; change.onabort = () => failed(change.error); });
    const found = await asked(db.transaction("kept").objectStore("kept").get("try"));
    db.close();
    await asked(indexedDB.deleteDatabase(name));
    return found === "here";
  }
  /** Languages this device speaks by itself: a voice of a vendor's server is none. */
  async function voices() {
    const speech = window.speechSynthesis;
    if (!speech) return [];
    if (!speech.getVoices().length) {
      await new Promise((done) => { speech.addEventListener("voiceschanged", done, { once: true }); setTimeout(done, VOICES_MS); });
    }
    const base = (lang) => lang.replace("_", "-").split("-")[0].toLowerCase();
    const spoken = new Set(speech.getVoices().filter((one) => one.localService === true).map((one) => base(one.lang)));
    return Object.keys(tongues).filter((tag) => spoken.has(base(tag)));
  }

  async function run() {
    $("again").disabled = true;
    const said = { page: "yes" };
    show(said);
    const before = performance.now();
    said.post = await tried(post);
    const late_ms = Math.round(performance.now() - before);
    show(said);
    for (const [name, work] of [["large", large], ["socket", socket], ["store", store]]) {
      said[name] = await tried(work);
      show(said);
    }
    const secure = window.isSecureContext;
    said.worker = secure && "serviceWorker" in navigator ? "yes" : "no";
    show(said);
    const spoken = await voices();
    $("trust").textContent = say(secure ? "check.secure" : "check.insecure");
    $("voices").textContent = spoken.length
      ? say("check.voices", { languages: spoken.map((tag) => tongues[tag]).join(", ") }) : say("check.voices_none");
    $("late").textContent = said.post === "yes" ? say("check.late", { ms: late_ms }) : "";
    const { page, ...tries } = said;
    const body = { ...tries, secure, voices: spoken };
    if (said.post === "yes") body.late_ms = Math.min(60000, late_ms);
    await send(body).catch(() => {}); // what does not arrive is seen here
    document.body.dataset.done = "yes";
    $("again").disabled = false;
  }

  $("again").onclick = run;
  await run();
})();
