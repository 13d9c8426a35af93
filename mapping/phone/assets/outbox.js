/* What waits on this phone until the server has said that it is on the disk; and what is hers here.
   Works without a secure context: IndexedDB and getRandomValues. The service worker loads it too. */
"use strict";

const Outbox = (() => {
  const NAME = globalThis.document?.documentElement.dataset.store || "common-ground", VERSION = 2;
  const FIRST_WAIT_S = 1, LONGEST_WAIT_S = 30, GIVE_UP_S = 10;
  const HELD_S = 25; // how long a session that waits is left alone, if nobody tells us it goes on
  const SOON_S = 3; // else, where it does not say itself
  const SPREAD_S = 1.5; // a hall full of phones does not speak up in the same instant
  const LEASE_MS = 2 * GIVE_UP_S * 1000;
  const LATER = ["session_paused", "session_not_started"];
  const ALONE = ["too_fast", "door_closed"]; // said to one person; another on this phone may get through
  const inPage = typeof document !== "undefined";
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(NAME);

  let db = null, memory = forgotten();
  let timer = 0, failures = 0, busy = false, again = false, stopped = false, ticket = 0;
  let held = new Map(); // session -> when it may be tried again, by performance.now()
  const told = new Set(); // sessions of which the line has said that they wait
  const put_off = new Map(); // session -> how often it has said "not now"
  let hooks = { changed() {}, refused() {}, language: () => "en" };

  function forgotten() {
    return { kept: new Map(), queue: new Map(), mine: new Map() };
  }

  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

  /* ---- the store ---- */

  /** Open the store; false where this browser keeps nothing and only memory is left. */
  async function open(given) {
    hooks = { ...hooks, ...given };
    stopped = false;
    try {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        const made = request.result;
        for (const name of [...made.objectStoreNames]) if (name === "waiting") made.deleteObjectStore(name);
        if (!made.objectStoreNames.contains("kept")) made.createObjectStore("kept");
        if (!made.objectStoreNames.contains("queue")) made.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
        if (!made.objectStoreNames.contains("mine")) made.createObjectStore("mine", { keyPath: "id" });
      };
      db = await asked(request);
      db.onversionchange = () => { db?.close(); db = null; stopped = true; }; // another tab wipes
      return true;
    } catch {
      db = null;
      return false;
    }
  }

  /** Do one thing to a store and wait until it is really there. */
  function within(store, mode, work) {
    return new Promise((done, failed) => {
      let change;
      try {
        change = db.transaction(store, mode, { durability: "strict" });
      } catch (error) { // closed meanwhile by a wipe of another tab
        failed(error);
        return;
      }
      let request = null;
      change.oncomplete = () => done(request?.result);
      change.onabort = change.onerror = () => failed(change.error);
      request = work(change.objectStore(store));
    });
  }

  const get = (key) => db ? within("kept", "readonly", (s) => s.get(key)) : Promise.resolve(memory.kept.get(key));
  const set = (key, value) => db ? within("kept", "readwrite", (s) => s.put(value, key)) : Promise.resolve(memory.kept.set(key, value));
  const unset = (key) => db ? within("kept", "readwrite", (s) => s.delete(key)) : Promise.resolve(memory.kept.delete(key));
  const all = () => db ? within("queue", "readonly", (s) => s.getAll()) : Promise.resolve([...memory.queue.values()]);
  const drop = (seq) => db ? within("queue", "readwrite", (s) => s.delete(seq)) : Promise.resolve(memory.queue.delete(seq));

  /* ---- her own items on this phone ---- */

  /** Her items of one session, oldest first; each is what `keepMine` was given. */
  async function mine(session) {
    const every = db ? await within("mine", "readonly", (s) => s.getAll()) : [...memory.mine.values()];
    return every.filter((item) => !session || item.session === session).sort((a, b) => (a.place || 0) - (b.place || 0));
  }
  /** Add one of her items, or replace the one of its id: {id, session, ...anything to show}. */
  const keepMine = (item) => db ? within("mine", "readwrite", (s) => s.put(item)) : Promise.resolve(memory.mine.set(item.id, item));
  const dropMine = (id) => db ? within("mine", "readwrite", (s) => s.delete(id)) : Promise.resolve(memory.mine.delete(id));

  /* ---- the queue ---- */

  /** Keep something to be sent: {id, path, first, body}. It goes as soon as it can.
      A change or withdrawal takes the place of what waits of the same item: the last word holds. */
  async function add({ id, path, first, body }) {
    const item = { id, path, first: Boolean(first), body };
    if (db) {
      await within("queue", "readwrite", (store) => {
        const older = store.getAll();
        older.onsuccess = () => {
          for (const one of older.result) if (one.id === id && one.body.token === body.token) store.delete(one.seq);
          store.add(item);
        };
        return older;
      });
    } else {
      for (const [seq, one] of memory.queue) if (one.id === id && one.body.token === body.token) memory.queue.delete(seq);
      item.seq = ++ticket;
      memory.queue.set(item.seq, item);
    }
    await tell();
    channel?.postMessage("changed");
    failures = 0;
    flush();
    if (inPage && navigator.serviceWorker?.controller) { // https only: sent although she closes the page
      navigator.serviceWorker.ready.then((worker) => worker.sync?.register("outbox")).catch(() => {});
    }
  }

  async function tell() {
    hooks.changed((await all()).filter((item) => !item.first).map((item) => item.id));
  }

  /** Whether something of a session is still to be sent, and its day is not over as far as this phone knows:
      a server that does not know the session may have been started with another room's file. */
  async function keeps(session) {
    const until = (await get(`session ${session}`))?.until;
    const now = new Date(), today = new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    return Boolean(until) && today <= until && (await all()).some((item) => !item.first && item.body.session === session);
  }

  /** Ask the server; null where it cannot be reached or has trouble of its own. */
  async function post(path, body) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), GIVE_UP_S * 1000);
    try {
      const answer = await fetch(path, {
        method: "POST", cache: "no-store", credentials: "omit", signal: stop.signal, redirect: "error",
        keepalive: true, // what is on its way arrives although she closes the page
        headers: { "Content-Type": "application/json", "Accept-Language": hooks.language() },
        body: JSON.stringify(body),
      });
      const said = await answer.json();
      if (answer.status >= 500 || answer.status === 429) return { again: said };
      // a hall's login page may answer anything: only what speaks as we do takes an item away
      if (!said || typeof said !== "object" || (said.ok !== true && typeof said.error !== "string")) return null;
      return said;
    } catch {
      return null;
    } finally {
      clearTimeout(clock);
    }
  }

  /** Send what waits, one after the other, in one tab at a time; what is not acknowledged stays. */
  async function flush() {
    if (stopped) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(timer);
    let wait_s = 0;
    try {
      wait_s = await alone(send);
    } catch {
      wait_s = LONGEST_WAIT_S; // the store is gone or in trouble
    } finally {
      busy = false;
    }
    if (stopped) return;
    if (again) {
      again = false;
      timer = setTimeout(flush, 0);
    } else if (wait_s > 0) timer = setTimeout(flush, wait_s * 1000);
  }

  /** Send all that may go now; gives after how many seconds to try again, 0 for never. */
  async function send() {
    const items = (await all()).sort((a, b) => Number(b.first) - Number(a.first) || a.seq - b.seq);
    const slow = new Set(); // tokens that the server has asked to slow down
    let wait_s = 0;
    const later = (seconds) => { wait_s = wait_s ? Math.min(wait_s, seconds) : seconds; };
    for (const item of items) {
      if (stopped) return 0;
      const { session, token } = item.body;
      const left_s = ((held.get(session) ?? 0) - performance.now()) / 1000;
      if (left_s > 0 || slow.has(token)) {
        if (left_s > 0) later(left_s);
        continue;
      }
      if (held.delete(session)) told.delete(session); // the line may be gone since
      if (!(await all()).some((one) => one.seq === item.seq)) continue; // replaced meanwhile
      await renew();
      const said = await post(item.path, item.body);
      if (stopped) return 0;
      if (said === null || said.again) {
        const error = said?.again?.error;
        hooks.trouble?.(said === null ? "offline" : error || "offline");
        if (LATER.includes(error)) {
          later(put(session, Number(said.again.retry_s) || SOON_S));
          continue;
        }
        failures += 1;
        const wait = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
        later(Math.max(Number(said?.again?.retry_s) || 0, wait));
        if (said === null || !ALONE.includes(error)) return wait_s; // nobody would get through now
        slow.add(token);
        continue;
      }
      failures = 0;
      if (said.error === "session_unknown" && (await keeps(session))) {
        hooks.trouble?.("offline");
        hold(session, true);
        later(HELD_S);
        continue;
      }
      put_off.delete(session);
      await drop(item.seq);
      channel?.postMessage("changed");
      if (!said.ok) hooks.refused(said, item);
      await tell();
    }
    if (!wait_s) hooks.trouble?.("");
    return wait_s;
  }

  /** Leave a session alone that says "not now": for long only where the line tells when it goes on.
      A short pause may be over before its answer is here. */
  function put(session, soon_s) {
    const times = put_off.get(session) || 0;
    put_off.set(session, times + 1);
    const least_s = told.has(session) ? HELD_S : Math.min(HELD_S, soon_s * 2 ** times);
    const wait_s = least_s * (1 + Math.random() / 2);
    held.set(session, performance.now() + wait_s * 1000);
    return wait_s;
  }
  /** Leave a session's items alone until it goes on; the line tells when. */
  function hold(session, on) {
    const waited = held.has(session);
    if (on) {
      told.add(session);
      put(session, HELD_S);
      return;
    }
    told.delete(session);
    put_off.delete(session);
    if (!waited) return;
    held.set(session, performance.now() + SPREAD_S * Math.random() * 1000);
    failures = 0;
    flush(); // finds that it is to wait this little while
  }

  /* ---- one tab at a time ---- */

  const holder = hex(random(8));

  /** Do something while no other tab does; without locks (plain http) by a lease in the store. */
  async function alone(work) {
    if (!db) return work();
    if (typeof navigator !== "undefined" && navigator.locks) {
      return navigator.locks.request(NAME, { ifAvailable: true }, (lock) => lock ? work() : 1 + Math.random());
    }
    if (!(await lease(true))) return 1 + Math.random();
    try {
      return await work();
    } finally {
      if (db) await lease(false).catch(() => {});
    }
  }
  /** Take or give back the lease. A clock that was set back or forward must not lock it for long. */
  async function lease(take) {
    let got = false;
    await within("kept", "readwrite", (store) => {
      const request = store.get("lease");
      request.onsuccess = () => {
        const left = request.result ? request.result.until - Date.now() : 0;
        if (request.result && request.result.holder !== holder && left > 0 && left <= LEASE_MS) return;
        got = true;
        if (take) store.put({ holder, until: Date.now() + LEASE_MS }, "lease");
        else store.delete("lease");
      };
      return request;
    });
    return got;
  }
  const renew = async () => { if (db && !(typeof navigator !== "undefined" && navigator.locks)) await lease(true); };

  /* ---- carried to another address of the same laptop ---- */

  const HEX = /^[0-9a-f]{32}$/, UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const RECEIPT = /^[A-HJ-NP-Z2-9]{12}$/, CELL = /^CRS3035RES\d{3,4}mN\d{1,8}E\d{1,8}$/;
  const PATHS = ["/phone/agree", "/phone/contributions", "/phone/change", "/phone/withdraw"];
  const MOST_CARRIED = 200, LONGEST_CARRIED = 200_000;
  const short = (length) => (value) => typeof value === "string" && value.length <= length;
  const FIELDS = {
    session: (v) => HEX.test(v), token: (v) => HEX.test(v), consent: short(20), receipt: (v) => RECEIPT.test(v),
    party: (v) => Number.isInteger(v) && v >= 0 && v < 100, id: (v) => UUID.test(v), cell: (v) => CELL.test(v),
    feeling: short(20), when: short(20), company: short(20), words: short(200), language: short(35),
    reasons: (v) => Array.isArray(v) && v.length <= 20 && v.every(short(30)),
    edit: (v) => Number.isInteger(v) && v >= 1 && v <= 100,
  };

  /** Tell whether an object holds short texts, numbers and lists of short texts, and nothing deeper. */
  const plain = (given) => typeof given === "object" && given !== null && Object.values(given).every(
    (value) => value === null || ["number", "boolean"].includes(typeof value) || short(200)(value)
      || (Array.isArray(value) && value.length <= 20 && value.every(short(30))));

  /** Everything of one session as the end of an address: it stays in the browser, no server sees it. */
  async function carry(session) {
    const kept = (await get(`session ${session}`)) || null;
    const waits = (await all()).filter((item) => item.body.session === session)
      .map(({ id, path, first, body }) => ({ id, path, first, body }));
    const bundle = { v: 1, session, kept, mine: await mine(session), queue: waits };
    const bytes = new TextEncoder().encode(JSON.stringify(bundle));
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return `carry=${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
  }

  /** Read such an end; null where it is none or anything in it is not ours. Takes nothing yet. */
  function carried(fragment) {
    if (!fragment.startsWith("carry=") || fragment.length > LONGEST_CARRIED) return null;
    try {
      const text = atob(fragment.slice(6).replaceAll("-", "+").replaceAll("_", "/"));
      const bundle = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
      const { v, session, kept, mine: own, queue } = bundle;
      if (v !== 1 || !HEX.test(session) || !Array.isArray(own) || !Array.isArray(queue)) return null;
      if (own.length + queue.length > MOST_CARRIED) return null;
      if (kept !== null && (!plain(kept) || !HEX.test(kept.token))) return null;
      const fits = (said) => Object.entries(said).every(([name, value]) => value == null || FIELDS[name]?.(value));
      const waits = queue.every((item) => PATHS.includes(item.path) && short(80)(item.id) && item.body
        && item.body.session === session && HEX.test(item.body.token) && fits(item.body));
      const listed = own.every((item) => plain(item) && UUID.test(item.id)
        && item.session === session && CELL.test(item.cell));
      return waits && listed ? { session, kept, mine: own, queue } : null;
    } catch {
      return null;
    }
  }

  /** Take what was carried. A token of this phone stays: a stranger's link cannot put its own in place. */
  async function bring(bundle) {
    const own = await get(`session ${bundle.session}`);
    if (bundle.kept && (!own || own.token === bundle.kept.token)) {
      await set(`session ${bundle.session}`, bundle.kept);
      for (const item of bundle.mine) await keepMine(item);
    }
    for (const item of bundle.queue) await add(item);
  }

  /* ---- forgetting ---- */

  /** For the next person on this phone: what waits is still sent, the rest of the one before goes. */
  async function next() {
    if (!db) {
      memory = { ...forgotten(), queue: memory.queue };
      return;
    }
    await within("mine", "readwrite", (store) => store.clear());
    await within("kept", "readwrite", (store) => {
      const keys = store.getAllKeys();
      keys.onsuccess = () => {
        for (const key of keys.result) if (!key.startsWith("code ") && key !== "lease") store.delete(key);
      };
      return keys;
    });
    try { sessionStorage.clear(); } catch { /* forbidden here, so there is nothing in it */ }
    channel?.postMessage("next");
  }

  /** Forget everything of hers: queue, token, session, what was kept for being offline. */
  async function wipe() {
    await vanish();
    channel?.postMessage("wiped");
    if (inPage) await forgetPages();
  }
  /** Let go of the store without forgetting anything; for who is not a page. */
  function close() {
    stopped = true;
    clearTimeout(timer);
    db?.close();
    db = null;
  }
  async function vanish() {
    stopped = true;
    clearTimeout(timer);
    held = new Map();
    memory = forgotten();
    const mine_db = db;
    db = null;
    if (!mine_db) return;
    try { // emptied first: the deletion waits for tabs that are slow to let go
      const change = mine_db.transaction([...mine_db.objectStoreNames], "readwrite");
      for (const name of mine_db.objectStoreNames) change.objectStore(name).clear();
      await new Promise((done) => { change.oncomplete = change.onabort = done; });
    } catch { /* another tab was faster */ }
    mine_db.close();
    await asked(indexedDB.deleteDatabase(NAME)).catch(() => {});
  }
  /** Take away what the service worker keeps, and itself; there is none over plain http. */
  async function forgetPages() {
    try { sessionStorage.clear(); } catch { /* forbidden here, so there is nothing in it */ }
    if (typeof caches === "undefined") return;
    try {
      const workers = (await navigator.serviceWorker?.getRegistrations()) || [];
      for (const one of workers) one.active?.postMessage("wipe");
      for (const one of workers) await one.unregister();
      for (const name of await caches.keys()) await caches.delete(name);
    } catch { /* a browser that keeps nothing for pages */ }
  }

  /* ---- random names ---- */

  function random(bytes) {
    return crypto.getRandomValues(new Uint8Array(bytes));
  }
  function hex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  function token() {
    return hex(random(16));
  }
  /** Twelve letters of the codes' alphabet: 32 letters, so each byte gives one without preference. */
  function receipt() {
    return Array.from(random(12), (byte) => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[byte & 31]).join("");
  }
  function uuid() { // version 4; crypto.randomUUID is missing where the page is no secure context
    const bytes = random(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = hex(bytes);
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  }

  /* ---- when to try ---- */

  if (inPage) {
    addEventListener("online", () => { failures = 0; flush(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { failures = 0; flush(); } });
  }
  if (channel) channel.onmessage = ({ data }) => {
    if (data === "changed" && !stopped) tell().catch(() => {});
    else if (data === "wiped") vanish().then(() => hooks.wiped?.());
    else if (data === "next") hooks.replaced?.();
  };

  return {
    open, get, set, unset, add, all, keeps, flush, post, hold, mine, keepMine, dropMine, carry, carried, bring, next, wipe, close,
    token, receipt, uuid,
  };
})();
if (typeof window !== "undefined") window.Outbox = Outbox;
