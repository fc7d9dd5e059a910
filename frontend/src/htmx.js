// htmx with our settings. Nothing is evaluated from attributes, so a page may forbid inline scripts.
import htmx from "htmx.org";

window.htmx = htmx;
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0, // customers' data does not stay in the browser
  refreshOnHistoryMiss: true,
  timeout: 30_000,
  defaultSettleDelay: 0, // a form that has the focus is alive at once: Ctrl+Enter may follow within milliseconds
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true }, // a form with its messages
    { code: "...", swap: false, error: true },
  ],
});

export default htmx;
