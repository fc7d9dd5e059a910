// Choosing many rows: inside [data-bulk], checkboxes [data-select-row], one [data-select-all], a bar [data-bulk-bar]
// with [data-bulk-count]. Shift takes a range; Space on a focused row marks it.
const boxes = (bulk) => [...bulk.querySelectorAll("[data-select-row]")];
let last = null;

function show(bulk) {
  const all = boxes(bulk);
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr, li, [data-row]")?.classList.toggle("row-chosen", box.checked);
  for (const head of bulk.querySelectorAll("[data-select-all]")) {
    head.checked = all.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  for (const bar of bulk.querySelectorAll("[data-bulk-bar]")) bar.hidden = chosen.length === 0;
  for (const count of bulk.querySelectorAll("[data-bulk-count]")) count.textContent = chosen.length;
}

function choose(event) {
  const bulk = event.target.closest?.("[data-bulk]");
  if (!bulk) return;
  const { target } = event;
  if (target.matches("[data-select-all]")) for (const box of boxes(bulk)) box.checked = target.checked;
  else if (target.matches("[data-select-row]")) {
    const all = boxes(bulk);
    const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const box of all.slice(from, to + 1)) box.checked = target.checked;
    last = target;
  } else return;
  show(bulk);
}

function mark(event) {
  if (event.code !== "Space" || !event.target.closest?.("[data-bulk] [data-rows]")) return;
  if (event.target.matches("button, input, summary")) return;
  const box = event.target.closest("tr, li, [data-row]")?.querySelector("[data-select-row]");
  if (!box) return;
  event.preventDefault();
  box.click();
}

export function startTables() {
  document.addEventListener("click", choose);
  document.addEventListener("keydown", mark);
  document.addEventListener("click", (event) => {
    const bulk = event.target.closest("[data-bulk-clear]")?.closest("[data-bulk]");
    if (!bulk) return;
    for (const box of boxes(bulk)) box.checked = false;
    show(bulk);
  });
  const showAll = () => document.querySelectorAll("[data-bulk]").forEach(show);
  document.addEventListener("htmx:afterSettle", showAll);
  showAll();
}
