// The legend, which is also where layers are switched: shape, colour and words for each.
"use strict";

(function (CG) {
  const ORDER = ["gap", "reach", "ties", "services", "migrant_led", "actors_city", "actors",
    "actors_unknown", "reports", "places", "assets", "areas"];
  const NARROW = 620;

  function sample(kind, data) {
    const box = CG.node("span", "cg-sample");
    if (kind === "services") box.appendChild(CG.pin("service", "category.health"));
    if (kind === "migrant_led") box.appendChild(CG.pin("migrant_led", "actor_kind.migrant_led"));
    if (kind === "actors_city") box.appendChild(CG.pin("actor", "actor_kind.municipality"));
    if (kind === "actors") box.appendChild(CG.pin(data.frame, "actor_kind.public_service"));
    if (kind === "actors_unknown") box.appendChild(CG.pin("actor_unknown", "actor_kind.other"));
    if (kind === "ties") box.appendChild(CG.node("i", "cg-line"));
    if (kind === "reach") box.appendChild(CG.node("i", "cg-walk"));
    if (kind === "assets") box.appendChild(CG.pin("asset", "asset_kind.channel"));
    if (kind === "places") box.appendChild(CG.pin("place", "place_kind.station"));
    if (kind === "reports") box.appendChild(CG.said("safe", "", "5-9"));
    if (kind === "areas") box.appendChild(CG.node("i", "cg-outline"));
    if (kind === "gap") box.appendChild(CG.node("i", "cg-ramp"));
    return box;
  }

  function entry(picture, text) {
    const row = CG.node("li", "cg-entry");
    row.appendChild(picture);
    row.appendChild(CG.node("span", "", text));
    return row;
  }

  function swatch(step, style = "gap") {
    const box = CG.svg("svg", { viewBox: "0 0 20 14", width: 20, height: 14, "aria-hidden": "true" },
      [CG.svg("rect", { x: 1, y: 1, width: 18, height: 12, class: `cg-${style} cg-${style}-${step}` })]);
    return box;
  }

  CG.Panel = function (map, things) {
    const root = CG.node("section", "cg-panel");
    const open = CG.node("button", "cg-open");
    const list = CG.node("div", "cg-list");
    open.type = "button";
    root.append(open, list);
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    map.getContainer().appendChild(root);
    let folded = map.getContainer().clientWidth < NARROW;
    let hours = { day: true, evening: true, night: true };

    function fold(to) {
      folded = to;
      root.classList.toggle("cg-folded", folded);
      open.setAttribute("aria-expanded", String(!folded));
    }
    open.addEventListener("click", () => fold(!folded));

    function parts(kind, data) {
      const rows = CG.node("ul", "cg-parts");
      if (kind === "reports") {
        ["safe", "mixed", "unsafe"].forEach((feeling) => rows.appendChild(
          entry(CG.said(feeling, "", "5-9"), CG.say(`feeling.${feeling}`))));
        const chips = CG.node("div", "cg-chips");
        ["day", "evening", "night"].forEach((hour) => {
          const chip = CG.node("button", "cg-chip");
          chip.type = "button";
          chip.append(CG.picture(`time_of_day.${hour}`),
            CG.node("span", "", CG.say(`map.hour_${hour}`)));
          const press = () => chip.setAttribute("aria-pressed", String(hours[hour]));
          chip.addEventListener("click", () => {
            hours = { ...hours, [hour]: !hours[hour] };
            press();
            things.setHours(hours, data);
          });
          press();
          chips.appendChild(chip);
        });
        rows.append(chips, CG.node("p", "cg-note", CG.say("map.reports_note")));
      }
      if (kind === "gap") {
        let low = 5; // fewer than five people are no class
        data.edges.forEach((edge, i) => {
          const text = low === edge ? CG.number(edge) : `${CG.number(low)}–${CG.number(edge)}`;
          rows.appendChild(entry(swatch(i + 1), CG.say("map.gap_people", { count: text })));
          low = edge + 1;
        });
        rows.appendChild(entry(swatch(0), CG.say("map.gap_zero")));
        rows.appendChild(entry(swatch("unknown"), CG.say("map.gap_unknown")));
        rows.appendChild(entry(swatch("suppressed"), CG.say("map.gap_suppressed")));
      }
      if (kind === "reach") {
        ["sure", "perhaps"].forEach((code) => rows.appendChild(
          entry(swatch(code, "within"), CG.say(`map.within_${code}`))));
      }
      return rows.childNodes.length ? rows : null;
    }

    // how many services are left by the filter of the page
    this.count = function (layers, only) {
      const services = layers.find((one) => one.kind === "services");
      const place = list.querySelector("[data-count='services']");
      if (!services || !place) return;
      const left = services.data.rows.filter(([, code]) =>
        !only.length || only.includes(code.slice("category.".length)));
      place.textContent = CG.number(new Set(left.map(([handle]) => handle)).size);
    };

    // layers: [{kind, on, data}]; what somebody switched stays so when the layers are new
    this.show = function (layers, switched) {
      open.textContent = CG.say("map.legend");
      root.setAttribute("aria-label", CG.say("map.legend"));
      list.replaceChildren();
      ORDER.forEach((kind) => {
        const layer = layers.find((one) => one.kind === kind);
        if (!layer || !layer.data.rows.length) return;
        const row = CG.node("label", "cg-switch");
        const box = CG.node("input");
        box.type = "checkbox";
        box.checked = switched[kind] ?? layer.on;
        box.setAttribute("data-layer", kind);
        const words = CG.node("span", "cg-words", CG.say(`map.layer_${kind}`));
        const count = ["areas", "gap", "reach"].includes(kind) ? "" : CG.number(new Set(
          layer.data.rows.map(([handle]) => handle)).size);
        const number = CG.node("span", "cg-count", count);
        number.setAttribute("data-count", kind);
        row.append(box, sample(kind, layer.data), words, number);
        list.appendChild(row);
        const below = parts(kind, layer.data);
        if (below) list.appendChild(below);
        const apply = () => {
          things.toggle(kind, box.checked);
          if (below) below.hidden = !box.checked;
        };
        box.addEventListener("change", () => { CG.remember(kind, box.checked); apply(); });
        apply();
      });
      layers.filter((one) => one.kind === "labels").forEach(() => things.toggle("labels", true));
      const rough = layers.some((one) => one.data.frame && one.data.rows.some((row) => row[4]));
      if (rough) {
        const box = CG.node("span", "cg-sample");
        box.appendChild(CG.pin("service", "category.health", true));
        const line = CG.node("div", "cg-switch");
        line.append(box, CG.node("span", "cg-words", CG.say("map.rough")));
        list.appendChild(line);
      }
      fold(folded);
    };
  };
})(CommonGround);
