// Before the page is drawn: the colours that the reader chose on another page.
try {
  const chosen = localStorage.getItem("descent-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be forbidden; then every page opens in the system's colours.
}
