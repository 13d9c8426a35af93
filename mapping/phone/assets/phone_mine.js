/* Hers: her places on this phone, changed and taken back; her receipt; the next person. */
"use strict";

const Mine = (() => {
  const { $, say } = Phone;
  let items = [], waiting = new Set(), queued = 0, before = "feeling", taken = null, written = "";

  const spaced = (text) => text.replace(/(.{4})(?=.)/g, "$1 ");

  /* ---- what is kept ---- */
  async function load() {
    items = await Outbox.mine(Phone.session.id);
    await count();
  }
  async function keep(item) {
    const before = items.find((other) => other.id === item.id);
    const place = before?.place ?? Math.max(0, ...items.map((other) => other.place)) + 1;
    const mine = { ...item, session: Phone.session.id, place };
    items = before ? items.map((other) => other === before ? mine : other) : [...items, mine];
    await Outbox.keepMine(mine);
  }
  async function lose(id) {
    items = items.filter((other) => other.id !== id);
    await Outbox.dropMine(id);
  }
  /** Read from the queue what waits; answers of the person before count among it. */
  async function count() {
    const all = (await Outbox.all()).filter((item) => !item.first);
    waiting = new Set(all.map((item) => item.body.id));
    queued = all.length;
    const back = items.filter((item) => item.leaving && has_arrived(item.id));
    for (const { id } of back) await lose(id);
    write();
    if (back.length) Phone.notice(say("phone.withdrawn"));
  }
  /** Ask what the room has of hers: what was taken back elsewhere, or a change that was not taken,
      is not shown as sent. */
  async function refresh() {
    const { session, token } = Phone, there = items.filter((item) => has_arrived(item.id));
    if (!there.length) return;
    const said = await Outbox.post("/phone/mine", { session: session.id, token, ids: there.map((item) => item.id) });
    if (!said?.ok || !Array.isArray(said.items)) return;
    await count();
    for (const item of there) {
      if (!items.includes(item) || !has_arrived(item.id)) continue; // changed meanwhile, or the next person's turn
      const kept = said.items.find((one) => one.id === item.id);
      if (!kept) {
        await lose(item.id);
        continue;
      }
      const { cell, feeling, reasons, when, company, words } = kept;
      await keep({ ...item, cell, feeling, reasons, when, company, words: words || "" });
    }
    write();
  }
  /** Something of hers was refused for good: the list says what the room has. */
  async function refused({ path, body: { id } }, error) {
    items = items.map((item) => item.id === id ? { ...item, leaving: false } : item);
    if (path === "/phone/contributions" || error === "item_unknown") await lose(id);
    await count();
    if (path === "/phone/change") await refresh();
  }
  const has_arrived = (id) => !waiting.has(id);
  const sent = () => items.filter((item) => has_arrived(item.id)).length;

  /** A new person on this phone: a token and a receipt that nobody had. */
  function person() {
    return { token: Outbox.token(), receipt: Outbox.receipt(), agreed: null, party: null };
  }

  /* ---- lists ---- */
  function one(item, buttons, state) {
    const row = Phone.element("li");
    const top = Phone.element("div", "what");
    const face = Phone.picture(`f-${item.feeling}`);
    face.setAttribute("class", item.feeling);
    const text = Phone.element("span");
    text.append(Phone.element("b", "", say(`codebook.${item.feeling}`)), Phone.element("bdi", "", Place.name(item.cell)));
    top.append(face, text);
    if (state) {
      const mark = Phone.element("span", `mark ${state === "sent" ? "" : "waiting"}`);
      mark.append(Phone.picture(state === "sent" ? "b-circle-check" : "b-clock"),
        Phone.element("span", "unseen", say(`phone.item_${state}`)));
      top.append(mark);
    }
    row.append(top);
    const codes = [...item.reasons || [], item.when, item.company].filter(Boolean);
    if (codes.length) {
      const said = Phone.element("p", "codes");
      for (const code of codes) {
        const part = Phone.element("span");
        part.append(Phone.picture(`p-${code}`), Phone.element("span", "unseen", `${say(`codebook.${code}`)}. `));
        said.append(part);
      }
      row.append(said);
    }
    if (item.words) row.append(Object.assign(Phone.element("p", "own", item.words), { dir: "auto" }));
    if (state === "leaving") {
      row.append(Phone.element("p", "own", say("phone.item_leaving")));
      return row;
    }
    const foot = Phone.element("div", "acts");
    for (const [key, picture, work] of buttons) {
      const button = Phone.button("act", picture, say(key));
      button.dataset.act = key;
      button.onclick = () => work(item);
      foot.append(Phone.card(button, key, "card row"));
    }
    row.append(foot);
    return row;
  }
  function write() {
    const now = JSON.stringify([Phone.lang, Phone.receipt, queued, items, items.map((item) => has_arrived(item.id)), taken, Boolean(Phone.base)]);
    if (now === written) return; // what is read out is not said again, and the focus stays where it is
    written = now;
    const queue = $("queue");
    queue.className = queued ? "waiting" : "";
    queue.replaceChildren();
    const said = queued ? say("phone.count_waiting", { count: queued }) : sent() ? say("phone.count_sent", { count: sent() }) : "";
    if (said) {
      const number = Object.assign(Phone.element("b", "", String(queued || sent())), { ariaHidden: "true" });
      queue.append(Phone.picture(queued ? "b-clock" : "b-circle-check"), number, Phone.element("span", "unseen", said));
    }
    const acts = [["phone.change", "b-pen", Ask.begin], ["phone.withdraw", "b-trash-can", withdraw]];
    $("mine_list").replaceChildren(...items.map((item) => one(item, acts, item.leaving ? "leaving" : has_arrived(item.id) ? "sent" : "waiting")).reverse());
    $("mine_none").hidden = items.length > 0;
    const whole = Phone.session ? spaced(`${Phone.session.code}${Phone.receipt}`) : "";
    for (const letters of document.querySelectorAll(".letters")) letters.textContent = whole;
    $("sent_receipt").hidden = items.length !== 1;
    if (taken) fill();
    Phone.sounding();
  }

  /* ---- send, change, take back ---- */
  async function send(body, item, is_change) {
    const path = is_change ? "/phone/change" : "/phone/contributions";
    await Outbox.add({ id: body.id, path, first: false, body }); // in place of what waits of the same
    await keep(item); // after it: the list never shows as sent what no queue has had
    await count();
  }
  async function withdraw(item) {
    if (!(await Phone.sure("phone.withdraw_sure", "phone.withdraw_about", "trash-can"))) return;
    const body = { session: Phone.session.id, token: Phone.token, id: item.id };
    await Outbox.add({ id: item.id, path: "/phone/withdraw", first: false, body });
    await keep({ ...item, leaving: true });
    await count();
    if (items.some((one) => one.id === item.id)) Phone.notice(say("phone.item_leaving"));
  }

  /* ---- a receipt, from any phone ---- */
  function typed() {
    const letters = $("take_text").value.toUpperCase().replace(/[^A-Z0-9]/g, "");
    return letters.length === 20 ? { code: letters.slice(0, 8), receipt: letters.slice(8) } : null;
  }
  async function look(wanted) {
    const said = await Outbox.post("/phone/receipt", wanted);
    if (!said || said.again) Phone.notice(said?.again?.sentence || say("phone.offline"));
    else if (said.error === "session_closed") await answers(wanted.code, say("phone.closed_title"));
    else if (said.error === "session_unknown") await answers(wanted.code, say("phone.gone_title"), said.sentence);
    else if (!said.ok) Phone.notice(said.sentence);
    else {
      taken = { ...wanted, session: said.session, items: said.items };
      fill();
      if (Phone.shown !== "taken") Phone.show("taken");
      return true;
    }
    return false;
  }
  function fill() {
    $("taken_title").textContent = taken.session.title;
    const acts = [["phone.withdraw", "b-trash-can", (item) => take_back({ handle: item.handle }, "phone.withdraw_sure")]];
    $("taken_list").replaceChildren(...taken.items.map((item) => one(item, acts, "")));
    $("taken_none").hidden = taken.items.length > 0;
    $("taken_all").hidden = !taken.items.length;
  }
  async function take_back(what, question) {
    if (!(await Phone.sure(question, "phone.withdraw_about", "trash-can"))) return;
    const wanted = { code: taken.code, receipt: taken.receipt };
    const said = await Outbox.post("/phone/withdraw", { ...wanted, ...what });
    if (!said?.ok) {
      Phone.notice(said?.sentence || said?.again?.sentence || say("phone.offline"));
      return;
    }
    if (what.all && wanted.code === Phone.session?.code && wanted.receipt === Phone.receipt) {
      for (const item of items) await Outbox.dropMine(item.id); // her own phone
      items = [];
    }
    if (await look(wanted)) Phone.notice(say("phone.withdrawn"));
    await count();
  }
  /** After the end: what the facilitator answered, in her language. It outlives the session, so an
      unknown code is asked for too: `unknown` is what to say where there is nothing of that code. */
  async function answers(code, title, unknown = "") {
    const said = await Outbox.post("/phone/answers", { code });
    const none = !said?.ok;
    if (none && (!said || said.again)) return Phone.notice(said?.again?.sentence || say("phone.offline"));
    if (none && unknown) return Phone.notice(unknown);
    Phone.end(title, none ? say("phone.answers_none", { code }) : "");
    $("answers").hidden = none;
    if (none) return;
    $("answers_about").textContent = say("phone.answers_about", { title: said.title, date: Phone.day(said.held_on) });
    const text = $("answers_text"), tag = [Phone.lang, "en", ...Object.keys(said.texts)].find((one) => said.texts[one]);
    Object.assign(text, { textContent: said.texts[tag] || "", lang: tag || "", dir: "auto" });
  }

  /* ---- screens ---- */
  function menu() {
    if (Phone.shown !== "menu") before = ["mine", "take", "taken", "sure"].includes(Phone.shown) ? before : Phone.shown;
    Phone.show("menu");
  }
  function back() {
    const where = { menu: before, mine: "menu", take: Phone.agreed ? "menu" : "code", taken: Phone.agreed ? "menu" : "code", why: "place" };
    if (Phone.shown === "taken") taken = null;
    Phone.show(where[Phone.shown] || "feeling");
  }
  function open_mine() {
    write();
    Phone.show("mine");
    refresh().catch(() => {}); // the store was shut meanwhile
  }
  function open_take() {
    $("take_text").value = "";
    Phone.show("take");
  }
  function forget() {
    items = [];
    taken = null;
    $("take_text").value = "";
    write();
  }

  function start() {
    $("open_menu").onclick = () => Phone.shown === "menu" ? back() : menu();
    $("menu_mine").onclick = $("menu_receipt").onclick = open_mine;
    $("menu_have").onclick = $("code_receipt").onclick = open_take;
    $("take_form").onsubmit = (event) => {
      event.preventDefault();
      const wanted = typed();
      if (wanted) look(wanted);
      else Phone.notice(say("phone.receipt_wrong"));
    };
    $("taken_all").onclick = () => take_back({ all: true }, "phone.withdraw_all_sure");
    $("see_answers").onclick = () => answers(Phone.ended, $("end_title").textContent);
    for (const button of document.querySelectorAll("[data-back]")) button.onclick = back;
    Phone.after_words.push(write);
  }

  return { start, load, person, send, count, refused, forget, answers, has_arrived, queued: () => queued };
})();
