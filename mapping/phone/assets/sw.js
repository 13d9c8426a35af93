/* Where browsers trust the address (https): the page opens without network, and what waits is sent
   although the page is closed. Keeps the page, its files, the map and the list of help of her session,
   and none of her answers: those are in the outbox. */
"use strict";

importScripts("{{FILE outbox.js}}");

const SHELL = "cg-shell", SESSIONS = "cg-session", PATIENCE_MS = 4000;
const FILES = {{ASSETS}};
const KEPT = /^\/phone\/(words|base|help)\/[^/]+\.json$|^\/phone\/voices\.json$/;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(["/j", ...FILES])));
});
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL); // files of an older page go
    for (const request of await cache.keys()) {
      const { pathname, search } = new URL(request.url);
      if (pathname !== "/j" && !FILES.includes(pathname + search)) await cache.delete(request);
    }
    await clients.claim();
  })());
});

/** Keep an answer, but only in a cache that is there: after a wipe nothing is kept again. */
async function keep(name, key, answer) {
  if (answer.ok && (await caches.has(name))) await (await caches.open(name)).put(key, answer.clone());
  return answer;
}
async function patiently(request) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    return await fetch(request, { signal: stop.signal });
  } finally {
    clearTimeout(clock);
  }
}
async function kept(key) {
  const found = await caches.match(key);
  if (!found) throw new TypeError("not kept");
  return found;
}

async function page(request) {
  try {
    return await keep(SHELL, "/j", await patiently(request));
  } catch {
    return kept("/j");
  }
}
async function file(request) {
  return (await caches.match(request)) || keep(SHELL, request, await fetch(request));
}
async function list(request) {
  try {
    return await keep(SESSIONS, request, await patiently(request));
  } catch {
    return kept(request);
  }
}
/** Joining a session she is in: without network, as it was when it was last reached. */
async function join(request) {
  const { session } = await request.clone().json().catch(() => ({}));
  const key = `/phone/join/${session}`;
  try {
    const answer = await patiently(request);
    return session ? await keep(SESSIONS, key, answer) : answer;
  } catch (error) {
    if (!session) throw error;
    return kept(key);
  }
}
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && pathname === "/phone/join") event.respondWith(join(request));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/phone/assets/")) event.respondWith(file(request));
  else if (KEPT.test(pathname)) event.respondWith(list(request));
});

/** Fetch what her session needs, so that the next visit needs no network. */
async function prepare(session, lang) {
  await caches.open(SESSIONS);
  await caches.open(SHELL);
  const lists = [`/phone/base/${session}.json`, `/phone/help/${session}.json`, `/phone/words/${lang}.json`, "/phone/voices.json"];
  const asked = new Request("/phone/join", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ session }),
  });
  await Promise.allSettled([...lists.map((path) => list(new Request(path))), join(asked)]);
}
async function forget() {
  for (const name of await caches.keys()) await caches.delete(name);
}
addEventListener("message", (event) => {
  const { data } = event;
  if (data === "wipe") event.waitUntil(forget());
  else if (/^[0-9a-f]{32}$/.test(data?.keep) && /^[A-Za-z-]{2,20}$/.test(data.lang)) event.waitUntil(prepare(data.keep, data.lang));
});

/** Send what waits although no page is open. */
async function deliver() {
  let over = false;
  const refused = (said) => { over = over || ["session_closed", "session_unknown"].includes(said.error); };
  if (!(await Outbox.open({ refused, language: () => navigator.language }))) return;
  await Outbox.flush();
  const left = (await Outbox.all()).length;
  if (over && !(await clients.matchAll()).length) { // the session has ended, and no page is there to say so
    await Outbox.wipe();
    await forget();
    await registration.unregister();
    return;
  }
  Outbox.close();
  if (left) throw new Error("something still waits"); // then the browser calls again
}
addEventListener("sync", (event) => { if (event.tag === "outbox") event.waitUntil(deliver()); });
