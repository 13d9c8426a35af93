/* What a group's phone knows: what the server says, and on top of it what is still on its way.
   An entry stays in the outbox until it is on the server's disk; a tap shows at once. */
"use strict";

window.Net = (() => {
  const PATH = "/net/entries", LOOK_MS = 3000, AFTER_MS = 150;
  let code = "", state = null, timer = 0, turn = 0, looking = false, again = false;
  const mine = new Map(); // id -> {body, done: the turn in which it arrived, 0 while it waits}
  let hooks = { changed() {}, trouble() {}, gone() {} };

  /** Begin for a code; gives the server's answer, or null where it cannot be reached. */
  async function begin(given, more) {
    code = given;
    hooks = { ...hooks, ...more };
    const keeps = await Outbox.open({
      changed: arrived,
      refused: (said, item) => { mine.delete(item.id); hooks.trouble(said.sentence); look(); },
      trouble: (what) => hooks.offline?.(what),
      language: () => document.documentElement.lang,
    });
    for (const item of await Outbox.all()) if (item.path === PATH && item.body.code === code) mine.set(item.id, { body: item.body, done: 0 });
    Outbox.flush();
    return { keeps, said: await look() };
  }

  /** Ask for the state; later calls while one runs are one more. */
  async function look() {
    if (looking) {
      again = true;
      return null;
    }
    looking = true;
    clearTimeout(timer);
    const began = ++turn;
    const said = await Outbox.post("/net/state", state ? { code, mark: state.mark } : { code });
    looking = false;
    timer = setTimeout(look, again ? AFTER_MS : LOOK_MS);
    again = false;
    if (said?.ok) {
      if (!said.same) state = said;
      for (const [id, one] of mine) if (one.done && one.done < began) mine.delete(id);
      hooks.changed();
    } else if (said?.error) {
      clearTimeout(timer);
      hooks.gone(said);
    }
    return said;
  }
  /** The outbox tells which entries still wait: the others are on the disk. */
  function arrived(ids) {
    let news = false;
    for (const [id, one] of mine) if (!one.done && !ids.includes(id)) { one.done = turn; news = true; }
    if (!news) { hooks.changed(); return; }
    clearTimeout(timer);
    timer = setTimeout(look, AFTER_MS);
    hooks.changed();
  }

  /** Say something: it is kept on this phone first, then sent. */
  async function say(entry) {
    const id = Outbox.uuid(), body = { code, id, ...entry };
    mine.set(id, { body, done: 0 });
    hooks.changed();
    try {
      await Outbox.add({ id, path: PATH, first: false, body });
    } catch {
      mine.delete(id);
      hooks.trouble("");
    }
  }

  /** The state with all that is on its way as if it had arrived. */
  function now() {
    const seen = { ...state, links: state.links.map(([handle, kind, one, other, mutual]) => ({ handle, kind, one, other, mutual })), waiting: [...state.waiting], towers: { ...state.towers } };
    const same = (a, b) => a.kind === b.kind && a.mutual === b.mutual && ((a.one === b.one && a.other === b.other) || (a.mutual && a.one === b.other && a.other === b.one));
    for (const [id, { body }] of mine) {
      if (body.do === "link") {
        const link = { of: id, kind: body.kind, one: body.one, other: body.other, mutual: body.mutual };
        if (!seen.links.some((one) => same(one, link))) seen.links.push(link);
      } else if (body.do === "undo") {
        seen.links = seen.links.filter((one) => !(body.of ? one.of === body.of : one.handle === body.handle));
        seen.waiting = seen.waiting.filter(([handle]) => handle !== (body.of || body.handle));
      } else if (body.do === "tower") {
        if (body.by === 0) delete seen.towers[body.actor];
        else seen.towers[body.actor] = Math.max(0, (seen.towers[body.actor] ?? 0) + body.by);
      } else if (body.do === "actor") seen.waiting.push([id, body.name, true]);
      else if (body.do === "right") seen.right = body.on;
    }
    return seen;
  }

  const waits = () => [...mine.values()].filter((one) => !one.done).length;
  document.addEventListener("visibilitychange", () => { if (!document.hidden && code) look(); });

  return { begin, say, now, look, waits, ready: () => Boolean(state), code: () => code };
})();
