// Values on pointing or by the arrow keys, and series that a legend's entry hides. Without this
// script figures are pictures whose points have titles.
for (const figure of document.querySelectorAll("figure.chart")) {
  const plot = figure.querySelector(".plot"), svg = plot.querySelector("svg");
  const points = [...svg.querySelectorAll(".point")].map(element => {
    const title = element.querySelector(":scope > title"), text = title ? title.textContent : "";
    if (title) title.remove(); // the browser's own sign of it would stand beside ours
    return { element, text };
  });
  const shown = () => points.filter(p => !p.element.closest(".hidden"));
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  plot.append(tip);

  let lit = null;
  const light = point => {
    if (lit) lit.element.classList.remove("lit");
    lit = point;
    tip.textContent = point ? point.text : "";
    if (!point) return;
    point.element.classList.add("lit");
    const at = middle(point), box = plot.getBoundingClientRect();
    const left = Math.max(0, Math.min(at.x - box.left - tip.offsetWidth / 2, box.width - tip.offsetWidth));
    const above = at.y - box.top - tip.offsetHeight - 12;
    tip.style.left = left + "px";
    tip.style.top = (above < 0 ? at.y - box.top + 14 : above) + "px";
  };
  // The last shape of a point is its mark; an error bar stands before it.
  const middle = point => {
    const shapes = point.element.querySelectorAll("path"), box = shapes[shapes.length - 1].getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const nearest = (x, y, reach) => {
    let best = null;
    for (const point of shown()) {
      const at = middle(point), far = Math.hypot(at.x - x, at.y - y);
      if (far < reach) [best, reach] = [point, far];
    }
    return best;
  };
  if (points.length > 0) {
    plot.addEventListener("pointermove", e => light(nearest(e.clientX, e.clientY, 30)));
    plot.addEventListener("pointerdown", e => light(nearest(e.clientX, e.clientY, 40)));
    plot.addEventListener("pointerleave", e => { if (e.pointerType === "mouse") light(null); });
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", svg.getAttribute("aria-label") + ". The arrow keys go from value to value.");
    plot.addEventListener("blur", () => light(null));
    plot.addEventListener("keydown", e => {
      const all = shown(), here = all.indexOf(lit), series = p => p.element.closest(".series");
      let next;
      if (e.key === "ArrowRight") next = all[Math.min(here + 1, all.length - 1)];
      else if (e.key === "ArrowLeft") next = all[Math.max(here - 1, 0)];
      else if (e.key === "ArrowDown") next = all.find((p, i) => i > here && (!lit || series(p) !== series(lit)));
      else if (e.key === "ArrowUp") next = all.findLast((p, i) => i < here && series(p) !== series(lit));
      else if (e.key === "Escape") return light(null);
      else return;
      e.preventDefault();
      if (next) light(next);
    });
  }
  for (const entry of figure.querySelectorAll(".legend li[data-series]")) {
    const parts = svg.querySelectorAll(`.series[data-series="${entry.dataset.series}"]`);
    const button = document.createElement("button");
    button.type = "button";
    button.title = "hide or show";
    button.setAttribute("aria-pressed", "true");
    button.append(...entry.childNodes);
    entry.append(button);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      parts.forEach(part => part.classList.toggle("hidden", !on));
      light(null);
      point(on);
    });
    const point = on => {
      plot.classList.toggle("dim", on && button.getAttribute("aria-pressed") === "true");
      parts.forEach(part => part.classList.toggle("lit", on));
    };
    for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focus", true], ["blur", false]]) button.addEventListener(event, () => point(on));
  }
}
