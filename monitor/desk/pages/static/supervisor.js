// The supervisor's page: wall, one call in detail, alert feed.

import { Calls } from "./calls.js";
import { Feed } from "./feed.js";
import { lang, t, worded } from "./i18n.js";
import { clock, h, keyed, put } from "./kit.js";
import { showConditions } from "./parts.js";
import { showScorecard, showTotal } from "./scorecard.js";
import { bar, greet, showModels, showState, signOut, token } from "./session.js";
import { Line } from "./socket.js";
import { drawTimeline } from "./timeline.js";
import { Transcript } from "./transcript.js";
import { state, Wall } from "./wall.js";

const FRAME_MS = 100;
const MOST_TOASTS = 3;
const MOST_NAMES = 5;
const $ = (selector) => document.querySelector(selector);

const key = token();
const calls = new Calls();
const rules = new Map();
const stopped = []; // notices of sources that do not come back
const wall = new Wall($("#wall"), pick);
const feed = new Feed($("#alerts"), { acknowledge, pick, ruleName });
const transcript = new Transcript($("#words"), $("#follow"), ruleName);
let picked = null;
let pinned = false;
let drawn = 0;
let connection = "connecting";

bar(() => {
  transcript.call = null;
  $("#alerts").replaceChildren();
  draw();
});

const line = key && new Line(
  "/ws/supervisor",
  key,
  {
    state(now) {
      connection = now;
      showState(now);
    },
    hello(message) {
      stopped.length = 0;
      greet(message);
      for (const each of message.rules ?? []) rules.set(each.rule_id, each);
    },
    snapshot(message, resume) {
      calls.snapshot(message, resume);
      if (picked) fill(picked);
    },
    resumed: ({ call_id }) => calls.resumed(call_id),
    envelope: hear,
    acknowledged() {},
    error({ code, message }) {
      feed.failed();
      notify(worded(`error_${code}`) ?? message, "bad");
    },
    refused: (code) => (code === 4403 ? location.replace("/agent") : signOut("refused")),
  },
  () => calls.seqs(),
);

function hear(envelope) {
  if (envelope.call_id === null) {
    if (envelope.type === "system.notice") notice(envelope.body);
    return;
  }
  calls.apply(envelope);
}

/** Shows a call; the page's own choice gives way to a newer call, the user's does not. */
function pick(id) {
  if (picked === id && pinned) {
    closeCall();
    return;
  }
  picked = id;
  pinned = true;
  document.body.dataset.tab = "call";
  fill(id);
  draw();
}

function choose(list) {
  if (pinned && (picked === null || calls.all.has(picked))) return;
  if (calls.all.has(picked) && !calls.all.get(picked).closed) return;
  const running = list.filter((call) => !call.ended);
  const next = running.at(-1)?.id ?? (calls.all.has(picked) ? picked : list.at(-1)?.id ?? null);
  if (next === picked) return;
  picked = next;
  pinned = false;
  if (picked) fill(picked);
}

/** What was before this page came: the call's stored envelopes. */
async function fill(id) {
  const call = calls.all.get(id);
  if (!call || call.filled || call.seq === 0) return;
  call.filled = true;
  const answer = await fetch(`/api/calls/${encodeURIComponent(id)}/events?limit=20000`, { headers: { Authorization: `Bearer ${key}` } });
  if (answer.ok) call.backfill((await answer.json()).events);
}

function acknowledge(alert, note) {
  return line.say({ type: "acknowledge", alert_id: alert.alert_id, note });
}

function ruleName(id) {
  const rule = rules.get(id);
  return rule ? (lang === "en" && rule.title_en) || rule.title : "";
}

/** What the machine says of itself: what stays true stays in sight, the rest for a moment. */
function notice(body) {
  if (body.kind === "no_lines") stopped.push(body);
  else notify(told(body), body.kind === "recovered" ? "good" : "bad");
}

/** A notice in the page's language; its own words where the page has none. */
function told({ code, params, message }) {
  return worded(`says_${code}`)?.replace(/\{(\w+)\}/g, (_, name) => param(name, params[name])) ?? message;
}

function showStopped() {
  $("#stopped").hidden = !stopped.length;
  put($("#stopped"), stopped.map((each) => told(each).replace(/^./, (first) => first.toUpperCase())).join("\n"));
}

function param(name, value) {
  if (Array.isArray(value)) return [...value.slice(0, MOST_NAMES), ...(value.length > MOST_NAMES ? ["…"] : [])].join(", ");
  return name === "reason" ? worded(`lost_${value}`) ?? value : value;
}

