/* The frame of the phone's page: words, screens, sound, pictures. What she says is phone_ask.js's. */
"use strict";

const Phone = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const MOST_FOOT = 0.3; // of the height of the screen
  const words = { [data.lang]: data.words };
  const app = {
    data, $, lang: data.lang, shown: "loading", session: null, token: null, receipt: "", party: null, agreed: null,
    state: "open", someone: false, base: null, blanks: {}, after_words: [], // called after each change of language
  };

  /* ---- words ---- */
  app.say = (key, blanks = {}) => words[app.lang][key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  app.speak = async (tag) => {
    if (!words[tag]) {
      try {
        words[tag] = await (await fetch(`/phone/words/${tag}.json`)).json();
      } catch {
        app.notice(app.say("phone.offline"));
        $("lang").value = app.lang;
        return;
      }
    }
    app.lang = tag;
    Outbox.set("lang", tag);
    app.notice("");
    app.write();
  };
  /** Put every sentence on the page in the chosen language; answers, screen and her words stay. */
  app.write = () => {
    document.documentElement.lang = app.lang;
    document.documentElement.dir = data.languages[app.lang][1];
    document.title = app.say("phone.title");
    for (const element of document.querySelectorAll("[data-w]")) element.textContent = app.say(element.dataset.w);
    for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", app.say(element.dataset.label));
    for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = app.say(element.dataset.hint);
    $("lang").value = app.lang;
    for (const after of app.after_words) after();
    app.sounding();
    app.room();
    voiceless();
  };
  /** A day such as 2026-11-22 as people of this language write it. */
  app.day = (iso) => {
    const day = new Date(`${iso}T12:00:00`);
    return Number.isNaN(day.getTime()) ? iso : new Intl.DateTimeFormat(app.lang, { dateStyle: "long", calendar: "gregory" }).format(day);
  };

  /* ---- pictures and cards ---- */
  app.picture = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  };
  app.element = (tag, className = "", text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  app.button = (className, picture, text) => {
    const button = app.element("button", className);
    button.type = "button";
    button.append(app.picture(picture));
    if (text) button.append(app.element("span", "", text));
    return button;
  };
  /** A choice and, beside it and not inside, what says it aloud. */
  app.card = (button, key, className = "card") => {
    const card = app.element("div", className);
    card.append(button, app.speaker(key));
    return card;
  };
  app.speaker = (key) => {
    const button = app.element("button", "say");
    button.type = "button";
    button.dataset.say = key;
    return button;
  };

  /* ---- sound ---- */
  /** Whether sound is on and this device can speak the language: else there is nothing to press. */
  app.heard = () => Voice.on && Voice.can(app.lang);
  /** What a speaker says: the words of what stands before it. */
  function sentence(button) {
    const before = button.previousElementSibling;
    return (before.querySelector("span:not(.unseen)") || before).textContent.trim();
  }
  /** Show the speakers, or not, and give each its name. */
  app.sounding = () => {
    const on = app.heard();
    document.body.classList.toggle("sound", on);
    for (const one of [$("sound"), $("consent_sound")]) one.setAttribute("aria-pressed", on);
    $("sound").querySelector("use").setAttribute("href", on ? "#b-volume-high" : "#b-volume-xmark");
    for (const button of on ? document.querySelectorAll(".say") : []) {
      if (!button.firstChild) button.append(app.picture("b-volume-high"));
      button.setAttribute("aria-label", app.say("phone.listen", { what: sentence(button) }));
    }
  };
  app.aloud = (button) => {
    const text = button && sentence(button);
    if (text) Voice.say(button.dataset.say, text, app.lang);
  };
  app.toggle_sound = () => {
    Voice.toggle();
    app.write();
    if (app.heard()) app.aloud($(app.shown).querySelector("h1 + .say"));
  };
  function voiceless() {
    if (Voice.on && !Voice.can(app.lang)) app.notice(app.say("phone.no_voice"));
  }
  window.speechSynthesis?.addEventListener?.("voiceschanged", () => app.sounding()); // they may come late
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".say");
    if (button) app.aloud(button);
  });

  /* ---- screens ---- */
  /** Let the buttons at the foot scroll with the rest where they would cover too much of it. */
  app.room = () => {
    const screen = $(app.shown), foot = screen.querySelector(":scope > .foot");
    screen.classList.toggle("still", foot?.offsetHeight > innerHeight * MOST_FOOT);
    for (const part of screen.querySelectorAll(".scroll")) { // keys scroll it only where something in it takes them
      const isDeaf = ![...part.querySelectorAll("button, input, textarea, a[href]")].some((one) => one.offsetParent);
      if (isDeaf && part.scrollHeight > part.clientHeight) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  };
  app.show = (name) => {
    for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== name;
    app.shown = name;
    app.notice("");
    if (name === "place") Place.shown();
    $("open_menu").hidden = !app.agreed || ["end", "loading", "code", "consent", "party"].includes(name);
    $("open_menu").setAttribute("aria-expanded", name === "menu");
    for (const part of [$(name), ...$(name).querySelectorAll(".scroll")]) part.scrollTop = 0;
    app.sounding();
    app.room();
    [...$(name).querySelectorAll("[tabindex='-1']")].find((one) => one.offsetParent)?.focus({ preventScroll: true });
    app.aloud($(name).querySelector("h1 + .say"));
  };
  app.notice = (text) => {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  };
  app.end = (title, text, answers = false) => {
    $("end_title").textContent = title;
    $("end_text").textContent = text;
    $("answers").hidden = true;
    $("end_foot").hidden = !answers;
    app.show("end");
  };
  /** Ask once more; gives whether she said yes. The screen before comes back on no. */
  app.sure = (title, text, picture, blanks = {}) => new Promise((done) => {
    const before = app.shown;
    $("sure_title").textContent = app.say(title, blanks);
    $("sure_title").nextElementSibling.dataset.say = title;
    $("sure_text").textContent = app.say(text);
    $("sure_text").nextElementSibling.dataset.say = text;
    $("sure_face").firstElementChild.setAttribute("href", `#b-${picture}`);
    $("sure_yes").onclick = () => { app.show(before); done(true); };
    $("sure_no").onclick = () => { app.show(before); done(false); };
    app.show("sure");
  });

  return app;
})();
