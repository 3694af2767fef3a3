// What the form at the foot of a page can't do as plain HTML: name a block, and put the reason into a mail.
//
// The gate writes the form (crates/gate/src/feedback.rs). Nothing is sent from here: its addresses are opened.
(() => {
  "use strict";

  const forms = document.querySelectorAll(".feedback");
  // The page for printing has them all, and a block on it does not know its page.
  if (forms.length !== 1) {
    return;
  }
  const issue = forms[0].querySelector("form:not([action^='mailto:'])");
  const mail = forms[0].querySelector("form[action^='mailto:']");

  // The address that a form opens, with more fields.
  function address(form, more) {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("reason");
    for (const [name, value] of Object.entries(more)) {
      fields.set(name, value);
    }
    // As forms do it: a mail program takes a plus for a plus, and wants both signs at the end of a line.
    return `${form.getAttribute("action")}?${fields.toString().replaceAll("+", "%20").replaceAll("%0A", "%0D%0A")}`;
  }

  // mdBook turns the page at an arrow, also where the arrow chooses a reason.
  forms[0].addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.stopPropagation();
    }
  });

  if (mail) {
    const { body } = mail.elements;
    const written = body.value;
    mail.addEventListener("submit", () => {
      const reason = issue?.elements.reason.value;
      body.value = reason ? `${written}Reason: ${reason}\n` : written;
    });
  }

  // A block is named by its language, its number on the page, and the heading that it stands under.
  let heading = "";
  let number = 0;
  for (const part of document.querySelectorAll("main :is(h1, h2, h3, h4)[id], main pre > code")) {
    if (part.localName !== "code") {
      heading = part.id;
      continue;
    }
    number += 1;
    const buttons = part.parentElement.querySelector(":scope > .buttons");
    if (!buttons) {
      continue;
    }
    const language = part.className.match(/\blanguage-([\w-]+)/)?.[1] ?? "code";
    const block = `${language}, block ${number} of the page, #${heading}`;
    const link = document.createElement("a");
    link.className = "report-button";
    link.title = `Report this block: ${language}, block ${number}`;
    link.setAttribute("aria-label", link.title);
    link.href = issue ? address(issue, { block }) : address(mail, { body: `${mail.elements.body.value}Block: ${block}\n` });
    buttons.append(link);
  }
})();
