// What lines, trunks, seats, agents and customers sound like, and whose fault it is.

import { card, isKnown } from "./faultcards.js";
import { badness, table } from "./figures.js";
import { t } from "./i18n.js";
import { put } from "./kit.js";
import { bar, greet, showModels, showState, signOut, token } from "./session.js";

const EVERY_MS = 30000;
const DAY_MS = 86400000;
const MOST = 200; // names drawn at once; the rest is found by searching
const signed = token();
const find = (selector) => document.querySelector(selector);
const chosen = { by: "line", since: "", order: "worst" };
let told = null;

async function ask(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${signed}` } });
  if (answer.status === 401) signOut("wrong");
  if (answer.status === 403) throw new Error(t("role_wrong"));
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.json();
}

function groups() {
  const wanted = find("#search").value.trim().toLowerCase();
  const byName = new Map();
  for (const each of told.figures[chosen.by]) {
    if (!each.name.toLowerCase().includes(wanted)) continue;
    byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  }
  const found = [...byName.values()];
  return chosen.order === "worst" ? found.sort((a, b) => badness(b) - badness(a)) : found;
}

function draw() {
  showModels();
  if (!told) return;
  put(find("#calls"), String(told.calls));
  put(find("#known"), String(told.findings.filter(isKnown).length));
  const found = groups();
  find("#table").replaceChildren(...(found.length ? [table(found.slice(0, MOST), told.limits)] : []));
  find("#legend").hidden = !found.length;
  find("#more").hidden = found.length <= MOST;
  put(find("#more"), t("more_names").replace("{n}", String(found.length - MOST)));
  empty("#no-rows", found.length > 0, told.calls ? (find("#search").value ? "no_match" : "no_rows") : "no_measured");
  find("#faults").replaceChildren(...told.findings.map((each) => card(each, look)));
  empty("#no-faults", told.findings.length > 0, told.calls ? "no_faults" : "no_measured");
}

function empty(selector, hidden, key) {
  const box = find(selector);
  box.hidden = hidden;
  put(box.firstElementChild, t(key));
  put(box.lastElementChild, t(`${key}_hint`));
}

function look(by, name) {
  find("#search").value = name;
  choose("by", by);
}

function choose(what, value) {
  chosen[what] = value;
  for (const each of document.querySelectorAll(`#${what} button`)) each.setAttribute("aria-pressed", String(each.dataset[what] === value));
  return what === "since" ? refresh() : draw();
}

async function refresh() {
  const days = Number(chosen.since);
  const query = days ? `?since=${new Date(Date.now() - days * DAY_MS).toISOString()}` : "";
  try {
    told = await ask(`/api/lines${query}`);
    showState("live");
    find("#problem").hidden = true;
    draw();
  } catch (error) {
    showState("offline");
    find("#problem").hidden = false;
    put(find("#problem"), error.message);
  }
}

bar(draw);
for (const what of Object.keys(chosen)) {
  for (const button of document.querySelectorAll(`#${what} button`)) button.addEventListener("click", () => choose(what, button.dataset[what]));
}
find("#search").addEventListener("input", draw);
if (signed) {
  ask("/api/me").then(greet, () => {});
  refresh();
  setInterval(() => document.hidden || refresh(), EVERY_MS);
}
