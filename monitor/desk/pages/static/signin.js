// Sign-in by token: asks the server who it belongs to, then opens that role's page.

import { t } from "./i18n.js";
import { bar, remember } from "./session.js";

const problem = document.querySelector("#problem");
bar(() => (problem.textContent = ""));

async function open(value) {
  problem.textContent = "";
  try {
    const answer = await fetch("/api/me", { headers: { Authorization: `Bearer ${value}` } });
    if (!answer.ok) {
      problem.textContent = t("token_wrong");
      return;
    }
    remember(value);
    location.assign((await answer.json()).role === "agent" ? "/agent" : "/supervisor");
  } catch {
    problem.textContent = t("no_server");
  }
}

document.querySelector("#form").addEventListener("submit", (event) => {
  event.preventDefault();
  open(document.querySelector("#token").value.trim());
});

if (location.hash === "#refused") problem.textContent = t("token_wrong");
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) open(given);

const BARS = 60;
const wave = document.querySelector("#wave");
for (let index = 0; index < BARS; index += 1) {
  const bell = Math.exp(-(((index - BARS / 2) / 16) ** 2));
  const height = 4 + 52 * bell * Math.abs(Math.sin(index * 1.7) * Math.cos(index * 0.61));
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x: index * 8 + 2, y: 60 - height, width: 3, height: height * 2, rx: 1.5 })) {
    bar.setAttribute(name, value);
  }
  wave.append(bar);
}
