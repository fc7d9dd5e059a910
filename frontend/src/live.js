// What lives: elements with data-live="topic other-topic" get the event `live` when a topic changes.
// One stream per page. A hidden page lets go of it after half a minute, unless it carries data-live-background
// (a call must ring there too), because a browser grants a server few connections.
import { signal } from "./page.js";

const HIDDEN_SECONDS = 30;
let source = null;
let opened = "";
let broken = false;
let signedOut = false;
let retry = 0;
let hiding;

const watched = () => [...document.querySelectorAll("[data-live]")].filter((element) => element.dataset.live);
const topicsOf = (element) => element.dataset.live.split(/[\s,]+/).filter(Boolean);
const wanted = () => [...new Set(watched().flatMap(topicsOf))].sort().join(",");

function show(state) {
  document.documentElement.dataset.liveState = state;
  for (const label of document.querySelectorAll("[data-live-label]")) label.hidden = label.dataset.liveLabel !== state;
}

const resting = new WeakMap();

/** Tell an element at most once in its data-live-pause="seconds"; what comes meanwhile is told at the end, not lost. */
function tell(element, topic) {
  const pause = Number(element.dataset.livePause) * 1000;
  if (resting.has(element)) return resting.set(element, true);
  signal(element, "live", { topic });
  if (!pause) return;
  resting.set(element, false);
  setTimeout(() => {
    const again = resting.get(element);
    resting.delete(element);
    if (again && element.isConnected) tell(element, topic);
  }, pause);
}

function refresh(topic) {
  for (const element of watched()) if (!topic || topicsOf(element).includes(topic)) tell(element, topic);
}

function close(state = "off") {
  source?.close();
  source = null;
  opened = "";
  clearTimeout(retry);
  show(state);
}

/** One stream for all topics of the page; the one before is kept until the new one is there, so nothing falls between. */
function open() {
  const topics = wanted();
  if (topics === opened && source?.readyState !== EventSource.CLOSED) return;
  if (!topics) return close();
  clearTimeout(retry);
  signedOut = false;
  opened = topics;
  const before = source;
  const stream = new EventSource(`${document.body.dataset.liveUrl || "/live"}?topics=${encodeURIComponent(topics)}`);
  source = stream;
  if (!before || broken) show("reconnecting");
  stream.addEventListener("open", () => {
    before?.close();
    if (stream !== source) return stream.close();
    show("connected");
    if (broken) refresh();
    broken = false;
  });
  stream.addEventListener("change", (event) => refresh(JSON.parse(event.data).topic));
  stream.addEventListener("error", () => {
    before?.close();
    if (stream !== source) return stream.close();
    broken = true;
    show("reconnecting");
    if (stream.readyState === EventSource.CLOSED) ask(stream);
  });
}

/**
 * Why the server has refused: the stream itself does not say. Whoever is signed out is asked about no more, whatever
 * else happens on the page, until he comes back to it: he may have signed in elsewhere.
 */
async function ask(stream) {
  const answered = new AbortController();
  const refused = await fetch(stream.url, { signal: answered.signal }).catch(() => null);
  answered.abort();
  if (stream !== source) return;
  if (refused?.status === 401) {
    signedOut = true;
    close("signed-out");
  } else retry = setTimeout(open, 3000 + Math.random() * 4000);
}

export function startLive() {
  let settle;
  show("off");
  open();
  document.addEventListener("htmx:afterSettle", () => {
    settle ??= setTimeout(() => {
      settle = undefined;
      if (document.visibilityState === "visible" && !signedOut) open();
    }, 100);
  });
  addEventListener("pagehide", () => close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    broken = true;
    open();
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.visibilityState === "visible") {
      broken ||= !source;
      open();
    } else if (!document.querySelector("[data-live-background]"))
      hiding = setTimeout(() => close(), HIDDEN_SECONDS * 1000);
  });
}
