/* What she says of a place: feeling, why, when, with whom, in her words; and that it was sent. */
"use strict";

const Ask = (() => {
  const { $, say, data } = Phone;
  const UNSAID = "unsaid", MOST_WORDS = 200, FEW_LEFT = 40;
  const LISTS = { reasons: data.reasons, when: ["day", "evening", "night"], company: ["alone", "children", "others"] };
  const HELP_AFTER = ["mixed", "unsafe"], OPEN_AFTER = ["harassment"];
  let draft = fresh(), last = null, sent = () => {};

  function fresh() {
    return { id: null, feeling: null, cell: null, reasons: [], when: null, company: null, words: "" };
  }
  const asks = (name) => !Phone.session?.asks || Phone.session.asks.includes(name);

  /* ---- choices ---- */
  function chosen(name, code) {
    return name === "reasons" ? draft.reasons.includes(code) : draft[name] === code;
  }
  function choose(name, code) {
    if (name !== "reasons") draft[name] = draft[name] === code ? null : code;
    else if (draft.reasons.includes(code)) draft.reasons = draft.reasons.filter((other) => other !== code);
    else if (code === UNSAID) draft.reasons = [UNSAID];
    else if (draft.reasons.length < data.most_reasons) draft.reasons = [...draft.reasons.filter((other) => other !== UNSAID), code];
    else Phone.notice(say("error.answer_too_many", { most: data.most_reasons }));
    for (const button of $(name).querySelectorAll(".pick")) button.setAttribute("aria-pressed", chosen(name, button.dataset.code));
  }
  function choices(name) {
    $(name).replaceChildren(...[...LISTS[name], UNSAID].map((code) => {
      const button = Phone.button("pick", `p-${code}`, say(`codebook.${code}`));
      button.dataset.code = code;
      button.setAttribute("aria-pressed", chosen(name, code));
      button.onclick = () => choose(name, code);
      return Phone.card(button, `codebook.${code}`, code === UNSAID ? "card row unsaid" : "card");
    }));
  }
  function face(id, feeling, name) {
    $(id).firstElementChild.setAttribute("href", `#f-${feeling}`);
    $(id).setAttribute("class", name);
  }

  /* ---- the flow ---- */
  /** Begin with the feeling; `item` is one of hers that she changes. */
  function begin(item = null) {
    draft = item ? { ...fresh(), ...item, reasons: [...item.reasons || []] } : fresh();
    Place.anew();
    $("words").value = draft.words || "";
    more(Boolean(draft.words));
    write();
    Phone.show(Phone.state === "ready" && !item ? "ready" : "feeling");
    if (item) Phone.notice(say("phone.change_about"));
  }
  function felt(feeling) {
    draft.feeling = feeling;
    pressed();
    Place.open(draft.id ? draft.cell : null);
  }
  function pressed() {
    for (const button of document.querySelectorAll("[data-feeling]")) {
      button.setAttribute("aria-pressed", button.dataset.feeling === draft.feeling);
    }
  }
  /** The square is chosen: what makes it so? Where nothing more is asked it is sent at once. */
  function placed(cell) {
    draft.cell = cell;
    write();
    if ([...Object.keys(LISTS), "words"].some(asks)) Phone.show("why");
    else send();
  }
  function more(open) {
    $("words_box").hidden = !open;
    $("more").setAttribute("aria-expanded", open);
  }
  function left() {
    const count = MOST_WORDS - $("words").value.length;
    $("words_left").textContent = count <= FEW_LEFT ? say("phone.words_left", { count }) : "";
  }
  function write() {
    for (const name of Object.keys(LISTS)) choices(name);
    for (const name of [...Object.keys(LISTS), "words"]) $(`ask_${name}`).hidden = !asks(name);
    $("why_hint").textContent = say("phone.why_hint", { most: data.most_reasons });
    if (draft.feeling) face("why_face", draft.feeling, draft.feeling);
    $("why_where").textContent = draft.cell ? Place.name(draft.cell) : "";
    pressed();
    left();
    if (last) help(last, false);
  }
  async function send() {
    if (!draft.cell) return;
    const item = { ...draft, id: draft.id || Outbox.uuid(), edits: draft.id ? (draft.edits || 0) + 1 : 0, words: "" };
    if (asks("words")) item.words = $("words").value.trim().replace(/[\ud800-\udbff]$/, ""); // no half of a sign
    const is_change = Boolean(draft.id);
    draft = fresh(); // at once: a second tap has nothing to send
    $("words").value = "";
    const { id, cell, feeling, reasons, when, company, words } = item;
    const body = { session: Phone.session.id, token: Phone.token, consent: Phone.session.consent, id, cell, feeling, reasons };
    if (when) body.when = when;
    if (company) body.company = company;
    if (words) Object.assign(body, { words, language: Phone.lang });
    if (is_change && item.edits <= 100) body.edit = item.edits; // one that comes late undoes no later one
    face("sent_face", feeling, `huge ${feeling}`);
    try {
      await sent(body, item, is_change);
    } catch { // its store is full or shut: nothing is lost, she can try again
      draft = { ...item, id: is_change ? id : null };
      $("words").value = words;
      Phone.notice(say("phone.not_kept"));
      return;
    }
    last = item;
    help(item, true);
    Phone.show("sent");
  }
  /** Help near the place, after one that is not safe; open where she spoke of harassment. */
  function help(item, anew) {
    $("help").hidden = !HELP_AFTER.includes(item.feeling);
    if ($("help").hidden) return;
    if (anew) unfold(item.reasons.some((code) => OPEN_AFTER.includes(code)));
    else if (!$("help_card").hidden) unfold(true);
  }
  function unfold(open) {
    $("open_help").setAttribute("aria-expanded", open);
    $("help_card").hidden = !open;
    if (!open || !last) return;
    const { cell, when, feeling, reasons } = last;
    Help.card($("help_card"), { cell, when, feeling, reasons, lang: Phone.lang, session: Phone.session, city: Phone.base, say });
  }
  /** For the next person. */
  function forget() {
    draft = fresh();
    last = null;
    $("words").value = "";
    more(false);
    $("help_card").replaceChildren();
    $("help").hidden = true;
    write();
  }

  function start(given) {
    sent = given;
    for (const button of document.querySelectorAll("[data-feeling]")) button.onclick = () => felt(button.dataset.feeling);
    $("more").onclick = () => {
      more($("words_box").hidden);
      if ($("words_box").hidden) return;
      $("words").focus();
      $("words_box").scrollIntoView({ block: "center" }); // above the buttons at the foot
    };
    $("words").oninput = () => { draft.words = $("words").value; left(); };
    $("send").onclick = send;
    $("another").onclick = () => begin();
    $("open_help").onclick = () => unfold($("help_card").hidden);
    Phone.after_words.push(write);
  }

  return { start, begin, placed, forget, feeling: () => draft.feeling };
})();
