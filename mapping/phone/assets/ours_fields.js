/* Values and the fields that take them: how a fact is read aloud, and how it is answered. */
"use strict";

const Fields = (() => {
  const MOST_TEXT = 200, MOST_LONG = 2000;
  const LONG = ["description", "opening_hours", "cost", "note", "words"];
  const WAYS = ["out", "in", "both"];
  let say = (key) => key, lists = {}, words = () => ({});

  function use(given) {
    ({ say, lists, words } = given);
  }

  function element(tag, values = {}, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(values)) {
      if (name === "text") made.textContent = value;
      else if (name in made && name !== "list") made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...inside.filter(Boolean));
    return made;
  }

  const tongue = (tag) => words()[`tongue.${tag}`] || tag;
  const tongues = () => Object.keys(words()).filter((key) => key.startsWith("tongue.")).map((key) => key.slice(7));

  /** Say a value in words; null is unknown. */
  function tell(field, value) {
    if (value === null || value === undefined) return say("ours.unknown");
    if (field.type === "yes_no") return say(value ? "ours.yes" : "ours.no");
    if (field.type === "code") return say(`${field.of}.${value}`);
    if (field.type === "way") return say(`ours.way_${value}`);
    if (field.column === "strength") return say(`ours.strength_${value}`);
    if (Array.isArray(value)) return value.map(tongue).join(" · ");
    return String(value);
  }

  function options(field) {
    if (field.type === "yes_no") return [[true, say("ours.yes")], [false, say("ours.no")]];
    if (field.type === "way") return WAYS.map((code) => [code, say(`ours.way_${code}`)]);
    if (field.column === "strength") return [1, 2, 3].map((one) => [one, say(`ours.strength_${one}`)]);
    return lists[field.of].filter((code) => code !== "trusts").map((code) => [code, say(`${field.of}.${code}`)]);
  }

  function choice(field, value, label) {
    const all = options(field);
    const select = element("select", { name: field.column });
    if (!field.needed || value === null) select.append(element("option", { value: "", text: say("ours.unknown") }));
    all.forEach(([, text], place) => select.append(element("option", { value: String(place), text })));
    const at = all.findIndex(([code]) => code === value);
    select.value = at < 0 ? "" : String(at);
    return { node: element("label", {}, element("span", { text: label }), select), focus: select, read: () => select.value === "" ? null : all[Number(select.value)][0] };
  }

  function several(field, value, label) {
    const chosen = new Set(value || []);
    const chips = element("div", { className: "chips" });
    const select = element("select", { name: field.column, "aria-label": say("ours.add_language") });
    const draw = () => {
      chips.replaceChildren(...[...chosen].map((tag) => element("button", {
        type: "button", text: tongue(tag), "aria-label": say("ours.remove", { what: tongue(tag) }),
        onclick: () => { chosen.delete(tag); draw(); select.focus(); },
      })));
      const rest = tongues().filter((tag) => !chosen.has(tag)).sort((a, b) => tongue(a).localeCompare(tongue(b)));
      select.replaceChildren(element("option", { value: "", text: say("ours.add_language") }), ...rest.map((tag) => element("option", { value: tag, text: tongue(tag) })));
    };
    select.onchange = () => { if (select.value) { chosen.add(select.value); draw(); } };
    draw();
    return { node: element("fieldset", {}, element("legend", { text: label }), chips, select), focus: select, read: () => chosen.size ? [...chosen].sort() : null };
  }

  function typed(field, value, label) {
    const long = LONG.includes(field.column);
    const input = element(long ? "textarea" : "input", { name: field.column, dir: "auto", autocomplete: "off", maxLength: long ? MOST_LONG : MOST_TEXT });
    if (field.type === "int") Object.assign(input, { type: "number", min: 0, max: 100000, step: 1, inputMode: "numeric", dir: "ltr" });
    if (field.type === "date") Object.assign(input, { type: "date", dir: "ltr" });
    input.value = value ?? "";
    const hint = field.type === "hours" ? element("span", { text: say("ours.hours_hint") }) : null;
    const read = () => {
      const text = input.value.trim();
      if (!text) return null;
      return field.type === "int" ? Math.trunc(Number(text)) : text;
    };
    return { node: element("label", {}, element("span", { text: label }), input, hint), focus: input, read };
  }

  /** Make the field for one fact: its node, what to focus, and how to read it. */
  function editor(field, value, label) {
    if (["codes", "languages"].includes(field.type)) return several(field, value, label);
    if (["code", "yes_no", "way"].includes(field.type) || field.column === "strength") return choice(field, value, label);
    return typed(field, value, label);
  }

  return { use, element, tell, editor };
})();
