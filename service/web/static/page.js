// The home page: asks the service, and shows what it answers. Article text only ever goes into text nodes.
import { cut, doubtsOf, eventsOf, marksOf, readingOf, runsOf, speakerDetails, speakerKey, speakerName } from "./words.js";

const HUES = 8;
const byId = (id) => document.getElementById(id);
const form = byId("ask");

// What is shown now; made anew for each article.
let shown = null;
let asking = null;

function element(tag, { className = "", text = null, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.append(...textNodes(text));
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Words of the article or about it, hidden characters made visible.
function textNodes(text) {
  return runsOf(String(text)).map((run) => {
    if (!run.hidden) return document.createTextNode(run.text);
    const escape = document.createElement("span");
    escape.className = "escape";
    escape.title = "a hidden character of the text";
    escape.textContent = run.text;
    return escape;
  });
}

// ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────

byId("example").addEventListener("click", async () => {
  const answer = await fetch("/static/example.txt");
  const [title, ...lines] = (await answer.text()).split("\n");
  byId("text").value = lines.join("\n").trim();
  byId("title").value = title;
  byId("published").value = "2026-03-12";
  byId("file").value = "";
  fileChosen();
  byId("text").focus();
  say("An invented article. Find its claims with the button below.");
});

function fileChosen() {
  const chosen = byId("file").files.length > 0;
  byId("text").disabled = chosen;
  byId("text").placeholder = chosen ? "The chosen file will be read." : "Paste the text of a news article here.";
}
byId("file").addEventListener("change", fileChosen);

function modelChosen() {
  const choice = byId("choice").value;
  const needsName = choice.endsWith("/");
  byId("model").hidden = !needsName;
  if (needsName && !byId("model").value.startsWith(choice)) byId("model").value = choice;
}
byId("choice").addEventListener("change", modelChosen);
modelChosen();

// The key is in the tab's own storage and in the field, and goes into one header.
const KEY = "according-key";
byId("key").value = sessionStorage.getItem(KEY) ?? "";
byId("key").addEventListener("change", () => sessionStorage.setItem(KEY, byId("key").value.trim()));

function keyHeader() {
  const key = byId("key").value.trim();
  return key ? { authorization: `Bearer ${key}` } : {};
}

function askForKey() {
  byId("key-field").hidden = false;
  byId("key").focus();
}

function say(words) {
  byId("status").textContent = words;
}

function request() {
  const model = byId("model").hidden ? byId("choice").value : byId("model").value.trim();
  const about = { title: byId("title").value.trim(), published: byId("published").value, model };
  const given = Object.fromEntries(Object.entries(about).filter(([, value]) => value));
  const [file] = byId("file").files;
  if (!file) {
    const body = JSON.stringify({ text: byId("text").value, ...given });
    return { body, headers: { "content-type": "application/json" } };
  }
  const body = new FormData();
  for (const [name, value] of Object.entries(given)) body.append(name, value);
  body.append("file", file);
  return { body, headers: {} };
}

form.addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  if (!byId("file").files.length && !byId("text").value.trim()) {
    say("Paste an article or choose a file first.");
    byId("text").focus();
    return;
  }
  asking?.abort();
  const mine = (asking = new AbortController());
  begin();
  try {
    const { body, headers } = request();
    const answer = await fetch("/v1/extract", {
      method: "POST",
      body,
      headers: { accept: "text/event-stream", ...keyHeader(), ...headers },
      signal: mine.signal,
    });
    if (answer.status === 401) askForKey();
    if (!answer.ok) throw await problemOf(answer);
    for await (const event of eventsOf(answer.body)) take(event);
    if (!shown?.extraction && !shown?.problem) throw { title: "The answer broke off", detail: "Claims may be missing." };
  } catch (error) {
    if (mine.signal.aborted) say("Stopped.");
    else fail(error);
  } finally {
    if (asking === mine) end();
  }
});
byId("stop").addEventListener("click", () => asking?.abort());

