// Whose fault it is: a card for each finding, with the two shares it rests on.

import { lang, t } from "./i18n.js";
import { h } from "./kit.js";

const UNSURE = ["single_calls", "too_few_calls"];
const FIGURES_OF = { agent_or_seat: "agent_id" };

/** Findings that name somebody or something. */
export function isKnown(found) {
  return !UNSURE.includes(found.verdict);
}

/** A card; onLook(dimension, name) shows the figures it is about. */
export function card(found, onLook) {
  const said = found.words[lang];
  const look = () => onLook(FIGURES_OF[found.verdict] ?? found.verdict, found.subject);
  return h(
    "li",
    { class: "fault", data: { verdict: found.verdict, ...(isKnown(found) ? { known: "" } : {}) } },
    h("p", { class: "about", text: said.problem }),
    h("p", { class: "what", text: said.verdict }),
    share(t("share_here"), found.bad, found.calls, "here"),
    found.rest_calls ? share(t("share_rest"), found.rest_bad, found.rest_calls, "rest") : null,
    h("div", { class: "fault-foot" }, h("span", { class: "soft", text: said.evidence }), found.subject ? h("button", { class: "link", type: "button", onclick: look, text: t("show_figures") }) : null),
  );
}

function share(name, bad, calls, which) {
  const percent = Math.round((100 * bad) / calls);
  const fill = h("i", { data: { which } });
  fill.style.setProperty("--share", String(percent));
  return h("div", { class: "share" }, h("span", { text: name }), h("span", { class: "share-track" }, fill), h("span", { class: "num", text: `${percent} %` }));
}