function notify(text, kind) {
  const toast = h("div", { class: "toast", role: "status", data: { kind }, text, onclick: () => toast.remove() });
  while ($("#toasts").childElementCount >= MOST_TOASTS) $("#toasts").firstElementChild.remove();
  $("#toasts").append(toast);
  setTimeout(() => toast.remove(), 8000);
}

function draw() {
  const list = calls.list();
  choose(list);
  const running = list.filter((call) => !call.ended).length;
  put($("#running"), String(running));
  const shown = wall.show(list, picked);
  $("#no-calls").hidden = shown > 0;
  const found = feed.show(list);
  $("#no-alerts").hidden = found.shown > 0;
  put($("#open"), String(found.open.length));
  $("#open").parentElement.dataset.worst = found.open.some(({ alert }) => alert.severity === "critical") ? "critical" : "";
  document.title = `${found.open.length ? `(${found.open.length}) ` : ""}linewatch`;
  showModels(list);
  showStopped();
  showState(connection);
  showCall(calls.all.get(picked));
}

function showCall(call) {
  $("#call").hidden = !call;
  $("#no-call").hidden = Boolean(call);
  document.body.toggleAttribute("data-detail", Boolean(call));
  if (!call) return;
  const { info } = call;
  put($("#call-who"), [t("agent"), call.agent ?? call.id].join(" "));
  put($("#call-timer"), clock(call.now()));
  const about = [info.legs && info.legs !== "recorded" ? t(`legs_${info.legs}`) : "", call.team, state(call), t(info.direction), info.called_number, info.model ? `${t("model")} ${info.model}` : t("unheard")];
  put($("#call-about"), about.filter(Boolean).join("  ·  "));
  showConditions($("#call-chips"), call);
  showTotal($("#call-score"), call.score);
  showScorecard($("#scorecard"), call.score, ruleName);
  drawTimeline($("#timeline"), call, ruleName);
  showSteps($("#steps"), call);
  showPrompt(call);
  transcript.show(call);
}

function showSteps(box, call) {
  box.hidden = !call.steps.length;
  keyed(box, call.steps, (each) => each.seq, () => h("li", { class: "step" }), (element, each) => {
    element.dataset.verdict = each.verdict;
    put(element, [ruleName(each.rule_id) || each.rule_id, stepName(each), t(each.verdict)].filter(Boolean).join(" · "));
  });
}

/** What stands on the agent's screen right now, with its countdown. */
function showPrompt(call) {
  const [prompt] = call.shownPrompts();
  $("#prompt").hidden = !prompt;
  if (!prompt) return;
  put($("#prompt-text"), prompt.text);
  const left = prompt.countdown_ms === null ? null : Math.max(0, prompt.at_ms + prompt.countdown_ms - call.now());
  put($("#prompt-left"), left === null ? "" : `${(left / 1000).toFixed(1)} s`);
}

/** Which step of how many; of a sequence, which has no order of its own, what the step is. */
function stepName({ rule_id, step }) {
  const { kind, steps = [] } = rules.get(rule_id) ?? {};
  const at = steps.findIndex((each) => each.step === step);
  if (at < 0) return step === "said" ? "" : step;
  if (kind !== "sequence") return `${at + 1}/${steps.length}`;
  return lang === "en" ? step : steps[at].wording;
}

$("#search").addEventListener("input", ({ target }) => {
  wall.query = target.value;
  draw();
});
for (const button of document.querySelectorAll("[data-order]")) {
  button.addEventListener("click", () => press(button, "order", (value) => (wall.order = value)));
}
for (const button of document.querySelectorAll("[data-which]")) {
  button.addEventListener("click", () => press(button, "which", (value) => (feed.which = value)));
}
for (const button of document.querySelectorAll("[data-tab-of]")) {
  button.addEventListener("click", () => (document.body.dataset.tab = button.dataset.tabOf));
}
$("#close-call").addEventListener("click", () => picked && closeCall());
addEventListener("keydown", ({ key: name }) => name === "Escape" && picked && closeCall());

function closeCall() {
  picked = null;
  pinned = true;
  document.body.dataset.tab = "wall";
  draw();
}

function press(button, group, set) {
  for (const each of document.querySelectorAll(`[data-${group}]`)) each.setAttribute("aria-pressed", String(each === button));
  set(button.dataset[group]);
  draw();
}

function frame(at) {
  if (at - drawn >= FRAME_MS) {
    drawn = at;
    draw();
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
