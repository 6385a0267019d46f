// What do keys, marked words and clicks do on the pages of reviewing? Everything ends in the forms that work without this.

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
document.documentElement.classList.add("scripted");

const text = one("#text");
const form = one("#verdict");
const began = performance.now();

// ── marked words, as offsets in characters of the article ──────────────────────────────────────────────────────────

let marked = null;

function offsetOf(node, within) {
  const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
  if (!piece || !text.contains(piece)) return null;
  const start = Number(piece.dataset.start);
  if (piece.querySelector("[data-one]")) return start + (within > 0 ? 1 : 0);
  const words = node.nodeType === Node.TEXT_NODE ? node.data.slice(0, within) : within > 0 ? piece.textContent : "";
  return start + [...words].length; // code points, as the service counts
}

function look() {
  const selection = document.getSelection();
  if (!text || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return;
  const start = offsetOf(range.startContainer, range.startOffset);
  const end = offsetOf(range.endContainer, range.endOffset);
  marked = start !== null && end !== null && start < end ? { span: `${start}-${end}`, words: selection.toString() } : null;
  const missed = one("#missed");
  if (missed && marked) {
    missed.elements.span.value = marked.span;
    missed.querySelector("button").disabled = false;
  }
}
document.addEventListener("selectionchange", look);

// ── the editor ─────────────────────────────────────────────────────────────────────────────────────────────────────

function put(name, adding) {
  if (!marked || !form) return;
  const field = form.elements[name];
  field.value = adding && field.value ? `${field.value} ${marked.span}` : marked.span;
  const shown = one(`[data-shows=${name}]`);
  if (shown) shown.textContent = adding ? `${shown.textContent} … ${marked.words}` : marked.words;
  tell(`“${marked.words.slice(0, 60)}” taken.`);
}

async function addFigure() {
  if (!marked || !form) return;
  const article = form.dataset.article;
  const answer = await fetch(`/review/articles/${article}/figure?span=${marked.span}`);
  const row = document.createElement("template");
  row.innerHTML = await answer.text(); // our own page's part, escaped where it was made
  one("#figures").append(row.content);
}

function tell(words) {
  const said = one("#said");
  if (said) said.textContent = words;
}

for (const button of all("[data-set]")) button.addEventListener("click", () => put(button.dataset.set, false));
for (const button of all("[data-add]")) button.addEventListener("click", () => put(button.dataset.add, true));
for (const button of all("[data-figure]")) button.addEventListener("click", addFigure);
for (const button of all("[data-set], [data-add], [data-figure]"))
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the words stay marked
one("#figures")?.addEventListener("click", (event) => {
  if (event.target.closest(".remove")) event.target.closest(".figure-row").remove();
});
for (const select of all("select[name=speaker]")) {
  const typed = () => form.classList.toggle("types-speaker", select.value === "other");
  select.addEventListener("change", typed);
  typed();
}

function edit() {
  const button = one("#edit");
  if (!button) return;
  const open = form.classList.toggle("editing");
  button.setAttribute("aria-expanded", String(open));
  if (open) one("#editing select, #editing input:not([type=hidden])").focus();
}
one("#edit")?.addEventListener("click", edit);

form?.addEventListener("submit", () => {
  form.elements.seconds.value = ((performance.now() - began) / 1000).toFixed(1);
});

// ── claim to text and back ─────────────────────────────────────────────────────────────────────────────────────────

function goTo(start) {
  const pieces = all("#text [data-start]");
  const piece = pieces.findLast((each) => Number(each.dataset.start) <= start);
  piece?.scrollIntoView({ block: "center" });
  piece?.classList.add("pointed");
  setTimeout(() => piece?.classList.remove("pointed"), 1500);
}
for (const link of all("[data-goto]"))
  link.addEventListener("click", (event) => {
    event.preventDefault();
    goTo(Number(link.dataset.goto));
  });
text?.addEventListener("click", (event) => {
  if (!document.getSelection().isCollapsed) return;
  const claim = event.target.closest("[data-claim]")?.dataset.claim;
  const item = claim && document.getElementById(`claim-${claim}`);
  if (!item) return;
  item.scrollIntoView({ block: "nearest" });
  (item.querySelector("a") ?? item).focus();
});
one("#text .content")?.scrollIntoView({ block: "center" });

// ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const press = (action) => form?.querySelector(`.verdicts [name=action][value=${action}]`)?.click();
function step(by) {
  const links = all(".others li a");
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
}
const KEYS = {
  a: () => press("accept"),
  x: () => press("reject"),
  s: () => press("skip"),
  d: () => press("discard"),
  e: edit,
  u: () => one("#undo button")?.click(),
  m: () => one("#missed button:not([disabled])")?.click(),
  j: () => step(1),
  k: () => step(-1),
  1: () => put("content", false),
  2: () => put("content", true),
  3: () => put("mention", false),
  4: () => put("cue", false),
  5: addFigure,
  "?": () => one("#help")?.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, dialog")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
