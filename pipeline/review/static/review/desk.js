// Keys of the desk. None acts while the agent types, except Ctrl+Enter, which approves.
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
const tickets = () => [...document.querySelectorAll("a.ticket")];

function move(step) {
  const all = tickets();
  const at = all.indexOf(document.activeElement);
  const from = at >= 0 ? at : all.findIndex((item) => item.getAttribute("aria-current"));
  all[Math.max(0, Math.min(all.length - 1, from + step))]?.focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  e: () => document.querySelector("#body:not([readonly])")?.focus(),
  r: () => document.getElementById("reason")?.focus(),
  "?": () => document.getElementById("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const approve = document.getElementById("approve");
    if (approve) { event.preventDefault(); approve.click(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});

// Enter in the reason field rejects; it must never approve.
document.getElementById("reason")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.querySelector('#decide button[value="reject"]').click();
  }
});