async function problemOf(answer) {
  try {
    return await answer.json();
  } catch {
    return { title: "The service gave no answer that can be read", detail: `HTTP status ${answer.status}` };
  }
}

function begin() {
  shown = { article: null, claims: [], failures: [], extraction: null, problem: null, only: null, drawing: false };
  byId("go").disabled = true;
  byId("stop").hidden = false;
  byId("alarm").hidden = true;
  byId("result").hidden = true;
  byId("save").hidden = true;
  byId("to-review").hidden = true;
  byId("notes").replaceChildren();
  hideDetail();
  say("Reading …");
}

function end() {
  asking = null;
  byId("go").disabled = false;
  byId("stop").hidden = true;
}

function take({ name, data }) {
  if (name === "article") shown.article = data;
  else if (name === "claim") shown.claims.push(data);
  else if (name === "failure") shown.failures.push(data);
  else if (name === "problem") return fail(data);
  else if (name === "done") {
    Object.assign(shown, { extraction: data, article: data.article, claims: data.claims, failures: data.failures });
    say("");
    draw();
    byId("result-title").focus({ preventScroll: true });
    byId("result").scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "start" });
    return undefined;
  }
  say(`Reading … ${counted(shown.claims.length, "claim")} so far`);
  if (!shown.drawing) {
    shown.drawing = true;
    requestAnimationFrame(() => {
      shown.drawing = false;
      if (!shown.extraction) draw();
    });
  }
  return undefined;
}

function fail(problem) {
  if (shown) shown.problem = problem;
  say("");
  const errors = (problem.errors ?? []).map((error) => (error.pointer ? `${error.pointer.slice(1)}: ` : "") + error.message);
  const lines = [problem.detail ?? problem.message, ...errors.filter((words) => !problem.detail?.includes(words.replace(/^\w+: /, "")))];
  alarm(problem.title ?? "That did not work", lines.filter(Boolean));
  if (problem.extraction) {
    Object.assign(shown, { extraction: problem.extraction, article: problem.extraction.article });
    draw();
  }
}

function alarm(title, lines) {
  const list = element("ul", {}, ...lines.map((line) => element("li", { text: line })));
  byId("alarm").replaceChildren(element("strong", { text: title }), list);
  byId("alarm").hidden = false;
}

// ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const isDoubtful = (claim) => shown.extraction?.needs_review.includes(claim.id) ?? false;

function groups() {
  const found = new Map();
  for (const claim of [...shown.claims].sort((a, b) => a.content[0][0] - b.content[0][0])) {
    const key = speakerKey(claim.source);
    if (!found.has(key)) found.set(key, { key, name: speakerName(claim.source), details: "", claims: [] });
    const group = found.get(key);
    group.details ||= speakerDetails(claim.source);
    group.claims.push(claim);
  }
  let hue = 0;
  for (const group of found.values()) {
    group.hue = group.claims[0].source.name === null ? "hue-none" : `hue-${hue++ % HUES}`;
  }
  return [...found.values()];
}

function draw() {
  if (!shown.article) return;
  const found = groups();
  const hues = new Map(found.flatMap((group) => group.claims.map((claim) => [claim.id, group.hue])));
  byId("result").hidden = false;
  drawSummary(found);
  drawArticle(hues);
  byId("legend").replaceChildren(...found.map(legendOf));
  byId("claims").replaceChildren(...found.map(groupOf));
  if (shown.extraction) drawNotes();
  only(shown.only);
}

