/* What is said aloud: recorded files of the operator, else a voice that is on this device. */
"use strict";

window.Voice = (() => {
  const voice = { on: false, toggle, can, say, stop };

  /** Turn speaking on or off; gives whether it is on now. */
  function toggle() {
    voice.on = !voice.on;
    if (!voice.on) stop();
    return voice.on;
  }

  function spoken(lang) {
    const tag = lang.split("-")[0];
    return (window.speechSynthesis?.getVoices() || []).find(
      (one) => one.localService === true && one.lang.replace("_", "-").split("-")[0].toLowerCase() === tag);
  }

  /** Tell whether anything can be said in a language here. */
  function can(lang) {
    return Boolean(spoken(lang));
  }

  /** Say a sentence: `key` is its key in the words, `text` what stands on the screen. */
  function say(key, text, lang) {
    if (!voice.on) return;
    stop();
    const found = spoken(lang);
    if (!found) return;
    const wish = new SpeechSynthesisUtterance(text);
    wish.voice = found;
    wish.lang = found.lang;
    speechSynthesis.speak(wish);
  }

  function stop() {
    window.speechSynthesis?.cancel();
  }

  return voice;
})();
