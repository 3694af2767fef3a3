// Draws the diagrams of a page.
//
// The library is 3.5 MB, so it is loaded only on pages that have a diagram. Without JavaScript, or if a diagram can't be drawn,
// its source stays readable.
(() => {
  "use strict";

  // From mdbook-mermaid, and from stock mdBook without it.
  const sources = [...document.querySelectorAll("pre.mermaid, pre > code.language-mermaid")];
  if (sources.length === 0) {
    return;
  }

  const root = document.documentElement;
  const printed = location.pathname.endsWith("/print.html");
  // Below this width in pixels a diagram scrolls instead of shrinking further.
  const readable = 560;

  const diagrams = sources.map((source, number) => {
    const pre = source.closest("pre");
    const figure = document.createElement("div");
    figure.className = "diagram";
    pre.before(figure);
    return { number, pre, figure, text: source.textContent };
  });

  // Paper is white, whatever the screen is.
  const isDark = () => !printed && ["coal", "navy", "ayu"].some((theme) => root.classList.contains(theme));

  // Mermaid's own dark theme writes notes in grey on grey.
  const dark = {
    theme: "dark",
    themeVariables: { noteBkgColor: "#33373d", noteTextColor: "#f2f2f2", edgeLabelBackground: "#33373d" },
  };

  async function draw(diagram) {
    const { svg } = await mermaid.render(`diagram-${diagram.number}`, diagram.text);
    diagram.figure.innerHTML = svg;
    const image = diagram.figure.querySelector("svg");
    const natural = parseFloat(image.style.maxWidth) || readable;
    image.style.minWidth = `${Math.min(natural, readable)}px`;
    // What scrolls must be reachable by keyboard.
    if (diagram.figure.scrollWidth > diagram.figure.clientWidth) {
      diagram.figure.tabIndex = 0;
      diagram.figure.setAttribute("role", "group");
      diagram.figure.setAttribute("aria-label", "Diagram, scrolls sideways");
    }
    diagram.pre.hidden = true;
  }

  async function drawAll() {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      suppressErrorRendering: true,
      ...(isDark() ? dark : { theme: "default" }),
    });
    // One after another: mermaid measures in the page, and its settings are global.
    for (const diagram of diagrams) {
      try {
        await draw(diagram);
        diagram.figure.dataset.state = "drawn";
      } catch (error) {
        diagram.figure.dataset.state = "failed";
        diagram.figure.textContent = "This diagram could not be drawn; its source:";
        diagram.pre.hidden = false;
        console.error("mermaid:", error);
      }
    }
  }

  // Drawings follow each other, so that two quick changes of theme don't mix.
  let drawing = Promise.resolve();
  function redraw() {
    drawing = drawing.then(drawAll);
    return drawing;
  }

  function start() {
    let wasDark = isDark();
    new MutationObserver(() => {
      if (wasDark !== isDark()) {
        wasDark = isDark();
        redraw();
      }
    }).observe(root, { attributeFilter: ["class"] });
    return redraw();
  }

  // mdBook prints print.html as soon as it is loaded: hold that back until the diagrams stand.
  let print = () => {};
  if (printed) {
    const printPage = window.print.bind(window);
    let asked = false;
    window.print = () => {
      asked = true;
    };
    print = () => {
      window.print = printPage;
      if (asked) {
        printPage();
      }
    };
  }

  const library = document.createElement("script");
  library.src = `${path_to_root}assets/mermaid.min.js`;
  library.onload = () => start().then(print);
  library.onerror = () => {
    console.error(`mermaid: ${library.src} could not be loaded`);
    print();
  };
  document.head.append(library);
})();
