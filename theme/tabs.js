// Blocks that do one thing in several languages become tabs. The choice holds for all groups, on all pages.
//
// Without JavaScript, and on paper, all variants stand one below the other, each with its language (handbook.css).
// Until this runs, head.hbs hides what it is going to hide.
(() => {
  "use strict";

  const memory = "proofbook-language"; // head.hbs reads it too.

  // The variants of a group by their languages. What stands behind a block belongs to it, until the next language begins.
  function variantsOf(element) {
    const variants = new Map();
    let current;
    for (const part of element.children) {
      const language = part.querySelector(":scope > code")?.className.match(/\blanguage-([\w-]+)/)?.[1];
      if (language && language !== "text") {
        const name = getComputedStyle(part).getPropertyValue("--language").replaceAll('"', "").trim();
        current = variants.get(language) ?? { name: name || language, parts: [] };
        variants.set(language, current);
      }
      current?.parts.push(part);
    }
    return variants;
  }

  // All reading is done before the first change, so that the styles are worked out once.
  const groups = [...document.querySelectorAll("div.tabs")]
    .map((element) => ({ element, variants: variantsOf(element) }))
    .filter(({ variants }) => variants.size > 1);
  if (groups.length === 0) {
    return;
  }

  // https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
  groups.forEach((group, number) => {
    group.list = document.createElement("div");
    group.list.className = "tab-list";
    group.list.setAttribute("role", "tablist");
    group.list.setAttribute("aria-label", "Language");
    for (const [language, variant] of group.variants) {
      const tab = document.createElement("button");
      const panel = document.createElement("div");
      panel.id = `tabs-${number + 1}-${language}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `${panel.id}-tab`);
      variant.parts[0].before(panel);
      panel.append(...variant.parts);
      tab.id = `${panel.id}-tab`;
      tab.type = "button";
      tab.textContent = variant.name;
      tab.dataset.language = language;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      group.list.append(tab);
      Object.assign(variant, { tab, panel });
    }
    group.variants.values().next().value.panel.before(group.list);
    group.element.classList.add("ready");
  });

  function show({ variants }, language) {
    const chosen = variants.has(language) ? language : variants.keys().next().value;
    for (const [name, { tab, panel }] of variants) {
      const selected = name === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      // The browser's own search looks into what is hidden like this.
      panel.toggleAttribute("hidden", !selected);
      if (!selected) {
        panel.setAttribute("hidden", "until-found");
      }
    }
  }

  function showRemembered() {
    let language = null;
    try {
      language = localStorage.getItem(memory);
    } catch {
      // Storage is switched off: nothing is remembered.
    }
    groups.forEach((group) => show(group, language));
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

  // Shows the variant that something is in, in its group alone: nobody chose the language.
  function reveal(node) {
    for (const group of groups) {
      const found = [...group.variants].find(([, { panel }]) => panel.contains(node));
      if (found) {
        show(group, found[0]);
      }
    }
  }

  function revealTarget() {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      // No valid address of anything.
    }
    if (target?.closest("[role=tabpanel]")) {
      reveal(target);
      target.scrollIntoView();
    }
  }

  // A hit of mdBook's search may be in a variant that is hidden. What is in a hidden line does not count.
  function revealHits() {
    const hits = [...document.querySelectorAll(".tabs mark")].filter((mark) => !mark.closest(".hide-boring .boring"));
    for (const { element } of groups) {
      const here = hits.filter((mark) => element.contains(mark));
      if (here.length > 0 && here.every((mark) => mark.closest("[role=tabpanel][hidden]"))) {
        reveal(here[0]);
      }
    }
  }

  for (const { list } of groups) {
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) {
        choose(tab);
      }
    });
    list.addEventListener("keydown", (event) => {
      const tabs = [...list.children];
      const at = tabs.indexOf(event.target);
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
      // With a modifier the key is the browser's: Alt and the left arrow go back.
      if (next === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
        return;
      }
      event.preventDefault();
      event.stopPropagation(); // mdBook turns the page at an arrow.
      const tab = tabs.at(next % tabs.length);
      tab.focus();
      choose(tab);
    });
  }
  document.addEventListener("beforematch", (event) => reveal(event.target));
  addEventListener("hashchange", revealTarget);
  addEventListener("popstate", revealHits);
  // Back on a page that the browser has kept: the choice may have changed since.
  addEventListener("pageshow", (event) => event.persisted && showRemembered());

  showRemembered();
  revealHits(); // mdBook has marked them already.
  revealTarget();
})();
