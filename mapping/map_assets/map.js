// Starts the map and keeps it: reads the state beside the map, fetches what it names, draws it,
// and when the page sends a new state draws only what changed. Zoom and position stay.
"use strict";

(function (CG) {
  Object.assign(CG, {
    words: {}, names: {}, pictures: {}, theme: {}, bare: false, last: "", sent: "",
  });
  const kept = {}; // address -> promise of its content

  function fetched(address) {
    if (!kept[address]) {
      kept[address] = fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        return answer.json();
      });
      kept[address].catch(() => delete kept[address]);
    }
    return kept[address];
  }

  function read(html) {
    const found = new DOMParser().parseFromString(html, "text/html").getElementById("cg-state");
    return found ? JSON.parse(found.textContent) : null;
  }

  // what was switched and where one looked, for coming back from another page of the desk
  const memory = {
    get(key) {
      try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
    },
    set(key, value) {
      try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* a private window */ }
    },
  };

  CG.tell = function (handle) {
    if (window.Streamlit) window.Streamlit.setComponentValue({ id: handle, at: Date.now() });
  };

  CG.start = function (map) {
    const ground = new CG.Ground(map);
    let things = null;
    let panel = null;
    let aim = null;
    let drawn = { layers: [] };
    let running = Promise.resolve();
    let buttons = null;
    let switched = {};
    const credit = CG.node("div", "cg-credit");
    map.getContainer().appendChild(credit);
    map.getContainer().classList.add("cg-map");
    CG.remember = (kind, on) => { switched[kind] = on; memory.set("cg-switched", switched); };

    function home(bounds) {
      const [west, south, east, north] = bounds;
      return L.latLngBounds([south, west], [north, east]);
    }

    // the window decides the height: most of it on a desk, less on a phone so that one can scroll
    function fit() {
      let space = 0;
      try {
        window.frameElement.style.border = "0"; // the map has an edge of its own
        const narrow = map.getContainer().clientWidth < 620;
        const above = window.frameElement.getBoundingClientRect().top + window.parent.scrollY;
        const whole = window.parent.innerHeight;
        space = narrow ? whole * 0.66 : Math.max(whole * 0.62, whole - above - 20);
      } catch { return; }
      const height = Math.round(Math.min(1000, Math.max(380, space)));
      if (map.getContainer().clientHeight === height) return;
      map.getContainer().style.height = `${height}px`;
      if (window.Streamlit) window.Streamlit.setFrameHeight(height);
      map.invalidateSize({ pan: false });
    }

    // the city beside the legend and not below it
    function aside() {
      const wide = map.getContainer().clientWidth;
      if (wide < 760) return { padding: [6, 6] };
      const rtl = document.documentElement.dir === "rtl";
      const [near, far] = [[12, 8], [250, 8]];
      return { paddingTopLeft: rtl ? far : near, paddingBottomRight: rtl ? near : far };
    }

    function look(state) {
      // Gaps and the network keep a place of their own: they open on the whole city
      const has = (kind) => state.layers.some((one) => one.kind === kind);
      const slot = has("ties") ? "cg-view-ties" : has("gap") ? "cg-view-gap" : "cg-view";
      const place = state.aim ? null : memory.get(slot);
      const key = state.bounds.map((edge) => edge.toFixed(3)).join();
      if (place && place.key === key) map.setView(place.center, place.zoom, { animate: false });
      else map.fitBounds(home(state.bounds), { ...aside(), animate: false });
      map.setMaxBounds(home(state.bounds).pad(0.6));
      if (!state.aim) map.on("moveend", () => memory.set(slot, {
        key, center: map.getCenter(), zoom: map.getZoom(),
      }));
    }

    function button(text, label, act) {
      const made = CG.node("button", "cg-button", text);
      made.type = "button";
      made.setAttribute("aria-label", label);
      made.title = label;
      made.addEventListener("click", act);
      return made;
    }

    function controls(state) {
      if (buttons) buttons.remove();
      buttons = CG.node("div", "cg-buttons");
      buttons.append(
        button("+", CG.say("map.zoom_in"), () => map.zoomIn()),
        button("\u2212", CG.say("map.zoom_out"), () => map.zoomOut()),
        button("\u2302", CG.say("map.whole_city"), () => map.fitBounds(home(state.bounds), aside())),
      );
      L.DomEvent.disableClickPropagation(buttons);
      map.getContainer().appendChild(buttons);
      credit.textContent = CG.say("map.credit");
    }

    function paint(theme) {
      CG.theme = theme;
      Object.entries(theme).forEach(([name, value]) =>
        document.documentElement.style.setProperty(`--cg-${name.replace(/_/g, "-")}`, value));
    }

    async function show(state) {
      const [theme, words, names, pictures, base] = await Promise.all(
        [state.theme, state.words, state.names, state.pictures, state.base].map(fetched));
      const layers = await Promise.all(state.layers.map(async (layer) => (
        { ...layer, data: await fetched(layer.url) })));
      const anew = ["theme", "words", "names", "base"].some((key) => state[key] !== drawn[key]);
      Object.assign(CG, { words, names, pictures });
      document.documentElement.dir = state.direction;
      paint(theme);
      const rtl = state.direction === "rtl";
      if (!things) {
        switched = memory.get("cg-switched") || {};
        fit();
        look(state);
        things = new CG.Things(map);
        panel = new CG.Panel(map, things);
        aim = new CG.Aim(map);
        L.control.scale({ imperial: false, position: rtl ? "bottomright" : "bottomleft" }).addTo(map);
      }
      if (anew) {
        CG.bare = !Object.keys(base.streets).length && !Object.keys(base.ground).length;
        map.getContainer().classList.toggle("cg-bare", CG.bare);
        ground.show(base);
        controls(state);
      }
      drawn.layers.filter((old) => !layers.some((one) => one.kind === old.kind))
        .forEach((old) => things.drop(old.kind));
      layers.forEach((layer) => {
        const old = drawn.layers.find((one) => one.kind === layer.kind);
        if (anew || !old || old.url !== layer.url) things.put(layer.kind, layer.data);
      });
      const same = drawn.layers.map((one) => one.url).join() === layers.map((one) => one.url).join();
      if (anew || !same) panel.show(layers, switched);
      things.filter(state.only);
      panel.count(layers, state.only);
      if (state.pick !== drawn.pick) {
        if (state.pick && state.pick !== CG.last) things.go(state.pick);
        else things.mark(state.pick);
        CG.last = "";
      }
      aim.show(state.aim);
      drawn = { ...state, layers };
      map.getContainer().setAttribute("data-drawn", "yes");
    }

    function next(state) {
      if (!state) return;
      // one after the other: a quick second state never overtakes the first
      running = running.then(() => show(state)).catch((error) => {
        console.error(error); // for whoever looks; the sentence below is for everyone
        credit.textContent = CG.say("map.lost") || String(error.message);
        credit.classList.add("cg-lost");
      });
    }

    const tell = CG.tell;
    CG.tell = (handle) => { CG.last = handle; tell(handle); };
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.data.type !== "streamlit:render") return;
      const text = event.data.args && event.data.args.html;
      if (text && text !== CG.sent) { CG.sent = text; next(read(text)); }
    });
    window.addEventListener("resize", () => setTimeout(fit, 60));
    next(JSON.parse(document.getElementById("cg-state").textContent));
  };
})(CommonGround);
