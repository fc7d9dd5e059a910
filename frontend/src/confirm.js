// One native dialog asks before what cannot be taken back: `hx-confirm`, or `data-confirm` on a button, link or form.
// Beside it: data-confirm-title, data-confirm-button, data-confirm-danger, data-confirm-count (the number to be typed).
function ask(question, element) {
  const dialog = document.getElementById("confirm");
  const { confirmTitle, confirmButton, confirmDanger, confirmCount } = element.dataset;
  const part = (name) => dialog.querySelector(`[data-part=${name}]`);
  const yes = part("yes");
  const count = part("count");
  part("title").textContent = confirmTitle ?? part("title").dataset.default;
  part("question").textContent = question;
  yes.textContent = confirmButton ?? yes.dataset.default;
  yes.classList.toggle("btn-danger", confirmDanger !== undefined);
  yes.classList.toggle("btn-primary", confirmDanger === undefined);
  part("count-field").hidden = confirmCount === undefined;
  part("count-wanted").textContent = confirmCount ?? "";
  count.value = "";
  const check = () => (yes.disabled = confirmCount !== undefined && count.value.replace(/\s/g, "") !== confirmCount);
  count.oninput = check;
  check();
  dialog.returnValue = "";
  dialog.showModal();
  (confirmCount === undefined ? (confirmDanger === undefined ? yes : part("no")) : count).focus();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }),
  );
}

export function startConfirm() {
  document.addEventListener("htmx:confirm", async (event) => {
    const { question, elt, issueRequest } = event.detail;
    if (!question) return;
    event.preventDefault();
    if (await ask(question, elt)) issueRequest(true);
  });
  let allowed = null;
  const guard = async (event, element, repeat) => {
    if (!element?.dataset.confirm || element === allowed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(element.dataset.confirm, element))) return;
    allowed = element;
    repeat();
    allowed = null;
  };
  document.addEventListener("click", (event) => {
    const element = event.target.closest("a[data-confirm], button[data-confirm]");
    guard(event, element, () => element.click());
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    guard(event, form, () => form.requestSubmit(event.submitter));
  }, true);
}