function drawSummary(found) {
  const extraction = shown.extraction;
  const figures = shown.claims.reduce((sum, claim) => sum + claim.figures.length, 0);
  const parts = [`${counted(shown.claims.length, "claim")} by ${counted(found.length, "speaker")}`, counted(figures, "figure")];
  if (!extraction) {
    // No claims yet is not "no claims".
    parts.splice(0, parts.length, shown.claims.length ? `Reading … ${counted(shown.claims.length, "claim")} so far` : "Reading …");
  } else {
    const doubtful = extraction.needs_review.length;
    if (doubtful) parts.push(`${doubtful} ${doubtful === 1 ? "needs" : "need"} review`);
    parts.push(`${extraction.model}, ${extraction.seconds.toFixed(2)} s`);
    byId("save").hidden = false;
    const review = byId("to-review");
    review.href = `/review?article=${encodeURIComponent(extraction.article.id)}`;
    review.hidden = !("kept" in review.dataset) || !shown.claims.length;
    const failures = shown.failures.map((failure) => `Part ${failure.segment}: ${failure.message}`);
    if (extraction.status === "failed")
      alarm("Nothing could be extracted. That there are no claims here says nothing about the article.", failures);
    else if (extraction.status === "partial")
      alarm(`Incomplete: ${counted(failures.length, "part")} of the article could not be extracted; claims are missing.`, failures);
    else if (!shown.claims.length) parts.unshift("The article was read through; it holds no claims");
  }
  byId("summary").textContent = parts.join(" · ");
}

function drawArticle(hues) {
  const { article, claims } = shown;
  byId("article-title").replaceChildren(...textNodes(article.title ?? ""));
  byId("article-facts").textContent = [article.outlet, article.published && `published ${article.published}`].filter(Boolean).join(" · ");
  const begun = new Set();
  const pieces = cut(article.text, claims).map((piece) => (piece.covers.length ? markOf(piece, hues, begun) : textNodes(piece.text)));
  byId("article-text").replaceChildren(...pieces.flat());
}

function markOf(piece, hues, begun) {
  const of = (kind) => piece.covers.filter((cover) => cover.kind === kind);
  const [content] = of("claim");
  const names = ["piece"];
  for (const kind of ["figure", "cue", "mention"]) if (of(kind).length) names.push(kind);
  if (content) {
    names.push("claim", hues.get(content.claim.id));
    if (of("claim").some((cover) => isDoubtful(cover.claim))) names.push("doubt");
    if (piece.start === content.start) names.push("first");
    if (piece.end === content.end) names.push("last");
    if (of("claim").length > 1) names.push("shared");
  } else names.push(hues.get(piece.covers[0].claim.id));
  const ids = [...new Set(piece.covers.map((cover) => cover.claim.id))];
  const made = element("span", { className: names.join(" "), text: piece.text });
  made.dataset.claims = JSON.stringify(content ? of("claim").map((cover) => cover.claim.id) : ids);
  if (content && !begun.has(content.claim.id)) {
    begun.add(content.claim.id);
    made.tabIndex = 0;
    made.setAttribute("role", "button");
    made.setAttribute("aria-label", `${piece.text.trim()} …: claim of ${speakerName(content.claim.source)}`);
  }
  return made;
}

function legendOf(group) {
  const chip = element("button", { className: `chip ${group.hue}`, type: "button", "aria-pressed": "false" });
  chip.append(element("bdi", { text: group.name }), element("span", { className: "count", text: group.claims.length }));
  chip.dataset.key = group.key;
  chip.addEventListener("click", () => only(shown.only === group.key ? null : group.key));
  return chip;
}

function only(key) {
  const ids = new Set(shown.claims.filter((claim) => key === null || speakerKey(claim.source) === key).map((claim) => claim.id));
  shown.only = key;
  for (const chip of byId("legend").children) chip.setAttribute("aria-pressed", String(chip.dataset.key === key));
  for (const mark of byId("article-text").querySelectorAll(".piece"))
    mark.classList.toggle("dim", !JSON.parse(mark.dataset.claims).some((id) => ids.has(id)));
  for (const group of byId("claims").children) group.hidden = key !== null && group.dataset.key !== key;
}

function groupOf(group) {
  const heading = element("h3", { className: "speaker" }, element("bdi", { text: group.name }));
  if (group.details) heading.append(" ", element("bdi", { className: "details", text: group.details }));
  const list = element("ol", {}, ...group.claims.map(cardOf));
  const made = element("section", { className: `group card ${group.hue}` }, heading, list);
  made.dataset.key = group.key;
  return made;
}

