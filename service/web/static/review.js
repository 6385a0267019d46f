// What do keys, marked words and clicks do on the pages of reviewing? Everything ends in the forms that work without this.

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
document.documentElement.classList.add("scripted");

const text = one("#text");
const form = one("#verdict");
const began = performance.now();

// ── places in the article, in characters (code points, as the service counts) ──────────────────────────────────────

function offsetOf(node, within) {
  const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
  if (!piece || !text.contains(piece)) return edgeOf(node, within);
  const start = Number(piece.dataset.start);
  if (piece.querySelector("[data-one]")) return start + (within > 0 ? 1 : 0);
  const words = node.nodeType === Node.TEXT_NODE ? node.data.slice(0, within) : within > 0 ? piece.textContent : "";
  return start + [...words].length;
}

// A browser may put the end of what is marked between two pieces, or behind the last.
function edgeOf(node, within) {
  if (node !== text) return null;
  const next = text.childNodes[within];
  return next ? Number(next.dataset.start) : letters().length;
}

let known = null;

function letters() {
  known ??= all("#text [data-start]").flatMap((piece) =>
    piece.querySelector("[data-one]") ? ["\u0000"] : [...piece.textContent],
  );
  return known;
}

function placeOf(offset) {
  const pieces = all("#text [data-start]");
  const piece = pieces.findLast((each) => Number(each.dataset.start) <= offset) ?? pieces[0];
  const within = offset - Number(piece.dataset.start);
  if (piece.querySelector("[data-one]")) return within ? [text, pieces.indexOf(piece) + 1] : [text, pieces.indexOf(piece)];
  return [piece.firstChild, [...piece.textContent].slice(0, within).join("").length];
}

function rangeOf([start, end]) {
  const range = document.createRange();
  range.setStart(...placeOf(start));
  range.setEnd(...placeOf(end));
  return range;
}

const spansIn = (words) => words.split(" ").filter(Boolean).map((piece) => piece.split("-").map(Number));

// ── marked words ───────────────────────────────────────────────────────────────────────────────────────────────────

let marked = null;

function look() {
  const selection = document.getSelection();
  if (!text || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) && !text.contains(range.endContainer)) return;
  const start = text.contains(range.startContainer) ? offsetOf(range.startContainer, range.startOffset) : 0;
  const end = text.contains(range.endContainer) ? offsetOf(range.endContainer, range.endOffset) : letters().length;
  marked = start !== null && end !== null && start < end ? [start, end] : null;
  const missed = one("#missed");
  if (missed && marked) {
    missed.elements.span.value = marked.join("-");
    missed.querySelector("button").disabled = false;
  }
}
document.addEventListener("selectionchange", look);

function mark(start, end) {
  const range = rangeOf([start, end]);
  document.getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  marked = [start, end];
  look();
  showPlace(range.getBoundingClientRect());
}

const isBlank = (letter) => letter === undefined || !letter.trim();
const shown = ([start, end]) => letters().slice(start, end).join("");

// Words are what stands between blanks: enough to move an edge, and the same in every script that has blanks.
function edges(which, by) {
  let [start, end] = marked ?? contentMarked() ?? [0, 0];
  const at = letters();
  const step = (place, to) => {
    let next = place;
    if (to > 0) {
      while (next < at.length && isBlank(at[next])) next += 1;
      while (next < at.length && !isBlank(at[next])) next += 1;
    } else {
      while (next > 0 && isBlank(at[next - 1])) next -= 1;
      while (next > 0 && !isBlank(at[next - 1])) next -= 1;
    }
    return next;
  };
  if (which === "end") {
    end = step(end, by);
    while (by < 0 && end > start && isBlank(at[end - 1])) end -= 1;
  } else {
    start = step(start, by);
    while (by > 0 && start < end && isBlank(at[start])) start += 1;
  }
  if (start < end) mark(start, end);
}

function contentMarked() {
  const spans = form ? spansIn(form.elements.content.value) : [];
  return spans.length ? [spans[0][0], spans.at(-1)[1]] : null;
}

let sentences = null;

function sentence(by) {
  if (!text) return;
  if (!sentences) {
    const whole = letters().join("");
    let place = 0;
    sentences = [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(whole)]
      .map(({ segment }) => {
        const start = place;
        const words = [...segment];
        place += words.length;
        const lead = words.findIndex((letter) => !isBlank(letter));
        const tail = words.findLastIndex((letter) => !isBlank(letter));
        return lead < 0 ? null : [start + lead, start + tail + 1];
      })
      .filter(Boolean);
  }
  const from = marked ?? contentMarked() ?? [-1, -1];
  const next = by > 0 ? sentences.find(([start]) => start > from[0]) : sentences.findLast(([start]) => start < from[0]);
  if (next ?? sentences[0]) mark(...(next ?? sentences[0]));
}

// ── the editor ─────────────────────────────────────────────────────────────────────────────────────────────────────

function tell(words) {
  const said = one("#said");
  if (said) said.textContent = words;
}

function put(name, adding) {
  if (!form?.classList.contains("editing")) return;
  if (!marked) {
    tell("Mark words in the article first.");
    return;
  }
  const field = form.elements[name];
  const span = marked.join("-");
  const before = spansIn(field.value);
  if (adding && before.some(([start, end]) => start < marked[1] && marked[0] < end)) {
    tell("These words belong to it already.");
    return;
  }
  const spans = (adding ? [...before, marked] : [marked]).sort((left, right) => left[0] - right[0]);
  field.value = adding ? spans.map((each) => each.join("-")).join(" ") : span;
  const shows = one(`[data-shows=${name}]`);
  if (shows) shows.textContent = spans.map(shown).join(" … ");
  tell(`“${shown(marked).slice(0, 60)}” taken.`);
  highlight();
}

