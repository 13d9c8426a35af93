/* The private page of an organization: what is held, and a draft of answers that stays here until it is sent. */
"use strict";

(async () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const { element, tell, editor } = Fields;
  const PARTS = ["about", "services", "places", "ties", "shown", "rate", "judged"];
  const CHUNK = 30;
  const secret = location.hash.slice(1);
  const words = { [data.lang]: data.words };
  let lang = data.lang, held = null, draft = {}, packed = null, busy = false;

  /* ---- words ---- */
  function say(key, blanks = {}) {
    return words[lang][key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  }
  Fields.use({ say, lists: data.lists, words: () => words[lang] });
  async function speak(tag) {
    if (!words[tag]) {
      try {
        words[tag] = await (await fetch(`/ours/words/${tag}.json`)).json();
      } catch {
        notice(say("ours.offline"));
        $("lang").value = lang;
        return;
      }
    }
    lang = tag;
    write();
  }
  function write() {
    document.documentElement.lang = lang;
    document.documentElement.dir = data.languages[lang][1];
    document.title = say("ours.title");
    for (const node of document.querySelectorAll("[data-w]")) node.textContent = say(node.dataset.w);
    for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
    $("lang").value = lang;
    if (held) draw();
  }
  function notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }

  /* ---- the server ---- */
  async function ask(path, body) {
    const headers = { Authorization: `Bearer ${secret}`, "Accept-Language": lang };
    if (body) headers["Content-Type"] = "application/json";
    try {
      const answer = await fetch(path, { method: body ? "POST" : "GET", headers, cache: "no-store", credentials: "omit", body: body && JSON.stringify(body) });
      return await answer.json();
    } catch {
      return { error: "offline", sentence: say("ours.offline") };
    }
  }
  function uuid() { // version 4; crypto.randomUUID is missing where the page is no secure context
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  }
  async function load() {
    if (!secret) return end(say("ours.no_secret"));
    const said = await ask("/ours/held");
    if (!said.ok) return held && said.error === "offline" ? notice(said.sentence) : end(said.sentence);
    held = said;
    restore();
    $("loading").hidden = true;
    $("whole").hidden = false;
    draw();
    return true;
  }
  function end(text) {
    $("end_text").textContent = text;
    for (const name of ["loading", "whole"]) $(name).hidden = true;
    $("end").hidden = false;
    $("end_text").focus();
  }

  /* ---- the draft: only on this device ---- */
  const shelf = () => `common-ground-ours-${held.invitation}`;
  function store() {
    try {
      if (Object.keys(draft).length) localStorage.setItem(shelf(), JSON.stringify(draft));
      else localStorage.removeItem(shelf());
    } catch { /* this browser keeps nothing; the draft lives as long as the page */ }
  }
  /** Keep of the draft what is still about what we hold; the rest is put aside. */
  function restore() {
    let kept = draft;
    try { kept = { ...JSON.parse(localStorage.getItem(shelf()) || "{}"), ...draft }; } catch { /* as above */ }
    draft = {};
    let lost = 0;
    for (const [key, item] of Object.entries(kept)) {
      const now = current(item);
      if (now === null || JSON.stringify(now.value) !== JSON.stringify(item.held)) lost += 1;
      else draft[key] = { ...item, answer: now.version === undefined ? item.answer : { ...item.answer, seen: now.version } };
    }
    if (lost) notice(say("ours.changed", { count: lost }));
    store();
  }
  /** Find what an answer is about, as it is held now; null where it is gone. */
  function current({ answer }) {
    if (answer.do.startsWith("add_") || answer.do === "show") return {};
    if (answer.do === "tie") {
      const tie = held.things.find((one) => one.table === "ties" && one.row === answer.row);
      return tie ? { value: tie.said, version: tie.version } : null;
    }
    const fact = held.things.flatMap((one) => one.facts).find((one) => one.table === answer.table && one.row === answer.row && one.column === answer.column);
    return fact || null;
  }
  function put(key, item) {
    if (item) draft[key] = item; else delete draft[key];
    packed = null;
    store();
    ready();
  }
  function ready() {
    const count = Object.keys(draft).length;
    $("ready").textContent = count ? say("ours.ready", { count }) : "";
    $("send").hidden = !count;
    $("send").disabled = busy;
  }

  /* ---- drawing ---- */
  function draw() {
    const open = new Set([...document.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    $("heading").textContent = say("ours.heading", { name: held.name });
    $("until").textContent = say("ours.until", { day: held.ends_on });
    $("part_rate").hidden = !held.rating || !held.rating.partners.length;
    $("part_judged").hidden = !held.things.some((one) => one.section === "judged");
    $("parts").replaceChildren(...PARTS.filter((part) => !$(`part_${part}`).hidden).map((part) => element("a", { href: `#part_${part}`, text: say(`ours.part_${part}`), onclick: (event) => jump(event, part) })));
    for (const part of PARTS) {
      const mine = held.things.filter((one) => one.section === part);
      const nodes = mine.map((one) => thing(one));
      if (!mine.length && words[lang][`ours.none_${part}`]) nodes.push(element("p", { className: "quiet", text: say(`ours.none_${part}`) }));
      $(`part_${part}`).querySelector(".things").replaceChildren(...nodes);
    }
    if (held.rating) {
      $("rate_until").textContent = say("ours.rate_until", { day: held.rating.delete_on });
      $("part_rate").querySelector(".things").replaceChildren(...Rate.partners(held.rating, { say, ask, notice, lang: () => lang }));
    }
    $("add_service").replaceChildren(...drafted("add_service", "ours.added_service"), adding("new_service", SERVICE, "add_service"));
    $("add_tie").replaceChildren(...drafted("add_tie", "ours.added_tie"), adding("new_tie", TIE, "add_tie"));
    $("gone").replaceChildren(grave("gone", "ours.gone", "ours.gone_about", "ours.gone_sure", () => now([{ do: "gone" }])));
    sent();
    ready();
    for (const one of document.querySelectorAll("details")) one.open = open.has(one.dataset.key) || one.dataset.start === "open";
  }
  /** Go to a part without touching the address: the secret stands in it. */
  function jump(event, part) {
    event.preventDefault();
    const heading = $(`part_${part}`).querySelector("h2");
    heading.tabIndex = -1;
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  }
  function title(one) {
    if (one.section === "ties") return say(`ours.tie_${one.way}`, { other: one.name, kind: say(`tie_kind.${one.kind}`) });
    if (one.section === "judged") return say(`judgement.${one.kind}`);
    return one.name || say("ours.nameless_place");
  }
  function thing(one) {
    const head = element("summary", {}, element("bdi", { text: title(one) }), known(one));
    const node = element("details", { className: "thing" }, head);
    node.dataset.key = `${one.section}/${one.table}/${one.row}`;
    if (one.section === "about" || one.section === "shown") node.dataset.start = "open";
    if (one.protected) node.append(element("p", { className: "quiet", text: say("ours.protected") }));
    if (one.section === "ties") node.append(tieSaid(one));
    node.append(...one.says.map(([key, value]) => element("p", { className: "quiet" }, element("bdi", { text: `${say(key)}: ${["ours.yes", "ours.no"].includes(value) ? say(value) : value}` }))));
    node.append(...one.facts.map((fact) => factRow(fact, one)));
    const acts = element("div", { className: "acts" });
    if (!["ties", "judged"].includes(one.section) && one.facts.some((fact) => fact.value !== null)) acts.append(element("button", { type: "button", className: "act", text: say("ours.all_right"), onclick: () => allRight(one) }));
    if (acts.children.length) node.append(acts);
    if (one.section === "places") node.append(one.protected ? showing(one) : grave(`hide/${one.row}`, "ours.protect", "ours.protect_about", "ours.protect_sure", () => now([{ do: "hide", row: one.row }])));
    return node;
  }
  function known(one) {
    if (!one.facts.length || ["shown", "ties", "judged"].includes(one.section)) return null;
    return element("span", { className: "known", text: say("ours.known_of", { known: one.facts.filter((fact) => fact.value !== null).length, count: one.facts.length }) });
  }
  function label(fact, one) {
    if (fact.type === "hours") return say("ours.hours_of", { service: held.things.find((each) => each.table === "services" && each.row === fact.of)?.name || "" });
    if (fact.column === "consent_shown") return fact.table === "assets" ? say("ours.shown_asset", { name: one.name }) : say("ours.shown_name");
    if (["consent_shared", "at_risk"].includes(fact.column)) return say(`ours.${fact.column}`);
    if (fact.table === "replies") return say("ours.reply");
    if (fact.column === "public_contact") return say("ours.shown_contact");
    return say(fact.column === "address" ? "field.street" : `field.${fact.column}`);
  }
  const keyOf = (fact) => `${fact.table}/${fact.row}/${fact.column}`;
  const naming = (fact, what) => ({ do: what, table: fact.table, row: fact.row, column: fact.column, seen: fact.version });

  function factRow(fact, one) {
    const key = keyOf(fact), what = label(fact, one);
    const row = element("div", { className: "fact" });
    const redraw = (focus) => { row.replaceChildren(...inside()); if (focus) row.querySelector(focus)?.focus(); };
    function inside() {
      const item = draft[key];
      const nodes = [element("span", { className: "what", text: what }), element("p", { className: fact.value === null ? "value unknown" : "value" }, element("bdi", { text: tell(fact, fact.value) }))];
      const acts = element("div", { className: "acts" });
      if (fact.value !== null && fact.table !== "replies" && item?.answer.do !== "correct") {
        const pressed = item?.answer.do === "right";
        acts.append(element("button", { type: "button", className: "act yes", text: say("ours.right"), "aria-label": say("ours.right_about", { what }), "aria-pressed": String(pressed), onclick: () => { put(key, pressed ? null : { held: fact.value, answer: naming(fact, "right") }); redraw(".yes"); } }));
      }
      acts.append(element("button", { type: "button", className: "act mend", text: say(fact.value === null ? "ours.fill" : "ours.correct"), "aria-label": say("ours.correct_about", { what }), onclick: () => open(item) }));
      if (item?.answer.do === "correct") {
        nodes.push(acts, element("p", { className: "said", text: say("ours.becomes", { value: `\u2068${tell(fact, item.answer.value)}\u2069` }) }));
        acts.append(element("button", { type: "button", className: "act", text: say("ours.take_back"), onclick: () => { put(key, null); redraw(".mend"); } }));
      } else nodes.push(acts);
      return nodes;
    }
    function open(item) {
      const field = editor(fact, item?.answer.do === "correct" ? item.answer.value : fact.value, what);
      const save = () => {
        const value = field.read();
        if (value === null && fact.needed) return field.focus.setAttribute("aria-invalid", "true");
        const same = JSON.stringify(value) === JSON.stringify(fact.value);
        put(key, same ? null : { held: fact.value, answer: { ...naming(fact, "correct"), value } });
        return redraw(".mend");
      };
      const form = element("form", { className: "form", onsubmit: (event) => { event.preventDefault(); save(); } }, field.node,
        element("div", { className: "acts" }, element("button", { type: "submit", className: "act", text: say("ours.keep") }), element("button", { type: "button", className: "act", text: say("ours.cancel"), onclick: () => redraw(".mend") })));
      form.onkeydown = (event) => { if (event.key === "Escape") redraw(".mend"); };
      row.append(form);
      row.querySelector(".acts").hidden = true;
      field.focus.focus();
    }
    row.append(...inside());
    return row;
  }
  function allRight(one) {
    for (const fact of one.facts) if (fact.value !== null && draft[keyOf(fact)]?.answer.do !== "correct") draft[keyOf(fact)] = { held: fact.value, answer: naming(fact, "right") };
    put("", null);
    draw();
  }
  function tieSaid(tie) {
    const key = `tie/${tie.row}`;
    const row = element("div", { className: "fact" });
    const button = (right, text) => element("button", { type: "button", className: "act", text: say(text), "aria-pressed": String(draft[key]?.answer.right === right),
      onclick: () => { put(key, draft[key]?.answer.right === right ? null : { held: tie.said, answer: { do: "tie", row: tie.row, seen: tie.version, right } }); row.replaceWith(tieSaid(tie)); } });
    const said = tie.said ? element("p", { className: "value", text: say(`ours.tie_said_${tie.said}`) }) : null;
    row.append(...[said, element("div", { className: "acts" }, button(true, "ours.right"), button(false, "ours.tie_wrong"))].filter(Boolean));
    return row;
  }
  /** Something that is done at once, after a second tap. */
  function grave(key, text, about, sure, act) {
    const node = element("details", { className: "thing" }, element("summary", { text: say(text) }), element("p", { text: say(about) }),
      element("div", { className: "acts" }, element("button", { type: "button", className: "act grave", text: say(sure), onclick: act })));
    node.dataset.key = key;
    return node;
  }
  function showing(place) {
    const key = `show/${place.row}`;
    const field = editor({ type: "text", column: "address" }, draft[key]?.answer.address ?? null, say("ours.show_about"));
    const node = element("details", { className: "thing" }, element("summary", { text: say("ours.show_place") }),
      element("form", { className: "form", onsubmit: (event) => { event.preventDefault(); const address = field.read(); put(key, address ? { answer: { do: "show", row: place.row, address } } : null); } }, field.node,
        element("div", { className: "acts" }, element("button", { type: "submit", className: "act", text: say("ours.keep") }))));
    node.dataset.key = key;
    return node;
  }

  /* ---- adding ---- */
  const SERVICE = [["name", "text", "", true], ["category", "code", "category", true], ["description", "text"], ["opening_hours", "hours"], ["address", "text"], ["languages", "languages"], ["setting", "code", "setting"],
    ...["walk_in", "appointment", "papers_asked", "women_only", "free", "childcare_on_site"].map((one) => [one, "yes_no"])];
  const TIE = [["with", "text", "", true], ["kind", "code", "tie_kind", true], ["way", "way", "", true], ["strength", "int"], ["participation", "code", "participation"], ["cooperation", "code", "cooperation"]];
  const ASKED = { address: "ours.address", with: "ours.tie_with", way: "ours.tie_way" };

  function adding(name, fields, what) {
    const made = fields.map(([column, type, of, needed]) => ({ column, needed, text: say(ASKED[column] || `field.${column}`), ...editor({ column, type, of, needed }, null, say(ASKED[column] || `field.${column}`)) }));
    const other = made.find((one) => one.column === "with");
    const suggestions = element("datalist", { id: "names" }, ...held.names.map(([, text]) => element("option", { value: text })));
    if (other) {
      other.focus.setAttribute("list", "names");
      other.focus.placeholder = say("ours.tie_with_hint");
    }
    const node = element("details", { className: "thing" }, element("summary", { text: say(`ours.${name}`) }));
    node.dataset.key = name;
    const add = (event) => {
      event.preventDefault();
      const values = {};
      for (const one of made) {
        const value = one.read();
        one.focus.setAttribute("aria-invalid", String(Boolean(one.needed) && value === null));
        if (value !== null) values[one.column] = value;
      }
      const empty = made.filter((one) => one.needed && !(one.column in values));
      if (empty.length) {
        notice(say("ours.needed", { what: empty.map((one) => one.text).join(", ") }));
        return empty[0].focus.focus();
      }
      const name = values.name || values.with;
      if (values.with) {
        const known = held.names.find(([, text]) => text === values.with);
        if (known) [values.with] = known; else { values.name = values.with; delete values.with; }
      }
      notice("");
      put(`${what}/${uuid()}`, { name, answer: { do: what, values } });
      node.open = false;
      draw();
      return $(what).querySelector("summary").focus();
    };
    node.append(element("form", { className: "form", noValidate: true, onsubmit: add }, ...made.map((one) => one.node), other && suggestions, element("div", { className: "acts" }, element("button", { type: "submit", className: "act", text: say("ours.add") }))));
    return node;
  }
  function drafted(what, text) {
    return Object.entries(draft).filter(([key]) => key.startsWith(`${what}/`)).map(([key, item]) => element("div", { className: "fact" },
      element("p", { className: "said", text: say(text, { name: `\u2068${item.name}\u2069` }) }),
      element("div", { className: "acts" }, element("button", { type: "button", className: "act", text: say("ours.take_back"), onclick: () => { put(key, null); draw(); } }))));
  }

  /* ---- sending ---- */
  /** Pack the draft; what cannot be sent keeps its identifier, so that it is taken once however often it comes. */
  function pack() {
    const rows = new Set(), items = [];
    for (const [key, { answer }] of Object.entries(draft)) {
      const row = `${answer.table}/${answer.row}`;
      if (answer.do === "right" && rows.has(row)) { if (items.length) items[items.length - 1].keys.push(key); continue; }
      if (answer.do === "right") rows.add(row);
      items.push({ keys: [key], answer });
    }
    const parcels = [];
    for (let at = 0; at < items.length; at += CHUNK) parcels.push({ id: uuid(), items: items.slice(at, at + CHUNK) });
    return parcels;
  }
  async function send() {
    busy = true;
    ready();
    $("ready").textContent = say("ours.sending");
    packed ??= pack();
    while (packed.length) {
      const [parcel] = packed;
      const said = await ask("/ours/answers", { id: parcel.id, answers: parcel.items.map((one) => one.answer) });
      if (!said.ok) {
        busy = false;
        if (said.error === "answer_outdated" || said.error === "field_unknown") { packed = null; await load(); }
        ready();
        if (!said.sentence || $("notice").hidden) notice(said.sentence);
        return;
      }
      for (const key of parcel.items.flatMap((one) => one.keys)) delete draft[key];
      packed.shift();
      store();
    }
    busy = false;
    packed = null;
    if (await load()) notice(say("ours.sent"));
  }
  async function now(answers) {
    const said = await ask("/ours/answers", { id: uuid(), answers });
    if (!said.ok) return notice(said.sentence);
    if (await load()) notice(say("ours.sent"));
    return undefined;
  }
  function sent() {
    $("part_sent").hidden = !held.sent.length;
    $("sent").replaceChildren(...held.sent.map((one) => {
      const what = words[lang][`ours.sort_${one.sort}`] || words[lang][one.sort === "address" ? "field.street" : `field.${one.sort}`] || one.sort;
      const text = one.name ? `${one.name}: ${what}` : what;
      const undo = one.state !== "open" ? null : element("button", { type: "button", className: "act", text: say("ours.withdraw"), "aria-label": say("ours.withdraw_about", { what: text }), onclick: () => withdraw(one.id) });
      return element("li", {}, element("div", {}, element("bdi", { text }), element("small", { text: `${one.made_on} · ${say(`ours.state_${one.state}`)}` })), undo);
    }));
  }
  async function withdraw(id) {
    const said = await ask("/ours/withdraw", { proposals: [id] });
    if (!said.ok) return notice(said.sentence);
    if (await load()) notice(say("ours.withdrawn"));
    return undefined;
  }

  for (const [tag, [name]] of Object.entries(data.languages)) $("lang").append(element("option", { value: tag, text: name }));
  $("lang").onchange = () => speak($("lang").value);
  $("send").onclick = send;
  write();
  if (await load()) $("heading").focus({ preventScroll: true });
})();
