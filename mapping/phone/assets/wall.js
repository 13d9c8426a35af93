/* The wall: asks once with its key, then shows whatever is pushed. Loses the server, comes back by itself. */
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SILENCE_S = 25, FIRST_WAIT_S = 0.5, LONGEST_WAIT_S = 5;
  const SIZE = { "5-9": "", "10-19": "many", "20+": "most" };
  const $ = (id) => document.getElementById(id);
  const say = (key) => data.words[key];
  const code = decodeURIComponent(location.pathname.split("/")[2] || "");
  const key = location.hash.slice(1);
  let city = null, loading = null, base = null, failures = 0, silence = 0, state = null, drawn_qr = "";
  const shown = new Map(); // cell -> {text, layers}

  function notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }

  /* ---- the line to the server ---- */
  function connect() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/wall/live`);
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.close(), SILENCE_S * 1000); // it is dead and does not know
    };
    let refused = false;
    socket.onopen = () => {
      socket.send(JSON.stringify({ code, key }));
      listen();
    };
    socket.onmessage = ({ data: text }) => {
      listen();
      const said = JSON.parse(text);
      if (said.type === "refused") {
        refused = true;
        notice(say("wall.refused"));
      } else if (said.type === "state") {
        failures = 0;
        state = said;
        show();
      }
    };
    socket.onclose = () => {
      clearTimeout(silence);
      if (refused) return;
      failures += 1;
      if (failures > 1) notice(say("wall.gone"));
      setTimeout(connect, 1000 * Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)));
    };
  }

  /* ---- what it shows ---- */
  function show() {
    notice(state.state === "open" ? "" : say("wall.closed"));
    $("title").textContent = state.title;
    $("code").textContent = `${state.code.slice(0, 4)} ${state.code.slice(4)}`;
    $("address").textContent = state.join.address;
    $("phones").textContent = state.phones;
    $("sent").textContent = state.sent;
    $("rehearsal").hidden = state.kind !== "rehearsal";
    $("instant").hidden = state.mode !== "instant";
    $("batches").hidden = state.mode !== "batches";
    $("empty").hidden = state.cells.length > 0 || state.state !== "open";
    qr(state.join.qr);
    prepare();
    if (city) cells();
  }

  function qr(rows) {
    if (drawn_qr === rows.join("")) return;
    drawn_qr = rows.join("");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    let d = "";
    rows.forEach((row, y) => [...row].forEach((dark, x) => { if (dark === "1") d += `M${x} ${y}h1v1h-1z`; }));
    path.setAttribute("d", d);
    const margin = 3;
    $("qr").setAttribute("viewBox", `${-margin} ${-margin} ${rows.length + 2 * margin} ${rows.length + 2 * margin}`);
    $("qr").replaceChildren(path);
  }

  async function prepare() {
    if (city || loading) return;
    loading = true;
    try {
      base = await (await fetch(`/phone/base/${state.session}.json`)).json();
      city = CityMap.create($("map"), base, state.cell_m, { zoomSnap: 0.1 });
      const size = () => $("map").style.setProperty("--cell", `${Math.round(state.cell_m * 2 ** city.map.getZoom())}px`);
      size();
      city.map.on("zoomend", size); // a symbol is as large as its square, and never too small to see
      window.addEventListener("resize", () => city.map.invalidateSize());
      $("fit").onclick = () => city.map.fitBounds(city.whole, { animate: false, padding: [12, 12] });
      cells();
    } catch {
      setTimeout(prepare, 2000);
    }
    loading = false;
  }

  function symbol(feeling) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#f-${feeling}`);
    svg.setAttribute("viewBox", "0 0 48 48");
    svg.append(use);
    return svg;
  }

  /** Draw what is new or changed, take away what is gone, leave the rest alone. */
  function cells() {
    const first = shown.size === 0;
    const wanted = new Set(state.cells.map(([cell]) => cell));
    for (const [cell, old] of shown) {
      if (!wanted.has(cell)) {
        old.layers.forEach((layer) => layer.remove());
        shown.delete(cell);
      }
    }
    for (const [cell, feeling, people] of state.cells) {
      const text = `${feeling} ${people}`;
      const old = shown.get(cell);
      if (old?.text === text) continue;
      old?.layers.forEach((layer) => layer.remove());
      const corners = city.corners(cell);
      const middle = L.latLngBounds(corners).getCenter();
      const ink = city.colour(feeling);
      const className = ["said", feeling, SIZE[people] || "", first ? "" : "new"].join(" ");
      const layers = [
        L.polygon(corners, { color: ink, weight: 3, fillColor: ink, fillOpacity: 0.2, interactive: false, renderer: svg() }),
        L.marker(middle, { icon: new city.Plain({ make: () => symbol(feeling), className }), interactive: false, keyboard: false, zIndexOffset: 10000 }), // above every name
      ];
      layers.forEach((layer) => layer.addTo(city.map));
      shown.set(cell, { text, layers });
    }
  }
  let renderer = null;
  const svg = () => (renderer ??= L.svg({ padding: 0.5 }));

  connect();
})();