function cardOf(claim) {
  const doubtful = isDoubtful(claim);
  const words = element("button", { className: "words", type: "button", title: "Show in the article" }, ...claimWords(claim));
  words.addEventListener("click", () => select(claim.id, "text"));
  const card = element("li", { className: `item${doubtful ? " doubtful" : ""}`, id: `claim ${claim.id}` }, words);
  card.append(...factsOf(claim, doubtful));
  card.dataset.claim = claim.id;
  return card;
}

function claimWords(claim) {
  const nodes = [];
  for (const piece of cut(shown.article.text, [{ ...claim, cue: null, source: { ...claim.source, mention: null } }])) {
    if (!piece.covers.some((cover) => cover.kind === "claim")) {
      if (nodes.length) nodes.push(null);
      continue;
    }
    const figure = piece.covers.some((cover) => cover.kind === "figure");
    nodes.push(element("span", { className: figure ? "piece figure" : "", text: piece.text }));
  }
  while (nodes.at(-1) === null) nodes.pop();
  return [element("bdi", {}, ...nodes.map((node) => node ?? " … "))];
}

function factsOf(claim, doubtful) {
  const level = doubtful ? "low" : "good";
  const bar = element("span", { className: "bar", "aria-hidden": "true" }, element("span", {}));
  bar.firstChild.style.width = `${Math.round(claim.confidence * 100)}%`;
  const sure = element("span", { className: `sure ${level}`, title: reasonsIn(claim) }, bar, `confidence ${claim.confidence.toFixed(2)}`);
  const line = element("p", { className: "facts" }, sure);
  for (const mark of marksOf(claim)) line.append(element("span", { className: "tag", text: mark }));
  const made = [line];
  if (claim.figures.length) {
    const rows = claim.figures.map((figure) => {
      const written = cutOut(figure.span);
      return element("li", {}, element("bdi", { text: written }), " → ", element("strong", { text: readingOf(figure) }));
    });
    made.push(element("ul", { className: "figures" }, ...rows));
  }
  const doubts = doubtsOf(claim, doubtful);
  if (doubts.length) made.push(element("ul", { className: doubtful ? "doubts" : "remarks" }, ...doubts.map((words) => element("li", { text: words }))));
  return made;
}

// Largest first; those that change nothing are for programs.
const REASONS = 5;
const reasonsOf = (claim) =>
  claim.reasons
    .filter((reason) => reason.effect !== 0)
    .slice(0, REASONS)
    .map((reason) => `${reason.effect < 0 ? "−" : "+"} ${reason.words}`);
const reasonsIn = (claim) => reasonsOf(claim).join("\n");

function cutOut(span) {
  const [piece] = cut(shown.article.text, [{ id: "", content: [span], figures: [], cue: null, source: { mention: null } }]).filter(
    (piece) => piece.covers.length,
  );
  return piece.text;
}

function drawNotes() {
  const { notices, rejected, skipped_numbers: skipped } = shown.extraction;
  const parts = [];
  if (notices.length) parts.push(notesOf("About this article", notices.map((notice) => notice.message), true));
  if (rejected.length)
    parts.push(notesOf(`${counted(rejected.length, "draft")} dropped, for not all they say stands in the text`, rejected.map((item) => item.message)));
  if (skipped.length) {
    const words = skipped.map((number) => `${cutOut(number.span)}: ${number.reason}`);
    parts.push(notesOf(`${counted(skipped.length, "number")} left out as no figure`, words));
  }
  byId("notes").replaceChildren(...parts);
}

function notesOf(title, lines, open = false) {
  const made = element("details", { className: "card notes" }, element("summary", { text: title }));
  made.open = open;
  made.append(element("ul", {}, ...lines.map((line) => element("li", { text: line }))));
  return made;
}

