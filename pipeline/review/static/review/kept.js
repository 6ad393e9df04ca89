// What is typed and not saved: kept in this window by ticket and draft, until it is saved or dropped.
const kept = {
  name: (key) => `calmdesk:${key}`,
  put(area) { sessionStorage.setItem(this.name(area.dataset.key), JSON.stringify({ version: area.dataset.version, text: area.value })); },
  get(key) { return JSON.parse(sessionStorage.getItem(this.name(key)) || "null"); },
  drop(key) { sessionStorage.removeItem(this.name(key)); },
  // Of the ticket, whatever draft it was typed for: a newer mail makes another draft.
  ofTicket(key) {
    const prefix = this.name(key.split(":")[0] + ":");
    const found = Object.keys(sessionStorage).find((name) => name.startsWith(prefix));
    return found ? found.slice(this.name("").length) : null;
  },
  clear() { Object.keys(sessionStorage).filter((name) => name.startsWith(this.name(""))).forEach((name) => sessionStorage.removeItem(name)); },
};
// A shared machine: whoever signs in next finds nothing.
document.addEventListener("submit", (event) => { if (event.target.id === "sign-out") kept.clear(); });
