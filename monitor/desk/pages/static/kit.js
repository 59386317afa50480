// Small things every page needs.

/** An element: h("p", {class: "x", text: "y", onclick: f, data: {id: 1}}, child, …). Null children are left out. */
export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "text") made.textContent = value;
    else if (name === "data") Object.assign(made.dataset, value);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** 83456 -> "01:23"; hours once there are any. */
export function clock(ms) {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const pad = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${pad(minutes)}:${pad(seconds)}`;
}

/** 12340 -> "12.3s"; from a minute on as a clock. */
export function span(ms) {
  return ms < 60000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : clock(ms);
}

export const SEVERITIES = ["critical", "major", "minor", "info"];

const FLOOR = -60;
const CEILING = -6;

/** A level in dBov as part of the meter's length. */
export function part(dbov) {
  return Math.min(1, Math.max(0, (dbov - FLOOR) / (CEILING - FLOOR)));
}

/** Puts text into an element only where it differs: nothing is laid out again for nothing. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Keeps the children of `parent` one per item, in order, made once by `make(item)` and shown by `show(child, item)`. */
export function keyed(parent, items, key, make, show = () => {}) {
  const old = new Map([...parent.children].filter((child) => child.key !== undefined).map((child) => [child.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = old.get(name);
    if (child) old.delete(name);
    else {
      child = make(item);
      child.key = name;
    }
    show(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}
