// Keeps the desk's pages live. Without it a page shows what was so when it was loaded.
"use strict";
(() => {
  if (self !== top) document.documentElement.classList.add("framed"); // beside the customer's side, on the page to try it out
  const live = document.querySelector("[data-live^='/']");
  const title = document.title;
  let unseen = 0;

  async function fetched(address) {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error("the page is not there");
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // What somebody is writing or pressing is never taken away from them: a region in use is renewed when it is left.
  const inUse = (region) =>
    region.matches(":active") || (region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, button"));
  let behind = false;

  async function renew() {
    // What answers a form stands at the form's address: the page itself is elsewhere, and says so.
    const own = document.querySelector("link[rel=canonical]");
    const fresh = await fetched(own ? own.href : location.href);
    behind = false;
    for (const region of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(region.id);
      if (!other || other.innerHTML === region.innerHTML) continue;
      if (inUse(region)) {
        behind = true;
        continue;
      }
      const known = new Set([...region.querySelectorAll("[data-key]")].map((item) => item.dataset.key));
      const opened = new Set([...region.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
      region.replaceChildren(...other.childNodes);
      for (const summary of region.querySelectorAll("details > summary")) summary.parentElement.open ||= opened.has(summary.textContent);
      for (const item of region.querySelectorAll("[data-key]")) {
        if (known.has(item.dataset.key)) continue;
        item.classList.add("arrived");
        if (document.hidden && region.dataset.new) unseen += 1;
      }
    }
    document.title = unseen ? `(${unseen}) ${title}` : title;
  }

  // A browser has few lines to one server: a page that nobody looks at gives its own back, and catches up later. The list
  // of cases keeps it, to tell in its title what has come.
  if (live) {
    let source = null;
    const listen = () => {
      if (source || (document.hidden && !live.dataset.new)) return;
      source = new EventSource(live.dataset.live);
      source.addEventListener("changed", () => renew().catch(() => undefined));
      source.addEventListener("error", () => {
        if (source.readyState !== EventSource.CLOSED) return;
        source = null;
        setTimeout(listen, 3000);
      });
    };
    listen();
    setInterval(() => { if (!document.hidden) renew().catch(() => undefined); }, 30000); // waiting times grow
    for (const left of ["focusout", "pointerup", "pointercancel"]) {
      document.addEventListener(left, () => { if (behind) renew().catch(() => undefined); });
    }
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        if (!source || live.dataset.new) return;
        source.close();
        source = null;
        return;
      }
      unseen = 0;
      document.title = title;
      listen();
      renew().catch(() => undefined);
    });
  }

  // A link with data-swap renews one part of the page in place of loading it all.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const part = document.getElementById(link.dataset.swap);
    const words = part.querySelector("textarea[data-keep]");
    if (words && words.value !== words.defaultValue && !confirm(words.dataset.keep)) return;
    part.classList.add("dimmed");
    try {
      part.replaceWith((await fetched(link.href)).getElementById(part.id));
      history.replaceState(null, "", link.href);
      const chosen = [...document.querySelectorAll("a[data-swap]")].find((other) => other.href === link.href);
      if (chosen) chosen.focus({ preventScroll: true });
    } catch {
      location.href = link.href;
    }
  });

  // What the customer may stumble over is told while it is written, and never stands in the way of sending it.
  let pause = 0;
  async function listenToTone(words) {
    const form = words.form, list = form.querySelector(".tone");
    const answer = await fetch(words.dataset.tone, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok || answer.redirected) return;
    const told = await answer.json();
    list.replaceChildren(...told.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }
  document.addEventListener("input", (event) => {
    if (!event.target.matches("textarea[data-tone]")) return;
    clearTimeout(pause);
    pause = setTimeout(() => listenToTone(event.target).catch(() => undefined), 400);
  });

  // What may be quoted is copied with one press, where the browser lets pages copy.
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
