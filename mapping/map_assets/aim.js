// A map to choose a point on: click, or drag the point; as it was stays to be seen beside it.
"use strict";

(function (CG) {
  const NEAR = 16;

  CG.Aim = function (map) {
    const group = L.layerGroup().addTo(map);
    let looked = false;

    function tell(place) {
      const [x, y] = [place.lng, place.lat].map((value) => value.toFixed(6));
      CG.tell(`at:${x}:${y}`);
    }

    function pin(style) {
      const made = CG.node("span", `cg-aim cg-aim-${style}`);
      return L.divIcon({ html: made, className: "cg-icon", iconSize: [30, 30] });
    }

    const place = ([lon, lat]) => L.latLng(lat, lon);

    this.show = function (aim) {
      group.clearLayers();
      map.getContainer().classList.toggle("cg-aiming", Boolean(aim));
      if (!aim) return;
      const moved = aim.was && aim.now && (aim.was[0] !== aim.now[0] || aim.was[1] !== aim.now[1]);
      if (aim.was && (moved || !aim.now)) {
        const title = CG.say("map.aim_was");
        L.marker(place(aim.was), { icon: pin("was"), title, alt: title, keyboard: false,
          interactive: false }).addTo(group);
      }
      if (moved) {
        L.polyline([place(aim.was), place(aim.now)], {
          interactive: false, weight: 2, dashArray: "5 5", className: "cg-aim-line",
        }).addTo(group);
      }
      if (aim.now) {
        const title = CG.say("map.aim_now");
        const marker = L.marker(place(aim.now), {
          icon: pin("now"), title, alt: title, draggable: true, autoPan: true,
        });
        marker.on("dragend", () => tell(marker.getLatLng()));
        marker.addTo(group);
      }
      const there = aim.now || aim.was;
      if (there && !looked) map.setView(place(there), NEAR, { animate: false });
      looked = true;
    };

    map.on("click", (event) => {
      if (map.getContainer().classList.contains("cg-aiming")) tell(event.latlng.wrap());
    });
  };
})(CommonGround);
