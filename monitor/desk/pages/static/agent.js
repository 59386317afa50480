// The agent's own screen: what to say now, how long is left, what is done, how the own voice and the line are.

import { Calls } from "./calls.js";
import { lang, t } from "./i18n.js";
import { clock, h, keyed, part, put } from "./kit.js";
import { alertText, severityTag, showConditions } from "./parts.js";
import { bar, greet, showModels, showState, signOut, token } from "./session.js";
import { Line } from "./socket.js";
import { Voice } from "./voice.js";
import { state } from "./wall.js";

const FRAME_MS = 50;
const TOO_LOW_DBOV = -36;
const TOO_LOUD_DBOV = -12;
const URGENT_MS = 2000;
const SAYING_MS = 2000;
const $ = (selector) => document.querySelector(selector);

const key = token();
const calls = new Calls();
const voice = new Voice($("#voice"));
let rules = [];
let me = null;
let connection = "connecting";
let drawn = 0;

bar(() => draw());

if (key) {
  new Line(
    "/ws/agent",
    key,
    {
      state(now) {
        connection = now;
        showState(now);
      },
      hello(message) {
        me = message.agent_id;
        rules = message.rules ?? [];
        greet(message);
      },
      snapshot: (message, resume) => calls.snapshot(message, resume),
      resumed: ({ call_id }) => calls.resumed(call_id),
      envelope: hear,
      refused: (code) => (code === 4403 ? location.replace("/supervisor") : signOut("refused")),
    },
    () => calls.seqs(),
  );
}

function hear(envelope) {
  calls.apply(envelope);
  if (envelope.type === "meter" && envelope.call_id === current()?.id) voice.push(envelope.call_id, envelope.body);
}

/** The call on this screen: the newest that runs and is still mine, else the last one. */
function current() {
  const mine = calls.list().filter((call) => call.agent === me);
  return mine.filter((call) => !call.ended).at(-1) ?? mine.at(-1);
}

function draw() {
  const call = current();
  showState(connection);
  showModels(call ? [call] : []);
  put($("#timer"), call ? clock(call.now()) : "--:--");
  put($("#call-state"), call ? state(call) : t("no_call"));
  showStage(call);
  showChecklist(call);
  showAlerts(call);
  showLevel(call);
  showLine(call);
}

function showStage(call) {
  const [prompt, ...others] = call?.shownPrompts() ?? [];
  const stage = $("#stage");
  stage.dataset.kind = prompt ? "prompt" : call && !call.ended ? "calm" : "none";
  if (!prompt) {
    put($("#stage-label"), "");
    put($("#stage-text"), t(call && !call.ended ? "no_prompt" : "no_call"));
    put($("#stage-more"), t(call && !call.ended ? "no_prompt_hint" : "no_call_hint"));
  } else {
    put($("#stage-label"), [t("prompt"), title(prompt.rule_id) || prompt.rule_id].join(" · "));
    put($("#stage-text"), prompt.text);
    put($("#stage-more"), others.map((each) => `· ${each.text}`).join("\n"));
  }
  showRing(prompt, call);
}

function showRing(prompt, call) {
  const box = $("#ring-box");
  const counting = prompt && prompt.countdown_ms !== null;
  box.hidden = !counting;
  if (!counting) return;
  const left = Math.max(0, prompt.at_ms + prompt.countdown_ms - call.now());
  // what is being said is known when it has been said: until then the step is not called late
  const saying = left === 0 && call.now() - (call.voiced.agent ?? -Infinity) < SAYING_MS;
  $("#ring").style.strokeDashoffset = String(1 - left / prompt.countdown_ms);
  $("#ring").style.opacity = left > 0 ? "1" : "0";
  box.toggleAttribute("data-urgent", left <= URGENT_MS && !saying);
  put($("#left"), saying ? "…" : (left / 1000).toFixed(1));
  put($("#left-word"), t(saying ? "saying" : left > 0 ? "seconds_left" : "next_now"));
}

