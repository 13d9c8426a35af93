/* What it says of each partner: six questions, four steps, kept at the tap; read aloud by the browser's own voice. */
"use strict";

const Rate = (() => {
  const { element } = Fields;
  const STEPS = [1, 2, 3, 4];
  const MOUTHS = ["M 8 23 Q 16 15 24 23", "M 9 21 Q 16 18 23 21", "M 9 19 Q 16 22 23 19", "M 8 17 Q 16 26 24 17"];
  const SVG = "http://www.w3.org/2000/svg";

  function drawn(tag, values) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
    return made;
  }
  function picture(...parts) {
    const made = drawn("svg", { viewBox: "0 0 32 32", width: 32, height: 32, "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2 });
    made.append(...parts);
    return made;
  }
  const eye = (x) => drawn("circle", { cx: x, cy: 12, r: 1.5, fill: "currentColor", stroke: "none" });
  const face = (step) => picture(drawn("circle", { cx: 16, cy: 16, r: 13 }), eye(11.5), eye(20.5), drawn("path", { d: MOUTHS[step - 1] }));
  const voice = () => picture(drawn("path", { d: "M 6 13 h 4 l 6 -5 v 16 l -6 -5 h -4 z" }), drawn("path", { d: "M 20 12 q 3 4 0 8 M 23 9 q 6 7 0 14" }));

  function aloud(text, lang) {
    if (!window.speechSynthesis) return;
    speechSynthesis.cancel();
    const said = new SpeechSynthesisUtterance(text);
    said.lang = lang;
    speechSynthesis.speak(said);
  }

  /** Make one closed part for each partner. */
  function partners(rating, page) {
    return rating.partners.map(([id, name]) => partner(id, name, rating, page));
  }

  function partner(id, name, rating, page) {
    const said = rating.said[id] ??= {};
    const count = element("span", { className: "known" });
    const told = () => { count.textContent = page.say("ours.rate_of", { known: Object.keys(said).length, count: rating.questions.length }); };
    const node = element("details", { className: "thing" }, element("summary", {}, element("bdi", { text: name }), count));
    node.dataset.key = `rate/${id}`;
    for (const question of rating.questions) node.append(one(id, name, question, said, page, told));
    told();
    return node;
  }

  function one(id, name, question, said, page, told) {
    const text = page.say(`ours.rate_${question}`, { name });
    const row = element("div", { className: "fact rate", role: "group" });
    row.setAttribute("aria-label", text);
    const buttons = STEPS.map((step) => {
      const button = element("button", { type: "button", className: "act step" }, face(step), element("span", { text: page.say(`ours.step_${step}`) }));
      button.onclick = () => keep(said[question] === step ? null : step);
      return button;
    });
    const draw = () => STEPS.forEach((step, place) => buttons[place].setAttribute("aria-pressed", String(said[question] === step)));
    async function keep(value) {
      const answer = await page.ask("/ours/ratings", { of: id, values: { [question]: value } });
      if (!answer.ok) return page.notice(answer.sentence);
      if (value === null) delete said[question]; else said[question] = value;
      draw();
      return told();
    }
    const hear = window.speechSynthesis && element("button", { type: "button", className: "act hear", "aria-label": page.say("ours.rate_hear") }, voice());
    if (hear) hear.onclick = () => aloud([text, ...STEPS.map((step) => `${step}: ${page.say(`ours.step_${step}`)}`)].join(". "), page.lang());
    row.append(element("div", { className: "asked" }, element("span", { className: "what", text }), hear), element("div", { className: "steps" }, ...buttons));
    draw();
    return row;
  }

  return { partners };
})();
