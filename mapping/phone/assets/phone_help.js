/* Help near a place that she called unsafe. The list of services comes whole; what fits is found here. */
"use strict";

window.Help = (() => {
  /** Fill a card: `given` is {cell, when, feeling, reasons, lang, session, city, say}. */
  async function card(container, given) {
    container.replaceChildren();
    if (!given.session?.safeguard) return;
    const person = document.createElement("p");
    person.textContent = given.session.safeguard;
    person.dir = "auto";
    container.append(person);
  }

  return { card };
})();
