// Where everything stands, and which names find room. Goes on after network_picture.js.

class Placing {
  // --- where it is --------------------------------------------------------------------------

  // the part of the picture that the actors shown take up, so that a few fill the stage too
  whole() {
    if (this.data.columns) {
      this.zoom = 1;
      this.centre = { x: 0.5, y: 0.5 };
      return;
    }
    const xs = this.data.nodes.map((node) => node.x);
    const ys = this.data.nodes.map((node) => node.y);
    if (!xs.length) return;
    const [left, right, top, foot] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.centre = { x: (left + right) / 2, y: (top + foot) / 2 };
    this.zoom = Math.max(1, Math.min(3, 0.8 / Math.max(right - left, foot - top, 0.01)));
    if (this.zoom < 1.15) {
      this.zoom = 1;
      this.centre = { x: 0.5, y: 0.5 };
    }
  }

  // where somebody left this view, else all of it
  settle() {
    const left = stays.get(this.here);
    if (left) [this.zoom, this.centre] = [left.zoom, { ...left.centre }];
    else this.whole();
  }

  remember() {
    stays.set(this.here, { zoom: this.zoom, centre: { ...this.centre } });
  }

  // somebody who was sought by name comes into the middle
  seek(id) {
    const number = this.index(id);
    if (number === null || this.data.columns) return;
    const { x, y } = this.nodes[number];
    this.zoom = Math.max(this.zoom, 1.8);
    this.centre = { x, y };
    this.remember();
  }

  at(node) {
    if (this.data.columns) return this.inColumn(node);
    return {
      x: (node.x - this.centre.x) * this.wide * this.zoom + this.wide / 2,
      y: (node.y - this.centre.y) * this.high * this.zoom + this.high / 2,
    };
  }

  // names need as much room as the column leaves: signs stand where it ends
  inColumn(node) {
    const edge = this.wide < 600 ? 0.3 : Math.min(0.34, 250 / this.wide);
    const x = { left: edge, middle: 0.5, right: 1 - edge }[node.side];
    const top = 30;
    const y = top + node.y * (this.high - top - 8);
    return {
      x: (x - this.centre.x) * this.wide * this.zoom + this.wide / 2,
      y: (y / this.high - this.centre.y) * this.high * this.zoom + this.high / 2,
    };
  }

  place() {
    this.wide = this.stage.clientWidth || WIDTH;
    const most = this.wide < 600 ? this.wide * 1.2 : (this.wide * HEIGHT) / WIDTH;
    this.high = this.data.high || Math.round(Math.min(most, Math.max(420, window.innerHeight * 0.78)));
    set(this.svg, { width: this.wide, height: this.high, viewBox: `0 0 ${this.wide} ${this.high}` });
    this.svg.style.touchAction = this.zoom > 1 ? "none" : "pan-y";
    const scale = this.data.columns ? this.zoom : Math.min(this.wide / WIDTH, this.high / HEIGHT) * this.zoom;
    for (const node of this.nodes) {
      const { x, y } = this.at(node);
      const r = Math.max(3.5, Math.min(node.r * scale, node.r * 1.5));
      Object.assign(node, { sx: x, sy: y, sr: r, box: [x - r, y - r, x + r, y + r] });
      resize(node.frame, node.form, x, y, r);
      node.mark.classList.toggle("small", r < 6.5); // thick frames would fill it
      if (node.letter) {
        const size = Math.min(r * (node.sign.length > 2 ? 0.95 : 1.25), 22);
        set(node.letter, { x, y: y + size * 0.35, "font-size": size });
        node.letter.style.display = r < 5.5 ? "none" : "";
      }
      if (node.pictureMark) {
        const [width, height] = node.picture;
        const size = (r * 1.15) / Math.max(width, height);
        node.pictureMark.style.display = r < 8 ? "none" : "";
        node.pictureMark.setAttribute("transform", `translate(${x - (width * size) / 2} ${y - (height * size) / 2}) scale(${size})`);
      }
    }
    for (const node of this.nodes) { // a name stands better on the side with fewer ties
      node.lean = [...this.partners[node.number]].reduce((sum, other) => sum + Math.sign(this.nodes[other].sx - node.sx), 0);
    }
    for (const tie of this.ties) this.stretch(tie, Math.max(0.6, Math.min(1, scale)));
    const untied = this.nodes.filter((node) => !node.tied);
    this.note.style.display = untied.length ? "" : "none";
    if (untied.length) {
      const first = untied.reduce((a, b) => (a.sx + a.sy * 9 < b.sx + b.sy * 9 ? a : b));
      set(this.note, { x: first.sx - first.sr, y: first.sy - first.sr - 8 });
    }
    const edge = this.nodes.find(({ side }) => side === "left");
    const far = this.nodes.find(({ side }) => side === "right");
    set(this.sides[0], { x: edge ? edge.sx + 8 : 0, y: 18, "text-anchor": "end" });
    set(this.sides[1], { x: far ? far.sx - 8 : 0, y: 18, "text-anchor": "start" });
    this.sides[0].style.display = edge && this.zoom === 1 && this.wide >= 600 ? "" : "none";
    this.sides[1].style.display = far && this.zoom === 1 && this.wide >= 600 ? "" : "none";
    this.write();
  }

