// Short notices. Sources: Django messages (rendered in the page), the `toast` trigger of a response, our own scripts.
import htmx from "./htmx.js";

const SECONDS = { success: 6, info: 6, warning: 12, undo: 10 }; // an error stays until closed

/** Show a notice. `undo_url` adds a button that posts there while the notice is shown. */
export function toast({ text, level = "info", undo_url }) {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!region || !template) return;
  for (const shown of region.children) if (!undo_url && shown.querySelector("[data-toast-text]")?.textContent === text) shown.remove();
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.level = level;
  item.querySelector("[data-toast-text]").textContent = text;
  if (level === "error") item.setAttribute("role", "alert");
  const undo = item.querySelector("[data-toast-undo]");
  if (undo_url) {
    undo.hidden = false;
    undo.addEventListener("click", () => {
      item.remove();
      htmx.ajax("POST", undo_url, { source: document.body, swap: "none" });
    });
  } else undo.remove();
  region.append(item);
  arm(item, undo_url ? SECONDS.undo : SECONDS[level]);
}

function arm(item, seconds) {
  item.querySelector("[data-toast-close]").addEventListener("click", () => item.remove());
  if (!seconds) return;
  let timer;
  const start = () => (timer = setTimeout(() => item.remove(), seconds * 1000));
  const stop = () => clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) item.addEventListener(event, stop);
  for (const event of ["mouseleave", "focusout"]) item.addEventListener(event, start);
  start();
}

export function startToasts() {
  for (const item of document.querySelectorAll("#toasts > .toast-note")) arm(item, SECONDS[item.dataset.level]);
  document.addEventListener("toast", ({ detail }) => {
    const notices = Array.isArray(detail.value) ? detail.value : [detail];
    for (const notice of notices) toast(typeof notice.value === "string" ? { text: notice.value } : notice);
  });
}
