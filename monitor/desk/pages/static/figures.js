// The figures of each line, seat …: one row a side, with a bar from the noise up to the voice. Its length is the SNR.

import { t } from "./i18n.js";
import { h } from "./kit.js";

const FLOOR = -80; // dBov at the bar's left end; its right end is 0
const TICKS = [-80, -60, -40, -20, 0];
const COLUMNS = ["calls", "speech", "noise", "snr", "clipped", "missing"];

/** The whole table. figures: rows of one dimension, grouped by name already; limits: from when on a figure is bad. */
export function table(groups, limits) {
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, heading("name"), heading("side"), h("th", { class: "range" }, scale()), ...COLUMNS.map((each) => heading(each, "n")), heading("bad"))),
    ...groups.map((rows) => h("tbody", {}, ...rows.map((each, at) => row(each, limits, at ? 0 : rows.length)))),
  );
}

/** Calls with any trouble, as a share of all: what "worst first" goes by. */
export function badness(rows) {
  return Math.max(...rows.map((each) => total(each) / each.calls));
}

function heading(name, kind = "") {
  return h("th", { class: kind, scope: "col", text: t(`figure_${name}`) });
}

function scale() {
  const marks = TICKS.map((dbov) => {
    const mark = h("i", { class: "num", text: String(dbov) });
    mark.style.setProperty("--at", place(dbov));
    return mark;
  });
  return h("span", { class: "scale", "aria-label": "dBov" }, ...marks);
}

/** span: over how many rows its name reaches; 0 for a row under its name. */
function row(each, limits, span) {
  const bad = Object.entries(each.bad).filter(([, count]) => count);
  const low = each.speech_level_dbov !== null && each.speech_level_dbov <= limits.level_dbov;
  const noisy = each.snr_db !== null && each.snr_db < limits.snr_db;
  return h(
    "tr",
    { data: { side: each.channel, ...(bad.length ? { bad: "" } : {}) } },
    span ? h("th", { class: "who", scope: "rowgroup", rowspan: span, text: each.name }) : null,
    h("td", { class: "side", text: t(each.channel) }),
    h("td", { class: "range" }, range(each, limits, low, noisy)),
    cell(each.calls),
    cell(decibels(each.speech_level_dbov), low),
    cell(decibels(each.noise_dbov)),
    cell(decibels(each.snr_db), noisy),
    cell(each.clipped_percent, each.clipped_percent >= limits.clipped_percent),
    cell(each.missing_percent, each.missing_percent >= limits.missing_percent),
    h("td", { class: "troubles" }, h("span", { class: "chips" }, ...bad.map(([name, count]) => trouble(name, count, each.calls)))),
  );
}

function cell(value, bad = false) {
  return h("td", { class: "n num", data: bad ? { over: "" } : {}, text: value === null ? "–" : String(value) });
}

function decibels(value) {
  return value === null ? null : value.toFixed(1);
}

function trouble(name, count, calls) {
  return h("span", { class: "chip" }, h("span", { text: t(`bad_${name}`) }), h("span", { class: "num", text: `${count}/${calls}` }));
}

function range(each, limits, low, noisy) {
  const { speech_level_dbov: speech, noise_dbov: noise, snr_db: snr } = each;
  const said = [["speech", speech], ["noise", noise], ["snr", snr]].filter(([, value]) => value !== null);
  const track = h("span", { class: "track", role: "img", "aria-label": said.map(([name, value]) => `${t(`figure_${name}`)} ${value}`).join(", ") });
  const limit = h("i", { class: "limit", title: `${t("bad_low_volume")} ≤ ${limits.level_dbov} dBov` });
  limit.style.setProperty("--at", place(limits.level_dbov));
  track.append(limit);
  if (noise !== null) {
    const bar = h("i", { class: speech === null ? "only-noise" : "between-them", data: low || noisy ? { over: "" } : {} });
    bar.style.setProperty("--from", place(noise));
    bar.style.setProperty("--to", place(speech ?? noise));
    track.append(bar);
  }
  return track;
}

/** dBov as percent of the bar. */
function place(dbov) {
  return String(Math.min(100, Math.max(0, (100 * (dbov - FLOOR)) / -FLOOR)));
}

function total(each) {
  return Object.values(each.bad).reduce((sum, count) => sum + count, 0);
}
