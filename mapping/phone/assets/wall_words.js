/* The words of the wall, in one language or in two at once. Each element that carries
   data-say="wall.join" holds that sentence once for each language, the first one on top. */
"use strict";

const WallWords = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const known = { [data.lang]: data.words }; // language -> its sentences
  const asked = {}; // language -> what is on its way
  const first = data.lang;
  let second = "";

  const has = (lang) => lang in data.languages;
  const dir = (lang) => data.languages[lang]?.[1] || "auto";
  const name = (lang) => data.languages[lang]?.[0] || lang;

  /** Fetch the sentences of a language; says whether they are there. */
  async function load(lang) {
    if (lang in known) return true;
    if (!has(lang)) return false;
    asked[lang] ??= fetch(`/wall/words/${lang}.json`)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((words) => { known[lang] = words; return true; })
      .catch(() => { delete asked[lang]; return false; }); // asked again with the next message
    return asked[lang];
  }

  /** Choose the second language, "" for none; says whether anything is new. */
  async function choose(lang) {
    const wanted = lang !== first && has(lang) ? lang : "";
    if (wanted && !(await load(wanted))) return false;
    if (wanted === second) return false;
    second = wanted;
    document.documentElement.classList.toggle("two", Boolean(second));
    return true;
  }

  const tongues = () => (second ? [first, second] : [first]);

  /** One sentence as nodes; a blank takes a text or an element. */
  function parts(key, values = {}, lang = first) {
    const sentence = known[lang]?.[key] ?? data.words[key] ?? key;
    return sentence.split(/(\{[a-z_]+\})/).filter(Boolean).map((piece) => {
      const blank = piece.match(/^\{([a-z_]+)\}$/)?.[1];
      if (!blank || !(blank in values)) return piece;
      const value = values[blank];
      if (value instanceof Node) return value;
      return Object.assign(document.createElement("bdi"), { textContent: value });
    });
  }

  /** One language's sentence in an element that knows its language and direction. */
  function line(key, values, lang, className = "") {
    const element = document.createElement("span");
    element.lang = lang;
    element.dir = dir(lang);
    element.className = className;
    element.append(...parts(key, values, lang));
    return element;
  }

  /** The sentence in each language that is shown. */
  const both = (key, values = () => ({})) =>
    tongues().map((lang, at) => line(key, values(at), lang, at ? "second" : "first"));

  /** The same as one text, for labels that are heard and not seen. */
  const heard = (key, values = {}) => tongues().map((lang) =>
    parts(key, values, lang).map((part) => part.textContent ?? part).join("")).join(" · ");

  /** Fill everything inside an element that says which sentence it holds. */
  function fill(root = document) {
    for (const element of root.querySelectorAll("[data-say]")) element.replaceChildren(...both(element.dataset.say));
    for (const element of root.querySelectorAll("[data-label]")) {
      const text = heard(element.dataset.label);
      element.setAttribute("aria-label", text);
      if (element.tagName === "BUTTON") element.title = text;
    }
  }

  // What turns or hides the text around it goes; the joiners that Persian and emoji need stay.
  const NOT_TEXT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;
  const clean = (text) => String(text).normalize("NFC").replace(NOT_TEXT, "").replace(/\s+/g, " ").trim();

  return { load, known: () => Object.keys(known), choose, tongues, line, both, heard, fill, clean, dir, name, has, first };
})();
