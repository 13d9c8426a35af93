/* What waits on this phone until the server has said that it is on the disk.
   Works without a secure context: IndexedDB and getRandomValues, no service worker, no crypto.subtle. */
"use strict";

const Outbox = (() => {
  const NAME = "common-ground";
  const FIRST_WAIT_S = 1, LONGEST_WAIT_S = 30, GIVE_UP_S = 10;
  let db = null, memory = { kept: new Map(), waiting: new Map() };
  let timer = 0, failures = 0, busy = false, stopped = false;
  let hooks = { changed() {}, refused() {}, language: () => "en" };

  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

  /** Open the store; false where this browser keeps nothing and only memory is left. */
  async function open(given) {
    hooks = { ...hooks, ...given };
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("kept");
        request.result.createObjectStore("waiting", { keyPath: "id" });
      };
      db = await asked(request);
      db.onversionchange = () => db.close(); // another tab wipes
      return true;
    } catch {
      db = null;
      return false;
    }
  }

  /** Do one thing to a store and wait until it is really there. */
  function within(store, mode, work) {
    return new Promise((done, failed) => {
      const change = db.transaction(store, mode);
      const request = work(change.objectStore(store));
      change.oncomplete = () => done(request.result);
      change.onabort = change.onerror = () => failed(change.error);
    });
  }

  const get = (key) => db ? within("kept", "readonly", (s) => s.get(key)) : Promise.resolve(memory.kept.get(key));
  const set = (key, value) => db ? within("kept", "readwrite", (s) => s.put(value, key)) : Promise.resolve(memory.kept.set(key, value));
  const all = () => db ? within("waiting", "readonly", (s) => s.getAll()) : Promise.resolve([...memory.waiting.values()]);
  const drop = (id) => db ? within("waiting", "readwrite", (s) => s.delete(id)) : Promise.resolve(memory.waiting.delete(id));
  const put = (item) => db ? within("waiting", "readwrite", (s) => s.put(item)) : Promise.resolve(memory.waiting.set(item.id, item));

  /** Keep something to be sent: {id, path, first, body}. It goes as soon as it can. */
  async function add(item) {
    await put(item);
    await tell();
    failures = 0;
    flush();
  }

  async function tell() {
    const waiting = await all();
    hooks.changed(waiting.filter((item) => !item.first).map((item) => item.id));
  }

  /** Ask the server; null where it cannot be reached or has trouble of its own. */
  async function post(path, body) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), GIVE_UP_S * 1000);
    try {
      const answer = await fetch(path, {
        method: "POST", cache: "no-store", credentials: "omit", signal: stop.signal,
        headers: { "Content-Type": "application/json", "Accept-Language": hooks.language() },
        body: JSON.stringify(body),
      });
      const said = await answer.json();
      if (answer.status >= 500 || answer.status === 429) return { again: said };
      return said;
    } catch {
      return null;
    } finally {
      clearTimeout(clock);
    }
  }

  /** Send what waits, one after the other; what is not acknowledged stays. */
  async function flush() {
    if (busy || stopped) return;
    busy = true;
    clearTimeout(timer);
    try {
      const items = (await all()).sort((a, b) => Number(b.first) - Number(a.first));
      for (const item of items) {
        const said = await post(item.path, item.body);
        if (stopped) return;
        if (said === null || said.again) {
          failures += 1;
          const wait = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1));
          const asked_s = said?.again?.retry_s || 0;
          timer = setTimeout(flush, 1000 * Math.max(asked_s, wait * (0.75 + Math.random() / 2)));
          hooks.trouble?.(said === null ? "offline" : said.again.error);
          return;
        }
        failures = 0;
        await drop(item.id);
        if (!said.ok) hooks.refused(said, item);
        await tell();
      }
      hooks.trouble?.("");
    } finally {
      busy = false;
    }
    if ((await all()).length && !stopped) timer = setTimeout(flush, 0); // came while we were sending
  }

  /** Forget everything of hers: queue, token, session. */
  async function wipe() {
    stopped = true;
    clearTimeout(timer);
    memory = { kept: new Map(), waiting: new Map() };
    if (db) {
      db.close();
      db = null;
      await asked(indexedDB.deleteDatabase(NAME)).catch(() => {});
    }
  }

  function random(bytes) {
    return crypto.getRandomValues(new Uint8Array(bytes));
  }
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  function token() {
    return hex(random(16));
  }
  function uuid() { // version 4; crypto.randomUUID is missing where the page is no secure context
    const bytes = random(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = hex(bytes);
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  }

  addEventListener("online", () => { failures = 0; flush(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { failures = 0; flush(); } });

  return { open, get, set, add, all, flush, post, wipe, token, uuid };
})();
