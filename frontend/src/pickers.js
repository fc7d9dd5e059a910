// A picker: letters narrow the list, arrows walk it (rows.js), Enter chooses and goes on to the next field.
// [data-picker] holds the text [data-picker-text], the value [data-picker-value] and the list; an entry has data-value.
const pickerOf = (event) => event.target.closest?.("[data-picker]");
const text = (picker) => picker.querySelector("[data-picker-text]");
const value = (picker) => picker.querySelector("[data-picker-value]");
/** Pickers whose list does not answer what is typed yet; true when Enter has been pressed. */
const asked = new WeakMap();
const list = (picker) => picker.querySelector("[role=listbox]");

function open(picker, opened) {
  list(picker).hidden = !opened;
  text(picker).setAttribute("aria-expanded", String(opened));
  if (!opened) text(picker).removeAttribute("aria-activedescendant");
}

function goOn(picker) {
  if (picker.dataset.picker === "stay") return;
  const fields = [...(text(picker).form?.elements ?? [])];
  const after = fields.slice(fields.indexOf(value(picker)) + 1);
  after.find((field) => field.tabIndex >= 0 && !field.disabled && field.checkVisibility())?.focus();
}

function choose(picker, entry) {
  text(picker).value = text(picker).dataset.title = entry.dataset.title;
  value(picker).value = entry.dataset.value;
  open(picker, false);
  value(picker).dispatchEvent(new Event("change", { bubbles: true }));
}

function press(event) {
  const picker = pickerOf(event);
  if (!picker || event.target !== text(picker) || event.ctrlKey || event.metaKey) return;
  const rows = [...list(picker).querySelectorAll("[role=option]")];
  if (event.key === "Escape" && !list(picker).hidden) {
    event.preventDefault();
    event.stopPropagation();
    return open(picker, false);
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    open(picker, true);
    for (const row of rows) row.setAttribute("aria-selected", String(row.classList.contains("row-current")));
    text(picker).setAttribute("aria-activedescendant", rows.find((row) => row.classList.contains("row-current"))?.id ?? "");
  }
  if (event.key !== "Enter" || event.defaultPrevented) return;
  event.preventDefault();
  const first = list(picker).hidden ? null : list(picker).querySelector("[data-value]");
  if (asked.has(picker)) {
    asked.set(picker, true);
    goOn(picker);
  } else if (first) {
    choose(picker, first);
    goOn(picker);
  }
}

/** The list has come: whoever pressed Enter before it was there has gone on, and is called back when nothing fits. */
function answered({ target, detail }) {
  const picker = pickerOf({ target });
  if (!asked.has(picker) || target !== list(picker) || detail.requestConfig.parameters[text(picker).name] !== text(picker).value) return;
  const entered = asked.get(picker);
  asked.delete(picker);
  const first = list(picker).querySelector("[data-value]");
  if (entered && first) choose(picker, first);
  else if (entered) text(picker).focus();
}

export function startPickers() {
  document.addEventListener("keydown", press);
  document.addEventListener("htmx:afterSwap", answered);
  document.addEventListener("input", (event) => {
    const picker = pickerOf(event);
    if (!picker || event.target !== text(picker) || !event.isTrusted) return;
    value(picker).value = "";
    asked.set(picker, false);
    open(picker, true);
  });
  document.addEventListener("focusin", (event) => {
    const picker = pickerOf(event);
    if (picker && event.target === value(picker)) text(picker).focus(); // a refusal has named the value
    if (picker && event.target === text(picker)) {
      text(picker).dataset.title ??= text(picker).value;
      text(picker).select();
      open(picker, true);
    }
  });
  document.addEventListener("focusout", (event) => {
    const picker = pickerOf(event);
    if (!picker || picker.contains(event.relatedTarget)) return;
    open(picker, false);
    if (value(picker).value) text(picker).value = text(picker).dataset.title ?? text(picker).value;
    else if (!text(picker).value && text(picker).dataset.title) {
      text(picker).dataset.title = "";
      value(picker).dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.("[data-picker] [role=listbox]")) event.preventDefault(); // the text keeps the focus
  });
  document.addEventListener("click", (event) => {
    const entry = event.target.closest?.("[data-picker] [role=option]")?.querySelector("[data-value]");
    if (!entry) return;
    choose(pickerOf(event), entry);
    goOn(pickerOf(event));
  });
}
