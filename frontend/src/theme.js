// The theme: as the system says, or as chosen in the user menu (`data-theme-choice`).
const KEY = "opora.theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

export function applyTheme() {
  const choice = localStorage.getItem(KEY) ?? "system";
  const dark = choice === "dark" || (choice === "system" && systemDark.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
}

export function startTheme() {
  applyTheme();
  systemDark.addEventListener("change", applyTheme);
  addEventListener("storage", (event) => event.key === KEY && applyTheme());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    localStorage.setItem(KEY, button.dataset.themeChoice);
    applyTheme();
  });
}
