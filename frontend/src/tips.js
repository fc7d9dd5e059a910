// A tip: [data-tip="id"] shows the popover of that id (without an id, the popover that follows it) on hover, focus or click. It may load itself: hx-trigger="show once".
import { signal } from "./page.js";

let shown = null;
let timer;

function show(owner) {
  const tip = owner.dataset.tip ? document.getElementById(owner.dataset.tip) : owner.nextElementSibling;
  if (!tip || tip === shown) return;
  hide();
  shown = tip;
  tip.showPopover();
  signal(tip, "show");
  place(owner, tip);
  tip.tipOwner = owner;
}

function place(owner, tip) {
  const box = owner.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = tip;
  const below = box.bottom + 6 + height < innerHeight;
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  tip.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - height - 6)}px`;
}

function hide() {
  clearTimeout(timer);
  if (shown?.isConnected && shown.matches(":popover-open")) shown.hidePopover();
  shown = null;
}

export function startTips() {
  const ownerOf = (event) => event.target.closest?.("[data-tip]");
  document.addEventListener("mouseover", (event) => {
    const owner = ownerOf(event);
    clearTimeout(timer);
    if (owner) timer = setTimeout(() => show(owner), 250);
    else if (shown && !shown.contains(event.target)) timer = setTimeout(hide, 250);
  });
  document.addEventListener("focusin", (event) => {
    const owner = ownerOf(event);
    if (owner?.matches(":focus-visible")) show(owner);
    else if (shown && !shown.contains(event.target)) hide();
  });
  document.addEventListener("click", (event) => {
    const owner = ownerOf(event);
    if (owner) show(owner);
    else if (shown && !shown.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.preventDefault();
    hide();
  });
  document.addEventListener("htmx:afterSettle", () => shown?.tipOwner?.isConnected && place(shown.tipOwner, shown));
  addEventListener("scroll", hide, { capture: true, passive: true });
}
