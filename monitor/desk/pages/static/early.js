// Runs before the first paint, so that neither theme nor language flickers.
const root = document.documentElement;
const theme = localStorage.getItem("linewatch.theme");
if (theme === "light" || theme === "dark") root.dataset.theme = theme;
root.lang = localStorage.getItem("linewatch.lang") === "en" ? "en" : "zh-Hans";
