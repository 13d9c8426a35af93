// The shapes a map is drawn with: pictograms in frames, what was said, counts of several at a point.
// Every text is set as text (textContent), never as markup.
"use strict";

var CommonGround = window.CommonGround || {};
window.CommonGround = CommonGround;

(function (CG) {
  const SVG = "http://www.w3.org/2000/svg";

  CG.svg = function (name, attributes, children) {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes || {}).forEach(([key, value]) => made.setAttribute(key, value));
    (children || []).forEach((child) => made.appendChild(child));
    return made;
  };

  CG.node = function (name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // a pictogram by its code; an unknown code is an empty frame, never an error
  CG.picture = function (code) {
    const found = CG.pictures[code];
    if (!found) return CG.svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
    const [width, height, path] = found;
    return CG.svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, [
      CG.svg("path", { d: path, fill: "currentColor" }),
    ]);
  };

  CG.pin = function (frame, code, rough) {
    const made = CG.node("span", `cg-pin cg-${frame}${rough ? " cg-rough" : ""}`);
    made.appendChild(CG.picture(code));
    return made;
  };

  const SIDE = { "5-9": 20, "10-19": 24, "20+": 28 };

  // shape first, colour second: circle safe, square mixed, diamond unsafe; larger where more said so
  CG.said = function (feeling, hour, band) {
    const side = SIDE[band] || 20;
    const colour = `var(--cg-${feeling})`;
    const edge = { fill: colour, stroke: "var(--cg-paper)", "stroke-width": 1.5 };
    const shapes = {
      safe: () => CG.svg("circle", { cx: 16, cy: 16, r: 14, ...edge }),
      mixed: () => CG.svg("rect", { x: 3.5, y: 3.5, width: 25, height: 25, rx: 2, ...edge }),
      unsafe: () => CG.svg("path", { d: "M16 0.8 31.2 16 16 31.2 0.8 16Z", ...edge }),
    };
    const parts = [shapes[feeling] ? shapes[feeling]() : shapes.mixed()];
    if (hour && CG.pictures[`time_of_day.${hour}`]) {
      const glyph = CG.picture(`time_of_day.${hour}`);
      const place = { x: 9.5, y: 9.5, width: 13, height: 13, color: "var(--cg-paper)" };
      Object.entries(place).forEach(([key, value]) => glyph.setAttribute(key, value));
      parts.push(glyph);
    }
    const size = { viewBox: "0 0 32 32", width: side, height: side, "aria-hidden": "true" };
    return CG.svg("svg", { ...size, class: "cg-said" }, parts);
  };

  CG.icon = function (element, side) {
    return L.divIcon({ html: element, className: "cg-icon", iconSize: [side, side] });
  };

  // several things at one point: their number, with a violet dot where a migrant-led group is one
  CG.cluster = function (group) {
    const markers = group.getAllChildMarkers();
    const made = CG.node("span", "cg-several", String(markers.length));
    if (markers.some((one) => one.options.cgFrame === "migrant_led")) {
      made.appendChild(CG.node("i", "cg-dot"));
    }
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", CG.say("map.several", { count: markers.length }));
    return CG.icon(made, markers.length > 9 ? 38 : 32);
  };

  // microdegrees in steps -> [[lat, lon], ...]
  CG.line = function (steps) {
    const out = new Array(steps.length / 2);
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      out[i / 2] = [y / 1e6, x / 1e6];
    }
    return out;
  };

  CG.polygons = (shape) => shape.map((rings) => rings.map(CG.line));
  CG.spot = (x, y) => [y / 1e6, x / 1e6];

  CG.say = function (key, values) {
    const sentence = CG.words[key] || "";
    return sentence.replace(/\{(\w+)\}/g, (blank, name) =>
      values && name in values ? String(values[name]) : blank);
  };

  CG.number = (value) => new Intl.NumberFormat(CG.words["map.number_format"] || "en").format(value);
})(CommonGround);
