// Typed text survives a lost connection, a refresh and a new sign-in: `data-draft="case-17-reply"` on a form or textarea.
import { text, user } from "./page.js";

const PREFIX = `opora.draft.${user}.`;
const DAYS = 14;
const waiting = new Set();
const key = (holder) => PREFIX + holder.dataset.draft;

const fields = (holder) =>
  (holder instanceof HTMLFormElement ? [...holder.elements] : [holder]).filter(
    (field) => field.name && !field.matches("[type=password], [type=file], [type=hidden], [type=submit], button, fieldset"),
  );

const snapshot = (holder) =>
  fields(holder).map((field) => [
    field.name,
    field.matches("[type=checkbox], [type=radio]") ? { value: field.value, checked: field.checked }
      : field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value,
  ]);

function fill(holder, values) {
  const left = [...values];
  for (const field of fields(holder)) {
    const index = left.findIndex(([name, value]) => name === field.name && (value?.value ?? field.value) === field.value
      || (name === field.name && value?.checked === undefined));
    if (index < 0) continue;
    const [[, value]] = left.splice(index, 1);
    if (value?.checked !== undefined) field.checked = value.checked;
    else if (Array.isArray(value)) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function read(holder) {
  try {
    return JSON.parse(localStorage.getItem(key(holder)));
  } catch {
    return null;
  }
}

function save(holder) {
  waiting.delete(holder);
  if (!holder.isConnected) return;
  localStorage.setItem(key(holder), JSON.stringify({ at: Date.now(), values: snapshot(holder) }));
}

function forget(holder) {
  waiting.delete(holder);
  localStorage.removeItem(key(holder));
  holder.parentElement?.querySelector(":scope > [data-draft-notice]")?.remove();
}

function restore(holder) {
  if (holder.draftWatched) return;
  holder.draftWatched = true;
  const draft = read(holder);
  if (!draft) return;
  const original = snapshot(holder);
  const landed = draft.sent && performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  if (landed || JSON.stringify(original) === JSON.stringify(draft.values)) return forget(holder);
  if (holder.querySelector?.("[aria-invalid=true]")) return; // the server has given the typed text back
  fill(holder, draft.values);
  const notice = document.getElementById("draft-template").content.firstElementChild.cloneNode(true);
  const time = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
  notice.querySelector("[data-draft-text]").textContent = text("draftRestored", { time });
  notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
    fill(holder, original);
    forget(holder);
    fields(holder)[0]?.focus();
  });
  holder.before(notice);
}

/** Drop drafts that were sent from a page and whose form did not come back, and the very old ones. */
function sweep() {
  const shown = new Set([...document.querySelectorAll("[data-draft]")].map(key));
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && !shown.has(name))) {
    const draft = JSON.parse(localStorage.getItem(name));
    if (draft.sent || Date.now() - draft.at > DAYS * 86_400_000) localStorage.removeItem(name);
  }
}

export function startDrafts() {
  const holderOf = (event) => event.target.closest?.("[data-draft]");
  const all = (root) => root.querySelectorAll("[data-draft]");
  all(document).forEach(restore);
  sweep();
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    if (elt.matches?.("[data-draft]")) restore(elt);
    all(elt).forEach(restore);
  });
  document.addEventListener("input", (event) => {
    const holder = holderOf(event);
    if (holder && event.isTrusted) waiting.add(holder);
  });
  document.addEventListener("focusout", (event) => waiting.has(holderOf(event)) && save(holderOf(event)));
  const saveAll = () => waiting.forEach(save);
  setInterval(saveAll, 2000);
  addEventListener("pagehide", saveAll);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return; // htmx: settled when the answer is known
    for (const holder of form.matches("[data-draft]") ? [form] : all(form)) {
      save(holder);
      localStorage.setItem(key(holder), JSON.stringify({ ...read(holder), sent: true }));
    }
  });
  document.addEventListener("htmx:beforeSwap", ({ detail: { xhr, requestConfig } }) => {
    const form = requestConfig.elt?.closest?.("form");
    if (!form || xhr.status >= 400 || requestConfig.verb === "get") return;
    for (const holder of form.matches("[data-draft]") ? [form] : all(form)) forget(holder);
  });
}
