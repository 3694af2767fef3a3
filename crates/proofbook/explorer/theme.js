"use strict";

// The page looks as the book does: as chosen there, else as the system wants it.
function followTheme() {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("mdbook-theme");
    } catch {
      // Storage is switched off: the system decides.
    }
    const dark = chosen ? ["coal", "navy", "ayu"].includes(chosen) : system.matches;
    document.documentElement.classList.toggle("dark-mode", dark);
  };
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  apply();
}

followTheme();
