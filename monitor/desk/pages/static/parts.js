// Pieces that several views show: meters, condition chips, alert badges.

import { lang, t } from "./i18n.js";
import { h, keyed, part, put, SEVERITIES, span } from "./kit.js";

/** A level meter of one side; `showMeter` moves it. */
export function meter(side) {
  return h(
    "div",
    { class: "meter", data: { side } },
    h("span", { class: "meter-name" }),
    h("span", { class: "meter-track" }, h("span", { class: "meter-fill" })),
    h("span", { class: "meter-value num" }),
  );
}

export function showMeter(element, side, body) {
  const [name, track, value] = element.children;
  put(name, t(side));
  const level = body ? part(body.level_dbov) : 0;
  track.firstElementChild.style.setProperty("--level", level.toFixed(3));
  element.toggleAttribute("data-speech", Boolean(body?.speech));
  put(value, body ? `${Math.round(body.level_dbov)} dB` : "–");
}

/** The open conditions of a call as chips with running timers. The customer's silence outranks the double entry. */
export function showConditions(box, call) {
  const now = call.now();
  const open = [...call.conditions.values()].filter((each) => !isEcho(each, call));
  const flags = Object.entries(call.flags).filter(([kind, on]) => on && (kind === "hold" || kind === "mute"));
  const items = [
    ...flags.map(([kind]) => ({ id: kind, name: t(kind), level: "info", time: "" })),
    ...open.map((each) => ({
      id: `${each.condition}/${each.channel}`,
      name: `${t(each.channel)} ${t(each.condition)}`,
      level: each.level ?? (isQuiet(each, call) ? "quiet" : "warn"),
      time: span(now - each.since_ms),
    })),
  ];
  keyed(box, items, (item) => item.id, chip, (element, item) => {
    element.dataset.level = item.level;
    put(element.firstElementChild, item.name);
    put(element.lastElementChild, item.time);
  });
}

function chip() {
  return h("span", { class: "chip" }, h("span", {}), h("span", { class: "num" }));
}

/** One side is silent whenever the other speaks; it is worth a colour once a rule says so. */
function isQuiet(each, call) {
  if (each.condition !== "silence" || each.channel === "both") return false;
  const said = [...call.alerts.values()].some(
    (alert) => alert.state !== "cleared" && alert.channel === each.channel && !alert.evidence.length && alert.start_ms >= each.since_ms,
  );
  return !said;
}

/** Silence of both sides says what the two single silences would say again. */
function isEcho(each, call) {
  return each.condition === "silence" && each.channel !== "both" && call.conditions.has("silence/both");
}

/** Small counters by severity; severities without an alert take no room. */
export function showCounts(box, alerts) {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: alerts.filter((each) => each.severity === severity).length,
  })).filter((each) => each.count);
  keyed(box, counts, (each) => each.severity, countBadge, (element, { severity, count }) => {
    put(element, String(count));
    element.title = `${t(severity)} ${count}`;
  });
}

function countBadge({ severity }) {
  return h("span", { class: "count num", data: { severity } });
}

export function severityTag(severity) {
  return h("span", { class: "tag", data: { severity }, text: t(severity) });
}

/** What an alert says, and beside it what it says in the rule's own Chinese where the page speaks English. */
export function alertText(alert, ruleName) {
  return lang === "en" && ruleName ? [ruleName, alert.message] : [alert.message, ""];
}
