// Tabs of a card: [data-tabs] holds [role=tab]s; a panel loads itself when first shown (hx-trigger="show once").
// The chosen tab is kept in the address (#tab-…), so a link or a refresh opens the same one.
import htmx from "./htmx.js";
import { signal } from "./page.js";

function select(tab, { focus = false, remember = true } = {}) {
  const bar = tab.closest("[data-tabs]");
  for (const other of bar.querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    panel.hidden = !chosen;
    if (chosen) signal(panel, "show");
  }
  if (focus) tab.focus();
  if (remember) history.replaceState(history.state, "", `#${tab.id}`);
}

function start(bar) {
  if (bar.tabsStarted) return;
  bar.tabsStarted = true;
  const tabs = [...bar.querySelectorAll("[role=tab]")];
  const chosen = tabs.find((tab) => `#${tab.id}` === location.hash) ?? bar.querySelector("[aria-selected=true]") ?? tabs[0];
  if (chosen) select(chosen, { remember: false });
}

export function startTabs() {
  htmx.onLoad((root) => {
    if (root.matches?.("[data-tabs]")) start(root);
    root.querySelectorAll?.("[data-tabs]").forEach(start);
  });
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tabs] [role=tab]");
    if (tab) select(tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[data-tabs] [role=tab]");
    if (!tab) return;
    const tabs = [...tab.closest("[data-tabs]").querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    select(tabs.at(next % tabs.length), { focus: true });
  });
}