// Where the browser cannot, the words stand in the editor all the same.
function highlight() {
  if (!form || !CSS.highlights) return;
  const content = form.classList.contains("editing") ? spansIn(form.elements.content.value) : [];
  CSS.highlights.set("edited", new Highlight(...content.map(rangeOf)));
}

async function addFigure() {
  if (!form?.classList.contains("editing")) return;
  if (!marked) {
    tell("Mark a number in the article first.");
    return;
  }
  const answer = await fetch(`/review/articles/${form.dataset.article}/figure?span=${marked.join("-")}`);
  const row = document.createElement("template");
  row.innerHTML = await answer.text(); // our own page's part, escaped where it was made
  if (!answer.ok || !row.content.querySelector(".figure-row")) {
    tell(`“${shown(marked).slice(0, 60)}” holds no number that can be read.`);
    return;
  }
  one("#figures").append(row.content);
  tell(`Figure “${shown(marked).slice(0, 60)}” added.`);
  one("#figures .figure-row:last-child select").focus();
}

for (const button of all("[data-set]")) button.addEventListener("click", () => put(button.dataset.set, false));
for (const button of all("[data-add]")) button.addEventListener("click", () => put(button.dataset.add, true));
for (const button of all("[data-figure]")) button.addEventListener("click", addFigure);
for (const button of all("[data-set], [data-add], [data-figure]"))
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the words stay marked
one("#figures")?.addEventListener("click", (event) => {
  if (!event.target.closest(".remove")) return;
  event.target.closest(".figure-row").remove();
  one("#figures .remove, #editing select")?.focus();
});
for (const select of all("select[name=speaker]")) {
  const typed = () => form.classList.toggle("types-speaker", select.value === "other");
  select.addEventListener("change", typed);
  typed();
}

function edit() {
  const button = one("#edit");
  if (!button) {
    leave();
    return;
  }
  const open = form.classList.toggle("editing");
  button.setAttribute("aria-expanded", String(open));
  highlight();
  if (open) one("#editing select").focus();
  else button.focus();
}
one("#edit")?.addEventListener("click", edit);

function leave() {
  if (form?.dataset.leave) location.assign(form.dataset.leave);
  else if (form?.classList.contains("editing")) edit();
}
if (form?.classList.contains("editing")) {
  highlight();
  one("#editing select").focus({ preventScroll: true });
}

let sent = false;
form?.addEventListener("submit", (event) => {
  if (sent) event.preventDefault(); // a key that is hit twice says one thing
  sent = true;
  form.elements.seconds.value = ((performance.now() - began) / 1000).toFixed(1);
});
addEventListener("pageshow", () => (sent = false));

// ── claim to text and back ─────────────────────────────────────────────────────────────────────────────────────────

// Only the text's own box is moved, or the page where the text has none: never both.
function showPlace(at) {
  const box = text.getBoundingClientRect();
  if (text.scrollHeight > text.clientHeight + 1) text.scrollTop += at.top + at.height / 2 - box.top - box.height / 2;
  else if (at.top < 0 || at.bottom > innerHeight) scrollBy(0, at.top - innerHeight / 2);
}

function goTo(start) {
  const piece = all("#text [data-start]").findLast((each) => Number(each.dataset.start) <= start);
  if (!piece) return;
  showPlace(piece.getBoundingClientRect());
  if (text.getBoundingClientRect().top > innerHeight - 120) text.scrollIntoView({ block: "center" });
  piece.classList.add("pointed");
  setTimeout(() => piece.classList.remove("pointed"), 1500);
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
  item.querySelector("a, [tabindex]")?.focus();
});
const came = /^#at-(\d+)$/.exec(location.hash);
if (came) goTo(Number(came[1]));
else if (one("#text .content")) showPlace(one("#text .content").getBoundingClientRect());

// ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const press = (action) => {
  if (!form?.classList.contains("editing")) form?.querySelector(`.verdicts [name=action][value=${action}]`)?.click();
};
function step(by) {
  const links = all(".others li a");
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
}
const help = () => one("#help")?.showModal();
one("#keys")?.addEventListener("click", help);
const KEYS = {
  a: () => press("accept"),
  x: () => press("reject"),
  s: () => press("skip"),
  d: () => press("discard"),
  e: () => (form?.classList.contains("editing") ? one("#editing select").focus() : one("#edit") && edit()),
  u: () => one("#undo button")?.click(),
  m: () => one("#missed button:not([disabled])")?.click(),
  j: () => step(1),
  k: () => step(-1),
  ".": () => sentence(1),
  ",": () => sentence(-1),
  "]": () => edges("end", 1),
  "[": () => edges("end", -1),
  "}": () => edges("start", 1),
  "{": () => edges("start", -1),
  1: () => put("content", false),
  2: () => put("content", true),
  3: () => put("mention", false),
  4: () => put("cue", false),
  5: addFigure,
  "?": help,
};
const TYPED = "input:not([type=checkbox]), textarea";
const OWN_ENTER = "a, button, summary";

function wants(event) {
  if (event.target.closest("dialog") || event.target.closest(TYPED)) return false;
  // A list of choices takes letters for itself, to jump to one.
  return !event.target.closest("select") || !/^\p{L}$/u.test(event.key);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (form?.classList.contains("editing") && !event.target.closest("dialog")) {
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
      return;
    }
    if (event.key === "Enter" && !event.repeat && !event.target.closest(OWN_ENTER)) {
      event.preventDefault();
      one("#save").click();
      return;
    }
  }
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (!act || !wants(event)) return;
  if (event.repeat && !"[]{}.,jk".includes(event.key)) return;
  event.preventDefault();
  act();
});
