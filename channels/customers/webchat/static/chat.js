// Makes the chat page live. Without it the same forms post and the page loads again.
"use strict";
(() => {
  const main = document.querySelector("main[data-since]");
  if (!main) return;
  const log = main.querySelector(".lines");
  const trouble = document.querySelector(".trouble");
  const text = document.getElementById("text");
  const language = document.documentElement.lang;
  let lastTime = "";
  let follow = false; // the next question takes the focus: the last answer was tapped or picked by keyboard here

  const clock = (root) => {
    for (const time of root.querySelectorAll("time:empty")) {
      const at = new Date(time.dateTime);
      const today = at.toDateString() === new Date().toDateString();
      const day = today ? {} : { day: "numeric", month: "short" };
      const words = at.toLocaleString(language, { hour: "2-digit", minute: "2-digit", ...day });
      time.textContent = words === lastTime ? "" : words; // said once for what was said in the same minute
      lastTime = words;
    }
  };
  const complain = (words) => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };
  const toEnd = () => { main.scrollTop = main.scrollHeight; };
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  // One event keeps its name (the field "once") until it has arrived, so that trying again never says it twice.
  async function post(form, button) {
    if (form.getAttribute("aria-busy") === "true") return false;
    const body = new FormData(form);
    if (button && button.name) body.set(button.name, button.value);
    form.setAttribute("aria-busy", "true");
    let words = trouble.dataset.failed;
    try {
      for (const pause of [600, 2000, 0]) {
        const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Chat": "1" } }).catch(() => null);
        if (answer && answer.ok) {
          if (form.elements.once) form.elements.once.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
          complain("");
          return true;
        }
        if (answer) words = (await answer.json().catch(() => ({}))).trouble || trouble.dataset.failed;
        if (answer && answer.status < 500) break;
        await wait(pause);
      }
    } finally {
      form.removeAttribute("aria-busy");
    }
    complain(words);
    return false;
  }

  function put({ edits, html }) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const line = template.content.querySelector(".line");
    const old = [...log.children].find((other) => other.dataset.line === line.dataset.line);
    if (Boolean(old) !== edits) return; // known already, or an edit of something not shown
    clock(line);
    const nearEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 160;
    if (old) {
      const held = old.contains(document.activeElement) ? document.activeElement.value || "" : null;
      old.replaceWith(line);
      const again = held && [...line.querySelectorAll("button")].find((button) => button.value === held);
      if (again) again.focus({ preventScroll: true });
      else if (held !== null) follow = true;
    } else {
      line.classList.add("new");
      log.append(line);
    }
    const first = !old && follow && line.querySelector(".answers button, .asides button");
    if (first) {
      first.focus({ preventScroll: true });
      follow = false;
    }
    if (nearEnd || line.classList.contains("mine")) toEnd();
  }

  // A browser has few lines to one server: a page that nobody looks at gives its own back, and catches up later.
  let last = main.dataset.since;
  let source = null;
  function listen() {
    if (source || document.hidden) return;
    source = new EventSource("/chat/events?since=" + last);
    source.addEventListener("open", () => {
      if (trouble.textContent === trouble.dataset.offline) complain("");
    });
    source.addEventListener("line", (event) => {
      last = event.lastEventId;
      put(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      complain(trouble.dataset.offline);
      if (source.readyState !== EventSource.CLOSED) return;
      source = null;
      setTimeout(listen, 3000);
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return listen();
    if (source) source.close();
    source = null;
  });

  const start = document.querySelector("form.start");
  async function begin() {
    start.hidden = await post(start);
    if (start.hidden) history.replaceState(null, "", "/chat");
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches(".elsewhere")) return; // a page of its own
    event.preventDefault();
    if (form === start) return begin();
    if (form.matches(".choices")) follow = event.submitter === document.activeElement;
    const sent = text.value;
    if ((await post(form, event.submitter)) && form.matches(".say") && text.value === sent) form.reset();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (text.value.trim()) text.form.requestSubmit();
  });
  const photo = document.querySelector("form.photo");
  photo.addEventListener("change", async () => {
    await post(photo);
    photo.elements.photo.value = "";
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  clock(log);
  toEnd();
  listen();
  // What carries somebody over from elsewhere waits for a press: whoever sent the link may be somebody else.
  if (start && !("byHand" in start.dataset)) {
    start.hidden = true;
    begin();
  }
})();
