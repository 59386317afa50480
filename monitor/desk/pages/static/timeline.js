// The call as two lanes over time: who spoke when, what was wrong with the line, where alerts fell.

import { t } from "./i18n.js";
import { clock, span } from "./kit.js";
import { alertText } from "./parts.js";

const SVG = "http://www.w3.org/2000/svg";
const WINDOW_MS = 180000;
const SHORTEST_MS = 60000;
const SHORTEST_ENDED_MS = 5000;
const GUTTER = 60;
const MARGIN = 24;
const HEIGHT = 108;
const LANES = { agent: 20, customer: 56 };
const LANE = 16;
const STEPS_MS = [5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 1800000];

function s(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** ruleName(rule id): its title in the page's language, or nothing. */
export function drawTimeline(svg, call, ruleName) {
  const width = svg.clientWidth;
  if (!width) return;
  const now = call.now();
  // what runs moves through a window, what is over is shown whole
  const length = call.ended ? Math.max(SHORTEST_ENDED_MS, now) : Math.min(WINDOW_MS, Math.max(SHORTEST_MS, now));
  const from = Math.max(0, now - length);
  const scale = (width - GUTTER - MARGIN) / length;
  const x = (ms) => GUTTER + (Math.max(from, ms) - from) * scale;
  const inside = (since, end) => end > from && since < from + length;
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.replaceChildren(
    ...axis(x, from, length, width),
    ...lanes(width),
    ...speech(call, x, inside, now),
    ...conditions(call, x, inside, now),
    ...pins(call, x, inside, ruleName),
    ...(call.ended ? [] : [s("line", { class: "tl-now", x1: x(now), x2: x(now), y1: 6, y2: 92 })]),
  );
}

function axis(x, from, length, width) {
  const step = STEPS_MS.find((each) => (length / each) * 64 < width - GUTTER) ?? STEPS_MS.at(-1);
  const out = [];
  for (let ms = Math.ceil(from / step) * step; ms <= from + length; ms += step) {
    out.push(s("line", { class: "tl-tick", x1: x(ms), x2: x(ms), y1: 14, y2: 92 }));
    out.push(s("text", { class: "tl-time", x: x(ms), y: 104 }, clock(ms)));
  }
  return out;
}

function lanes(width) {
  return Object.entries(LANES).flatMap(([side, y]) => [
    s("text", { class: `tl-name ${side}`, x: 0, y: y + 12 }, t(side)),
    s("rect", { class: "tl-lane", x: GUTTER, y, width: width - GUTTER - MARGIN, height: LANE, rx: 4 }),
  ]);
}

function speech(call, x, inside, now) {
  const open = Object.entries(call.speaking).map(([channel, since_ms]) => ({ channel, since_ms, end_ms: now }));
  return [...call.runs, ...open]
    .filter((run) => LANES[run.channel] !== undefined && inside(run.since_ms, run.end_ms))
    .map((run) => {
      const width = Math.max(2, x(run.end_ms) - x(run.since_ms));
      return s("rect", { class: `tl-speech ${run.channel}`, x: x(run.since_ms), y: LANES[run.channel], width, height: LANE, rx: 3 });
    });
}

function conditions(call, x, inside, now) {
  const open = [...call.conditions.values()].map((each) => ({ ...each, end_ms: now }));
  return [...call.spans, ...open]
    .filter((each) => LANES[each.channel] !== undefined && inside(each.since_ms, each.end_ms))
    .map((each) => {
      const quiet = each.condition === "silence";
      const y = LANES[each.channel] + LANE + (quiet ? 2 : 6);
      const width = Math.max(2, x(each.end_ms) - x(each.since_ms));
      const title = `${t(each.channel)} ${t(each.condition)} ${span(each.end_ms - each.since_ms)}`;
      const level = quiet ? "quiet" : each.level ?? "warn";
      const bar = s("rect", { class: `tl-cond ${level}`, x: x(each.since_ms), y, width, height: 3, rx: 1.5 });
      bar.append(s("title", {}, title));
      return bar;
    });
}

function pins(call, x, inside, ruleName) {
  return [...call.alerts.values()]
    .filter((each) => inside(each.start_ms, each.at_ms + 1))
    .map((each) => {
      const pin = s("path", { class: `tl-pin ${each.severity}`, d: "M-4.5 0h9l-4.5 7z", transform: `translate(${x(each.start_ms)} 7)` });
      pin.append(s("title", {}, `${clock(each.start_ms)} ${alertText(each, ruleName(each.rule_id))[0]}`));
      return pin;
    });
}
