// Scores as counts: a row of bars for each kind, on one axis of log-odds, so that those near 0 and 1
// can be told apart. As in the report of the service.

export const LEFT = -7;
export const RIGHT = 7;
export const STEP = 0.5;
export const TICKS = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];
// px: as wide as it is shown, so that its words keep their size
const NARROWEST = 300;
const WIDEST = 800;
const ROW = 64;
const TOP = 22;

export function logOdds(score) {
  const inside = Math.min(Math.max(score, 1e-9), 1 - 1e-9);
  return Math.min(Math.max(Math.log(inside / (1 - inside)), LEFT), RIGHT);
}

// How many scores fall into each bar.
export function bins(scores) {
  const counts = new Array(Math.round((RIGHT - LEFT) / STEP)).fill(0);
  for (const score of scores) {
    const place = Math.floor((logOdds(score) - LEFT) / STEP);
    counts[Math.min(Math.max(place, 0), counts.length - 1)] += 1;
  }
  return counts;
}

export const widthOf = (svg) => Math.min(Math.max(svg.clientWidth, NARROWEST), WIDEST);

// scores: kind -> numbers; name: kind -> text; line: what the threshold is called.
export function draw(svg, scores, threshold, { name, line }) {
  const wide = widthOf(svg);
  const made = maker(svg.namespaceURI);
  const across = (odds) => (wide * (odds - LEFT)) / (RIGHT - LEFT);
  const kinds = Object.keys(scores).filter((kind) => scores[kind].length > 0);
  const height = TOP + ROW * kinds.length + 22;
  svg.setAttribute("viewBox", `0 0 ${wide} ${height}`);
  const parts = kinds.flatMap((kind, row) => {
    const base = TOP + ROW * (row + 1);
    const counts = bins(scores[kind]);
    const most = Math.max(...counts);
    const bars = counts.flatMap((count, place) => {
      if (count === 0) {
        return [];
      }
      const tall = ((ROW - 22) * count) / most;
      const x = across(LEFT + STEP * place) + 1;
      const width = across(LEFT + STEP) - across(LEFT) - 2;
      return [made("rect", { x, y: base - tall, width, height: tall, class: `bar-${kind}` })];
    });
    return [
      ...bars,
      made("text", { x: 4, y: base - ROW + 16 }, name(kind)),
      made("line", { x1: 0, x2: wide, y1: base, y2: base, class: "ground" }),
    ];
  });
  const base = TOP + ROW * kinds.length;
  for (const tick of TICKS) {
    const x = Math.min(Math.max(across(logOdds(tick)), 18), wide - 20);
    parts.push(made("text", { x, y: base + 17, "text-anchor": "middle" }, String(tick)));
  }
  const x = across(logOdds(threshold));
  const middle = Math.min(Math.max(x, 70), wide - 70);
  parts.push(
    made("line", { x1: x, x2: x, y1: TOP - 4, y2: base, class: "threshold" }),
    made("text", { x: middle, y: 14, "text-anchor": "middle" }, line),
  );
  svg.replaceChildren(...parts);
}

function maker(namespace) {
  return (tag, attributes, text = "") => {
    const element = document.createElementNS(namespace, tag);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    element.textContent = text;
    return element;
  };
}
