// Copying a number: data-copy="03-2026-000123" on a button; data-copied is what the notice says.
import { toast } from "./toast.js";

/** Pages opened by plain http on another machine have no clipboard of their own: there the old command serves. */
async function copy(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  const holder = Object.assign(document.createElement("textarea"), { value: words, className: "visually-hidden" });
  document.body.append(holder);
  holder.select();
  document.execCommand("copy");
  holder.remove();
}

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.dataset.copy);
    toast({ text: button.dataset.copied, level: "success" });
  });
}
