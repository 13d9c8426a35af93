// The base map, drawn from the city's own data: land, water, green, railway, streets by kind.
"use strict";

(function (CG) {
  // width in pixels at zoom 12, 14, 16, 18; in between it grows evenly
  const WIDTH = {
    main: [1.6, 3, 7, 14],
    bridge: [1.2, 2.4, 6, 12],
    street: [0.6, 1.3, 4.2, 10],
    underpass: [1, 2, 4, 8],
    footway: [0.25, 0.6, 1.6, 3.5],
    steps: [0.25, 0.6, 1.8, 4],
    track: [0.25, 0.6, 1.6, 3.5],
  };
  const ORDER = ["track", "footway", "steps", "street", "main", "bridge", "underpass"];
  const ZOOMS = [12, 14, 16, 18];

  function width(kind, zoom) {
    const sizes = WIDTH[kind] || WIDTH.street;
    if (zoom <= ZOOMS[0]) return sizes[0] * Math.pow(2, (zoom - ZOOMS[0]) / 2);
    for (let i = 1; i < ZOOMS.length; i += 1) {
      if (zoom <= ZOOMS[i]) {
        const part = (zoom - ZOOMS[i - 1]) / 2;
        return sizes[i - 1] + part * (sizes[i] - sizes[i - 1]);
      }
    }
    return sizes[3];
  }

  CG.Ground = function (map) {
    const pane = map.createPane("cg-ground");
    pane.style.zIndex = 200;
    const renderer = L.canvas({ pane: "cg-ground", padding: 0.4 });
    const quiet = { renderer, interactive: false, pane: "cg-ground", smoothFactor: 0.6 };
    let drawn = [];

    function add(layer, style) {
      layer.addTo(map);
      drawn.push({ layer, style });
    }

    const colour = (name) => CG.theme[name];

    function land(kind, parts) {
      const fill = { built: "built", water: "water", green: "green", railway: "built" }[kind];
      if (parts.areas.length) {
        add(L.polygon(parts.areas.map((rings) => rings.map(CG.line)), { ...quiet, stroke: false }),
          () => ({ fillColor: colour(fill), fillOpacity: 1 }));
      }
      if (!parts.lines.length) return;
      const lines = parts.lines.map(CG.line);
      if (kind === "railway") {
        add(L.polyline(lines, { ...quiet, lineCap: "butt" }),
          (zoom) => ({ color: colour("railway"), weight: zoom > 14 ? 3.5 : 2, opacity: 0.9 }));
        add(L.polyline(lines, { ...quiet, lineCap: "butt", dashArray: "7 9" }),
          (zoom) => ({ color: colour("paper"), weight: zoom > 14 ? 1.8 : 0.9 }));
      } else {
        add(L.polyline(lines, quiet), (zoom) => ({
          color: colour(fill), weight: Math.max(1.5, width("main", zoom)) }));
      }
    }

    function ways(streets) {
      const kinds = ORDER.filter((kind) => streets[kind]);
      const shapes = {};
      kinds.forEach((kind) => { shapes[kind] = streets[kind].map(CG.line); });
      // first all edges, then all surfaces, so that crossings stay open
      kinds.filter((kind) => WIDTH[kind][3] > 5).forEach((kind) => {
        add(L.polyline(shapes[kind], quiet), (zoom) => ({
          color: colour(kind === "main" || kind === "bridge" ? "street_main" : "street"),
          weight: width(kind, zoom) + (zoom >= 15 ? 1.6 : 0),
          opacity: 1,
        }));
      });
      kinds.forEach((kind) => {
        const thin = WIDTH[kind][3] <= 5;
        add(L.polyline(shapes[kind], {
          ...quiet, lineCap: kind === "underpass" ? "butt" : "round",
        }), (zoom) => {
          if (kind === "underpass") {
            return { color: colour("railway"), weight: width(kind, zoom) * 0.5, dashArray: "3 3" };
          }
          if (thin) {
            return { color: colour("street_main"), weight: width(kind, zoom),
              dashArray: zoom >= 16 ? (kind === "steps" ? "2 3" : "5 4") : null, opacity: 0.8 };
          }
          return { color: zoom >= 15 ? colour("raised") : colour(
            kind === "main" || kind === "bridge" ? "street_main" : "street"),
          weight: width(kind, zoom) };
        });
      });
    }

    this.restyle = function () {
      const zoom = map.getZoom();
      drawn.forEach(({ layer, style }) => layer.setStyle(style(zoom)));
    };

    this.show = function (base) {
      drawn.forEach(({ layer }) => layer.remove());
      drawn = [];
      ["built", "green", "water"].forEach((kind) => {
        if (base.ground[kind]) land(kind, base.ground[kind]);
      });
      ways(base.streets);
      if (base.ground.railway) land("railway", base.ground.railway);
      this.restyle();
    };

    map.on("zoomend", () => this.restyle());
  };
})(CommonGround);
