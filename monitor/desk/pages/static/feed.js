// The alert feed of all calls in sight, newest first. What the server folds is counted and listed, never a card.

import { t } from "./i18n.js";
import { clock, h, keyed, put } from "./kit.js";
import { alertText, severityTag } from "./parts.js";

const MOST = 200;

export class Feed {
  /** acknowledge(alert, note) asks the server; pick(call id) shows the call. */
  constructor(box, { acknowledge, pick, ruleName }) {
    Object.assign(this, { box, acknowledge, pick, ruleName, which: "open" });
  }

  show(calls) {
    const all = calls.flatMap((call) => [...call.alerts.values()].map((alert) => ({ alert, call })));
    const pending = calls
      .flatMap((call) => [...call.pending.values()].map((alert) => ({ alert, call })))
      .filter(({ alert }) => !alert.folded);
    const wanted = all
      .filter(({ alert }) => this.which === "all" || !alert.acknowledged)
      .sort((a, b) => order(b).localeCompare(order(a)));
    const stand = wanted.filter(({ alert }) => !alert.folded).slice(0, MOST);
    const rest = this.foldUnder(stand, wanted.filter(({ alert }) => alert.folded));
    const shown = [...pending, ...(rest.length ? [{ alert: null, folded: rest }] : []), ...stand];
    keyed(this.box, shown, keyOf, (item) => (item.alert ? this.card(item) : this.foldCard()), (card, item) => this.update(card, item));
    return { shown: shown.length, open: all.filter(({ alert }) => !alert.acknowledged) };
  }

  /** Puts each folded alert under the card it repeats; returns those that have none on the page. */
  foldUnder(stand, folded) {
    const cards = new Map(stand.map((item) => [item.alert.alert_id, Object.assign(item, { folded: [] })]));
    return folded.filter((item) => {
      const leader = cards.get(item.alert.folded.into);
      leader?.folded.push(item);
      return !leader;
    });
  }

  /** What the minute's budget holds back: one card for all, with one button. */
  foldCard() {
    const list = folds();
    const button = h("button", { class: "button small", type: "button", text: t("acknowledge"), onclick: () => this.acknowledgeAll(card.items, "") });
    const card = h("li", { class: "alert fold-card", data: { severity: "info" } }, list, h("div", { class: "alert-foot" }, button));
    card.parts = { folds: list };
    return card;
  }

  acknowledgeAll(items, note) {
    return items.filter(({ alert }) => !alert.acknowledged).map(({ alert }) => this.acknowledge(alert, note)).some(Boolean);
  }

  card({ alert, call }) {
    const parts = {
      who: h("button", { class: "link", type: "button", onclick: () => this.pick(call.id) }),
      rule: h("span", { class: "rule" }),
      message: h("p", { class: "alert-message" }),
      own: h("p", { class: "clause" }),
      foot: h("div", { class: "alert-foot" }),
      tag: severityTag(alert.severity),
      over: h("span", { class: "over" }),
      folds: folds(),
    };
    const quotes = alert.evidence.filter((each) => each.quote);
    const card = h(
      "li",
      { class: "alert", data: { severity: alert.severity, alert: alert.alert_id } },
      h("div", { class: "alert-head" }, parts.tag, parts.rule, parts.over, h("span", { class: "alert-at num", text: clock(alert.at_ms) })),
      parts.message,
      parts.own,
      quotes.length
        ? h("blockquote", {}, ...quotes.map((each) => h("span", { text: `「${each.quote}」`, data: { certainty: each.certainty } })))
        : null,
      alert.clause ? h("p", { class: "clause", text: alert.clause }) : null,
      parts.folds,
      parts.foot,
    );
    card.parts = parts;
    return card;
  }

  update(card, { alert, call, folded }) {
    const { parts } = card;
    showFolds(parts.folds, folded ?? []);
    card.items = [...(alert ? [{ alert }] : []), ...(folded ?? [])];
    if (!alert) return;
    put(parts.tag, t(alert.severity));
    const name = this.ruleName(alert.rule_id);
    const [said, own] = alertText(alert, name);
    put(parts.rule, said.includes(name) ? alert.rule_id : `${alert.rule_id} ${name}`);
    put(parts.message, said);
    put(parts.own, own);
    parts.own.hidden = !own;
    put(parts.who, [call.agent ?? call.id, call.team].filter(Boolean).join(" · "));
    card.toggleAttribute("data-done", Boolean(alert.acknowledged));
    card.toggleAttribute("data-unstored", alert.stored === false);
    put(parts.over, alert.state === "cleared" ? t("alert_over") : "");
    const state = `${alert.acknowledged ? alert.acknowledged.acted_at_utc : ""}${t("acknowledge")}${alert.stored}`;
    if (card.state === state) return;
    card.state = state;
    card.toggleAttribute("data-pending", !alert.state);
    parts.foot.replaceChildren(parts.who, ...this.rest(card, alert));
    if (alert.stored === false) parts.foot.append(h("span", { class: "unstored", text: t("not_stored"), title: t("not_stored_hint") }));
  }

  /** An alert that is not certain yet can only be watched. */
  rest(card, alert) {
    if (!alert.state) return [h("span", { class: "pending-word", text: t("pending") })];
    return alert.acknowledged ? done(alert.acknowledged) : this.form(card);
  }

  /** What is folded under a card is acknowledged with it. */
  form(card) {
    const note = h("input", { class: "note", maxlength: 1000, placeholder: t("note"), "aria-label": t("note") });
    const button = h("button", { class: "button small", type: "submit", text: t("acknowledge") });
    const form = h("form", { class: "ack" }, note, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      button.disabled = this.acknowledgeAll(card.items, note.value.trim());
    });
    return [form];
  }

  /** The server said no: the button works again. */
  failed() {
    for (const button of this.box.querySelectorAll(".ack button")) button.disabled = false;
  }
}

/** "N folded", and each of them once it is opened. */
function folds() {
  return h("details", { class: "folds", hidden: true }, h("summary", {}), h("ol", {}));
}

function showFolds(box, items) {
  const [summary, list] = box.children;
  box.hidden = !items.length;
  if (!items.length) return;
  put(summary, t("folded").replace("{n}", items.length));
  keyed(list, items.slice(0, MOST), ({ alert }) => alert.alert_id, fold, (line, { alert }) => line.toggleAttribute("data-done", Boolean(alert.acknowledged)));
}

function fold({ alert, call }) {
  const quote = alert.evidence.map((each) => each.quote).find(Boolean);
  const said = [alert.rule_id, quote ? `「${quote}」` : alert.message, call.agent ?? call.id].filter(Boolean).join(" · ");
  return h("li", { data: { alert: alert.alert_id } }, severityTag(alert.severity), h("span", { class: "num", text: clock(alert.at_ms) }), h("span", { text: said }));
}

function keyOf({ alert }) {
  return alert ? alert.alert_id + (alert.state ?? ":pending").replace(/raised|confirmed|cleared/, "") : ":folded";
}

function done({ actor, note, acted_at_utc }) {
  const at = new Date(acted_at_utc).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  return [h("span", { class: "done" }, "✓ ", `${t("acknowledged")} · ${actor} ${at}`), note ? h("span", { class: "done-note", text: note }) : null].filter(Boolean);
}

function order({ alert, call }) {
  const at = String(alert.at_ms).padStart(12, "0");
  return `${alert.published_at_utc ?? call.info.started_at_utc ?? ""}|${at}|${alert.alert_id}`;
}
