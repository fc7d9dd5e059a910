// Runs in <head>, before the first paint: the saved theme and width of the navigation, so nothing flashes.
import { applyTheme } from "./theme.js";

applyTheme();
if (localStorage.getItem("opora.rail") === "narrow") document.documentElement.dataset.rail = "narrow";
