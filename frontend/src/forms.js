// Forms that never lose what was typed: no double submits, refusals beside the fields, failures as notices.
import { text } from "./page.js";
import { toast } from "./toast.js";

const buttons = (form) => form.querySelectorAll("button:not([type=button]), input[type=submit]");

function lock(form, locked) {
  form.toggleAttribute("data-sent", locked);
  form.setAttribute("aria-busy", String(locked));
  for (const button of buttons(form)) {
    if (locked) button.dataset.wasDisabled ??= String(button.disabled);
    button.disabled = locked || button.dataset.wasDisabled === "true";
    if (!locked) delete button.dataset.wasDisabled;
  }
}

function focusFirstInvalid(root) {
  const field = root.querySelector?.("[aria-invalid=true]");
  if (!field) return false;
  field.focus();
  return true;
}

/** Put a rule's refusal into the form it came from, or into a notice; the form itself stays as it is. */
function showRefusal(refusal, source) {
  const form = source?.closest?.("form");
  if (!form) return toast({ text: refusal.querySelector("[data-refusal-text]").textContent.trim(), level: "error" });
  clearRefusal(form);
  const field = refusal.dataset.field && form.elements[refusal.dataset.field];
  form.prepend(refusal);
  if (field instanceof Element) {
    field.setAttribute("aria-invalid", "true");
    field.focus();
  } else refusal.focus();
  refusal.scrollIntoView({ block: "nearest" });
}

function clearRefusal(form) {
  const old = form.querySelector("[data-refusal]");
  if (old?.dataset.field) form.elements[old.dataset.field]?.removeAttribute?.("aria-invalid");
  old?.remove();
}

/** A refresh that nobody asked for fails quietly: the indicator of the live connection tells enough. */
const inBackground = ({ requestConfig }) => ["live", "load", "every"].includes(requestConfig?.triggeringEvent?.type);

function failed({ detail }) {
  const { xhr } = detail;
  if (xhr.status === 401 || xhr.refusalShown || inBackground(detail)) return;
  const name = xhr.status >= 500 ? "serverError" : `status${xhr.status}`;
  const known = ["status403", "status404", "status409", "status413", "status429", "serverError"];
  toast({ text: text(known.includes(name) ? name : "requestFailed"), level: "error" });
}

function lost({ detail }) {
  if (!inBackground(detail)) toast({ text: text("connectionLost"), level: "error" });
}

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || event.defaultPrevented) return; // htmx has taken it
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    if (form.method === "post" && !form.target) setTimeout(() => lock(form, true)); // after the button's value is read
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) lock(form, false);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement) || event.detail.requestConfig.verb === "get") return;
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    clearRefusal(form);
    lock(form, true);
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
    if (elt instanceof HTMLFormElement && elt.hasAttribute("data-sent")) lock(elt, false);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status < 400) return;
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const refusal = page.querySelector("[data-refusal]");
    if (!refusal) return;
    event.detail.shouldSwap = false;
    event.detail.isError = false;
    xhr.refusalShown = true;
    showRefusal(document.importNode(refusal, true), requestConfig.elt);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => focusFirstInvalid(detail.elt));
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
  focusFirstInvalid(document);
}
