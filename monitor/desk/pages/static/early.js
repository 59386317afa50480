// Runs before the first paint, so that neither theme nor language flickers.
const root = document.documentElement;
const theme = localStorage.getItem("linewatch.theme");
if (theme === "light" || theme === "dark") root.dataset.theme = theme;
const lang = localStorage.getItem("linewatch.lang") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
root.lang = lang === "en" ? "en" : "zh-Hans";
