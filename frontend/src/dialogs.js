// A form marked data-closes-when-sent closes its dialog once the server has accepted it.
export function startDialogs() {
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt.matches?.("[data-closes-when-sent]") && xhr.status >= 200 && xhr.status < 300) elt.closest("dialog")?.close();
  });
}
