/* Help near a place that she called unsafe. The list of services comes whole; what fits is found
   here, so that nobody learns what she looked for. Nothing is sent anywhere. */
"use strict";

window.Help = (() => {
  const MOST = 5, NEAR_M = 400, SOON_S = 3;
  const DAY = 1440, WEEK = 7 * DAY;
  // evening 18 to 22, night 22 to 6, as everywhere here
  const PARTS = { day: [[360, 1080]], evening: [[1080, 1320]], night: [[0, 360], [1320, DAY]] };
  const VIOLENCE = ["harassment"];
  const AFTER_VIOLENCE = ["violence_support", "mental_health", "legal", "health"];
  const lists = new Map(); // session -> its services

  async function services(session) {
    if (!lists.has(session)) {
      const answer = await fetch(`/phone/help/${session}.json`, { credentials: "omit" });
      if (!answer.ok) throw new Error("no list");
      lists.set(session, (await answer.json()).services);
    }
    return lists.get(session);
  }

  /** Fetch the list on every phone alike, soon after joining: who fetched it only after something bad
      had happened would tell so to whoever listens to the Wi-Fi. */
  function prepare(session) {
    setTimeout(() => { services(session).catch(() => {}); }, 1000 * (SOON_S + SOON_S * Math.random()));
  }

  /** Tell whether she spoke of violence: then a protocol and a person come first. */
  function violent(reasons) {
    return (reasons || []).some((code) => VIOLENCE.includes(code));
  }

  const overlaps = (spans, start, end) => spans.some(([from, to]) => from < end && to > start);

  /** Is it known to be open in the hours she spoke of? Without any: is it known to be open at all. */
  function open(service, when) {
    if (!service.open?.length) return false;
    const parts = PARTS[when];
    if (!parts) return true;
    for (let day = 0; day < 7; day += 1) {
      if (parts.some(([from, to]) => overlaps(service.open, day * DAY + from, day * DAY + to))) return true;
    }
    return false;
  }
  function minuteOfWeek(now) {
    return ((now.getDay() + 6) % 7) * DAY + now.getHours() * 60 + now.getMinutes();
  }

  /** The middle of a cell, metres of EPSG:3035; null for what is no cell. */
  function middle(cell) {
    const match = /^CRS3035RES(\d+)mN(\d+)E(\d+)$/.exec(cell || "");
    if (!match) return null;
    const [size, north, east] = match.slice(1).map(Number);
    return [east + size / 2, north + size / 2];
  }
  function away(service, here) {
    if (!here || !service.square) return Infinity;
    return Math.hypot(service.square[0] - here[0], service.square[1] - here[1]);
  }

  /** At most five that are known to fit, the nearest first; unknown is never taken for a yes.
      After violence, what is there for it comes before what is merely near. */
  function fitting(every, { cell, when, reasons, lang }, now = new Date()) {
    const tongue = lang.split("-")[0].toLowerCase(), here = middle(cell), minute = minuteOfWeek(now);
    const rank = (one) => {
      const place = AFTER_VIOLENCE.indexOf(one.category);
      return violent(reasons) ? (place < 0 ? AFTER_VIOLENCE.length : place) : 0;
    };
    return every
      .filter((one) => one.papers === false && one.languages.includes(tongue) && open(one, when))
      .map((one) => ({ ...one, away_m: away(one, here), now: overlaps(one.open, minute, minute + 1), rank: rank(one) }))
      .sort((a, b) => a.rank - b.rank || (a.away_m === b.away_m ? 0 : a.away_m - b.away_m) || b.now - a.now || (a.name < b.name ? -1 : 1))
      .slice(0, MOST);
  }

  /* ---- what is shown ---- */

  function line(text, kind = "") {
    const found = document.createElement("p");
    found.textContent = text;
    found.dir = "auto";
    if (kind) found.className = kind;
    return found;
  }
  const two = (number) => String(number).padStart(2, "0");
  function clock(minute) {
    const rest = minute % DAY;
    return minute && !rest ? "24:00" : `${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
  }
  /** A night from Sunday to Monday comes as two, at both ends of the week. */
  function joined(spans) {
    const [first, last] = [spans[0], spans.at(-1)];
    const overnight = spans.length > 1 && first[0] === 0 && last[1] === WEEK && WEEK - last[0] + first[1] < DAY;
    return overnight ? [...spans.slice(1, -1), [last[0], WEEK + first[1]]] : spans;
  }
  /** What to say of a day: a night is said with the day it begins; what lasts longer, day by day. */
  function ofDay([from, to], day) {
    const [start, end] = [day * DAY, (day + 1) * DAY];
    if (to - from < DAY) return from >= start && from < end ? [`${clock(from - start)}–${clock(to)}`] : [];
    if (from >= end || to <= start) return [];
    return [`${clock(Math.max(from, start) - start)}–${clock(Math.min(to, end))}`];
  }
  /** Hours day by day, days that are alike together: "Mon – Fri 09:00–17:00". */
  function hours(spans, lang) {
    if (spans.length === 1 && spans[0][1] - spans[0][0] >= WEEK) return "24/7";
    const name = (day) => new Intl.DateTimeFormat(lang, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));
    const every = joined(spans);
    const days = [0, 1, 2, 3, 4, 5, 6].map((day) => every.flatMap((span) => ofDay(span, day)).join(", "));
    const lines = [];
    for (let first = 0, day = 1; day <= 7; day += 1) {
      if (day < 7 && days[day] === days[first]) continue;
      if (days[first]) lines.push(`${name(first)}${day - 1 > first ? `–${name(day - 1)}` : ""} ${days[first]}`);
      first = day;
    }
    return lines.join(" · ");
  }
  function distance(metres, lang, say) {
    if (metres <= NEAR_M) return say("phone.help_near");
    const [count, unit] = metres < 1000 ? [Math.round(metres / 100) * 100, "meter"] : [Math.round(metres / 500) / 2, "kilometer"];
    return say("phone.help_far", { distance: new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short" }).format(count) });
  }
  /** A number to call is a link to call it; everything else stays text. */
  function contact(text) {
    const found = document.createElement("p");
    found.className = "help_contact";
    for (const [place, part] of text.split(" · ").entries()) {
      if (place) found.append(" · ");
      const isNumber = /^\+?[\d\s()/.-]{5,24}$/.test(part);
      const shown = document.createElement(isNumber ? "a" : "bdi");
      shown.textContent = part;
      shown.dir = "ltr";
      if (isNumber) shown.href = `tel:${part.replace(/[^\d+]/g, "")}`;
      found.append(shown);
    }
    return found;
  }
  function item(one, { lang, say, language }) {
    const found = document.createElement("li");
    const name = document.createElement("h3");
    name.textContent = one.name;
    name.dir = "auto";
    const kind = say(`category.${one.category}`);
    found.append(name, line(one.organization ? `${kind} · ${one.organization}` : kind, "help_kind"));
    if (one.now) found.append(line(say("phone.help_open_now"), "help_now"));
    found.append(line(hours(one.open, lang), "help_hours"));
    const yes = [say("phone.help_speaks", { language }), say("phone.help_papers")];
    if (one.women_only === true) yes.push(say("phone.help_women"));
    found.append(line(yes.join(" · "), "help_yes"));
    if (one.hidden) found.append(line(say("phone.help_hidden")));
    else if (one.place) found.append(line(one.place));
    if (Number.isFinite(one.away_m)) found.append(line(distance(one.away_m, lang, say), "help_away"));
    if (one.contact) found.append(contact(one.contact));
    return found;
  }
  function person(given) {
    const { say, session } = given;
    return line(session.safeguard ? say("phone.help_person", { name: session.safeguard }) : say("phone.help_no_person"), "help_person");
  }

  /** Fill a card: `given` is {cell, when, feeling, reasons, lang, session, say, language}.
      `say(key, blanks)` gives our sentences, `language` is the page's language in its own words. */
  async function card(container, given) {
    const { say, reasons, session } = given;
    const hurt = violent(reasons);
    const stage = [];
    if (hurt) stage.push(line(say("phone.help_violence"), "help_violence"), person(given), line(say("phone.help_violence_private"), "help_small"));
    else if (session.safeguard) stage.push(person(given)); // who is in the room comes before any office
    const last = stage.length ? [] : [person(given)];
    const wait = line(say("phone.help_loading"), "help_small");
    container.replaceChildren(...stage, wait);
    const mine = {};
    container.helpTurn = mine; // a card that was filled anew meanwhile keeps the newer one
    let every;
    try {
      every = await services(session.id);
    } catch {
      if (container.helpTurn !== mine) return;
      container.replaceChildren(...stage, line(say("phone.help_unreached")), ...last);
      return;
    }
    if (container.helpTurn !== mine) return;
    const found = fitting(every, given);
    if (!found.length) {
      container.replaceChildren(...stage, line(say("phone.help_none")), ...last);
      return;
    }
    const list = document.createElement("ul");
    list.className = "help_list";
    list.append(...found.map((one) => item(one, { ...given, language: given.language || Phone.data.languages[given.lang]?.[0] || given.lang })));
    container.replaceChildren(...stage, list, ...last, line(say("phone.help_by_itself"), "help_small"));
  }

  return { card, prepare, fitting, violent };
})();
