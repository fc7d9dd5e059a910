// What every module needs to know of the page.
const element = document.getElementById("opora-texts");
const texts = element ? JSON.parse(element.textContent) : {};

/** The translated text of this name, with {placeholders} filled. */
export function text(name, values = {}) {
  return (texts[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Whose settings and drafts these are: two people may share one computer. */
export const user = document.body.dataset.user || "guest";

export const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });

export const isTyping = (element) =>
  element?.isContentEditable ||
  element?.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

/** Tell one element, and not those around it, that something happened; htmx hears it in hx-trigger. */
export const signal = (element, name, detail = {}) => element.dispatchEvent(new CustomEvent(name, { detail }));
