/* A group's phone: who is linked to whom, one kind at a time, then towers, read aloud, and right.
   All text of people is set as text. */
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const words = { [data.lang]: data.words };
  const OVER = ["session_closed", "session_unknown"];
  let lang = data.lang, agreed = false, from = "", to = "", looked_at = "", part = "", emptied = false, keeps = true;

  /* ---- words and elements ---- */
  const say = (key, blanks = {}) => (words[lang][key] ?? key).replace(/\{(\w+)\}/g, (_, blank) => blanks[blank] ?? "");
  function element(tag, { text, className, on, ...rest } = {}, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    for (const [name, value] of Object.entries(rest)) node.setAttribute(name, value);
    if (on) node.addEventListener("click", on);
    node.append(...children.filter(Boolean));
    return node;
  }
  const named = (text, className = "name") => element("span", { className }, element("bdi", { text }));
  function picture(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  }
  const sign = (kind) => element("span", { className: `sign ${kind}`, "aria-hidden": "true" }, picture(`a-${kind}`));
  const arrow = (mutual) => element("span", { className: "arrow", text: mutual ? "↔" : "→", role: "img", "aria-label": say(mutual ? "net.both" : "net.one_way") });
  /** Two names with the arrow between them; the row turns round where the writing does. */
  const pair = (one, other, mutual) => element("span", { className: "pair" }, named(one, ""), arrow(mutual), named(other, ""));
  function notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }

  async function speak(tag) {
    if (!words[tag]) {
      try {
        words[tag] = await (await fetch(`/net/words/${tag}.json`, { credentials: "omit" })).json();
      } catch { return; }
    }
    lang = tag;
    document.documentElement.lang = tag;
    document.documentElement.dir = data.languages[tag][1];
    document.title = say("net.title");
    for (const node of document.querySelectorAll("[data-w]")) node.textContent = say(node.dataset.w);
    for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
    for (const node of document.querySelectorAll("[data-hint]")) node.setAttribute("placeholder", say(node.dataset.hint));
    looked_at = "";
    draw();
  }
  function tongues(offered) {
    const shown = offered.filter((tag) => tag in data.languages);
    if (!shown.includes(lang)) shown.unshift(lang);
    if ([...$("lang").options].map((one) => one.value).join() !== shown.join())
      $("lang").replaceChildren(...shown.map((tag) => element("option", { value: tag, text: data.languages[tag][0], lang: tag })));
    $("lang").value = lang;
  }

  /* ---- which part is on the screen ---- */
  function wanted(now) {
    if (!agreed) return "consent";
    if (now.state === "closed" || now.stage === "ended") return "end";
    if (now.stage === "ready" || now.state === "ready") return "wait";
    if (part === "ours") return "ours";
    if (now.stage === "links") return "links";
    return now.right ? "saved" : part === "read" ? "read" : "towers";
  }
  function show(name) {
    const moved = $(name).hidden;
    for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== name;
    if (moved) {
      scrollTo(0, 0);
      $(name).querySelector("[tabindex='-1']")?.focus({ preventScroll: true });
      const title = $(name).querySelector("h1");
      if (title && name !== "read") Voice.say("", title.textContent, lang);
    }
  }
  /** Draw what is known; nothing is touched where nothing is another, so that a thumb is not moved away. */
  function draw() {
    queue();
    if (!Net.ready()) return;
    const now = Net.now(), name = wanted(now);
    const seen = JSON.stringify([now, name, from, lang, $("find").value, $("find_tower").value]);
    if (seen === looked_at) return;
    looked_at = seen;
    tongues(now.languages);
    $("group").textContent = say("net.group", { letter: now.group });
    for (const node of document.querySelectorAll(".question")) node.textContent = now.question;
    for (const node of document.querySelectorAll(".title")) node.textContent = now.title;
    $("until").textContent = say("net.until", { date: `\u2066${now.delete_on}\u2069` });
    notice(now.state === "paused" ? say("phone.paused") : keeps ? "" : say("phone.memory_only"));
    const parts = { links, ours, towers, read, saved, end };
    parts[name]?.(now);
    show(name);
  }
  function queue() {
    const count = Net.waits();
    $("queue").textContent = count ? say("phone.count_waiting", { count }) : "";
  }

  /* ---- who is linked to whom ---- */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  const fits = (name, typed) => plain(name).includes(plain(typed.trim()));
  const names_of = (now) => Object.fromEntries(now.actors.map(([id, name]) => [id, name]));

  function links(now) {
    const kind = now.kinds[now.step], names = names_of(now);
    if (!(from in names)) from = "";
    $("step").replaceChildren(...now.kinds.map((_, at) => element("i", { className: at === now.step ? "now" : "" })));
    $("asked").textContent = say(`net.kind.${kind}`);
    $("hint").textContent = say(from ? "net.second" : "net.first");
    const actor = ([id, name, sort]) => element("button", { type: "button", className: "actor", "aria-pressed": String(id === from), on: () => tap(id) }, sign(sort), named(name));
    $("first_chosen").replaceChildren(...now.actors.filter(([id]) => id === from).map(actor));
    const offered = now.actors.filter(([id, name]) => id !== from && fits(name, $("find").value));
    $("list").replaceChildren(...offered.map((one) => element("li", {}, actor(one))));
    $("waiting").replaceChildren(...now.waiting.map(([handle, name, is_mine]) => element("li", { className: "actor waits" },
      element("span", { className: "name" }, element("bdi", { text: name }), element("small", { text: say("net.add_waits") })),
      back(is_mine ? { of: handle } : { handle }, name))));
    const count = now.links.length;
    $("see").textContent = `${say("net.ours")} · ${count}`;
  }
  function tap(id) {
    if (id === from) from = "";
    else if (!from) from = id;
    else {
      to = id;
      ask();
      return;
    }
    $("find").value = "";
    draw();
  }
  function ask() {
    const names = names_of(Net.now());
    $("ways_pair").textContent = $("asked").textContent;
    for (const [id, mutual] of [["one_way", false], ["both_ways", true]])
      $(id).replaceChildren(pair(names[from], names[to], mutual), element("small", { text: say(`net.${id === "one_way" ? "one_way" : "both"}`) }));
    $("ways").showModal();
  }
  function link(mutual) {
    const now = Net.now();
    $("ways").close();
    $("find").value = "";
    if (now.stage === "links") Net.say({ do: "link", kind: now.kinds[now.step], one: from, other: to, mutual });
    to = "";
    draw();
  }
  const back = (which, about) => element("button", { type: "button", className: "small", text: say("phone.withdraw"), "aria-label": `${say("phone.withdraw")}: ${about}`, on: () => Net.say({ do: "undo", ...which }) });

  function ours(now) {
    const names = names_of(now), parts = [];
    for (const kind of now.kinds) {
      const found = now.links.filter((one) => one.kind === kind);
      if (!found.length) continue;
      parts.push(element("h2", { text: say(`net.kind.${kind}`) }), element("ul", { className: "actors" }, ...found.map((one) =>
        element("li", { className: "actor" }, pair(names[one.one] ?? "", names[one.other] ?? "", one.mutual),
          back(one.handle ? { handle: one.handle } : { of: one.of }, `${names[one.one]} ${one.mutual ? "↔" : "→"} ${names[one.other]}`)))));
    }
    $("entered").replaceChildren(...(parts.length ? parts : [element("p", { text: say("phone.mine_none") })]));
  }

  /* ---- towers ---- */
  function tower(now, [id, name, sort], rank) {
    const height = now.towers[id], said = height !== undefined;
    const button = (text, by) => element("button", { type: "button", className: `tap ${by > 0 ? "more" : ""}`, text, "aria-label": `${text} ${name}`, on: () => Net.say({ do: "tower", actor: id, by }) });
    const much = element("span", { className: "much" },
      said && height > 0 && element("span", { className: "blocks", "aria-hidden": "true" }, ...Array.from({ length: Math.min(height, 40) }, () => element("i"))),
      element("span", { text: said ? (height > 0 ? String(height) : say("net.ground")) : say("net.unsaid") }),
      said && rank === undefined && element("button", { type: "button", className: "small", text: "×", "aria-label": `${say("phone.withdraw")}: ${name}`, on: () => Net.say({ do: "tower", actor: id, by: 0 }) }));
    return element("li", { className: "actor tower" }, rank === undefined ? sign(sort) : element("span", { className: "rank", text: rank }), named(name), button("−", -1), button("+", 1), much);
  }
  function towers(now) {
    const linked = new Set(now.links.flatMap((one) => [one.one, one.other]));
    const order = [...now.actors].sort((a, b) => linked.has(b[0]) - linked.has(a[0]));
    $("built").replaceChildren(...order.filter(([, name]) => fits(name, $("find_tower").value)).map((one) => tower(now, one)));
    $("to_read").disabled = !Object.keys(now.towers).length;
  }
  /** Actors with a tower from the highest to the lowest, each with its place; equals share one. */
  function ranked(now) {
    const found = now.actors.filter(([id]) => id in now.towers).sort((a, b) => now.towers[b[0]] - now.towers[a[0]]);
    return found.map((one) => ({ one, height: now.towers[one[0]], rank: 1 + found.filter(([id]) => now.towers[id] > now.towers[one[0]]).length }));
  }
  function read(now) {
    $("ranked").replaceChildren(...ranked(now).map(({ one, rank }) => tower(now, one, String(rank))));
  }
  function aloud() {
    const places = new Map();
    for (const { one, height, rank } of ranked(Net.now())) {
      const key = height ? String(rank) : say("net.ground");
      places.set(key, [...(places.get(key) ?? []), one[1]]);
    }
    if (!Voice.can(lang)) {
      notice(say("phone.no_voice"));
      return;
    }
    if (!Voice.on) sounds(Voice.toggle());
    Voice.say("", [...places].map(([place, names]) => `${place}: ${names.join(", ")}.`).join(" "), lang);
  }
  function saved(now) {
    $("final").replaceChildren(...ranked(now).map(({ one: [, name, sort], rank, height }) =>
      element("li", { className: "actor" }, element("span", { className: "rank", text: height ? String(rank) : "–" }), sign(sort), named(name))));
  }
  function end() {
    $("end_text").textContent = say("phone.closed");
    if (!Net.waits() && !emptied) { // nothing of the round stays on this phone
      emptied = true;
      Outbox.unset(`net ${Net.code()}`).catch(() => {});
    }
  }

  /* ---- beginning ---- */
  function sounds(on) {
    $("sound").setAttribute("aria-pressed", String(on));
  }
  async function begin(code) {
    agreed = Boolean(await Outbox.get(`net ${code}`).catch(() => false));
    const { keeps: kept, said } = await Net.begin(code, {
      changed: draw,
      trouble: (sentence) => notice(sentence || say("phone.not_kept")),
      offline: (what) => { if (what === "offline") notice(say("phone.offline")); },
      gone: (answer) => {
        if (OVER.includes(answer.error) && Net.ready()) { end(); show("end"); } else ask_code(answer.sentence);
      },
    });
    keeps = kept;
    if (said === null || said?.again) {
      notice(say("phone.offline"));
      setTimeout(Net.look, 2000);
    }
  }
  function ask_code(sentence) {
    notice(sentence || "");
    show("code");
    $("code_input").focus();
  }

  $("lang").onchange = () => speak($("lang").value);
  $("sound").onclick = () => sounds(Voice.toggle());
  $("code_form").onsubmit = (event) => {
    event.preventDefault();
    const typed = $("code_input").value.toUpperCase().replace(/[^A-Z0-9]/g, "");
    location.assign(`/net/${encodeURIComponent(typed)}?lang=${lang}`);
  };
  $("agree").onclick = async () => {
    agreed = true;
    draw();
    await Outbox.set(`net ${Net.code()}`, true).catch(() => {});
  };
  $("find").oninput = $("find_tower").oninput = draw;
  $("one_way").onclick = () => link(false);
  $("both_ways").onclick = () => link(true);
  $("no_way").onclick = () => $("ways").close();
  $("add").onclick = () => { $("add_form").hidden = false; $("add_name").value = $("find").value; $("add_name").focus(); };
  $("add_not").onclick = () => { $("add_form").hidden = true; };
  $("add_form").onsubmit = (event) => {
    event.preventDefault();
    const name = $("add_name").value.trim();
    if (!name) return;
    Net.say({ do: "actor", name });
    $("add_form").hidden = true;
    $("find").value = "";
    draw();
  };
  const go = (to_part) => () => { part = to_part; draw(); };
  $("see").onclick = $("towers_ours").onclick = go("ours");
  $("ours_back").onclick = $("read_back").onclick = go("");
  $("to_read").onclick = () => { part = "read"; draw(); aloud(); };
  $("read_again").onclick = aloud;
  $("right").onclick = () => { part = ""; Net.say({ do: "right", on: true }); };
  $("again").onclick = () => Net.say({ do: "right", on: false });

  sounds(Voice.on);
  tongues(Object.keys(data.languages));
  const code = decodeURIComponent(location.pathname.split("/")[2] || "").toUpperCase();
  if (code) Outbox.open({}).then(() => begin(code));
  else ask_code("");
})();
