// The keyboard map. Elements declare data-key="KeyN", "shift+KeyC" or "ctrl+Enter" and data-key-title.
// Bound by the physical key (event.code), so it works on the Russian layout.
import { isTyping, isVisible, text, user } from "./page.js";

const OFF = `opora.keys.off.${user}`;
const NAMES = { Enter: "Enter", Escape: "Esc", Slash: "/", Period: ".", Comma: ",", Space: text("space"), Backslash: "\\",
  BracketLeft: "[", BracketRight: "]", Minus: "−", Equal: "=", Semicolon: ";", Quote: "'", Backquote: "`",
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };

export const singleKeysOff = () => localStorage.getItem(OFF) === "1";

function pressed(event) {
  const parts = [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", event.shiftKey && "shift"];
  return [...parts.filter(Boolean), event.code === "NumpadEnter" ? "Enter" : event.code].join("+");
}

/** "shift+KeyC" as people read it: ["Shift", "C"]. */
function caps(combination) {
  return combination.split("+").map((part) => {
    if (part === "ctrl" || part === "alt" || part === "shift") return part[0].toUpperCase() + part.slice(1);
    return NAMES[part] ?? part.replace(/^(Key|Digit)/, "");
  });
}

/** Elements with a key that can be acted on now: visible ones, and inside the open dialog when there is one. */
function bound() {
  const dialogs = document.querySelectorAll("dialog[open]");
  const root = dialogs[dialogs.length - 1] ?? document;
  return [...root.querySelectorAll("[data-key]")].filter((element) => isVisible(element) && !element.disabled);
}

function act(element) {
  if (element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit], [type=button])")) {
    element.focus();
    element.select?.();
  } else {
    element.focus({ preventScroll: true });
    element.click();
  }
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && isTyping(event.target) && !event.target.closest("dialog")) return event.target.blur();
  const combination = pressed(event);
  const withControl = event.ctrlKey || event.metaKey || event.altKey;
  if (!withControl && (isTyping(event.target) || singleKeysOff())) return;
  if (event.key === "?" || combination === "shift+Slash" || combination === "shift+Digit7") {
    event.preventDefault();
    return showSheet();
  }
  if (combination === "Enter" || combination === "Space") return; // they belong to the focused element
  const found = bound().filter((element) => element.dataset.key.split(" ").includes(combination));
  const near = event.target.closest?.("form, dialog, [data-key-scope]");
  const element =
    found.find((candidate) => near?.contains(candidate)) ??
    found.find((candidate) => !candidate.closest("[data-navigation]")) ?? // the page's own meaning before the menu's
    found[0];
  if (!element) return;
  event.preventDefault();
  act(element);
}

const label = (element) =>
  element.dataset.keyTitle || element.getAttribute("aria-label") || element.title || element.textContent.trim();

function showSheet() {
  const sheet = document.getElementById("keys");
  if (!sheet || sheet.open) return;
  const seen = new Map();
  for (const element of bound()) {
    const first = element.dataset.key.split(" ")[0];
    if (!seen.has(first)) seen.set(first, label(element));
  }
  const groups = { page: [], navigation: [] };
  for (const element of bound()) {
    const first = element.dataset.key.split(" ")[0];
    if (!seen.has(first)) continue;
    groups[element.closest("[data-navigation]") ? "navigation" : "page"].push([caps(first), seen.get(first)]);
    seen.delete(first);
  }
  for (const [name, lines] of Object.entries(groups)) {
    const list = sheet.querySelector(`[data-keys=${name}]`);
    list.replaceChildren(...lines.map(([keys, title]) => line(keys, title)));
    list.parentElement.hidden = lines.length === 0;
  }
  sheet.showModal();
}

function line(keys, title) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const meaning = document.createElement("dd");
  term.append(...keys.map((name) => Object.assign(document.createElement("kbd"), { textContent: name })));
  meaning.textContent = title;
  row.append(term, meaning);
  return row;
}

export function startKeys() {
  document.addEventListener("keydown", press);
  const show = () => {
    document.documentElement.classList.toggle("keys-off", singleKeysOff());
    for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = !singleKeysOff();
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-switch]")) return;
    localStorage.setItem(OFF, event.target.checked ? "0" : "1");
    show();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-sheet]")) return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
    showSheet();
  });
  show();
}
