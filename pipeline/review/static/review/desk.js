// Keys of the desk. None acts while the person types, except Ctrl+Enter, which approves, and Escape, which leaves.
const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
const tickets = () => [...document.querySelectorAll("a.ticket")];
const current = () => (document.activeElement.closest(".tickets li") || document.querySelector(".tickets li.current"));

function move(step) {
  const all = tickets();
  const at = all.indexOf(current()?.querySelector("a.ticket"));
  all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
}

function unfold(id) {
  const fold = document.getElementById(id);
  if (!fold) return;
  fold.open = true;
  fold.querySelector("input:not([type=hidden]), button, select").focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  e: () => document.querySelector("#body:not([readonly])")?.focus(),
  r: () => unfold("reject"),
  s: () => unfold("snooze"),
  u: () => (document.querySelector("#leaving button") || document.querySelector("form[data-seconds] button"))?.click(),
  x: () => current()?.querySelector(".pick input")?.click(),
  "/": () => document.querySelector("input[type=search]")?.focus(),
  "?": () => document.getElementById("help").showModal(),
};

function escape(target) {
  const fold = target.closest("details.menu[open]") || document.querySelector("details.menu[open]");
  if (fold) { fold.open = false; fold.querySelector("summary").focus(); }
  else if (target.type === "search") target.blur();
  else if (target.id === "body") { target.blur(); document.querySelector("#pane h1")?.focus(); }
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") { escape(event.target); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const approve = document.getElementById("approve");
    const elsewhere = typing(event.target) && event.target.form?.id !== "decide";
    if (approve && !elsewhere) { event.preventDefault(); approve.click(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});
document.addEventListener("click", (event) => {
  const shower = event.target.closest("[data-shows]");
  if (shower) document.getElementById(shower.dataset.shows).showModal();
  if (!event.target.closest("details.menu")) document.querySelectorAll("details.menu[open]").forEach((fold) => { fold.open = false; });
});
