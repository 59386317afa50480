// The words of one call as they come, with what happened between them.

import { t, worded } from "./i18n.js";
import { clock, h, keyed, put, span } from "./kit.js";
import { alertText, severityTag } from "./parts.js";

const SILENCE_WORTH_A_LINE_MS = 5000;
const DOUBTFUL = 0.5;
const NEAR_BOTTOM_PX = 60;

export class Transcript {
  /** ruleName(rule id): its title in the page's language, or nothing. */
  constructor(box, follow, ruleName) {
    Object.assign(this, { box, ruleName, following: true });
    this.list = h("ol", { class: "words" });
    this.box.append(this.list);
    this.box.addEventListener("scroll", () => {
      this.following = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_BOTTOM_PX;
      follow.hidden = this.following;
    });
    follow.addEventListener("click", () => this.toEnd());
  }

  /** Lays out what is new; between two envelopes only running times move. */
  show(call) {
    if (this.call !== call.id) {
      this.call = call.id;
      this.version = null;
      this.following = true;
      this.list.replaceChildren();
    }
    if (this.version === call.version) {
      for (const [element, item] of this.running) item.update(element);
      return;
    }
    this.version = call.version;
    this.running = [];
    keyed(this.list, items(call, this.ruleName), (item) => item.id, make, (element, item) => {
      item.update?.(element);
      if (item.runs) this.running.push([element, item]);
    });
    if (this.following) this.toEnd();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }
}

function items(call, ruleName) {
  const out = [
    ...(call.answered ? [mark("answered", call.answered.at_ms, () => t("answered"))] : []),
    ...call.words.map((each) => word(each, call)),
    ...[...call.spans, ...call.conditions.values()].filter(worthALine).map((each) => condition(each, call)),
    ...[...call.alerts.values()].map((each) => alert(each, ruleName(each.rule_id))),
    ...(call.ended ? [mark("ended", call.ended.at_ms + 1, () => `${t("hung_up")} · ${t(call.ended.ended_by)}`)] : []),
  ].sort((a, b) => a.at - b.at || a.rank - b.rank);
  const sides = call.ended ? [] : ["agent", "customer"].filter((side) => call.speaking[side] !== undefined || call.partial[side]);
  return [...out, ...sides.map((side) => typing(side, call.partial[side]))];
}

function make(item) {
  const element = item.make();
  element.classList.add("entry");
  return element;
}

function mark(name, at, text) {
  return {
    id: name, at, rank: 0,
    make: () => h("li", { class: "between" }, h("span", {})),
    update: (element) => put(element.firstElementChild, `${clock(at)}  ${text()}`),
  };
}

function worthALine(each) {
  return each.condition !== "silence" || (each.end_ms && each.end_ms - each.since_ms >= SILENCE_WORTH_A_LINE_MS && each.channel === "both");
}

function condition(each, call) {
  const id = `${each.condition}/${each.channel}/${each.since_ms}/${each.level ?? ""}`;
  const length = () => span((each.end_ms ?? call.now()) - each.since_ms);
  return {
    id, at: each.since_ms, rank: 1, runs: !each.end_ms,
    make: () => h("li", { class: "between", data: { level: each.level ?? "warn" } }, h("span", {})),
    update: (element) => {
      const side = each.channel === "both" ? "" : t(each.channel);
      put(element.firstElementChild, `${side}${side ? " " : ""}${t(each.condition)} ${length()}`);
      element.toggleAttribute("data-open", !each.end_ms);
    },
  };
}

/** What is being said right now: dots, and the words so far where the recogniser shows them. */
function typing(side, partial) {
  return {
    id: `typing-${side}`,
    make: () =>
      h("li", { class: "word typing", data: { side } }, h("div", { class: "bubble" }, h("b", {}), h("span", {}), h("i", {}), h("i", {}), h("i", {}))),
    update: (element) => {
      const [stable, rest] = element.firstElementChild.children;
      const text = partial?.text ?? "";
      put(stable, text.slice(0, partial?.stable_chars ?? 0));
      put(rest, text.slice(partial?.stable_chars ?? 0));
    },
  };
}

function word(each, call) {
  const hits = [...call.alerts.values()].filter((alert) => touches(alert, each));
  const unheard = each.lost || each.suppressed?.length;
  return {
    id: `w${each.seq}/${hits.map((hit) => hit.alert_id).join()}`, at: each.start_ms, rank: 2,
    make: () =>
      h(
        "li",
        { class: "word", data: { side: each.channel, unheard: unheard ? "1" : "0", doubtful: doubtful(each) } },
        h("span", { class: "when num", text: clock(each.start_ms) }),
        h("div", { class: "bubble", title: each.confidence === null ? "" : `${Math.round(each.confidence * 100)}%` }, ...said(each, hits)),
      ),
  };
}

function doubtful(each) {
  return each.confidence !== null && each.confidence < DOUBTFUL ? "1" : "0";
}

function touches(alert, each) {
  return (
    alert.channel === each.channel &&
    alert.evidence.some((one) => one.quote && one.start_ms < each.end_ms && one.end_ms > each.start_ms && each.text.includes(one.quote))
  );
}

function said(each, hits) {
  if (each.lost) return [h("em", { text: `${t("unheard")} · ${worded(`lost_${each.lost}`) ?? each.lost}` })];
  if (each.suppressed?.length) return [h("s", { text: each.text }), h("em", { text: ` ${t("refused")}` })];
  const marks = hits.flatMap((hit) => hit.evidence.map((one) => ({ quote: one.quote, severity: hit.severity })));
  return marked(each.text, marks);
}

/** The text with each quote marked; quotes may not overlap, the first wins. */
function marked(text, marks) {
  for (const { quote, severity } of marks) {
    const at = quote ? text.indexOf(quote) : -1;
    if (at < 0) continue;
    return [
      ...marked(text.slice(0, at), marks),
      h("mark", { data: { severity }, text: quote }),
      ...marked(text.slice(at + quote.length), marks),
    ];
  }
  return text ? [text] : [];
}

function alert(each, name) {
  const [said, own] = alertText(each, name);
  return {
    id: `a${each.alert_id}`, at: each.at_ms, rank: 3,
    make: () =>
      h(
        "li",
        { class: "inline-alert", data: { severity: each.severity }, title: own },
        severityTag(each.severity),
        h("span", { text: said }),
        h("span", { class: "rule", text: each.rule_id }),
      ),
  };
}
