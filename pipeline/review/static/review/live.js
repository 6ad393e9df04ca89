// What happens beside the person who works: swaps, lost connections, ended sessions, mail that is about to leave.
const show = (id, shown) => { const element = document.getElementById(id); if (element) element.hidden = !shown; };

// --- swaps: what the person had opened, selected and focused stays so ------------------------------------------------
const opened = new Set();
const picked = new Set();
document.addEventListener("toggle", (event) => {
  const fold = event.target;
  if (fold.tagName !== "DETAILS" || !fold.id) return;
  if (fold.classList.contains("menu")) {
    if (fold.open) document.querySelectorAll("details.menu[open]").forEach((other) => { if (other !== fold) other.open = false; });
  } else if (fold.open) opened.add(fold.id); else if (document.contains(fold)) opened.delete(fold.id);
}, true);

function tellPicked() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  document.querySelectorAll(".pick input").forEach((box) => { box.checked = picked.has(box.value); });
  const there = [...document.querySelectorAll(".pick input:checked")].length;
  bar.classList.toggle("some", there > 0);
  document.getElementById("picked").textContent = there ? `${there} selected` : "";
}
document.addEventListener("change", (event) => {
  if (!event.target.closest(".pick")) return;
  if (event.target.checked) picked.add(event.target.value); else picked.delete(event.target.value);
  tellPicked();
});
document.addEventListener("reset", (event) => { if (event.target.id === "bulk") { picked.clear(); setTimeout(tellPicked); } });

document.addEventListener("htmx:afterRequest", (event) => { if (event.target.id === "bulk" && event.detail.successful) picked.clear(); });

let before = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "pane") before = document.getElementById("pane")?.dataset.ticket;
});
document.addEventListener("htmx:afterSettle", (event) => {
  opened.forEach((id) => { const fold = document.getElementById(id); if (fold) fold.open = true; });
  tellPicked();
  markCurrent();
  if (event.detail.requestConfig?.elt.id === "search") document.querySelector("a.ticket")?.focus();
  if (event.detail.target.id === "pane" || event.target.id === "pane") shown();
  countDown();
});

// What could go wrong stands beside the text where there is room for it, else before the button that approves.
const roomy = matchMedia("(min-width: 75.01rem)");
function arrange() {
  const what = document.getElementById("what-if");
  if (what) document.querySelector(roomy.matches ? ".right" : "#what-place").prepend(what);
}
roomy.addEventListener("change", arrange);
arrange();

function markCurrent() {
  const now = document.getElementById("pane")?.dataset.ticket;
  document.querySelectorAll("a.ticket").forEach((link) => {
    const current = link.id === `ticket-${now}`;
    link.parentElement.classList.toggle("current", current);
    if (current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  });
}

function shown() {
  const now = document.getElementById("pane")?.dataset.ticket;
  if (before && before !== now) leave(before);
  if (before !== now || document.activeElement === document.body) document.querySelector("#pane h1")?.focus({ preventScroll: true });
  if (before !== now) { document.querySelector(".centre")?.scrollTo(0, 0); if (matchMedia("(max-width: 62rem)").matches) scrollTo(0, 0); }
  before = now;
  htmx.trigger("#lines", "refresh");
  hold();
  restore();
}

// --- the session and the connection ----------------------------------------------------------------------------------
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 401) { show("lost", event.detail.xhr.status >= 500); return; }
  document.getElementById("sign-in").href = event.detail.xhr.getResponseHeader("X-Sign-In") + `?next=${encodeURIComponent(location.pathname + location.search)}`;
  const dialog = document.getElementById("signed-out");
  if (!dialog.open && !dialog.dataset.dismissed) dialog.showModal();
});
document.getElementById("signed-out").addEventListener("close", (event) => { event.target.dataset.dismissed = "yes"; });
document.addEventListener("htmx:sendError", () => show("lost", true));
document.addEventListener("htmx:timeout", () => show("lost", true));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) show("lost", false); });

// Signing in again in another window changes the token that forms here were made with.
const newestToken = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];
document.addEventListener("htmx:configRequest", (event) => {
  const token = newestToken();
  if (token && event.detail.parameters.has("csrfmiddlewaretoken")) event.detail.parameters.set("csrfmiddlewaretoken", token);
});
// A button outside its form is not sent along by htmx.
document.addEventListener("htmx:configRequest", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name && !event.detail.parameters.has(button.name)) event.detail.parameters.set(button.name, button.value);
});
// A text that was saved or decided on need not be kept any more; one that was not taken, or typed since, must be.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, parameters } = event.detail.requestConfig;
  if (!elt.dataset.decides || !event.detail.successful || document.querySelector("#notices .error")) return;
  const mine = kept.get(elt.dataset.decides);
  if (mine && (!parameters.has("body") || mine.text === parameters.body)) kept.drop(elt.dataset.decides);
});

// --- who works on what -------------------------------------------------------------------------------------------------
const HOLD_EVERY = 30_000;  // from the moment a ticket is opened, for as long as one does anything
let held = 0;
function post(ticket, what) {
  const token = newestToken() || document.querySelector("#take-over input[name=csrfmiddlewaretoken]")?.value;
  if (token) fetch(`/tickets/${ticket}/${what}`, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true })
    .then((answer) => { if (!answer.ok) held = 0; }, () => { held = 0; });  // the next key tries again
}
function hold() {
  const pane = document.getElementById("pane");
  if (!pane?.dataset.decides || Date.now() - held < HOLD_EVERY) return;
  held = Date.now();
  post(pane.dataset.ticket, "hold");
}
function leave(ticket) { held = 0; post(ticket, "leave"); }
["keydown", "pointerdown", "wheel"].forEach((name) => document.addEventListener(name, hold, { passive: true }));
addEventListener("pagehide", () => { if (before) leave(before); });

document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "pane") arrange(); });

// What moved on by itself is shown at once, unless it would take away what is being typed.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "pulse") return;
  if (event.detail.target.querySelector("[data-moved]") && !dirty()) event.detail.target.querySelector(".show-now").click();
});

// --- mail that is about to leave ---------------------------------------------------------------------------------------
function countDown() {
  document.querySelectorAll("form[data-seconds]:not([data-until])").forEach((form) => { form.dataset.until = Date.now() + 1000 * form.dataset.seconds; });
}
setInterval(() => {
  document.querySelectorAll("form[data-until]").forEach((form) => {
    const left = Math.ceil((form.dataset.until - Date.now()) / 1000);
    if (left <= 0) form.remove(); else form.querySelector(".seconds").textContent = left;
  });
}, 500);

document.addEventListener("DOMContentLoaded", () => { before = document.getElementById("pane")?.dataset.ticket; hold(); restore(); countDown(); });
