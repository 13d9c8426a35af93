/* The phone's page: join, agree, and then feeling, place, why, sent. No framework, no session of Streamlit. */
"use strict";

(async () => {
  const { $, say, data } = Phone;
  const RETRY_S = 3;
  const TROUBLES = {
    too_fast: "phone.slow_down", busy: "phone.slow_down", session_full: "phone.room_full",
    session_paused: "phone.paused", session_not_started: "phone.ready", door_closed: "error.door_closed",
  };
  let trouble = "", last_id = null, not_taken = null, ending = false;

  /** The end of the address: the session's secret, and what the link says besides; no server sees it. */
  function fragment() {
    const parts = location.hash.slice(1).split("&");
    const marks = new URLSearchParams(parts.filter((part) => part.includes("=")).join("&"));
    const query = new URLSearchParams(location.search);
    return {
      secret: parts.find((part) => part && !part.includes("=")) || "",
      table: marks.get("table") ?? marks.get("party"),
      someone: (marks.get("for") ?? query.get("for")) === "someone",
    };
  }

  /* ---- join and agree ---- */
  async function ask(body) {
    for (;;) {
      const said = await Outbox.post("/phone/join", body);
      if (said && !said.again) return said;
      Phone.notice(said?.again?.sentence || say("phone.offline"));
      await new Promise((done) => setTimeout(done, RETRY_S * 1000));
    }
  }
  async function enter(body, code) {
    const said = await ask(body);
    Phone.notice("");
    if (said.error === "session_closed") {
      Phone.ended = body.code;
      Phone.end(say("phone.closed_title"), say("phone.closed"), Boolean(body.code));
      return;
    }
    if (!said.ok) {
      Phone.show("code");
      $("code_text").value = code || "";
      const old = (code || "").toUpperCase().replace(/[^A-Z0-9]/g, ""); // deleted perhaps, and answered
      if (said.error === "session_unknown" && old) await Mine.answers(old, say("phone.gone_title"), said.sentence);
      else Phone.notice(said.sentence);
      return;
    }
    Phone.session = said.session;
    const { id, code: known } = said.session;
    const before = await Outbox.get(`session ${id}`);
    if (!said.session.takes_new && !before?.agreed && said.session.state !== "closed") {
      await greet(); // in her language; and she may try again from here
      Phone.show("code");
      $("code_text").value = known;
      Phone.notice(say("error.door_closed"));
      return;
    }
    $("code_text").value = "";
    // the secret leaves the address bar; that somebody enters for others is none
    history.replaceState(null, "", `/j/${known}${Phone.someone ? "?for=someone" : ""}`);
    const kept = before || Mine.person();
    Object.assign(Phone, { token: kept.token, receipt: kept.receipt, agreed: kept.agreed });
    if (Phone.party === null) Phone.party = kept.party ?? null;
    await Outbox.set(`code ${known}`, id);
    await remember();
    await Mine.load();
    await greet();
    $("session_title").textContent = Phone.session.title;
    Phone.write();
    if (Phone.session.state === "closed") {
      closed();
      return;
    }
    Place.prepare();
    state(Phone.session.state);
    Line.start(id, (said) => state(said.state));
    Outbox.flush();
    if (Phone.agreed === Phone.session.consent) Ask.begin();
    else Phone.show("consent");
  }
  /** Offer the session's languages first; a draft, which no speaker has read, only where it is one of them. */
  function offer(spoken) {
    const is_offered = (tag) => spoken.includes(tag) || !data.languages[tag][2] || tag === Phone.lang;
    const tags = Object.keys(data.languages).filter(is_offered);
    tags.sort((a, b) => Number(spoken.includes(b)) - Number(spoken.includes(a)));
    $("lang").replaceChildren(...tags.map((tag) => new Option(data.languages[tag][0], tag)));
    $("lang").value = Phone.lang;
    return tags;
  }
  /** Speak what her browser asks for, once the session says that it is spoken; what she chose stays. */
  async function greet() {
    const tags = offer(Phone.session.languages);
    const wished = navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()).find((tag) => tags.includes(tag));
    if (wished && wished !== Phone.lang && !(await Outbox.get("lang"))) await Phone.speak(wished);
  }
  /** Keep who this is, for a reload; and until when what waits is to be kept. */
  function remember() {
    const { token, receipt, agreed, party } = Phone;
    return Outbox.set(`session ${Phone.session.id}`, { token, receipt, agreed, party, until: Phone.session.delete_on });
  }
  async function agree() {
    const parties = Phone.session.parties || [];
    if (Phone.party >= parties.length) Phone.party = null; // a link to a table that is not there
    if (parties.length && Phone.party === null) {
      tables(parties);
      Phone.show("party");
      return;
    }
    Phone.agreed = Phone.session.consent;
    await remember();
    const body = { session: Phone.session.id, token: Phone.token, consent: Phone.agreed, receipt: Phone.receipt };
    if (Phone.party !== null && Phone.party >= 0) body.party = Phone.party;
    await Outbox.add({ id: `agree ${Phone.token}`, path: "/phone/agree", first: true, body });
    Ask.begin();
  }
  function tables(parties) {
    const choice = (name, number, picture) => {
      const button = Phone.button("item", picture, name);
      button.lastChild.dir = "auto";
      button.onclick = () => { Phone.party = number; agree(); };
      return Phone.card(button, "", "card row");
    };
    const none = choice(say("phone.party_none"), -1, "p-unsaid");
    $("parties").replaceChildren(...parties.map((name, number) => choice(name, number, "p-others")), none);
    Phone.sounding();
  }

  /* ---- the state of the session ---- */
  function state(now) {
    if (now === "closed" || now === "gone") {
      closed(now);
      return;
    }
    Phone.state = now;
    banner();
    if (Phone.shown === "ready" && now !== "ready") Ask.begin();
    else if (Phone.shown === "feeling" && now === "ready") Ask.begin();
  }
  function banner() {
    const paused = Phone.state === "paused" && Phone.session;
    $("banner").hidden = !paused && !Phone.someone;
    $("banner").className = paused ? "paused" : "";
    $("banner").querySelector("use").setAttribute("href", paused ? "#b-pause" : "#b-user-plus");
    $("banner_text").textContent = say(paused ? "phone.paused" : "phone.for_someone");
    $("banner").querySelector(".say").dataset.say = paused ? "phone.paused" : "phone.for_someone";
    Phone.room();
  }
  /** Say that it has ended, and what of hers came too late; `missed` has just left the queue. */
  async function closed(now = "closed", missed = []) {
    if (ending || Phone.shown === "end") return;
    ending = true;
    const late = [...(await Outbox.all().catch(() => [])), ...missed].filter((item) => !item.first);
    const back = late.filter((item) => item.path === "/phone/withdraw").length, unsent = late.length - back;
    const title = say(`phone.${now}_title`), said = [say(`phone.${now}`)];
    if (unsent) said.push(say("phone.closed_unsent", { count: unsent }));
    if (back && now === "closed") said.push(say("phone.closed_not_back", { count: back }));
    const text = said.join(" ");
    Phone.agreed = null;
    Line.stop();
    await Outbox.wipe();
    last_id = null;
    Phone.state = "open";
    Mine.forget();
    Ask.forget();
    Place.forget();
    Phone.someone = false; // nothing is entered for anybody any more
    banner();
    Phone.ended = Phone.session.code;
    Phone.end(title, text, true);
    ending = false;
  }

  /* ---- send ---- */
  async function sent(body, item, is_change) {
    last_id = body.id;
    not_taken = null;
    await Mine.send(body, item, is_change);
    status();
  }
  function status() {
    if (!last_id) return;
    if (not_taken?.id === last_id) {
      $("sent_state").textContent = not_taken.said;
      $("sent_state").dataset.state = "refused";
      return;
    }
    const here = !Mine.has_arrived(last_id);
    const said = here ? ["phone.sent_waiting", Line.worksClosed() ? "phone.line_works_closed" : "phone.line_keep_open"] : ["phone.sent_now"];
    if (here && trouble) said.unshift(TROUBLES[trouble] || "phone.offline");
    $("sent_state").textContent = said.map((key) => say(key)).join(" ");
    $("sent_state").dataset.state = here ? "waiting" : "arrived";
    Phone.room();
  }
  async function changed() {
    await Mine.count();
    status();
  }
  async function refused(said, item) {
    if (said.error === "session_closed" || said.error === "session_unknown") {
      if (item.body.session === Phone.session?.id) closed(said.error === "session_closed" ? "closed" : "gone", [item]);
      return;
    }
    const text = say("phone.not_taken", { why: said.sentence });
    if (item.body.token === Phone.token && !item.first) {
      not_taken = { id: item.body.id, said: text };
      status();
      await Mine.refused(item, said.error);
    }
    Phone.notice(text);
  }

  /* ---- the next person, and the end ---- */
  async function next() {
    if (!Phone.someone && !(await Phone.sure("phone.next_sure", "phone.next_about", "user-plus"))) return;
    await Outbox.next();
    await replaced();
    await Outbox.set("lang", Phone.lang);
    await Outbox.set(`code ${Phone.session.code}`, Phone.session.id);
    await remember();
  }
  /** Nothing of the one before is left on the screen or in the page's memory. */
  async function replaced() {
    last_id = null;
    delete $("sent_state").dataset.state;
    $("sent_state").textContent = "";
    const table = fragment_at_start.table ? Phone.party : null; // all of one phone sit at its table
    Object.assign(Phone, Mine.person(), { party: table });
    Mine.forget();
    Ask.forget();
    Place.forget();
    await Mine.count();
    Phone.show("consent");
  }
  async function leave() {
    document.body.hidden = true; // gone from sight before anything else
    sessionStorage.clear();
    await Promise.race([Outbox.wipe(), new Promise((done) => setTimeout(done, 500))]);
    location.replace("about:blank");
  }
  async function done() {
    if (Mine.queued()) {
      Phone.notice(say("phone.sent_waiting"));
      return;
    }
    const title = say("phone.sent_title"), text = say("phone.wiped");
    await Outbox.wipe();
    wiped(title, text);
  }
  function wiped(title = say("phone.sent_title"), text = say("phone.wiped")) {
    last_id = null;
    Phone.agreed = null;
    Line.stop();
    Mine.forget();
    Ask.forget();
    Place.forget();
    Phone.someone = false;
    banner();
    Phone.end(title, text);
  }

  /* ---- wiring ---- */
  offer([]);
  $("lang").onchange = (event) => Phone.speak(event.target.value);
  $("leave").onclick = leave;
  $("sound").onclick = $("consent_sound").onclick = Phone.toggle_sound;
  $("code_form").onsubmit = (event) => {
    event.preventDefault();
    const code = $("code_text").value;
    enter({ code }, code);
  };
  $("agree").onclick = agree;
  $("next").onclick = $("menu_next").onclick = next;
  $("done").onclick = $("menu_done").onclick = done;
  Place.start({ chosen: Ask.placed, feeling: Ask.feeling });
  Ask.start(sent);
  Mine.start();
  Phone.after_words.push(() => {
    const { session } = Phone;
    const filled = {
      consent_square: say("phone.consent_square", { metres: session?.cell_m ?? 250 }),
      consent_who: [session?.organizer && say("phone.consent_who", { organizer: session.organizer }),
        session?.purpose && say("phone.consent_why", { purpose: session.purpose })].filter(Boolean).join(" "),
      consent_until: session?.delete_on ? say("phone.consent_until", { date: Phone.day(session.delete_on) }) : "",
    };
    for (const [id, text] of Object.entries(filled)) {
      $(id).textContent = text;
      $(id).parentElement.hidden = !text;
    }
    if (Phone.shown === "party") tables(session.parties);
    banner();
    status();
  });

  const fragment_at_start = fragment();
  Phone.someone = fragment_at_start.someone;
  if (/^\d{1,2}$/.test(fragment_at_start.table ?? "")) Phone.party = Number(fragment_at_start.table);
  document.body.classList.toggle("someone", Phone.someone);
  if (Phone.someone) {
    [$("next").className, $("another").className] = ["main", "back"];
    for (const id of ["next", "another"]) $(id).parentElement.classList.toggle("wide", id === "next");
  }
  const lasting = await Outbox.open({
    changed, refused, wiped, replaced, language: () => Phone.lang,
    trouble: (code) => {
      trouble = code;
      status();
      if (code === "door_closed") Phone.notice(say("error.door_closed")); // at once, and not after all her answers
    },
  });
  const before = await Outbox.get("lang");
  if (before && before !== Phone.lang && data.languages[before]) await Phone.speak(before);
  Phone.write();
  if (!lasting) Phone.notice(say("phone.memory_only"));
  const code = decodeURIComponent(location.pathname.split("/")[2] || "").toUpperCase();
  const secret = (await Line.arrive()) || fragment_at_start.secret || (code && (await Outbox.get(`code ${code}`)));
  if (secret) await enter({ session: secret }, code);
  else if (code) await enter({ code }, code);
  else Phone.show("code");
})();
