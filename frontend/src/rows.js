// Moving in lists: j/k or arrows inside [data-rows]; the focus sits on the row's main link, so Enter opens it.
// An input with data-rows-input="#list" (search, picker) moves in that list with the arrows while typing goes on.
import { singleKeysOff } from "./keys.js";
import { isTyping, isVisible } from "./page.js";

const STEPS = { KeyJ: 1, ArrowDown: 1, KeyK: -1, ArrowUp: -1 };

const rowsOf = (list) => [...list.querySelectorAll("tbody > tr, li, [data-row]")].filter((row) => isVisible(row) && opener(row));
const opener = (row) => row.querySelector("[data-row-open]") ?? row.querySelector("a[href], button:not([data-select-row])");

function listFor(target) {
  const own = target.closest?.("[data-rows]");
  if (own) return own;
  if (target !== document.body && target.closest?.("a, button, summary, details, [role=tablist], dialog")) return null;
  return [...document.querySelectorAll("[data-rows]")].find(isVisible);
}

function move(event) {
  const step = STEPS[event.code];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (isTyping(event.target)) return;
  const letter = event.code.startsWith("Key");
  if (letter && singleKeysOff()) return;
  const list = letter ? listFor(event.target) ?? [...document.querySelectorAll("[data-rows]")].find(isVisible) : listFor(event.target);
  if (!list) return;
  const rows = rowsOf(list);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (!next) return;
  event.preventDefault();
  opener(next).focus();
  next.scrollIntoView({ block: "nearest" });
}

function pick(event) {
  const input = event.target.closest?.("[data-rows-input]");
  if (!input || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  const list = document.querySelector(input.dataset.rowsInput);
  const rows = list && isVisible(list) ? rowsOf(list) : [];
  const at = rows.findIndex((row) => row.classList.contains("row-current"));
  if (event.key === "Enter") {
    if (at < 0) return;
    event.preventDefault();
    return opener(rows[at]).click();
  }
  if (!rows.length) return;
  event.preventDefault();
  rows[at]?.classList.remove("row-current");
  const next = rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length];
  next.classList.add("row-current");
  next.scrollIntoView({ block: "nearest" });
}

/** A click anywhere on a row opens it, except on something that acts by itself or when text is being selected. */
function click(event) {
  const row = event.target.closest("[data-rows] tbody > tr, [data-rows] > [data-row]");
  if (!row || event.target.closest("a, button, input, label, select, summary") || String(getSelection())) return;
  opener(row)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey }));
}

export function startRows() {
  document.addEventListener("keydown", move);
  document.addEventListener("keydown", pick);
  document.addEventListener("click", click);
}
