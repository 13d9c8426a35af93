/* The second phone: one card for each thing that somebody said, and what may be done about it. */
"use strict";

const Cards = (() => {
  const { button, element, knows, picture, say, tongue } = Parts;
  const CALM_MS = 350, FAR_PX = 24; // a card that came under the thumb is not tapped by mistake
  const moved = new WeakMap(); // card -> when it came where it is
  let decide = null;

  /** What somebody wrote, with its hints marked: underlined, in brackets, and named below. */
  function said(parts, more) {
    const quote = element("blockquote", { dir: "auto", ...more });
    for (const [text, kind] of parts) {
      quote.append(kind ? element("mark", { text, "data-kind": kind, title: say(`hint.${kind}`) }) : text);
    }
    return quote;
  }
  function hinted(parts) {
    const kinds = [...new Set(parts.map(([, kind]) => kind).filter(Boolean))];
    if (!kinds.length) return null;
    const names = kinds.map((kind) => say(`hint.${kind}`)).join(", ");
    return element("p", { className: "hinted", text: say("moderate.hinted", { kinds: names }) });
  }

  function reasons(item) {
    if (!item.reasons.length) return null;
    const list = element("ul", { className: "reasons" });
    for (const code of item.reasons) {
      list.append(element("li", {}, picture(`p-${code}`), element("span", { text: knows(`codebook.${code}`) ? say(`codebook.${code}`) : code })));
    }
    return list;
  }

  function status(item) {
    const told = [];
    if (item.state === "hidden") told.push(say("moderate.is_hidden"));
    else if (item.words_state === "hidden") told.push(say("moderate.words_hidden"));
    else if (item.paraphrase) told.push(say("moderate.is_paraphrased"));
    else if (item.words_state === "shown") told.push(say("moderate.words_shown"));
    return told.length ? element("p", { className: "status", text: told.join(" · ") }) : null;
  }

  /** Which acts an item offers: the likely ones at hand, the rest behind "More". */
  function acts(item, card) {
    const go = (act, more = {}) => () => run(card, { act, handle: item.handle, seen: item.seen, ...more }, item);
    const first = [], rest = [];
    const words = item.parts.length > 0;
    if (item.state === "hidden") first.push(button("b-eye", say("moderate.show"), go("show")));
    else if (words && item.words_state !== "shown") {
      first.push(button("b-check", say(item.state === "waiting" ? "moderate.approve" : "moderate.words_approve"), go("words_approve"), "act good"));
    } else if (item.state === "waiting") first.push(button("b-check", say("moderate.approve"), go("approve"), "act good"));
    if (words && item.state !== "hidden") {
      first.push(button("b-pen", say("moderate.paraphrase"), () => rewrite(item, card)));
      if (item.words_state !== "hidden") first.push(button("b-minus", say("moderate.words_hide"), go("words_hide")));
    }
    if (item.state !== "hidden") first.push(button("b-eye-slash", say("moderate.hide"), go("hide")));
    rest.push(button("b-volume-xmark", say("moderate.mute"), () => sure(item, card)));
    return [
      element("div", { className: "acts" }, ...first),
      element("details", { className: "rest" }, element("summary", { text: say("moderate.more_acts") }), element("div", { className: "acts" }, ...rest)),
    ];
  }

  /** Mute asks once more: it takes everything of one person away. */
  function sure(item, card) {
    const form = element("div", { className: "form" },
      element("p", { text: say("moderate.mute_about") }),
      element("div", { className: "acts" },
        button("b-volume-xmark", say("moderate.mute_sure"), () => run(card, { act: "mute", handle: item.handle }, item)),
        button("", say("moderate.cancel"), () => shut(card))));
    open(card, form);
    form.querySelector("button").focus();
  }

  function rewrite(item, card, begun = null) {
    const box = element("textarea", { rows: "3", maxlength: "200", dir: "auto", "aria-label": say("moderate.paraphrase_label") });
    box.value = begun ?? (item.paraphrase || "");
    const left = element("p", { className: "quiet", "aria-live": "off" });
    const count = () => { left.textContent = say("moderate.left", { count: 200 - [...box.value].length }); };
    box.addEventListener("input", count);
    count();
    open(card, element("div", { className: "form" },
      element("p", { className: "quiet", text: say("moderate.paraphrase_about") }), box, left,
      element("div", { className: "acts" },
        button("b-check", say("moderate.paraphrase_save"), () => run(card, { act: "paraphrase", handle: item.handle, seen: item.seen, text: box.value }, item), "act good"),
        button("", say("moderate.cancel"), () => shut(card)))));
    if (begun === null) box.focus();
  }
  function open(card, form) {
    card.querySelector(".form")?.remove();
    card.append(form);
  }
  function shut(card) {
    card.querySelector(".form")?.remove();
    card.querySelector("button")?.focus();
  }

  async function run(card, what, item) {
    if (card.dataset.busy || performance.now() - (moved.get(card) || 0) < CALM_MS) return;
    card.dataset.busy = "1";
    const wrong = await decide(what, item);
    delete card.dataset.busy;
    card.querySelector(".wrong")?.remove();
    if (wrong) card.append(element("p", { className: "wrong", role: "alert", text: wrong }));
  }

  function make(item) {
    const title = element("h2", {}, picture(`f-${item.feeling}`), element("span", { text: say(`codebook.${item.feeling}`) }));
    const head = element("div", { className: "head" }, title, item.language && element("span", { className: "tag", text: tongue(item.language) }));
    const card = element("article", { className: `card ${item.feeling} ${item.state}`, tabindex: "-1", "data-handle": item.handle }, head, status(item), reasons(item));
    if (item.parts.length) card.append(said(item.parts, { lang: item.language === "und" ? null : item.language }), hinted(item.parts) || "");
    if (item.paraphrase) {
      card.append(element("p", { className: "quiet", text: say("moderate.instead") }), said(item.paraphrase_parts, { className: "theirs" }), hinted(item.paraphrase_parts) || "");
    }
    card.append(...acts(item, card));
    return card;
  }
  const sign = (item) => JSON.stringify([item, Parts.lang()]);

  /** Draw a list again, and leave alone what has not changed: nobody loses what she is writing. */
  function draw(box, items) {
    const old = new Map([...box.children].map((card) => [card.dataset.handle, card]));
    const focused = document.activeElement?.closest?.(".card");
    const place = focused ? [...box.children].indexOf(focused) : -1;
    const wanted = items.map((item) => {
      const card = old.get(item.handle);
      if (card && card.dataset.sign === sign(item)) return card;
      const fresh = make(item);
      fresh.dataset.sign = sign(item);
      const begun = card?.querySelector("textarea"); // what she is writing is kept
      if (begun && item.parts.length) rewrite(item, fresh, begun.value);
      return fresh;
    });
    const before = [...box.children];
    if (before.length === wanted.length && before.every((card, at) => card === wanted[at])) return;
    const places = new Map(before.map((one) => [one, one.getBoundingClientRect().top]));
    // only what goes and what comes is touched, so that the rest keeps its focus and its text
    for (const card of before) if (!wanted.includes(card)) card.remove();
    wanted.forEach((card, at) => { if (box.children[at] !== card) box.insertBefore(card, box.children[at] || null); });
    for (const one of wanted) {
      if (Math.abs(one.getBoundingClientRect().top - (places.get(one) ?? Infinity)) > FAR_PX) moved.set(one, performance.now());
    }
    if (place >= 0 && !box.contains(document.activeElement)) (box.children[Math.min(place, box.children.length - 1)] || box.closest(".tab").querySelector("h1")).focus();
  }

  return { draw, use: (given) => { decide = given; } };
})();
