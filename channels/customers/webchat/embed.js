// Opens the links to the chat on a shop's page in a frame beside it. Wherever that cannot work, they stay plain links.
"use strict";
const chat = new URL(document.currentScript.src);
const site = location.hostname.replace(/^www\./, "");
// A browser keeps the chat's cookie from a frame unless both belong to one site.
const sameSite = chat.hostname === site || chat.hostname.endsWith("." + site);
const words = makegood.words[document.documentElement.lang.slice(0, 2).toLowerCase()] || makegood.words.en;
let panel = null;
let opener = null;

function close() {
  panel.hidden = true;
  panel.style.display = "none";
  if (opener) opener.focus();
}

function open(link) {
  opener = link;
  if (!panel) build();
  const frame = panel.querySelector("iframe");
  if (frame.dataset.shows !== link.href) {
    frame.dataset.shows = link.href;
    frame.src = link.href;
  }
  panel.hidden = false;
  panel.style.display = "flex";
  frame.focus();
}

function build() {
  panel = document.createElement("section");
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", words.title);
  // By properties and not by a style sheet: the page's own policy may forbid inline styles.
  Object.assign(panel.style, {
    position: "fixed", inset: "auto 0 0 auto", margin: "min(1rem, 2vw)", width: "min(25rem, 96vw)", height: "min(42rem, 92vh)",
    display: "flex", flexDirection: "column", zIndex: "2147483000", overflow: "hidden", background: "#fffdf8", color: "#22302a",
    border: "1px solid #5a6860", borderRadius: "1rem", boxShadow: "0 1rem 3rem rgb(0 0 0 / .25)",
  });
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words.close;
  Object.assign(button.style, {
    alignSelf: "flex-end", minHeight: "44px", padding: "0 1rem", border: "0", background: "none", color: "inherit", font: "inherit",
    textDecoration: "underline", cursor: "pointer",
  });
  button.addEventListener("click", close);
  const frame = document.createElement("iframe");
  frame.title = words.title;
  frame.referrerPolicy = "no-referrer";
  Object.assign(frame.style, { flex: "1", width: "100%", border: "0" });
  panel.append(button, frame);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.body.append(panel);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href);
  if (to.origin !== chat.origin || !/^\/chat(\/|$)/.test(to.pathname)) return;
  if (!sameSite || (location.origin !== chat.origin && !makegood.origins.includes(location.origin))) return;
  event.preventDefault();
  open(link);
});
