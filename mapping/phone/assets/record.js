/* The list of sentences to record in a language, to print or to tick off. */
"use strict";

(async () => {
  const { lang, words, tongues } = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const say = (key, blanks = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  const recorded = await fetch("/phone/voices.json").then((answer) => answer.json()).catch(() => ({}));

  async function list() {
    const tag = $("tongue").value;
    const found = await (await fetch(`/phone/words/${encodeURIComponent(tag)}.json`)).json();
    // a sentence with a blank is never the same twice: no recording can say it
    const keys = Object.keys(found).filter((key) => !found[key].includes("{")).sort();
    const there = new Set(recorded[tag] || []);
    $("lead").textContent = say("record.lead", { folder: `var/voices/${tag}` });
    $("count").textContent = say("record.count", { count: keys.filter((key) => there.has(key)).length, all: keys.length });
    $("rows").replaceChildren(...keys.map((key) => {
      const row = document.createElement("tr");
      const [file, sentence, mark] = [0, 1, 2].map(() => document.createElement("td"));
      file.textContent = `${key}.mp3`;
      file.dir = "ltr";
      sentence.textContent = found[key];
      sentence.lang = tag;
      sentence.dir = "auto";
      mark.textContent = there.has(key) ? "✓" : "";
      row.append(file, sentence, mark);
      return row;
    }));
  }

  for (const [tag, name] of Object.entries(tongues)) $("tongue").append(new Option(name, tag, tag === lang, tag === lang));
  $("tongue").onchange = list;
  $("print").onclick = () => window.print();
  await list();
})();
