// Files dropped on [data-drop] go to the file input inside it, as if they had been chosen there.
const areaOf = (event) => event.target.closest?.("[data-drop]");

export function startDrops() {
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, (event) => {
      const area = areaOf(event);
      if (!area || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      area.classList.add("drop-over");
    });
  document.addEventListener("dragleave", (event) => {
    const area = areaOf(event);
    if (area && !area.contains(event.relatedTarget)) area.classList.remove("drop-over");
  });
  document.addEventListener("drop", (event) => {
    const area = areaOf(event);
    if (!area) return;
    event.preventDefault();
    area.classList.remove("drop-over");
    const input = area.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