/** Every required wording, and of scripts and sequences the steps that were judged or are being prompted. */
function showChecklist(call) {
  const steps = call?.steps ?? [];
  const prompted = new Set([...(call?.prompts.values() ?? [])].map((each) => each.rule_id));
  const judged = new Set(steps.map((each) => `${each.rule_id}/${each.step}`));
  const known = rules.flatMap((rule) => {
    if (rule.kind === "required") return [{ rule, step: "said", text: rule.wording }];
    return rule.steps
      .filter((each) => prompted.has(rule.rule_id) || judged.has(`${rule.rule_id}/${each.step}`))
      .map((each) => ({ rule, step: each.step, text: lang === "en" && rule.kind === "sequence" ? each.step : each.wording }));
  });
  const named = new Set(known.map((each) => `${each.rule.rule_id}/${each.step}`));
  const others = steps
    .filter((each) => !named.has(`${each.rule_id}/${each.step}`))
    .map((each) => ({ rule: { rule_id: each.rule_id }, step: each.step, text: "" }));
  const all = [...known, ...new Map(others.map((each) => [`${each.rule.rule_id}/${each.step}`, each])).values()];
  // once the call is over, what was never due is no longer to do
  const due = call?.closed ? all.filter((each) => judged.has(`${each.rule.rule_id}/${each.step}`)) : all;
  // a rule is named once, above the first of its steps
  const items = due.map((each, at) => ({ ...each, follows: each.rule.rule_id === due[at - 1]?.rule.rule_id }));
  keyed($("#checklist"), items, (item) => `${item.rule.rule_id}/${item.step}/${lang}/${item.follows}`, checkItem, (element, item) => {
    const done = steps.filter((each) => each.rule_id === item.rule.rule_id && each.step === item.step).at(-1);
    element.dataset.verdict = done?.verdict ?? "todo";
    put(element.lastElementChild, t(done?.verdict ?? "todo"));
  });
}

function checkItem({ rule, step, text, follows }) {
  const name = follows ? "" : title(rule.rule_id) || rule.rule_id;
  const steps = rule.steps ?? [];
  const at = steps.findIndex((each) => each.step === step);
  return h(
    "li",
    { class: "check", data: follows ? { follows: "" } : {} },
    h("i", { "aria-hidden": "true" }),
    h("div", {}, h("b", { text: at < 0 ? name : `${name} ${at + 1}/${steps.length}`.trim() }), text ? h("span", { text }) : null),
    h("em", {}),
  );
}

function showAlerts(call) {
  const list = [...(call?.alerts.values() ?? [])].sort((a, b) => b.at_ms - a.at_ms);
  $("#no-mine").hidden = list.length > 0;
  keyed($("#mine"), list, (each) => `${each.alert_id}/${lang}`, (each) => {
    const [said, own] = alertText(each, title(each.rule_id));
    return h(
      "li",
      { class: "alert", data: { severity: each.severity } },
      h("div", { class: "alert-head" }, severityTag(each.severity), h("span", { class: "alert-at num", text: clock(each.at_ms) })),
      h("p", { class: "alert-message", text: said }),
      own ? h("p", { class: "clause", text: own }) : null,
    );
  });
}

function showLevel(call) {
  const meter = call?.meters.agent;
  const level = meter?.speech ? meter.speech_level_dbov ?? meter.level_dbov : null;
  const word = level === null ? "level_quiet" : level <= TOO_LOW_DBOV ? "level_low" : level >= TOO_LOUD_DBOV ? "level_loud" : "level_good";
  const shown = level ?? meter?.level_dbov;
  $("#needle").style.setProperty("--level", shown === undefined ? "0" : part(shown).toFixed(3));
  $("#needle").toggleAttribute("data-speech", Boolean(meter?.speech));
  const box = $("#level-word");
  put(box, t(word));
  box.dataset.word = word;
  put($("#level-value"), shown === undefined ? "" : `${Math.round(shown)} dBov`);
}

function showLine(call) {
  if (call) showConditions($("#chips"), call);
  else $("#chips").replaceChildren();
  $("#line-good").hidden = Boolean(call?.conditions.size);
}

function title(id) {
  const rule = rules.find((each) => each.rule_id === id);
  return rule ? (lang === "en" && rule.title_en) || rule.title : "";
}

function frame(at) {
  if (at - drawn >= FRAME_MS) {
    drawn = at;
    draw();
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
