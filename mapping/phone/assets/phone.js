/* The phone's page: join, agree, then feeling, place, why, sent. No framework, no session of Streamlit. */
"use strict";

(async () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const UNSAID = "unsaid", START_ZOOM = -3, RETRY_S = 3;
  const TROUBLES = { too_fast: "phone.slow_down", busy: "phone.slow_down", session_full: "phone.room_full" };
  const $ = (id) => document.getElementById(id);
  const LISTS = { reasons: data.reasons, when: ["day", "evening", "night"], company: ["alone", "children", "others"] };

  let lang = data.lang;
  const words = { [lang]: data.words };
  let session = null, token = null, sent = 0, city = null, base = null, shown = "loading";
  let waiting = [], last_id = null, trouble = "";
  let draft = fresh();

  function fresh() {
    return { feeling: null, cell: null, reasons: [], when: null, company: null };
  }

  /* ---- words ---- */
  function say(key, blanks = {}) {
    return words[lang][key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  }
  async function speak(tag) {
    if (!words[tag]) {
      try {
        words[tag] = await (await fetch(`/phone/words/${tag}.json`)).json();
      } catch {
        notice(say("phone.offline"));
        $("lang").value = lang;
        return;
      }
    }
    lang = tag;
    Outbox.set("lang", tag);
    write();
  }
  /** Put every sentence on the page in the chosen language; answers stay as they are. */
  function write() {
    document.documentElement.lang = lang;
    document.documentElement.dir = data.languages[lang][1];
    document.title = say("phone.title");
    for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(element.dataset.w);
    for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
    for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = say(element.dataset.hint);
    $("lang").value = lang;
    $("consent_square").textContent = say("phone.consent_square", { metres: session?.cell_m ?? 250 });
    $("why_hint").textContent = say("phone.why_hint", { most: data.most_reasons });
    for (const name of Object.keys(LISTS)) choices(name);
    if (base) list();
    status();
  }

  /* ---- screens ---- */
  function show(name) {
    for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== name;
    shown = name;
    notice("");
    const heading = $(name).querySelector("h1");
    $(name).scrollTop = 0;
    heading?.focus({ preventScroll: true });
    if (name === "place" && city) city.map.invalidateSize();
  }
  function notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }
  function end(title, text) {
    $("end_title").textContent = title;
    $("end_text").textContent = text;
    show("end");
  }
  function status() {
    const queue = $("queue");
    queue.className = waiting.length ? "waiting" : "";
    queue.textContent = waiting.length ? say("phone.count_waiting", { count: waiting.length })
      : sent ? say("phone.count_sent", { count: sent }) : "";
    if (last_id) {
      const here = waiting.includes(last_id);
      const why = here && trouble ? say(TROUBLES[trouble] || "phone.offline") + " " : "";
      $("sent_state").textContent = why + say(here ? "phone.sent_waiting" : "phone.sent_now");
      $("sent_state").dataset.state = here ? "waiting" : "arrived";
    }
  }

  /* ---- choices ---- */
  function picture(prefix, code) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${prefix}-${code}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  }
  function chosen(name, code) {
    return name === "reasons" ? draft.reasons.includes(code) : draft[name] === code;
  }
  function choose(name, code) {
    if (name !== "reasons") draft[name] = draft[name] === code ? null : code;
    else if (draft.reasons.includes(code)) draft.reasons = draft.reasons.filter((other) => other !== code);
    else if (code === UNSAID) draft.reasons = [UNSAID];
    else if (draft.reasons.length < data.most_reasons) draft.reasons = [...draft.reasons.filter((other) => other !== UNSAID), code];
    else notice(say("error.answer_too_many", { most: data.most_reasons }));
    for (const button of $(name).children) button.setAttribute("aria-pressed", chosen(name, button.dataset.code));
  }
  function choices(name) {
    $(name).replaceChildren(...[...LISTS[name], UNSAID].map((code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = code === UNSAID ? "pick unsaid" : "pick";
      button.dataset.code = code;
      button.setAttribute("aria-pressed", chosen(name, code));
      const text = document.createElement("span");
      text.textContent = say(`codebook.${code}`);
      button.append(picture("p", code), text);
      button.onclick = () => choose(name, code);
      return button;
    }));
  }

  /* ---- place ---- */
  async function prepare() {
    while (!base) {
      try {
        base = await (await fetch(`/phone/base/${session.id}.json`)).json();
      } catch {
        await new Promise((done) => setTimeout(done, RETRY_S * 1000));
      }
    }
    list();
    if (shown === "place") draw();
  }
  function draw() {
    if (city || !base) return;
    city = CityMap.create($("map"), base, session.cell_m);
    city.map.setView([0, 0], START_ZOOM, { animate: false });
    const square = L.polygon([], { weight: 3, fillOpacity: 0.18, interactive: false, renderer: L.svg() }).addTo(city.map);
    const follow = () => {
      const cell = city.cellAt(city.map.getCenter());
      if (cell === $("map").dataset.cell) return;
      $("map").dataset.cell = cell;
      square.setLatLngs(city.corners(cell));
      square.setStyle({ color: city.colour(draft.feeling || "accent"), fillColor: city.colour(draft.feeling || "accent") });
    };
    city.map.on("move", follow);
    city.follow = () => { delete $("map").dataset.cell; follow(); };
    city.follow();
  }
  function list() {
    const wanted = $("search").value.trim().toLocaleLowerCase(lang);
    const found = base.places.filter(([, name]) => name.toLocaleLowerCase(lang).includes(wanted));
    const rows = [];
    let district = null;
    for (const [kind, name, x, y, where] of found) {
      if (where !== district && where >= 0) {
        const heading = document.createElement("h2");
        heading.textContent = base.districts[where];
        heading.dir = "auto";
        rows.push(heading);
      }
      district = where;
      const button = document.createElement("button");
      button.type = "button";
      const text = document.createElement("span");
      text.textContent = name;
      text.dir = "auto";
      const about = document.createElement("span");
      about.className = "unseen";
      about.textContent = say(`place_kind.${kind}`);
      button.append(picture("k", kind), text, about);
      button.onclick = () => at(L.latLng(y, x));
      rows.push(button);
    }
    $("list").replaceChildren(...rows);
    $("list_none").hidden = found.length > 0;
    $("list_none").textContent = say(base.places.length ? "phone.list_none" : "phone.list_empty");
  }
  function way(name) {
    $("by_map").hidden = name !== "map";
    $("by_list").hidden = name !== "list";
    $("way_map").setAttribute("aria-pressed", name === "map");
    $("way_list").setAttribute("aria-pressed", name === "list");
    if (name === "map") {
      draw();
      city?.map.invalidateSize();
    }
  }
  /** Take a point of the map; only its cell is kept, here already. */
  function at(latlng) {
    draw();
    if (!city?.holds(latlng)) {
      notice(say("phone.outside"));
      return;
    }
    draft.cell = city.cellAt(latlng);
    show("why");
  }

  /* ---- join, agree, send ---- */
  async function ask(body) {
    for (;;) {
      const said = await Outbox.post("/phone/join", body);
      if (said && !said.again) return said;
      notice(said?.again?.sentence || say("phone.offline"));
      await new Promise((done) => setTimeout(done, RETRY_S * 1000));
    }
  }
  async function enter(body, code) {
    const said = await ask(body);
    notice("");
    if (!said.ok) {
      show("code");
      $("code_text").value = code || "";
      notice(said.sentence);
      return;
    }
    session = said.session;
    history.replaceState(null, "", `/j/${session.code}`); // the secret leaves the address bar
    const kept = (await Outbox.get(`session ${session.id}`)) || { token: Outbox.token(), agreed: null, sent: 0 };
    token = kept.token;
    sent = kept.sent;
    await Outbox.set(`code ${session.code}`, session.id);
    await Outbox.set(`session ${session.id}`, kept);
    $("session_title").textContent = session.title;
    write();
    if (session.state !== "open") {
      closed();
      return;
    }
    prepare();
    Outbox.flush();
    show(kept.agreed === session.consent ? "feeling" : "consent");
  }
  async function closed() {
    const title = say("phone.closed_title"), text = say("phone.closed");
    await Outbox.wipe();
    last_id = null;
    waiting = [];
    status();
    end(title, text);
  }
  async function agree() {
    await Outbox.set(`session ${session.id}`, { token, agreed: session.consent, sent });
    const body = { session: session.id, token, consent: session.consent };
    await Outbox.add({ id: `agree ${session.id}`, path: "/phone/agree", first: true, body });
    show("feeling");
  }
  async function send() {
    const { feeling, cell, reasons, when, company } = draft;
    const body = { session: session.id, token, consent: session.consent, id: Outbox.uuid(), cell, feeling, reasons };
    if (when) body.when = when;
    if (company) body.company = company;
    draft = fresh(); // at once: a second tap has nothing to send
    last_id = body.id;
    $("sent_face").firstElementChild.setAttribute("href", `#f-${feeling}`);
    $("sent_face").setAttribute("class", `huge ${feeling}`);
    waiting = [...waiting, body.id];
    await Outbox.add({ id: body.id, path: "/phone/contributions", first: false, body });
    show("sent");
    status();
  }
  async function changed(ids) {
    const gone = waiting.filter((id) => !ids.includes(id)).length;
    waiting = ids;
    if (gone && session) {
      sent += gone;
      await Outbox.set(`session ${session.id}`, { token, agreed: session.consent, sent });
    }
    status();
  }
  function refused(said, item) {
    if (!item.first) sent -= 1; // it went, and was not taken
    if (said.error === "session_closed" || said.error === "session_unknown") closed();
    else notice(say("phone.not_taken", { why: said.sentence }));
  }

  /* ---- wiring ---- */
  for (const [tag, [name]] of Object.entries(data.languages)) $("lang").append(new Option(name, tag));
  $("lang").onchange = (event) => speak(event.target.value);
  $("leave").onclick = async () => {
    document.body.hidden = true; // gone from sight before anything else
    await Promise.race([Outbox.wipe(), new Promise((done) => setTimeout(done, 500))]);
    location.replace("about:blank");
  };
  $("code_form").onsubmit = (event) => {
    event.preventDefault();
    const code = $("code_text").value;
    enter({ code }, code);
  };
  $("agree").onclick = agree;
  for (const button of document.querySelectorAll("[data-feeling]")) {
    button.onclick = () => {
      draft.feeling = button.dataset.feeling;
      $("why_face").firstElementChild.setAttribute("href", `#f-${draft.feeling}`);
      $("why_face").setAttribute("class", draft.feeling);
      show("place");
      way($("by_list").hidden ? "map" : "list");
      city?.follow();
    };
  }
  $("way_map").onclick = () => way("map");
  $("way_list").onclick = () => way("list");
  $("here").onclick = () => { if (city) at(city.map.getCenter()); };
  $("search").oninput = list;
  for (const button of document.querySelectorAll("[data-pan]")) {
    const [x, y] = button.dataset.pan.split(",").map(Number);
    button.onclick = () => city?.map.panBy([x * 90, y * 90]);
  }
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.onclick = () => city?.map.setZoom(city.map.getZoom() + Number(button.dataset.zoom));
  }
  for (const button of document.querySelectorAll("[data-back]")) {
    button.onclick = () => show(shown === "why" ? "place" : "feeling");
  }
  $("send").onclick = () => { if (draft.cell) send(); };
  $("another").onclick = () => {
    write();
    show("feeling");
  };
  $("done").onclick = async () => {
    if (waiting.length) {
      notice(say("phone.sent_waiting"));
      return;
    }
    const title = say("phone.sent_title"), text = say("phone.wiped");
    await Outbox.wipe();
    last_id = null;
    sent = 0;
    status();
    end(title, text);
  };

  // a phone out of a pocket: has the session ended meanwhile?
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || !session || shown === "end") return;
    const said = await Outbox.post("/phone/join", { session: session.id });
    if (said?.error === "session_unknown" || (said?.ok && said.session.state !== "open")) closed();
  });

  const lasting = await Outbox.open({ changed, refused, language: () => lang, trouble: (code) => { trouble = code; status(); } });
  const before = await Outbox.get("lang");
  if (before && before !== lang && data.languages[before]) await speak(before);
  write();
  if (!lasting) notice(say("phone.memory_only"));
  const code = decodeURIComponent(location.pathname.split("/")[2] || "").toUpperCase();
  const secret = location.hash.slice(1) || (code && (await Outbox.get(`code ${code}`)));
  waiting = (await Outbox.all()).filter((item) => !item.first).map((item) => item.id);
  if (secret) await enter({ session: secret }, code);
  else if (code) await enter({ code }, code);
  else show("code");
})();
