// What stands on the base map: areas, gaps, what was said, services, groups, places. Each thing
// has a handle; a click tells Python the handle, and its name is fetched apart and set as text.
"use strict";

(function (CG) {
  const POINTS = ["services", "migrant_led", "actors_city", "actors", "actors_unknown",
    "assets", "places"];
  const SIDE = { service: 26, actor: 26, actor_other: 26, actor_unknown: 26, migrant_led: 28, asset: 24, place: 18 };
  // drawn far apart enough to be read; places wait until one looks closer
  const FROM_ZOOM = { places: 13.5, assets: 12.5 };
  const SMALL_BELOW = 13;

  function pane(map, name, level, click) {
    const made = map.createPane(name);
    made.style.zIndex = level;
    if (!click) made.style.pointerEvents = "none";
    return name;
  }

  function hatches() {
    const stripes = CG.svg("pattern", {
      id: "cg-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    }, [
      CG.svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: "var(--cg-quiet)",
        "stroke-width": 2, "stroke-opacity": 0.45 }),
    ]);
    const holder = CG.svg("svg", { width: 0, height: 0, class: "cg-defs", "aria-hidden": "true" },
      [CG.svg("defs", {}, [stripes])]);
    document.body.appendChild(holder);
  }

  CG.Things = function (map) {
    hatches();
    const areaPane = pane(map, "cg-areas", 340, false);
    const gapPane = pane(map, "cg-gap", 300, true);
    const reachPane = pane(map, "cg-reach", 310, false);
    const cellPane = pane(map, "cg-cells", 320, true);
    const saidPane = pane(map, "cg-said", 580, true);
    const labelPane = pane(map, "cg-labels", 605, false);
    const label = CG.node("div", "cg-hover");
    label.setAttribute("aria-hidden", "true");
    map.getContainer().appendChild(label);

    const cluster = L.markerClusterGroup({
      maxClusterRadius: (zoom) => (zoom < SMALL_BELOW ? 15 : 24),
      showCoverageOnHover: false,
      spiderLegPolylineOptions: { weight: 1, color: "var(--cg-quiet)", opacity: 0.7 },
      iconCreateFunction: CG.cluster,
      animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    }).addTo(map);
    // the cluster answers clicks only: by keyboard it opens or fans out too, and keeps the focus
    cluster.on("clusterkeypress", (event) => {
      if (event.originalEvent.key !== "Enter") return;
      const inside = event.layer.getAllChildMarkers();
      const together = inside.every((one) => one.getLatLng().equals(inside[0].getLatLng()));
      if (together) event.layer.spiderfy();
      else event.layer.zoomToBounds({ padding: [20, 20] });
      setTimeout(() => {
        const first = together ? inside[0] : cluster.getVisibleParent(inside[0]) || inside[0];
        if (first.getElement()) first.getElement().focus();
      }, 450); // while a cluster opens its markers are not there yet
    });
    const groups = {}; // kind -> Leaflet group of shapes that are not in the cluster
    const pins = {}; // kind -> markers
    const byHandle = {}; // handle -> markers or shapes
    const shown = {}; // kind -> whether its switch is on
    let only = [];
    let hours = { day: true, evening: true, night: true };
    let picked = "";

    const name = (handle) => CG.names[handle] || "";

    function hover(layer, handle, text) {
      layer.on("mouseover", (event) => {
        label.textContent = text ? text() : name(handle);
        if (!label.textContent) return;
        const at = map.latLngToContainerPoint(event.latlng);
        label.style.left = `${at.x}px`;
        label.style.top = `${at.y}px`;
        label.classList.add("cg-on");
      });
      layer.on("mouseout", () => label.classList.remove("cg-on"));
    }

    function keep(handle, layer) {
      (byHandle[handle] = byHandle[handle] || []).push(layer);
    }

    function clickable(layer, handle, text) {
      layer.on("click keypress", (event) => {
        if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
        L.DomEvent.stopPropagation(event);
        this.mark(handle);
        CG.tell(handle);
      });
      hover(layer, handle, text);
      keep(handle, layer);
    }

    const tied = new CG.Ties(map, pane(map, "cg-ties", 450, true), clickable.bind(this));

    // --- pins -----------------------------------------------------------------------------

    function points(kind, data) {
      pins[kind] = data.rows.map(([handle, code, x, y, rough]) => {
        const side = SIDE[data.frame];
        const marker = L.marker(CG.spot(x, y), {
          icon: CG.icon(CG.pin(data.frame, code, rough), side),
          cgFrame: data.frame, cgCode: code, cgHandle: handle, keyboard: true,
        });
        marker.on("add", () => {
          const element = marker.getElement();
          element.setAttribute("aria-label", name(handle));
          element.setAttribute("data-handle", handle);
          element.classList.toggle("cg-picked", handle === picked);
        });
        clickable.call(this, marker, handle);
        return marker;
      });
    }

    function wanted(kind) {
      if (!shown[kind] || !pins[kind]) return [];
      if (FROM_ZOOM[kind] && map.getZoom() < FROM_ZOOM[kind]) {
        return pins[kind].filter((one) => one.options.cgHandle === picked);
      }
      if (kind !== "services" || !only.length) return pins[kind];
      return pins[kind].filter((one) =>
        only.includes(one.options.cgCode.slice("category.".length)));
    }

    let standing = "";
    function refill(force) {
      const markers = POINTS.flatMap(wanted);
      const key = markers.length + POINTS.map((kind) => wanted(kind).length).join() + only.join();
      if (key === standing && !force) return;
      standing = key;
      cluster.clearLayers();
      cluster.addLayers(markers);
    }

    // --- shapes ---------------------------------------------------------------------------

    function areas(kind, data) {
      const renderer = L.svg({ pane: areaPane, padding: 0.5 });
      const bare = CG.bare; // no streets and no ground: the areas are the base map
      if (bare) map.getPane(areaPane).style.zIndex = 290; // then below what is shaded on them
      groups[kind] = L.layerGroup(data.rows.map(([handle, shape]) => {
        const one = L.polygon(CG.polygons(shape), {
          renderer, pane: areaPane, interactive: false, className: "cg-area",
          fill: bare, fillOpacity: bare ? 1 : 0, weight: 1.2,
        });
        keep(handle, one);
        return one;
      }));
      // cells of a grid have no names: thousands of empty plates would only be in each other's way
      data.rows.filter(([handle]) => name(handle)).forEach(([handle, , x, y]) =>
        groups[kind].addLayer(nameplate(handle, "area", x, y)));
    }

    function nameplate(handle, style, x, y) {
      const text = CG.node("span", `cg-name cg-name-${style}`, name(handle));
      const marker = L.marker(CG.spot(x, y), {
        icon: L.divIcon({ html: text, className: "cg-plate", iconSize: null }),
        pane: labelPane, keyboard: style === "area", interactive: style === "area",
      });
      if (style === "area") {
        marker.on("click keypress", (event) => {
          if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
          this.mark(handle);
          CG.tell(handle);
        });
        marker.on("add", () => marker.getElement().setAttribute("data-handle", handle));
      }
      return marker;
    }

    function labels(kind, data) {
      groups[kind] = L.layerGroup(data.rows.map(([handle, code, x, y]) =>
        nameplate.call(this, handle, code, x, y)));
    }

    function gap(kind, data) {
      const renderer = L.svg({ pane: gapPane, padding: 0.5 });
      const words = { unknown: "map.gap_unknown", suppressed: "map.gap_suppressed" };
      groups[kind] = L.layerGroup(data.rows.map((row) => {
        const [handle, step, , shape] = row;
        const one = L.polygon(CG.polygons(shape), {
          renderer, pane: gapPane, className: `cg-gap cg-gap-${step}`, weight: 0.6, cgRow: row,
        });
        const say = ([, now, people]) => (words[now]
          ? CG.say(words[now]) : CG.say("map.gap_people", { count: CG.number(people) }));
        clickable.call(this, one, handle, () =>
          [name(handle), say(one.options.cgRow)].filter(Boolean).join(" · "));
        return one;
      }));
    }

    // the same areas with other numbers: thousands of shapes stay, and only their shades change
    function shadedAnew(data) {
      const there = groups.gap ? groups.gap.getLayers() : [];
      const same = ([handle, , , shape], [other, , , before]) =>
        handle === other && JSON.stringify(shape) === JSON.stringify(before);
      if (there.length !== data.rows.length
        || !there.every((one, i) => same(data.rows[i], one.options.cgRow))) return false;
      there.forEach((one, i) => {
        const [was, now] = [one.options.cgRow, data.rows[i]].map((row) => `cg-gap-${row[1]}`);
        Object.assign(one.options, { cgRow: data.rows[i], className: `cg-gap ${now}` });
        const element = one.getElement();
        if (element && was !== now) element.classList.replace(was, now);
      });
      return true;
    }

    function reports(kind, data) {
      const renderer = L.svg({ pane: cellPane, padding: 0.5 });
      const cells = {};
      data.rows.forEach((row) => (cells[row[0]] = cells[row[0]] || []).push(row));
      groups[kind] = L.layerGroup();
      Object.entries(cells).forEach(([handle, rows]) => {
        // hours stand beside what a session said of the square as a whole, and never hide it
        const whole = new Set(rows.filter(([, , hour]) => !hour).map((row) => row[4]));
        const drawn = rows.filter(([, , hour, , day]) => !hour || (hours[hour] && !whole.has(day)));
        const feelings = new Set(drawn.map((row) => row[1]));
        const one = L.polygon(CG.polygons(rows[0][7]), {
          renderer, pane: cellPane, weight: 0.8,
          className: `cg-cell cg-cell-${feelings.size === 1 ? [...feelings][0] : "several"}`,
        });
        const say = () => rows.map(([, feeling, hour, band, day]) => [
          CG.say(`feeling.${feeling}`), hour && CG.say(`time_of_day.${hour}`), band, day,
        ].filter(Boolean).join(" · ")).join("\n");
        clickable.call(this, one, handle, say);
        if (!drawn.length) return;
        groups[kind].addLayer(one);
        const row = CG.node("span", "cg-said-row");
        drawn.forEach(([, feeling, hour, band]) => row.appendChild(CG.said(feeling, hour, band)));
        const marker = L.marker(CG.spot(rows[0][5], rows[0][6]), {
          icon: L.divIcon({ html: row, className: "cg-plate", iconSize: null }), pane: saidPane,
        });
        marker.on("add", () => {
          marker.getElement().setAttribute("aria-label", say());
          marker.getElement().setAttribute("data-handle", handle);
        });
        clickable.call(this, marker, handle, say);
        groups[kind].addLayer(marker);
      });
    }

    function reach(kind, data) {
      const renderer = L.svg({ pane: reachPane, padding: 0.5 });
      groups[kind] = L.layerGroup(data.rows.map(([, code, shape]) => L.polygon(CG.polygons(shape), {
        renderer, pane: reachPane, interactive: false, className: `cg-within cg-within-${code}`,
        weight: 1.4,
      })));
    }

    function ties(kind, data) { groups[kind] = tied.layer(data); }

    const MAKE = { areas, gap, reports, labels, reach, ties };

    // --- names that do not cover each other --------------------------------------------------

    function width(bounds) {
      return map.latLngToLayerPoint(bounds.getSouthEast()).x
        - map.latLngToLayerPoint(bounds.getSouthWest()).x;
    }

    function tidy() {
      const far = map.getZoom() < 13.5;
      // from near a name gives way to what was said there; from afar it stands above
      const taken = far ? [] : Array.from(map.getPane(saidPane).querySelectorAll(".cg-said-row"),
        (row) => row.getBoundingClientRect());
      map.getPane(labelPane).querySelectorAll(".cg-plate").forEach((plate) => {
        const text = plate.firstChild;
        const minor = !text.classList.contains("cg-name-area");
        text.classList.remove("cg-away");
        const box = text.getBoundingClientRect();
        // a name wider than its area would stand in others'
        const [area] = byHandle[plate.dataset.handle] || [];
        const room = area && area.getBounds && map.getZoom() < 15 ? width(area.getBounds()) : 1e6;
        const clash = box.width > room * 1.25 || taken.some((other) => box.left < other.right && other.left < box.right
          && box.top < other.bottom && other.top < box.bottom);
        if (clash || (minor && far)) text.classList.add("cg-away");
        else taken.push(box);
      });
    }

    // --- what others call --------------------------------------------------------------------

    this.put = function (kind, data) {
      if (kind === "gap" && shadedAnew(data)) return;
      this.drop(kind);
      if (POINTS.includes(kind)) {
        points.call(this, kind, data);
        refill(true);
        return;
      }
      MAKE[kind].call(this, kind, data);
      if (shown[kind]) groups[kind].addTo(map);
      tidy();
    };

    this.drop = function (kind) {
      const gone = new Set(pins[kind] || (groups[kind] ? groups[kind].getLayers() : []));
      Object.keys(byHandle).forEach((handle) => {
        byHandle[handle] = byHandle[handle].filter((one) => !gone.has(one));
      });
      if (groups[kind]) groups[kind].remove();
      delete groups[kind];
      delete pins[kind];
    };

    this.toggle = function (kind, on) {
      shown[kind] = on;
      if (POINTS.includes(kind)) refill();
      else if (groups[kind]) {
        if (on) groups[kind].addTo(map);
        else groups[kind].remove();
        tidy();
      }
    };

    this.filter = function (categories) { only = categories; refill(); };
    this.setHours = function (chosen, data) { hours = chosen; this.put("reports", data); };

    this.mark = function (handle) {
      picked = handle;
      document.querySelectorAll(".cg-picked").forEach((one) => one.classList.remove("cg-picked"));
      (byHandle[handle] || []).forEach((one) => {
        const element = one.getElement && one.getElement();
        if (element) element.classList.add("cg-picked");
      });
      if (groups.ties) tied.mark(handle);
    };

    this.go = function (handle) {
      if (groups.ties) { // the whole of the ties matters: no zooming in on one actor
        const place = tied.place(handle);
        if (place && !map.getBounds().contains(place)) map.panInsideBounds(place.pad(0.2));
        this.mark(handle);
        return;
      }
      const found = (byHandle[handle] || [])[0];
      if (!found) return;
      if (found.getBounds) {
        map.fitBounds(found.getBounds(), { maxZoom: 15.5, padding: [40, 40] });
      } else {
        if (FROM_ZOOM.places) refill(true); // a place picked from afar is drawn at any zoom
        map.setView(found.getLatLng(), Math.max(map.getZoom(), 16), { animate: false });
        const spread = () => {
          const stands = cluster.hasLayer(found) && cluster.getVisibleParent(found);
          if (stands && stands !== found && handle === picked) stands.spiderfy();
        };
        setTimeout(spread, 450); // while a cluster opens or closes it cannot be spread
      }
      this.mark(handle);
    };

    function zoomed() {
      const far = map.getZoom() < SMALL_BELOW;
      map.getContainer().classList.toggle("cg-far", far);
      // from afar names stand above the crowd of pins, from near below each single one
      map.getPane(labelPane).style.zIndex = far ? 605 : 560;
      refill();
      tidy();
    }
    map.on("zoomend", zoomed);
    map.on("movestart", () => label.classList.remove("cg-on"));
    cluster.on("animationend spiderfied", () => this.mark(picked));
    zoomed();
  };
})(CommonGround);
