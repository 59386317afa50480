// The wall: a tile for each call.

import { t } from "./i18n.js";
import { clock, h, keyed, put, SEVERITIES } from "./kit.js";
import { meter, showConditions, showCounts, showMeter } from "./parts.js";

export class Wall {
  constructor(box, onPick) {
    Object.assign(this, { box, onPick, query: "", order: "time" });
  }

  show(calls, picked) {
    const shown = calls.filter((call) => this.matches(call)).sort((a, b) => this.compare(a, b));
    keyed(this.box, shown, (call) => call.id, (call) => this.tile(call), (tile, call) => this.update(tile, call, picked));
    return shown.length;
  }

  matches(call) {
    const text = [call.id, call.agent, call.team, call.info.line].join(" ").toLowerCase();
    return text.includes(this.query.trim().toLowerCase());
  }

  compare(a, b) {
    if (a.closed !== b.closed) return a.closed ? 1 : -1;
    if (this.order === "alerts" && weight(a) !== weight(b)) return weight(b) - weight(a);
    return started(b).localeCompare(started(a));
  }

  tile(call) {
    const parts = {
      who: h("span", { class: "tile-who" }),
      team: h("span", { class: "tile-team" }),
      timer: h("span", { class: "tile-timer num" }),
      agent: meter("agent"),
      customer: meter("customer"),
      chips: h("div", { class: "chips" }),
      state: h("span", { class: "tile-state" }),
      counts: h("span", { class: "counts" }),
      score: h("span", { class: "tile-score num" }),
    };
    const tile = h(
      "button",
      { class: "tile", type: "button", data: { call: call.id }, onclick: () => this.onPick(call.id) },
      h("div", { class: "tile-head" }, parts.who, parts.team, parts.timer),
      parts.agent,
      parts.customer,
      parts.chips,
      h("div", { class: "tile-foot" }, parts.state, parts.score, parts.counts),
    );
    tile.parts = parts;
    return tile;
  }

  update(tile, call, picked) {
    const { parts } = tile;
    tile.setAttribute("aria-pressed", String(call.id === picked));
    tile.toggleAttribute("data-over", Boolean(call.ended));
    tile.dataset.worst = SEVERITIES.find((name) => call.openAlerts().some((each) => each.severity === name)) ?? "";
    put(parts.who, call.agent ?? call.id);
    put(parts.team, call.team ?? "");
    put(parts.timer, clock(call.now()));
    showMeter(parts.agent, "agent", call.meters.agent);
    showMeter(parts.customer, "customer", call.meters.customer);
    showConditions(parts.chips, call);
    // never transcribed, or let go on the way because the recogniser got too slow
    const unheard = !call.info.model || call.words.at(-1)?.lost === "not_admitted";
    put(parts.state, [state(call), unheard ? t("unheard") : ""].filter(Boolean).join(" · "));
    tile.toggleAttribute("data-unheard", unheard);
    put(parts.score, call.score ? `${t("score")} ${Math.round(call.score.total)}` : "");
    showCounts(parts.counts, call.openAlerts());
  }
}

/** 振铃中, 通话中, 已结束, with the line's name. */
export function state(call) {
  const name = call.ended ? "ended" : call.answered ? "talking" : "waiting_answer";
  return [t(name), call.info.line].filter(Boolean).join(" · ");
}

function started(call) {
  return `${call.info.started_at_utc ?? ""}${call.id}`;
}

function weight(call) {
  return call.openAlerts().reduce((sum, each) => sum + 10 ** (3 - SEVERITIES.indexOf(each.severity)), 0);
}
