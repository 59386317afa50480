// Who is signed in, and the bar at the top that every page has.

import { switchLanguage, t, translate } from "./i18n.js";
import { put } from "./kit.js";

const KEY = "linewatch.token";

/** The token: from the address (#token=…, then removed from it), else from this tab; without one back to the sign-in. */
export function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  const kept = sessionStorage.getItem(KEY);
  if (!kept) location.replace("/");
  return kept;
}

export function remember(value) {
  sessionStorage.setItem(KEY, value);
}

export function signOut(reason = "") {
  sessionStorage.removeItem(KEY);
  location.replace(reason ? `/#${reason}` : "/");
}

/** Wires language, theme and sign-out; `again` draws what the page itself put into words. */
export function bar(again = () => {}) {
  translate();
  document.querySelector("#language").addEventListener("click", () => {
    switchLanguage();
    again();
  });
  document.querySelector("#theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme.trim() === "dark";
    setTheme(dark ? "light" : "dark");
    again();
  });
  document.querySelector("#sign-out")?.addEventListener("click", () => signOut());
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!localStorage.getItem("linewatch.theme")) document.documentElement.dataset.theme = system.matches ? "dark" : "light";
    again();
  };
  system.addEventListener("change", follow);
  follow();
}

function setTheme(theme) {
  localStorage.setItem("linewatch.theme", theme);
  document.documentElement.dataset.theme = theme;
}

/** The dot that says whether what one sees is live. */
export function showState(state) {
  const dot = document.querySelector("#state");
  dot.dataset.state = state;
  put(dot.lastElementChild, t(state));
}

let serving = null; // the model that listens to calls to come

/** Who the server says this is, and what listens there. */
export function greet(hello) {
  put(document.querySelector("#name"), hello.name);
  serving = hello.model;
  showModels();
}

/** The banners, by the server's model and these calls': the embedded demo model listens; speech goes to an endpoint
 *  ("model at host"). */
export function showModels(calls = []) {
  const models = [...new Set([serving ?? "", ...calls.map((call) => call.info.model ?? "")])];
  const sent = models.filter((model) => / at \S+$/.test(model));
  document.querySelector("#demo").hidden = !models.includes("demo-zh");
  document.querySelector("#sent").hidden = !sent.length;
  put(document.querySelector("#sent"), `${t("sent_banner")}${sent.sort().join(", ")}`);
}