byId("save").addEventListener("click", () => {
  const file = new Blob([JSON.stringify(shown.extraction, null, 2)], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(file), download: "extraction.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

// ── pointing ────────────────────────────────────────────────────────────────────────────────────────────────────

const marksFor = (id) => [...byId("article-text").querySelectorAll(".piece")].filter((mark) => JSON.parse(mark.dataset.claims).includes(id));
const cardFor = (id) => byId(`claim ${id}`);

function select(id, where) {
  for (const old of document.querySelectorAll(".selected")) old.classList.remove("selected");
  const marks = marksFor(id).filter((mark) => mark.classList.contains("claim"));
  for (const mark of marks) mark.classList.add("selected");
  cardFor(id)?.classList.add("selected");
  const target = where === "text" ? marks[0] : cardFor(id);
  target?.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "center" });
  if (where === "text") marks[0]?.focus({ preventScroll: true });
}

function showDetail(mark) {
  const claims = JSON.parse(mark.dataset.claims).map((id) => shown.claims.find((claim) => claim.id === id));
  const parts = claims.filter(Boolean).map((claim) => {
    const title = element("p", { className: "who" }, element("bdi", { text: speakerName(claim.source) }));
    const details = speakerDetails(claim.source);
    if (details) title.append(" ", element("bdi", { className: "details", text: details }));
    const reasons = reasonsOf(claim).map((reason) => element("li", { text: reason }));
    const made = element("div", {}, title, ...factsOf(claim, isDoubtful(claim)));
    if (reasons.length) made.append(element("ul", { className: "reasons" }, ...reasons));
    return made;
  });
  const detail = byId("detail");
  detail.replaceChildren(...parts);
  detail.hidden = false;
  mark.setAttribute("aria-describedby", "detail");
  const narrow = matchMedia("(max-width: 40rem)").matches;
  detail.classList.toggle("sheet", narrow);
  detail.style.left = detail.style.top = "";
  if (narrow) return;
  const line = mark.getClientRects()[0];
  const box = detail.getBoundingClientRect();
  const left = Math.max(8, Math.min(line.left, document.documentElement.clientWidth - box.width - 8));
  const below = line.bottom + 6;
  const top = below + box.height < innerHeight - 8 ? below : Math.max(8, line.top - box.height - 6);
  detail.style.left = `${left}px`;
  detail.style.top = `${top}px`;
}

function hideDetail() {
  byId("detail").hidden = true;
  for (const mark of document.querySelectorAll("[aria-describedby=detail]")) mark.removeAttribute("aria-describedby");
}

const isSheet = () => byId("detail").classList.contains("sheet");
const text = byId("article-text");
const markAt = (event) => event.target.closest?.(".piece");
text.addEventListener("pointerover", (event) => event.pointerType === "mouse" && markAt(event) && showDetail(markAt(event)));
text.addEventListener("pointerout", (event) => event.pointerType === "mouse" && !isSheet() && hideDetail());
text.addEventListener("focusin", (event) => markAt(event)?.matches(":focus-visible") && showDetail(markAt(event)));
text.addEventListener("focusout", hideDetail);
text.addEventListener("click", (event) => {
  const mark = markAt(event);
  if (!mark) return hideDetail();
  if (matchMedia("(max-width: 40rem)").matches) return showDetail(mark);
  return select(JSON.parse(mark.dataset.claims)[0], "list");
});
text.addEventListener("keydown", (event) => {
  const mark = markAt(event);
  if (mark && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    const id = JSON.parse(mark.dataset.claims)[0];
    select(id, "list");
    cardFor(id)?.querySelector("button").focus({ preventScroll: true });
  }
});
document.addEventListener("keydown", (event) => event.key === "Escape" && hideDetail());
document.addEventListener("click", (event) => !event.target.closest?.("#article-text, #detail") && hideDetail());
addEventListener("scroll", () => !isSheet() && hideDetail(), { passive: true });
