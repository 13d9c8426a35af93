/* The map of the wall: squares people spoke of, drawn by difference, over the city. */
"use strict";

const WallMap = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  // least size in rem, part of the square's width, most in rem; by how many spoke of it
  const SIZES = { none: [3.4, 0.7, 11], "5-9": [3.2, 0.64, 9], "10-19": [4.2, 0.82, 11.5], "20+": [5.4, 1, 14] };
  const CROWDED = [[160, 0.5], [60, 0.72], [0, 1]]; // more squares than this, and the least sizes shrink so far
  const MOST_AT_ONCE = 30; // more new ones than this just appear
  const FAR_REM = 6, NEAR_M = 700, SPOT_PART = 0.2;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let px = 0; // of one rem; asked for once a size, because to ask is to lay everything out
  const rem = () => (px ||= Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  window.addEventListener("resize", () => { px = 0; });

  const make = (name, attributes = {}) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  /** Elements of ours inside of Leaflet's own SVG, which knows how to move and to zoom. */
  const Signs = L.SVG.extend({
    options: { padding: 0.5, draw: null },
    _initContainer() {
      L.SVG.prototype._initContainer.call(this);
      this._container.classList.add("cells");
      this.inside = this._rootGroup;
    },
    _update() {
      L.SVG.prototype._update.call(this);
      if (this.inside) this.options.draw();
    },
  });

  /**
   * Draw a map into an element.
   * options: area [w, s, e, n] or null, names (how many places are named), still (no keyboard,
   * no picking: one of several), pick(cell or null).
   */
  function create(element, base, cell_m, options = {}) {
    const city = CityMap.create(element, base, cell_m, {
      zoomSnap: 0.1, zoomDelta: 0.5, keyboard: !options.still, dragging: true,
      names: options.names ?? 10, apart: [rem() * 17, rem() * 4.5],
    });
    const { map } = city;
    const shown = new Map(); // cell -> {text, feeling, people, group, square, sign, middle, corners}
    let lit = null, least = 1, moved = false; // moved: by hand, and nothing of ours moves it back

    map.createPane("outside").style.zIndex = 450; // over the city, under its names
    map.createPane("cells").style.zIndex = 640; // over the names
    const signs = new Signs({ pane: "cells", draw: place });
    signs.addTo(map);
    outside();
    fit(false);
    for (const event of ["dragstart", "dblclick", "boxzoomstart"]) map.on(event, () => { moved = true; });
    element.addEventListener("wheel", () => { moved = true; }, { passive: true });
    const sizes = new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      if (!moved && !lit) fit(false);
    });
    sizes.observe(element);

    /** Hatch what lies outside of the session's area: nobody was asked about it. */
    function outside() {
      if (!options.area) return;
      const [w, s, e, n] = options.area;
      const hole = [[w, s], [e, s], [e, n], [w, n]].map(([x, y]) => city.point(x, y));
      const far = city.bounds.pad(3);
      const around = [far.getSouthWest(), far.getSouthEast(), far.getNorthEast(), far.getNorthWest()];
      L.polygon([around, hole], {
        pane: "outside", renderer: L.svg({ pane: "outside", padding: 0.5 }), interactive: false, className: "outside",
        fillColor: "url(#hatch)", fillOpacity: 1, weight: 3, color: CityMap.colour("quiet"),
      }).addTo(map);
    }

    /** The city itself where all of it is asked, else the part that is; and every square on it. */
    function home() {
      const [w, s, e, n] = options.area || [];
      const asked = options.area && L.latLngBounds([[w, s], [e, s], [e, n], [w, n]].map(([x, y]) => city.point(x, y)));
      const all = L.latLngBounds(...(!asked || asked.contains(city.whole) ? [city.whole.getSouthWest(), city.whole.getNorthEast()] : [asked.getSouthWest(), asked.getNorthEast()]));
      for (const { points } of shown.values()) all.extend(points);
      return all;
    }

    function fit(moves = true) {
      moved = false;
      map.fitBounds(home(), { animate: moves && !calm.matches, padding: [rem() * 2, rem() * 2] });
    }

    /** Set each sign at its place for the present zoom. */
    function place() {
      for (const one of shown.values()) set(one);
    }
    function set(one) {
      const [sw, , ne] = one.points.map((point) => map.latLngToLayerPoint(point));
      one.square.setAttribute("d", `M${one.points.map((point) => {
        const { x, y } = map.latLngToLayerPoint(point);
        return `${x} ${y}`;
      }).join("L")}Z`);
      const [low, part, high] = SIZES[one.people] || SIZES.none;
      const wide = Math.hypot(ne.x - sw.x, ne.y - sw.y) / Math.SQRT2;
      one.group.classList.toggle("far", wide < FAR_REM * rem()); // its sign covers it: no square to be taken for a sign
      const size = Math.max(low * least * rem(), Math.min(part * wide, high * rem()));
      for (const [key, value] of Object.entries({ x: (sw.x + ne.x - size) / 2, y: (sw.y + ne.y - size) / 2, width: size, height: size })) {
        const text = value.toFixed(1);
        if (one.sign.getAttribute(key) !== text) one.sign.setAttribute(key, text);
      }
    }

    /** Draw what is new or changed, take away what is gone, leave the rest alone. */
    function show(cells) {
      const wanted = new Set(cells.map(([cell]) => cell));
      for (const [cell, old] of shown) {
        if (wanted.has(cell)) continue;
        old.group.remove();
        shown.delete(cell);
      }
      const before = shown.size, shrink = least;
      const fresh = cells.filter(([cell]) => !shown.has(cell)).length;
      const arrives = before > 0 && fresh <= MOST_AT_ONCE;
      least = CROWDED.find(([more]) => cells.length > more)?.[1] ?? 1;
      for (const [cell, feeling, people] of cells) {
        const text = `${feeling} ${people}`;
        const old = shown.get(cell);
        if (old?.text === text) continue;
        const one = old || begin(cell, arrives);
        if (one.feeling !== feeling) one.use.setAttribute("href", `#f-${feeling}`);
        Object.assign(one, { text, feeling, people });
        name(one);
        set(one);
      }
      if (shrink !== least) place();
      light(lit);
      roam();
      if (fresh && !moved && !lit && !map.getBounds().contains(L.latLngBounds([...shown.values()].flatMap(({ points }) => points)))) fit(before > 0);
    }

    function begin(cell, arrives) {
      const group = make("g", { tabindex: -1, role: "button" });
      const square = make("path"), sign = make("svg", { viewBox: "0 0 48 48" }), use = make("use");
      group.dataset.cell = cell;
      sign.append(use);
      group.append(square, sign);
      signs.inside.append(group);
      const one = { cell, group, square, sign, use, points: city.corners(cell), arrives };
      shown.set(cell, one);
      return one;
    }

    function name(one) {
      one.group.setAttribute("class", ["said", one.feeling, one.arrives ? "new" : "", one.cell === lit ? "lit" : ""].filter(Boolean).join(" "));
      const said = [WallWords.heard(`codebook.${one.feeling}`)];
      if (one.people) said.push(one.people);
      const close = near(one.cell);
      if (close) said.push(WallWords.heard("wall.near", { place: close }));
      one.group.setAttribute("aria-label", said.join(", "));
    }

    /** The public place, or else the part of the city, whose name says where a square is. */
    function near(cell) {
      const middle = L.latLngBounds(city.corners(cell)).getCenter();
      let best = null, least_m = NEAR_M + cell_m / 2;
      for (const [, place, x, y] of base.places) { // its name, and never how far
        const metres = Math.hypot(x - middle.lng, y - middle.lat);
        if (metres < least_m) [best, least_m] = [place, metres];
      }
      if (best) return best;
      const around = (base.areas || []).filter(([, x, y, size_m]) => Math.hypot(x - middle.lng, y - middle.lat) < size_m / 2);
      return around[0]?.[0] || null;
    }

    /** Put the light on one square, or take it away with null. */
    function light(cell) {
      lit = cell && shown.has(cell) ? cell : null;
      signs._container.classList.toggle("spot", Boolean(lit));
      for (const [one, { group }] of shown) group.classList.toggle("lit", one === lit);
      if (lit) signs.inside.append(shown.get(lit).group); // over its neighbours
    }

    /** Put the light on a square and move there; with null back to where all is seen. */
    function spotlight(cell) {
      const before = lit;
      light(cell);
      if (!lit) {
        if (before) fit();
        return;
      }
      const middle = L.latLngBounds(city.corners(lit)).getCenter();
      const zoom = Math.min(map.getMaxZoom(), Math.log2((map.getSize().y * SPOT_PART) / cell_m));
      if (calm.matches) map.setView(middle, zoom, { animate: false });
      else map.flyTo(middle, zoom, { duration: 1.2 });
    }

    /* ---- picking a square: one stop for the Tab key, arrows from there ---- */
    function roam() {
      const stop = [...shown.values()].find(({ group }) => group.tabIndex === 0);
      if (!options.still && !stop && shown.size) shown.values().next().value.group.setAttribute("tabindex", 0);
    }
    const of = (event) => event.target.closest?.("[data-cell]")?.dataset.cell;
    element.addEventListener("click", (event) => {
      const cell = of(event);
      if (cell && options.pick) options.pick(cell === lit ? null : cell);
    });
    element.addEventListener("keydown", (event) => {
      const cell = of(event);
      if (!cell || options.still) return;
      if (event.key === "Enter") options.pick?.(cell === lit ? null : cell);
      const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (way) step(cell, way);
      if (way || event.key === "Enter") {
        event.preventDefault();
        event.stopPropagation();
      }
    }, true);

    /** Go to the nearest square in a direction. */
    function step(cell, [right, down]) {
      const at = (one) => map.latLngToLayerPoint(L.latLngBounds(one.points).getCenter());
      const here = shown.get(cell), from = at(here);
      let best = null, least_away = Infinity;
      for (const one of shown.values()) {
        const { x, y } = at(one);
        const ahead = (x - from.x) * right + (y - from.y) * down;
        const aside = Math.abs((x - from.x) * down) + Math.abs((y - from.y) * right);
        if (ahead > 1 && ahead + 2 * aside < least_away) [best, least_away] = [one, ahead + 2 * aside];
      }
      if (!best) return;
      here.group.setAttribute("tabindex", -1);
      best.group.setAttribute("tabindex", 0);
      best.group.focus();
    }

    return {
      map, show, fit, near, spotlight,
      said: (cell) => shown.get(cell),
      zoom: (by) => { moved = true; map.setZoom(map.getZoom() + by, { animate: !calm.matches }); },
      names: () => shown.forEach(name), // in another language
      remove: () => { sizes.disconnect(); map.remove(); },
    };
  }

  return { create, rem, calm };
})();
