/* The replay: the same batches once more, step by step, from what the server kept of them. */
"use strict";

const WallReplay = (() => {
  const $ = (id) => document.getElementById(id);
  const STEP_MS = 1800, LONGEST_MS = 60_000, LAST_MS = 4000, WAIT_MS = 5000, NOTE_MS = 4000;
  let batches = null, step = 0, timer = 0, asked = 0, show = null, ended = null;

  /** Say what draws a list of squares, and what to do when it is over. */
  function set(options) {
    ({ show, ended } = options);
  }

  /** Ask for the batches; they come by receive(). */
  function ask(send) {
    if (batches || asked) return;
    if (!send({ ask: "replay" })) return;
    asked = setTimeout(() => { asked = 0; }, WAIT_MS);
  }

  function receive(found) {
    if (!asked) return; // not wanted any more
    clearTimeout(asked);
    asked = 0;
    if (!found?.length) {
      say("wall.replay_none");
      timer = setTimeout(quiet, NOTE_MS);
      return;
    }
    clearTimeout(timer);
    batches = found;
    step = 0;
    document.body.classList.add("replaying");
    next();
  }

  function next() {
    if (!batches) return;
    show(batches[step]);
    step += 1;
    const last = step === batches.length;
    say("wall.replay_step", { step, steps: batches.length });
    const ms = Math.max(200, Math.min(STEP_MS, LONGEST_MS / batches.length));
    timer = setTimeout(last ? stop : next, last ? LAST_MS : ms);
  }

  /** End it, at any step; nothing of it stays behind. */
  function stop() {
    clearTimeout(timer);
    clearTimeout(asked);
    asked = 0;
    quiet();
    if (!batches) return;
    batches = null;
    document.body.classList.remove("replaying");
    ended();
  }

  function say(key, values = {}) {
    $("step").replaceChildren(...WallWords.both(key, () => Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, WallPanels.ltr(value)]))));
    $("step").hidden = false;
  }
  const quiet = () => { $("step").hidden = true; };

  return { set, ask, receive, stop, runs: () => Boolean(batches) };
})();
