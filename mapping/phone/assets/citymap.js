/* The city's map for phone and wall: drawn from one small file, in metres, north up.
   The drawing is the European grid turned about its middle, so a cell is a turn back and a floor. */
"use strict";

const CityMap = (() => {
  const ORDER = ["built", "green", "water", "railway", "street", "main"];
  const SURFACES = { built: "built", green: "green", water: "water" };
  const LINES = { railway: "railway", street: "street", main: "street-main" };
  const WIDTHS = { railway: 1.2, street: 1, main: 1.7 }; // times the width at this zoom
  const FIRST = ["station", "park", "square", "market", "bridge"]; // whose names come first
  const MOST_NAMES = 14, APART = [110, 34]; // as long as names and apart are not among the options

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--cg-${name}`).trim();

  /** From steps to points; Leaflet says (y, x). */
  function points(flat) {
    const found = [];
    let x = 0, y = 0;
    for (let place = 0; place < flat.length; place += 2) {
      x += flat[place];
      y += flat[place + 1];
      found.push([y, x]);
    }
    return found;
  }

  /** A plain element where the map has a point; its text is text and never HTML. */
  const Plain = L.Icon.extend({
    options: { make: null },
    createIcon() {
      const element = document.createElement("div");
      element.append(this.options.make());
      this._setIconStyles(element, "icon");
      return element;
    },
    createShadow: () => null,
  });

  function create(element, base, cell_m, options = {}) {
    const [east, north, turn] = base.frame;
    const cos = Math.cos(turn), sin = Math.sin(turn);
    const drawn = (e, n) => { // a point of the grid (EPSG:3035), for Leaflet
      const x = e - east, y = n - north;
      return [x * sin + y * cos, x * cos - y * sin];
    };
    const grid = ({ lat, lng }) => [east + lng * cos + lat * sin, north - lng * sin + lat * cos];

    const [w, s, e, n] = base.area;
    const bounds = L.latLngBounds([drawn(w, s), drawn(e, s), drawn(e, n), drawn(w, n)]);
    const map = L.map(element, {
      crs: L.CRS.Simple, renderer: L.canvas({ padding: 0.3 }), minZoom: -7, maxZoom: 0.5, zoomSnap: 0.5,
      zoomDelta: 1, zoomControl: false, attributionControl: false, maxBounds: bounds.pad(0.2),
      maxBoundsViscosity: 0.8, doubleClickZoom: "center", scrollWheelZoom: "center", touchZoom: "center",
      keyboardPanDelta: 60, bounceAtZoomLimits: false, ...options,
    });
    const most = options.names ?? MOST_NAMES, [apart_x, apart_y] = options.apart ?? APART;

    const layers = ORDER.map((name) => {
      const shapes = (base.layers[name] || []).map(points);
      const fill = name in SURFACES;
      const layer = fill
        ? L.polygon(shapes.map((ring) => [ring]), { interactive: false, stroke: false, fillOpacity: 1, smoothFactor: 1.2 })
        : L.polyline(shapes, { interactive: false, lineCap: "round", smoothFactor: 1.2 });
      return { name, fill, layer };
    });
    function paint() {
      const width = Math.max(0.6, Math.min(7, 2 ** (map.getZoom() + 3)));
      for (const { name, fill, layer } of layers) {
        if (fill) layer.setStyle({ fillColor: colour(SURFACES[name]) });
        else layer.setStyle({ color: colour(LINES[name]), weight: width * WIDTHS[name], dashArray: name === "railway" ? "6 4" : null });
      }
    }
    const streets = L.latLngBounds(layers.flatMap(({ name, layer }) => {
      const around = name === "street" || name === "main" ? layer.getBounds() : null;
      return around?.isValid() ? [around.getSouthWest(), around.getNorthEast()] : [];
    }));
    const whole = streets.isValid() ? streets : bounds; // the city itself, not the sea beside it
    map.fitBounds(whole, { animate: false, padding: [12, 12] });
    for (const { layer } of layers) layer.addTo(map);
    paint();
    map.on("zoomend", paint);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);

    const names = L.layerGroup().addTo(map);
    const rank = (kind) => (FIRST.indexOf(kind) + FIRST.length + 1) % (FIRST.length + 1);
    const ranked = [...base.places].sort((a, b) => rank(a[0]) - rank(b[0]));
    function label() {
      names.clearLayers();
      const taken = [], view = map.getBounds();
      for (const [, name, x, y] of ranked) {
        if (taken.length >= most) break;
        if (!view.contains([y, x])) continue;
        const at = map.latLngToContainerPoint([y, x]);
        if (taken.some((other) => Math.abs(other.x - at.x) < apart_x && Math.abs(other.y - at.y) < apart_y)) continue;
        taken.push(at);
        const make = () => Object.assign(document.createElement("span"), { textContent: name, dir: "auto" });
        L.marker([y, x], { icon: new Plain({ make, className: "placename" }), interactive: false, keyboard: false }).addTo(names);
      }
    }
    label();
    map.on("moveend", label);

    /** The four corners of a cell, for Leaflet. */
    function corners(code) {
      const [, size, south, west] = code.match(/^CRS3035RES(\d+)mN(\d+)E(\d+)$/).map(Number);
      return [drawn(west, south), drawn(west + size, south), drawn(west + size, south + size), drawn(west, south + size)];
    }
    /** The code of the cell a point of the drawing lies in: all that ever leaves the phone. */
    function cellAt(latlng) {
      const [e, n] = grid(latlng).map((metres) => Math.floor(metres / cell_m) * cell_m);
      return `CRS3035RES${cell_m}mN${n}E${e}`;
    }
    /** Whether the city's area holds a point of the drawing. */
    function holds(latlng) {
      const [e1, n1] = grid(latlng);
      return e1 >= w && e1 <= e && n1 >= s && n1 <= n;
    }
    return { map, whole, bounds, colour, point: drawn, corners, cellAt, holds, Plain };
  }

  return { create, colour };
})();
