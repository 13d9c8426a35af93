/* The second phone: words, elements, and the way to the server. All text of people is set as text. */
"use strict";

const Parts = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = { [data.lang]: data.words };
  const code = decodeURIComponent(location.pathname.split("/")[2] || "");
  const key = secret();
  // names this page, so that nobody else takes back what was decided here
  const line = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let lang = data.lang, who = "";

  /** The key of the link; it leaves the address bar and the history, and a reload in this tab still finds it. */
  function secret() {
    const shelf = `common-ground-moderate-key-${code}`, given = location.hash.slice(1);
    try {
      if (!given) return sessionStorage.getItem(shelf) || "";
      sessionStorage.setItem(shelf, given);
    } catch { return given; } // this browser keeps nothing: then the address has to
    history.replaceState(null, "", location.pathname + location.search);
    return given;
  }

  const $ = (id) => document.getElementById(id);
  function say(name, blanks = {}) {
    return words[lang][name].replace(/\{(\w+)\}/g, (_, blank) => blanks[blank]);
  }
  const knows = (name) => name in words[lang];

  /** Name a language in the language of the page; its tag where nobody has a name for it. */
  function tongue(tag) {
    if (tag === "und") return say("moderate.untold");
    const name = `tongue.${tag}`;
    return knows(name) ? say(name) : data.languages[tag]?.[0] || tag;
  }

  async function speak(tag) {
    if (!words[tag]) words[tag] = await (await fetch(`/moderate/words/${tag}.json`)).json();
    lang = tag;
    document.documentElement.lang = tag;
    document.documentElement.dir = data.languages[tag][1];
    document.title = say("moderate.title");
    for (const node of document.querySelectorAll("[data-w]")) node.textContent = say(node.dataset.w);
    for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  }

  /** Make an element; `text` is text and never HTML. */
  function element(tag, { text, className, on, ...rest } = {}, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    for (const [name, value] of Object.entries(rest)) if (value !== undefined && value !== null) node.setAttribute(name, value);
    if (on) node.addEventListener("click", on);
    node.append(...children.filter(Boolean));
    return node;
  }
  function picture(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  }
  const button = (name, text, on, className = "act") =>
    element("button", { type: "button", className, on }, name && picture(name), element("span", { text }));

  /** Ask for one thing; gives what the server says, or what is wrong as a sentence. */
  async function act(what) {
    let answer;
    try {
      answer = await fetch("/moderate/act", {
        method: "POST", cache: "no-store", credentials: "same-origin",
        headers: { "Content-Type": "application/json", "Accept-Language": lang },
        body: JSON.stringify({ code, key, who, line, ...what }),
      });
    } catch {
      return { error: "offline", sentence: say("moderate.gone") };
    }
    if (answer.status === 401) return location.reload(), { error: "door", sentence: say("moderate.door") };
    try {
      return await answer.json();
    } catch {
      return { error: "server_failed", sentence: say("moderate.gone") };
    }
  }

  return {
    $, act, button, code, data, element, key, knows, line, picture, say, speak, tongue,
    lang: () => lang, name: (label) => { who = label; }, who: () => who,
  };
})();
