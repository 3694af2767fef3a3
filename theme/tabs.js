// Blocks that do one thing in several languages become tabs. The choice holds for all groups, on all pages.
//
// Without JavaScript, and on paper, all variants stand one below the other, each with its language (handbook.css).
(() => {
  "use strict";

  const names = { bash: "curl", javascript: "JavaScript", python: "Python", rust: "Rust", typescript: "TypeScript" };
  const memory = "proofbook-language";
  if (location.pathname.endsWith("/print.html")) {
    return;
  }

  const languageOf = (panel) => panel.querySelector("code")?.className.match(/language-([\w-]+)/)?.[1] ?? "";

  // Each group by its languages: a tab and a panel for each.
  const groups = [...document.querySelectorAll("div.tabs")].map((element, number) => {
    const list = document.createElement("div");
    list.className = "tab-list";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Language");
    const parts = new Map();
    for (const block of [...element.children]) {
      const language = languageOf(block);
      if (!language || parts.has(language)) {
        continue;
      }
      const panel = document.createElement("div");
      block.before(panel);
      panel.append(block);
      panel.id = `tabs-${number}-${language}`;
      panel.setAttribute("role", "tabpanel");
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = `${panel.id}-tab`;
      tab.textContent = names[language] ?? language;
      tab.dataset.language = language;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("aria-labelledby", tab.id);
      list.append(tab);
      parts.set(language, { tab, panel });
    }
    element.prepend(list);
    element.classList.add("ready");
    return { list, parts };
  });
  if (groups.length === 0) {
    return;
  }

  function show({ parts }, language) {
    const chosen = parts.has(language) ? language : parts.keys().next().value;
    for (const [name, { tab, panel }] of parts) {
      const selected = name === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      panel.hidden = !selected;
    }
  }

  function remembered() {
    try {
      return localStorage.getItem(memory);
    } catch {
      return null; // Storage is switched off: nothing is remembered.
    }
  }

  // What the reader looks at stays where it is, though groups above it change their height.
  function choose(tab) {
    const before = tab.getBoundingClientRect().top;
    groups.forEach((group) => show(group, tab.dataset.language));
    window.scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
    try {
      localStorage.setItem(memory, tab.dataset.language);
    } catch {
      // The choice holds for this page.
    }
  }

  for (const group of groups) {
    show(group, remembered());
    group.list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) {
        choose(tab);
      }
    });
    // https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
    group.list.addEventListener("keydown", (event) => {
      const tabs = [...group.list.children];
      const at = tabs.indexOf(document.activeElement);
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || next === undefined) {
        return;
      }
      event.preventDefault();
      event.stopPropagation(); // mdBook turns the page at an arrow.
      const tab = tabs[next % tabs.length];
      choose(tab);
      tab.focus();
    });
  }

  // A hit of the search may be in a variant that is hidden.
  if (new URLSearchParams(location.search).has("highlight")) {
    new MutationObserver((_, observer) => {
      for (const group of groups) {
        const hit = [...group.parts].find(([, { panel }]) => panel.querySelector("mark"));
        const seen = [...group.parts.values()].some(({ panel }) => !panel.hidden && panel.querySelector("mark"));
        if (hit && !seen) {
          observer.disconnect();
          show(group, hit[0]);
        }
      }
    }).observe(document.querySelector("main"), { childList: true, subtree: true });
  }
})();
