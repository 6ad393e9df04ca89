// The draft as it is typed: kept, checked, and the places that the checks name.
const editor = () => document.querySelector("#body");
const dirty = () => { const area = editor(); return Boolean(area) && !area.readOnly && area.value !== area.defaultValue; };

// Python counts characters, the browser UTF-16 units.
const unit = (text, characters) => [...text].slice(0, characters).join("").length;

function jump(start, end) {
  const area = editor();
  const from = unit(area.value, Number(start));
  const to = unit(area.value, Number(end));
  area.focus();
  // Chromium scrolls to the caret only where the text before it is all there is.
  const whole = area.value;
  area.value = whole.slice(0, to);
  area.scrollTop = area.scrollHeight;
  const reached = area.scrollTop;
  area.value = whole;
  area.scrollTop = reached + (reached > 0 ? area.clientHeight / 2 : 0);
  area.setSelectionRange(from, to);
  area.scrollIntoView({ block: "nearest" });
}

// Called whenever a ticket is shown: what was typed on this very state of this draft goes back into it. What was typed
// on an older state of it, or on a draft that is not open any more, is offered; that of another open one waits for it.
function restore() {
  const area = editor();
  if (!area) return;
  const [person, ticket, draft] = area.dataset.key.split(":");
  kept.only(person);
  if (area.readOnly) return;
  const mine = kept.get(area.dataset.key);
  if (mine && mine.text.trim() === area.value.trim()) kept.drop(area.dataset.key);
  else if (mine && mine.version === area.dataset.version) type(area, mine.text);
  else if (mine) { offer(area.dataset.key); return; }
  const gone = kept.of(`${person}:${ticket}:`).find((key) => key !== `${person}:${ticket}:${draft}` && !isOpen(key.split(":")[2]));
  if (gone) offer(gone);
}

const isOpen = (draft) => Boolean(document.querySelector(`.tabs a[data-draft="${draft}"]`));

function offer(key) {
  document.getElementById("kept-start").textContent = `“${kept.get(key).text.slice(0, 120)}…”`;
  const place = document.getElementById("kept");
  place.dataset.key = key;
  place.hidden = false;
}

function type(area, text) {
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function useKept(use) {
  const offer = document.getElementById("kept");
  const mine = kept.get(offer.dataset.key);
  kept.drop(offer.dataset.key);
  offer.hidden = true;
  if (use && mine) { type(editor(), mine.text); editor().focus(); }
}

const acts = {
  jump: (button) => jump(button.dataset.start, button.dataset.end),
  "use-kept": () => useKept(true),
  "drop-kept": () => useKept(false),
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) acts[button.dataset.act](button);
});
document.addEventListener("input", (event) => {
  if (event.target.id !== "body") return;
  if (event.target.value === event.target.defaultValue) kept.drop(event.target.dataset.key);
  else kept.put(event.target);
});
