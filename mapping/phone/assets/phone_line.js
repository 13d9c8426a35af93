/* The line to the room: what state the session is in, at once and on each change. */
"use strict";

window.Line = (() => {
  const FIRST_WAIT_S = 1, LONGEST_WAIT_S = 30;
  let socket = null, timer = 0, failures = 0, session = null, tell = () => {};

  function open() {
    clearTimeout(timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}/phone/live`);
    socket = mine;
    mine.onopen = () => mine.send(JSON.stringify({ session }));
    mine.onmessage = (event) => {
      const said = JSON.parse(event.data);
      if (!said.state) return;
      failures = 0;
      tell(said);
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      failures += 1;
      const wait = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1));
      timer = setTimeout(open, 1000 * wait * (0.5 + Math.random()));
    };
  }

  /** Follow a session: `onstate({state, wall})` at once and on each change, until `stop`. */
  function start(session_id, onstate) {
    stop();
    session = session_id;
    tell = onstate;
    open();
  }

  function stop() {
    clearTimeout(timer);
    const mine = socket;
    socket = null;
    mine?.close();
  }

  return { start, stop };
})();
