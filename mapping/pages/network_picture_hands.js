// What hands and keys do. Goes on after network_picture.js.

class Hands {
  // --- hands and keys -----------------------------------------------------------------------

  scale(by, x = this.wide / 2, y = this.high / 2) {
    const zoom = Math.max(1, Math.min(MOST_ZOOM, this.zoom * by));
    const held = { x: (x - this.wide / 2) / this.wide, y: (y - this.high / 2) / this.high };
    this.centre.x += held.x / this.zoom - held.x / zoom;
    this.centre.y += held.y / this.zoom - held.y / zoom;
    this.zoom = zoom;
    this.hold();
    this.remember();
    this.place();
  }

  // never further than half of the stage empty
  hold() {
    for (const axis of ["x", "y"]) this.centre[axis] = Math.max(0, Math.min(1, this.centre[axis]));
    if (this.zoom === 1) this.centre = { x: 0.5, y: 0.5 };
  }

  listen() {
    this.svg.addEventListener("click", () => { if (!this.dragged && this.chosen) this.choose(""); });
    this.svg.addEventListener("wheel", (event) => {
      const held = event.ctrlKey || event.metaKey || this.root.contains(this.root.getRootNode().activeElement);
      if (!held) return; // or nobody could scroll the page past the picture
      event.preventDefault();
      const box = this.svg.getBoundingClientRect();
      this.scale(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    this.svg.addEventListener("pointerdown", (event) => {
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      this.dragged = false;
    });
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.svg.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
    }
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("focusout", () => { this.focusSeen = false; });
  }

  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other && !this.dragged && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
    this.dragged = true;
    this.fingers.set(event.pointerId, now);
    if (other) {
      const box = this.svg.getBoundingClientRect();
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      this.scale(apart(now) / apart(before), (now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top);
    } else if (this.zoom > 1) {
      this.centre.x -= (now[0] - before[0]) / (this.wide * this.zoom);
      this.centre.y -= (now[1] - before[1]) / (this.high * this.zoom);
      this.hold();
      this.remember();
      this.place();
    }
  }

  key(event) {
    if (!this.nodes.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.nodes.length - 1;
    const steps = {
      ArrowRight: Math.min(this.focused + 1, last), ArrowDown: Math.min(this.focused + 1, last),
      ArrowLeft: Math.max(this.focused - 1, 0), ArrowUp: Math.max(this.focused - 1, 0),
      Home: 0, End: last,
    };
    if (this.data.rtl) [steps.ArrowRight, steps.ArrowLeft] = [steps.ArrowLeft, steps.ArrowRight];
    if (event.key in steps) this.nodes[steps[event.key]].mark.focus();
    else if ((event.key === "Enter" || event.key === " ") && event.shiftKey) this.tell("joined", this.nodes[this.focused].id);
    else if (event.key === "Enter" || event.key === " ") this.choose(this.nodes[this.focused].id);
    else if (event.key === "Escape") this.choose("");
    else if (event.key === "+") this.scale(1.5);
    else if (event.key === "-") this.scale(1 / 1.5);
    else return;
    event.preventDefault();
  }
}

for (const part of [Placing, Hands]) { // one picture, written in three files
  for (const name of Object.getOwnPropertyNames(part.prototype)) {
    if (name !== "constructor") Picture.prototype[name] = part.prototype[name];
  }
}
