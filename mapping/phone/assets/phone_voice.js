/* What is said aloud: recordings of the operator, else a voice that is on this device itself.
   A voice of a vendor's server would send what stands on her screen away: it is never used. */
"use strict";

window.Voice = (() => {
  const KEPT = "voice";
  let recorded = {}, sound = null, turn = 0;
  const voice = { on: remembered(), toggle, can, say, stop };

  function remembered() {
    try {
      return sessionStorage.getItem(KEPT) === "on";
    } catch {
      return false;
    }
  }
  /** Turn speaking on or off; gives whether it is on now. Kept while this tab is open. */
  function toggle() {
    voice.on = !voice.on;
    try {
      if (voice.on) sessionStorage.setItem(KEPT, "on");
      else sessionStorage.removeItem(KEPT);
    } catch { /* then it is asked again after a reload */ }
    if (!voice.on) stop();
    return voice.on;
  }

  const base = (lang) => lang.replace("_", "-").split("-")[0].toLowerCase();
  function spoken(lang) {
    const local = (window.speechSynthesis?.getVoices() || []).filter((one) => one.localService === true && base(one.lang) === base(lang));
    return local.find((one) => one.lang.replace("_", "-").toLowerCase() === lang.toLowerCase()) || local[0];
  }

  /** Tell whether anything can be said in a language here. */
  function can(lang) {
    return Boolean(recorded[lang]?.length || spoken(lang));
  }

  /** Say a sentence: `key` is its key in the words, `text` what stands on the screen. */
  function say(key, text, lang) {
    if (!voice.on) return;
    stop();
    let mine = turn;
    if (!recorded[lang]?.includes(key)) {
      speak(text, lang);
      return;
    }
    sound = new Audio(`/phone/voice/${encodeURIComponent(lang)}/${encodeURIComponent(key)}`);
    const else_speak = () => { // both of the two below may come
      if (turn === mine) speak(text, lang);
      mine = -1;
    };
    sound.onerror = else_speak;
    sound.play().catch(else_speak);
  }
  function speak(text, lang) {
    const found = spoken(lang);
    if (!found || !text) return; // without a voice chosen the browser would take any, also a remote one
    const wish = new SpeechSynthesisUtterance(text);
    wish.voice = found;
    wish.lang = found.lang;
    speechSynthesis.speak(wish);
  }
  function stop() {
    turn += 1;
    if (sound) {
      sound.onerror = null;
      sound.pause();
      sound = null;
    }
    window.speechSynthesis?.cancel();
  }

  window.speechSynthesis?.getVoices(); // browsers begin to look for voices when first asked
  fetch("/phone/voices.json", { credentials: "omit" })
    .then((answer) => answer.ok ? answer.json() : {})
    .then((found) => { recorded = found; })
    .catch(() => {});
  addEventListener("pagehide", stop);

  return voice;
})();
