// What is typed and not saved: kept in this window by person, ticket and draft, until it is saved or dropped.
const kept = {
  name: (key) => `calmdesk:${key}`,
  put(area) { sessionStorage.setItem(this.name(area.dataset.key), JSON.stringify({ version: area.dataset.version, text: area.value })); },
  get(key) { return JSON.parse(sessionStorage.getItem(this.name(key)) || "null"); },
  drop(key) { sessionStorage.removeItem(this.name(key)); },
  // What one person has kept, by "person:" or "person:ticket:".
  of(start) { return this.names().filter((name) => name.startsWith(this.name(start))).map((name) => name.slice(this.name("").length)); },
  names() { return Object.keys(sessionStorage).filter((name) => name.startsWith(this.name(""))); },
  // A shared machine: whoever signs in next finds nothing of another's.
  only(person) { this.names().filter((name) => !name.startsWith(this.name(`${person}:`))).forEach((name) => sessionStorage.removeItem(name)); },
};
document.addEventListener("submit", (event) => { if (event.target.id === "sign-out") kept.only(""); });
document.addEventListener("DOMContentLoaded", () => { if (document.body.dataset.person) kept.only(document.body.dataset.person); });
