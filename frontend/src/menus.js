// Menus are <details data-menu>; dialogs are <dialog> opened by data-opens="id"; the navigation can be made narrow.
const waiting = new WeakMap();

/** Open a dialog; what is loaded into it begins anew, so that nobody types into the form of the time before. */
function show(dialog, opener) {
  const part = dialog.querySelector(opener.getAttribute("hx-target") ?? ":not(*)");
  if (part && waiting.has(part)) part.innerHTML = waiting.get(part);
  else if (part) waiting.set(part, part.innerHTML);
  dialog.showModal();
}

export function startMenus() {
  const opened = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener) show(document.getElementById(opener.dataset.opens), opener);
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
    if (event.target.closest("[data-rail-switch]")) switchRail();
    if (event.target.closest("[data-print]")) print();
    if (event.target.closest("[data-back]")) history.back();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.preventDefault();
    }
    document.documentElement.classList.remove("rail-open");
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
  });
}

function switchRail() {
  const root = document.documentElement;
  if (matchMedia("(max-width: 767px)").matches) return root.classList.toggle("rail-open");
  const narrow = root.dataset.rail !== "narrow";
  if (narrow) root.dataset.rail = "narrow";
  else delete root.dataset.rail;
  localStorage.setItem("opora.rail", narrow ? "narrow" : "wide");
}
