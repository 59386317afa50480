// What lines, trunks, seats, agents and customers sound like, and whose fault it is.

import { lang, t } from "./i18n.js";
import { h, put } from "./kit.js";
import { bar, showName, showState, signOut, token } from "./session.js";

const EVERY_MS = 30000;
const signed = token();
let told = null;
let by = "line";

async function ask(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${signed}` } });
  if (answer.status === 401) signOut("wrong");
  if (answer.status === 403) throw new Error(t("role_wrong"));
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.json();
}

function number(value) {
  return value === null ? "" : String(value);
}

function fault({ verdict, words }) {
  const said = words[lang];
  return h("tr", { data: { verdict } }, h("td", { text: said.problem }), h("td", { class: "what", text: said.verdict }), h("td", { text: said.evidence }));
}

function row(each) {
  const bad = Object.values(each.bad).reduce((sum, count) => sum + count, 0);
  const cells = [each.calls, each.speech_level_dbov, each.noise_dbov, each.snr_db, each.clipped_percent, each.missing_percent];
  return h(
    "tr",
    { data: bad ? { bad: "" } : {} },
    h("td", { text: each.name }),
    h("td", { text: t(each.channel) }),
    ...cells.map((value) => h("td", { class: "n num", text: number(value) })),
    h("td", { class: "n num", text: bad ? Object.entries(each.bad).filter(([, count]) => count).map(([name, count]) => `${t(`bad_${name}`)} ${count}`).join(" · ") : "" }),
  );
}

function draw() {
  if (!told) return;
  put(document.querySelector("#calls"), String(told.calls));
  document.querySelector("#faults").replaceChildren(...told.findings.map(fault));
  document.querySelector("#no-faults").hidden = told.findings.length > 0;
  const rows = told.figures[by];
  document.querySelector("#rows").replaceChildren(...rows.map(row));
  document.querySelector("#no-rows").hidden = rows.length > 0;
}

async function refresh() {
  const problem = document.querySelector("#problem");
  try {
    told = await ask("/api/lines");
    showState("live");
    problem.hidden = true;
    draw();
  } catch (error) {
    showState("offline");
    problem.hidden = false;
    put(problem, error.message);
  }
}

bar(draw);
for (const button of document.querySelectorAll("#by button")) {
  button.addEventListener("click", () => {
    by = button.dataset.by;
    for (const each of document.querySelectorAll("#by button")) each.setAttribute("aria-pressed", String(each === button));
    draw();
  });
}
if (signed) {
  ask("/api/me").then(showName, () => {});
  refresh();
  setInterval(() => document.hidden || refresh(), EVERY_MS);
}