  stretch({ from, to, width, line, head, reach }, scale) {
    const a = this.nodes[from];
    const b = this.nodes[to];
    const long = Math.hypot(b.sx - a.sx, b.sy - a.sy) || 1;
    const [ux, uy] = [(b.sx - a.sx) / long, (b.sy - a.sy) / long];
    const size = head ? (5 + width * 1.6) * scale : 0;
    const [x1, y1] = [a.sx + ux * a.sr, a.sy + uy * a.sr];
    const [x2, y2] = [b.sx - ux * (b.sr + 2), b.sy - uy * (b.sr + 2)];
    set(line, { x1, y1, x2: x2 - ux * size * 0.8, y2: y2 - uy * size * 0.8, "stroke-width": width * scale });
    if (reach) set(reach, { x1, y1, x2, y2 });
    if (head) {
      const [bx, by, nx, ny] = [x2 - ux * size, y2 - uy * size, -uy * size * 0.45, ux * size * 0.45];
      head.setAttribute("d", `M${x2} ${y2} L${bx + nx} ${by + ny} L${bx - nx} ${by - ny} Z`);
    }
  }

  // --- names: the most important first, each where it covers nothing -------------------------

  write() {
    const size = this.wide < 600 ? 11.5 : 13;
    const family = getComputedStyle(this.root).fontFamily;
    this.ruler.font = `600 ${size}px ${family}`;
    const chosen = this.index(this.chosen);
    const around = chosen === null ? new Set() : this.partners[chosen];
    const second = chosen === null ? null : this.index((this.data.tie || [])[1]);
    const must = new Set([chosen, second, this.near, ...(chosen === null ? this.pointed : []), this.focusSeen ? this.focused : null].filter((one) => one !== null && one !== undefined));
    const order = [...this.nodes].sort((a, b) => {
      const first = ({ number }) => (must.has(number) ? 0 : around.has(number) ? 1 : this.named.has(number) ? 2 : 3);
      return first(a) - first(b) || a.rank - b.rank;
    });
    const isBright = ({ number }) => chosen === null || number === chosen || around.has(number);
    const taken = this.nodes.filter(isBright).map((node) => node.box); // names may cover faded actors
    for (const node of order) {
      const forced = must.has(node.number);
      const place = !isBright(node) && !forced ? null : this.room(node, size, taken, forced);
      node.label.style.display = place ? "" : "none";
      node.label.classList.toggle("strong", forced || node.mark.classList.contains("answer"));
      if (!place) continue;
      taken.push(place.box);
      set(node.label, { x: place.x, y: place.y, "text-anchor": place.anchor, "font-size": size });
    }
  }

  room(node, size, taken, forced) {
    const long = this.ruler.measureText(node.name).width + 4;
    let best = null;
    let least = Infinity;
    if (node.side) return this.beside(node, size, long, taken, forced);
    for (const [dx, dy] of node.lean > 0 ? [SIDES[1], SIDES[0], SIDES[2], SIDES[3]] : SIDES) {
      const x = node.sx + dx * (node.sr + 6);
      const y = node.sy + dy * (node.sr + size * 0.8);
      const left = dx > 0 ? x : dx < 0 ? x - long : x - long / 2;
      const box = [left, y - size * 0.6, left + long, y + size * 0.6];
      const place = { x, y: y + size * 0.35, anchor: dx > 0 ? "start" : dx < 0 ? "end" : "middle", box };
      if (box[0] < 2 || box[2] > this.wide - 2 || box[1] < 2 || box[3] > this.high - 2) continue;
      const covers = (other) => other !== node.box && box[2] >= other[0] && other[2] >= box[0] && box[3] >= other[1] && other[3] >= box[1];
      const covered = taken.filter(covers).length;
      if (covered === 0) return place;
      if (covered < least) [best, least] = [place, covered];
    }
    return forced ? best : null;
  }

  // in columns names stand outside, shortened where there is no room; the middle's below their sign
  beside(node, size, full, taken, forced) {
    const across = node.side === "middle" ? 0 : node.side === "left" ? -1 : 1;
    const room = across < 0 ? node.sx - node.sr - 10 : across > 0 ? this.wide - node.sx - node.sr - 10 : Infinity;
    const kept = full <= room ? node.name.length : Math.max(3, Math.floor((node.name.length * room) / full) - 1);
    node.label.textContent = kept < node.name.length ? `${node.name.slice(0, kept).trimEnd()}…` : node.name;
    const long = Math.min(full, Math.max(room, 0));
    const x = node.sx + across * (node.sr + 6);
    const y = across ? node.sy : node.sy + node.sr + size * 0.75;
    const left = across > 0 ? x : across < 0 ? x - long : x - long / 2;
    const box = [left, y - size * 0.55, left + long, y + size * 0.55];
    const covered = taken.some((other) => other !== node.box && box[2] >= other[0] && other[2] >= box[0] && box[3] >= other[1] && other[3] >= box[1]);
    if (covered && !forced) return null;
    return { x, y: y + size * 0.35, anchor: across > 0 ? "start" : across < 0 ? "end" : "middle", box };
  }
}
