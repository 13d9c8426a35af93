// Ties between actors as lines, and what is within a walk. A line says who its ends are by names
// that were fetched apart; the chosen actor or tie is drawn in full ink and the others pale.
"use strict";

(function (CG) {
  const HIT = 12; // pixels: a thin line is hard to click
  const BENT = 0.09; // of its length that a line is moved aside for each one beside it
  const STEPS = 10;
  const MANY = 400; // with more lines than these, only those of what is chosen can be clicked

  function arrows(map) {
    const renderer = CG.svg("marker", {
      id: "cg-arrow", viewBox: "0 0 10 10", refX: 24, refY: 5, orient: "auto",
      markerWidth: 11, markerHeight: 11, markerUnits: "userSpaceOnUse",
    }, [CG.svg("path", { d: "M0 1 L10 5 L0 9 Z", class: "cg-arrow" })]);
    const holder = CG.svg("svg", { width: 0, height: 0, class: "cg-defs", "aria-hidden": "true" },
      [CG.svg("defs", {}, [renderer])]);
    map.getContainer().appendChild(holder);
  }

  // a line between two places, moved aside where others join the same two
  function path(start, end, bend) {
    if (!bend) return [start, end];
    const aside = (bend * BENT * 2) / (1 + 0.15 * Math.abs(bend)); // twenty of them stay a bundle
    const squeeze = Math.cos((start[0] * Math.PI) / 180); // a degree of longitude is shorter
    const [dy, dx] = [end[0] - start[0], (end[1] - start[1]) * squeeze];
    const middle = [
      (start[0] + end[0]) / 2 - dx * aside,
      (start[1] + end[1]) / 2 + (dy * aside) / squeeze,
    ];
    return Array.from({ length: STEPS + 1 }, (_, i) => {
      const t = i / STEPS;
      return [0, 1].map((axis) => (1 - t) ** 2 * start[axis]
        + 2 * t * (1 - t) * middle[axis] + t ** 2 * end[axis]);
    });
  }

  CG.Ties = function (map, pane, clickable) {
    let lines = [];
    let spots = [];
    let few = true;
    let group = null;
    const ring = L.circleMarker([0, 0], {
      renderer: L.svg({ pane, padding: 0.5 }), pane, radius: 20, interactive: false,
      fill: false, weight: 3, className: "cg-ring",
    });
    arrows(map);

    this.layer = function (data) {
      const renderer = L.svg({ pane, padding: 0.5 });
      spots = data.spots;
      // many lines are drawn paler, and their heads only when chosen: else they are one grey field
      map.getContainer().classList.toggle("cg-many-ties", data.rows.length > 60);
      map.getContainer().style.setProperty("--cg-tie-ink",
        Math.max(0.12, Math.min(0.5, 4 / Math.sqrt(data.rows.length || 1))));
      lines = data.rows.map(([handle, from, to, width, ways, bend]) => {
        const way = path(CG.spot(...spots[from].slice(1)), CG.spot(...spots[to].slice(1)), bend);
        const ends = [spots[from][0], spots[to][0]];
        const ink = L.polyline(way, {
          renderer, pane, weight: width, interactive: false, className: "cg-tie", smoothFactor: 0.5,
        });
        if (ways === 1) ink.on("add", () => ink.getElement().setAttribute("marker-end", "url(#cg-arrow)"));
        const hit = () => {
          const made = L.polyline(way, {
            renderer, pane, weight: HIT, opacity: 0, className: "cg-tie-hit", smoothFactor: 0.5,
          });
          clickable(made, handle, () => ends.map((one) => CG.names[one] || "").join(" – "));
          made.on("add", () => made.getElement().setAttribute("data-handle", handle));
          return made;
        };
        return { handle, ends, ink, hit };
      });
      few = lines.length <= MANY;
      group = L.layerGroup(lines.map((one) => one.ink));
      if (few) lines.forEach((one) => group.addLayer(one.hit()));
      group.on("remove", () => ring.remove());
      group.on("add", () => this.mark(this.marked || ""));
      return group;
    };

    this.mark = function (handle) {
      this.marked = handle;
      const own = (one) => one.handle === handle || one.ends.includes(handle);
      const some = spots.some(([one]) => one === handle) || lines.some((one) => one.handle === handle);
      map.getContainer().classList.toggle("cg-focus", some);
      lines.forEach((one) => {
        const element = one.ink.getElement();
        if (!element) return;
        element.classList.toggle("cg-tie-on", some && own(one));
        if (!some || !own(one)) return;
        one.ink.bringToFront();
        if (!few && !one.reached) one.reached = group.addLayer(one.hit());
      });
      const spot = spots.find(([one]) => one === handle);
      if (spot) ring.setLatLng(CG.spot(spot[1], spot[2])).addTo(map);
      else ring.remove();
    };

    // where something chosen elsewhere lies; null where it is not drawn
    this.place = function (handle) {
      const spot = spots.find(([one]) => one === handle);
      if (spot) return L.latLngBounds([CG.spot(spot[1], spot[2])]);
      const tie = lines.find((one) => one.handle === handle);
      return tie ? tie.ink.getBounds() : null;
    };
  };
})(CommonGround);
