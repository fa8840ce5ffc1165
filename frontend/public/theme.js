// Runs before the first paint, so that nobody who chose the dark looks at a white flash.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let choice = "system";
    try {
      choice = localStorage.getItem("warren.theme") || "system";
    } catch {
      // Without storage the system decides.
    }
    const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.theme = theme;
  };
  dark.addEventListener("change", apply);
  window.addEventListener("warren:theme", apply);
  window.addEventListener("storage", apply);
  apply();
})();
