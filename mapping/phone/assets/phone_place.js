/* Where it is: the map under a fixed cross, and the same by a list of areas and places. */
"use strict";

const Place = (() => {
  const { $, say } = Phone;
  const RETRY_S = 3, PIXELS_A_SQUARE = 36, PIXELS_NEAR = 80, PIXELS_A_STEP = 48;
  const STEPS = { n: [0, 1], e: [1, 0], s: [0, -1], w: [-1, 0] };
  const WINDS = ["e", "ne", "n", "nw", "w", "sw", "s", "se"];
  // `from`: where the map stood when the answer began; `picked`: she has moved it, or used the list
  let from = null, picked = false;
  let city = null, target = null, kept = null, chosen = () => {}, feeling = () => null;

  const size_of = (cell) => Number(cell.match(/RES(\d+)m/)[1]);
  const corner = (cell) => cell.match(/N(\d+)E(\d+)$/).slice(1).map(Number); // north, east
  const code = (size, north, east) => `CRS3035RES${size}mN${north}E${east}`;

  /** Get the base map, however long it takes. */
  async function prepare() {
    while (!Phone.base) {
      try {
        const answer = await fetch(`/phone/base/${Phone.session.id}.json`);
        if (answer.ok) Phone.base = await answer.json();
        else if (answer.status === 404) return Phone.notice(say("phone.no_map"));
      } catch { /* again */ }
      if (!Phone.base) await new Promise((done) => setTimeout(done, RETRY_S * 1000));
    }
    list();
    if (Phone.shown === "place") draw();
  }

  /* ---- squares ---- */
  /** The middle of a square, as a point of the drawing. */
  function middle(cell) {
    const [east, north, turn] = Phone.base.frame;
    const [n, e] = corner(cell), half = size_of(cell) / 2;
    const x = e + half - east, y = n + half - north;
    return L.latLng(x * Math.sin(turn) + y * Math.cos(turn), x * Math.cos(turn) - y * Math.sin(turn));
  }
  /** The square a point of the drawing lies in; the same sum as the map's, where there is none yet. */
  function square(x, y, size = Phone.session.cell_m) {
    const [east, north, turn] = Phone.base.frame;
    const cos = Math.cos(turn), sin = Math.sin(turn);
    const [e, n] = [east + x * cos + y * sin, north - x * sin + y * cos].map((metres) => Math.floor(metres / size) * size);
    return code(size, n, e);
  }
  /** Say where a square is: by the nearest place that people know, its direction and distance. */
  function name(cell) {
    const size = size_of(cell);
    if (!Phone.base) return say("phone.square_bare");
    const areas = Phone.base.areas.filter(([, x, y, metres]) => metres === size && square(x, y, size) === cell);
    if (size > Phone.session.cell_m && areas.length) return say("phone.somewhere", { area: areas.map(([called]) => called).join(", ") });
    const at = middle(cell);
    let nearest = null, least = Infinity;
    for (const place of Phone.base.places) {
      const metres = Math.hypot(place[2] - at.lng, place[3] - at.lat);
      if (metres < least) [nearest, least] = [place, metres];
    }
    if (!nearest) return say("phone.square_bare");
    if (square(nearest[2], nearest[3], size) === cell) return say("phone.square_at", { place: nearest[1] });
    const angle = Math.atan2(at.lat - nearest[3], at.lng - nearest[2]);
    const wind = WINDS[(Math.round(angle / (Math.PI / 4)) + 8) % 8];
    const metres = Math.max(50, Math.round(least / 50) * 50);
    return say(`phone.square_${wind}`, { metres: new Intl.NumberFormat(Phone.lang).format(metres), place: nearest[1] });
  }

  /* ---- the map ---- */
  function draw() {
    if (city || !Phone.base) return;
    city = CityMap.create($("map"), Phone.base, Phone.session.cell_m, { keyboard: false });
    city.map.setView([0, 0], zoom(PIXELS_A_SQUARE), { animate: false });
    const outline = L.polygon([], { weight: 3, fillOpacity: 0.18, interactive: false, renderer: L.svg() }).addTo(city.map);
    city.follow = () => {
      const cell = kept && !moved() ? kept : city.cellAt(city.map.getCenter());
      const colour = city.colour(feeling() || "accent");
      if (cell !== $("map").dataset.cell) {
        $("map").dataset.cell = cell;
        outline.setLatLngs(city.corners(cell));
      }
      outline.setStyle({ color: colour, fillColor: colour });
    };
    from = city.map.getCenter();
    city.map.on("move", city.follow);
    city.map.on("move", () => { if (!picked && away(from, Phone.session.cell_m / 4)) pick(); });
    city.map.on("moveend", () => { target = null; tell(); });
    city.map.on("zoomend", labels);
    city.follow();
    labels();
    tell();
  }
  const zoom = (pixels) => Math.round(2 * Math.log2(pixels / Phone.session.cell_m)) / 2;
  /** Whether the map has left the square that it was opened at. */
  const moved = () => away(middle(kept), size_of(kept) / 20);
  function away(point, metres) {
    const now = city.map.getCenter();
    return Math.hypot(now.lng - point.lng, now.lat - point.lat) > metres;
  }
  /** Read out the square under the cross. */
  function tell() {
    if (city) $("square").textContent = name($("map").dataset.cell);
    Phone.sounding();
  }
  /** How many squares a step of the arrows is: one, and more where a square is too small to see. */
  function squares() {
    const pixels = Phone.session.cell_m * 2 ** city.map.getZoom();
    return Math.max(1, Math.floor(PIXELS_A_STEP / pixels));
  }
  function labels() {
    const metres = city ? squares() * Phone.session.cell_m : Phone.session?.cell_m ?? 250;
    const said = new Intl.NumberFormat(Phone.lang).format(metres);
    for (const button of document.querySelectorAll("[data-pan]")) {
      button.setAttribute("aria-label", say(`phone.step_${button.dataset.pan}`, { metres: said }));
    }
  }
  /** From the middle of a square to that of a next one. */
  function step(wind) {
    if (!city) return;
    const size = Phone.session.cell_m, far = squares() * size;
    const [n, e] = corner(target ?? city.cellAt(city.map.getCenter()));
    const next = code(size, n + STEPS[wind][1] * far, e + STEPS[wind][0] * far);
    if (!city.holds(middle(next))) return;
    const animate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    city.map.panTo(middle(next), { animate, duration: 0.2 });
    target = animate ? next : null;
  }
  /** Open the map at a square. */
  function open_at(cell, scale) {
    way("map");
    if (!city) return;
    city.map.setView(middle(cell), scale ?? city.map.getZoom(), { animate: false });
    city.follow();
    tell();
  }

  /* ---- the list ---- */
  function row(picture, text, about, onclick) {
    const button = Phone.button("", picture, text);
    button.lastChild.dir = "auto";
    if (about) button.append(Phone.element("span", about.seen ? "about" : "unseen", about.text));
    button.onclick = onclick;
    return Phone.heard() ? Phone.card(button, "", "card row") : button; // no recording has names of places
  }
  function list() {
    if (!Phone.base) {
      $("list_none").hidden = false;
      $("list_none").textContent = say("phone.loading");
      return;
    }
    const { areas, places } = Phone.base;
    const wanted = $("search").value.trim().toLocaleLowerCase(Phone.lang);
    const fits = (text) => text.toLocaleLowerCase(Phone.lang).includes(wanted);
    const rows = [];
    for (const where of [...areas.keys(), -1]) {
      const whole = areas[where];
      const is_area = whole && fits(whole[0]);
      const found = places.filter((place) => place[4] === where && (fits(place[1]) || (is_area && wanted)));
      if (!found.length && !is_area) continue;
      if (whole) {
        const heading = Phone.element("h2", "", whole[0]);
        heading.dir = "auto";
        rows.push(heading);
      }
      for (const [kind, called, x, y] of found) {
        const about = { text: say(`place_kind.${kind}`) };
        rows.push(row(`k-${kind}`, called, about, () => near(x, y)));
      }
      if (is_area) {
        const [called, x, y, metres] = whole;
        const about = { seen: true, text: say("phone.somewhere_square", { metres: new Intl.NumberFormat(Phone.lang).format(metres) }) };
        rows.push(row("b-vector-square", say("phone.somewhere", { area: called }), about, () => chosen(square(x, y, metres))));
      }
    }
    $("list").replaceChildren(...rows);
    $("list_none").hidden = rows.length > 0;
    $("list_none").textContent = say(places.length || areas.length ? "phone.list_none" : "phone.list_empty");
  }
  /** A place of the list: the map opens at its square, a step of the arrows is one square. */
  function near(x, y) {
    if (!Phone.base) return;
    pick();
    open_at(square(x, y), zoom(PIXELS_NEAR));
    $("here").focus();
  }
  function way(called) {
    $("by_map").hidden = called !== "map";
    $("by_list").hidden = called !== "list";
    $("way_map").setAttribute("aria-pressed", called === "map");
    $("way_list").setAttribute("aria-pressed", called === "list");
    if (called === "map") {
      draw();
      city?.map.invalidateSize();
    }
  }
  /** Take the square under the cross; nothing finer exists from here on. */
  function here() {
    if (!city) Phone.notice(say("phone.loading"));
    else if (target) chosen(target); // she was quicker than the map
    else if (kept && !moved()) chosen(kept);
    else if (!city.holds(city.map.getCenter())) Phone.notice(say("phone.outside"));
    else if (picked || kept) under_cross();
    else doubt(true);
  }
  const under_cross = () => chosen(city.cellAt(city.map.getCenter()));
  /** Nobody has moved the map: the cross is where it happened to be. Ask, with the map in sight. */
  function doubt(on) {
    if ($("unmoved").hidden === !on) return;
    $("unmoved").hidden = !on;
    $("place_foot").hidden = on;
    city?.map.invalidateSize();
    Phone.sounding();
    if (on) {
      $("unmoved_text").focus();
      Phone.aloud($("unmoved_text").nextElementSibling);
    }
  }
  function pick() {
    picked = true;
    doubt(false);
  }
  /** Another answer begins: what was chosen for the one before does not count for it. */
  function anew() {
    picked = false;
    doubt(false);
    from = city && city.map.getCenter();
  }

  /** Show the screen; `cell` is where an answer that she changes was. */
  function open(cell) {
    Phone.show("place");
    kept = cell && Phone.base ? cell : null;
    if (kept) open_at(kept);
    else way($("by_list").hidden ? "map" : "list");
    city?.follow();
    tell();
  }
  /** The screen is there again: meanwhile the phone may have been turned. */
  const shown = () => city?.map.invalidateSize();
  /** For the next person, and at the end: no view, square or search of the one before. */
  function forget() {
    kept = target = null;
    $("search").value = "";
    way("map");
    city?.map.setView([0, 0], zoom(PIXELS_A_SQUARE), { animate: false });
    anew();
    delete $("map").dataset.cell;
    $("square").textContent = "";
    list();
  }

  function start(given) {
    ({ chosen, feeling } = given);
    $("way_map").onclick = () => way("map");
    $("way_list").onclick = () => way("list");
    $("here").onclick = here;
    $("unmoved_yes").onclick = () => { pick(); under_cross(); };
    $("unmoved_move").onclick = () => { doubt(false); $("map").focus(); };
    $("search").oninput = list;
    for (const button of document.querySelectorAll("[data-pan]")) button.onclick = () => step(button.dataset.pan);
    for (const button of document.querySelectorAll("[data-zoom]")) {
      button.onclick = () => city?.map.setZoom(city.map.getZoom() + Number(button.dataset.zoom));
    }
    const keys = { ArrowUp: "n", ArrowRight: "e", ArrowDown: "s", ArrowLeft: "w" };
    const zooms = { "+": 1, "=": 1, "-": -1 };
    $("map").addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (keys[event.key]) step(keys[event.key]);
      else if (zooms[event.key]) city?.map.setZoom(city.map.getZoom() + zooms[event.key]);
      else return;
      event.preventDefault();
    });
    Phone.after_words.push(list, labels, tell);
  }

  return { start, prepare, open, anew, shown, forget, name, city: () => city };
})();
