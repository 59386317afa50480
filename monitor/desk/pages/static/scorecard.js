// What a score is made of: the four dimensions, what was taken off and why, what was not judged.

import { t } from "./i18n.js";
import { h, keyed, put } from "./kit.js";

/** "得分 85", and of how many points where some could not be judged; coloured only where nothing or everything is gone. */
export function showTotal(element, score) {
  element.hidden = !score;
  if (!score) return;
  const out = score.base === 100 ? "" : ` / ${whole(score.base)}`;
  put(element, `${t("score")} ${whole(score.total)}${out}`);
  element.toggleAttribute("data-full", score.total >= score.base);
  element.toggleAttribute("data-veto", score.items.some((each) => each.fatal));
}

/** nameOf(rule id): its title, or nothing. */
export function showScorecard(box, score, nameOf) {
  box.hidden = !score;
  if (!score) return;
  keyed(box, parts(score, (id) => nameOf(id) || id), (each) => each.id, () => h("li", { class: "score-part" }), (element, each) => {
    element.dataset.kind = each.kind;
    element.title = each.title ?? "";
    put(element, each.text);
  });
}

function parts(score, name) {
  const dimensions = Object.entries(score.dimensions).map(([id, value]) => ({ id, kind: "dimension", text: `${t(id)} ${whole(value)}` }));
  const items = [...score.items]
    .sort((a, b) => b.fatal - a.fatal || a.points - b.points)
    .map((each) => ({ id: `item ${each.rule_id}`, kind: each.fatal ? "veto" : "points", title: each.rule_id, text: cost(each, name) }));
  const open = score.not_judged;
  const waiting = { id: "open", kind: "open", title: open.map(name).join("\n"), text: `${t("not_judged")} ${open.length}` };
  return [...dimensions, ...items, ...(open.length ? [waiting] : [])];
}

function cost({ rule_id, points, fatal }, name) {
  const sign = points > 0 ? "+" : "";
  const counted = points ? `${sign}${whole(points)}` : fatal ? "" : t("same_words");
  return [fatal ? t("veto") : "", name(rule_id), counted].filter(Boolean).join(" ");
}

function whole(number) {
  return String(Math.round(number * 10) / 10).replace("-", "−");
}
