// A switch between parts of which one is shown: buttons [data-shows="id"] inside [data-switch].
// data-key-other on the switch is the key that goes to the part not shown.
function show(button) {
  const group = button.closest("[data-switch]");
  for (const other of group.querySelectorAll("[data-shows]")) {
    const chosen = other === button;
    const own = (other.dataset.ownKey ??= other.dataset.key ?? "");
    other.setAttribute("aria-pressed", String(chosen));
    other.dataset.key = [own, !chosen && group.dataset.keyOther].filter(Boolean).join(" ");
    document.getElementById(other.dataset.shows).hidden = !chosen;
  }
}

export function startSwitches() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-switch] [data-shows]");
    if (!button) return;
    show(button);
    document.getElementById(button.dataset.shows).querySelector("select, textarea, input:not([type=hidden])")?.focus();
  });
  const start = (root) => {
    for (const group of root.querySelectorAll("[data-switch]")) {
      const chosen = group.querySelector("[data-shows][aria-pressed=true]");
      if (chosen) show(chosen);
    }
  };
  start(document);
  document.addEventListener("htmx:load", ({ detail: { elt } }) => start(elt));
}
