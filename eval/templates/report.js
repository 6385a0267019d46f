"use strict";
// The claim browser. Whatever comes from articles and models is put on the page as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const one = (id) => document.getElementById(id);
  const ORDER = ["bad", "missed", "spurious", "part", "ok", "optional"];
  const BAD = new Set(["speaker", "abstained", "figure"]);
  // Characters that change or hide text without being seen are shown by their number.
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
  const here = { set: 0, document: 0, show: "all", hidden: new Set(), claim: null };

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  // ── what there is ──

  const set = () => data.sets[here.set];
  const article = () => set().documents[here.document];
  const shownModels = () => set().models.filter((model) => !here.hidden.has(model.label));

  /** Every row of an article: a gold claim with each model's answer, or a claim of one model that is not in gold. */
  function rowsOf(document_) {
    const models = shownModels();
    const rows = document_.gold.map((gold, position) => {
      const sides = models.map((model) => sideOf(document_.answers[model.key], position, gold));
      return { id: gold.id, model: null, gold, sides: sides.map((side, place) => ({ ...side, model: models[place] })), at: gold.content[0][0] };
    });
    for (const model of models) {
      const answer = document_.answers[model.key];
      if (!answer.claims) continue;
      for (const [kind, listed] of [["spurious", answer.spurious], ["repeated", answer.repeated]]) {
        for (const position of listed) {
          const claim = answer.claims[position];
          rows.push({ id: claim.id, model, gold: null, sides: [{ model, claim, classes: [kind], pair: null }], at: claim.content[0][0] });
        }
      }
    }
    rows.sort((first, second) => first.at - second.at);
    for (const row of rows) {
      row.classes = new Set(row.sides.flatMap((side) => side.classes));
      row.differs = row.gold !== null && new Set(row.sides.filter((side) => !side.why).map((side) => side.classes.join())).size > 1;
      row.status = statusOf(row);
    }
    return rows;
  }

  function sideOf(answer, position, gold) {
    if (!answer.claims) return { classes: [], why: answer.why };
    const pair = answer.pairs.find((each) => each.gold === position);
    if (pair) return { claim: answer.claims[pair.predicted], pair, classes: pair.classes };
    return { classes: gold.optional ? [] : ["missed"], none: true };
  }

  function statusOf(row) {
    if (!row.gold) return "spurious";
    if (row.gold.optional) return "optional";
    const each = row.sides.filter((side) => !side.why).map((side) => statusOfClasses(side.classes));
    return ORDER.find((status) => each.includes(status)) || "optional";
  }

  function statusOfClasses(classes) {
    if (classes.includes("missed")) return "missed";
    if (classes.some((name) => BAD.has(name))) return "bad";
    return classes.length ? "part" : "ok";
  }

  const matches = (row) => here.show === "all" || (here.show === "differ" ? row.differs : here.show === "wrong" ? row.classes.size > 0 : row.classes.has(here.show));

  // ── controls ──

  function drawControls() {
    one("set-field").hidden = data.sets.length < 2;
    one("pick-set").replaceChildren(...data.sets.map((each, number) => option(each.name, number)));
    one("pick-set").value = String(here.set);
    one("models").replaceChildren(...set().models.map((model) => {
      const mark = document.querySelector(`#set-${here.set} .lead tr:nth-child(${set().models.indexOf(model) + 1}) .key`);
      const button = chip(model.label, !here.hidden.has(model.label), () => toggle(model.label));
      if (mark) button.prepend(mark.cloneNode(true));
      if (model.doubts.length) button.append(make("span", "count", "not a result"));
      return button;
    }));
    const counts = {};
    const all = set().documents.flatMap(rowsOf);
    for (const row of all) {
      for (const name of row.classes) counts[name] = (counts[name] || 0) + 1;
      if (row.differs) counts.differ = (counts.differ || 0) + 1;
      if (row.classes.size) counts.wrong = (counts.wrong || 0) + 1;
    }
    counts.all = all.length;
    const kinds = [["all", "all"], ["wrong", "any error"], ...(shownModels().length > 1 ? [["differ", "models differ"]] : []), ...Object.entries(data.classes)];
    one("classes").replaceChildren(...kinds.map(([name, words]) => {
      const button = chip(words, here.show === name, () => { here.show = name; here.claim = null; firstWithMatches(); draw(); });
      button.append(make("span", "count", String(counts[name] || 0)));
      button.disabled = !counts[name] && here.show !== name;
      return button;
    }));
    for (const group of [one("models"), one("classes")]) {
      const pressed = group.querySelector("[aria-pressed=true]"); // on a phone they stand in one long line
      if (pressed && group.scrollWidth > group.clientWidth) group.scrollLeft = pressed.offsetLeft - group.offsetLeft - 20;
    }
    one("pick-article").replaceChildren(...set().documents.map((each, number) => {
      const found = rowsOf(each).filter(matches).length;
      const title = each.title && each.title !== each.id ? `${each.id} – ${each.title}` : each.id;
      return option(`${title} (${found})`, number);
    }));
    one("pick-article").value = String(here.document);
  }

  function option(words, value) {
    const element = make("option", "", words);
    element.value = String(value);
    return element;
  }

  function chip(words, pressed, act) {
    const button = make("button", "chip", make("span", "", words));
    button.type = "button";
    button.setAttribute("aria-pressed", String(pressed));
    button.addEventListener("click", () => {
      const place = [...button.parentNode.children].indexOf(button);
      const group = button.parentNode;
      act();
      if (group.children[place]) group.children[place].focus();
    });
    return button;
  }

  function toggle(label) {
    if (here.hidden.has(label)) here.hidden.delete(label);
    else if (shownModels().length > 1) here.hidden.add(label);
    here.claim = null;
    draw();
  }

  function firstWithMatches() {
    if (!rowsOf(article()).some(matches)) {
      const found = set().documents.findIndex((each) => rowsOf(each).some(matches));
      if (found >= 0) here.document = found;
    }
  }

  /** The next article, in that direction, that has something to show. */
  function turn(step) {
    const number = set().documents.length;
    for (let tried = 1; tried <= number; tried += 1) {
      const place = (here.document + step * tried + number * tried) % number;
      if (rowsOf(set().documents[place]).some(matches)) {
        here.document = place;
        here.claim = null;
        draw();
        return true;
      }
    }
    return false;
  }

  // ── the article ──

  function drawPaper(rows) {
    const document_ = article();
    one("paper-title").textContent = document_.title || document_.id;
    one("paper-facts").textContent = document_.facts;
    const place = one("paper-text");
    place.classList.toggle("none", document_.text === null);
    if (document_.text === null) {
      place.textContent = "This gold set does not carry its texts, so they are not in this page. Make the report with --with-texts to see them, and keep that page to yourself.";
      return;
    }
    const characters = Array.from(document_.text); // offsets count characters, not the halves of an emoji
    const current = rows.find((row) => keyOf(row) === here.claim);
    const layers = [];
    for (const row of rows) {
      for (const [start, end] of (row.gold || row.sides[0].claim).content) layers.push({ start, end, row });
    }
    if (current) {
      const said = current.sides.filter((side) => side.claim).map((side) => side.claim);
      for (const claim of said) for (const [start, end] of claim.content) layers.push({ start, end, kind: "said-now" });
      for (const claim of [current.gold, ...said]) {
        if (claim && claim.mention) layers.push({ start: claim.mention[0], end: claim.mention[1], kind: "speaker-now" });
        if (claim && claim.cue) layers.push({ start: claim.cue[0], end: claim.cue[1], kind: "cue-now" });
      }
    }
    const cuts = [...new Set([0, characters.length, ...layers.flatMap((layer) => [layer.start, layer.end])])].sort((first, second) => first - second);
    const opens = new Map();
    for (const layer of layers) opens.set(layer.start, [...(opens.get(layer.start) || []), layer]);
    let open = [];
    const pieces = [];
    for (let number = 0; number + 1 < cuts.length; number += 1) {
      const [start, end] = [cuts[number], cuts[number + 1]];
      open = open.filter((layer) => layer.end > start).concat(opens.get(start) || []);
      const words = withEscapes(characters.slice(start, end).join(""));
      const marks = open.filter((layer) => layer.row);
      const kinds = open.filter((layer) => layer.kind).map((layer) => layer.kind);
      if (!marks.length && !kinds.length) {
        pieces.push(...words);
        continue;
      }
      const top = marks.find((layer) => layer.row === current) || marks[0];
      const span = make("span", kinds.join(" "), ...words);
      if (top) {
        span.classList.add("mark", top.row.status);
        if (!matches(top.row)) span.classList.add("gone");
        if (top.row === current) span.classList.add("gold-now");
        span.addEventListener("click", () => choose(keyOf(top.row), true));
      }
      pieces.push(span);
    }
    place.replaceChildren(...pieces);
    const now = place.querySelector(".gold-now") || place.querySelector(".said-now");
    const paper = one("paper");
    if (now) {
      const top = now.getBoundingClientRect().top - paper.getBoundingClientRect().top + paper.scrollTop;
      if (top < paper.scrollTop + 40 || top > paper.scrollTop + paper.clientHeight - 60) paper.scrollTop = top - paper.clientHeight / 3;
    } else if (!current) paper.scrollTop = 0;
  }

  function withEscapes(words) {
    const pieces = [];
    let plain = "";
    for (const character of words) {
      if (HIDDEN.test(character) && character !== "\n") {
        if (plain) pieces.push(plain);
        plain = "";
        pieces.push(make("span", "escape", `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`));
      } else plain += character;
    }
    if (plain) pieces.push(plain);
    return pieces;
  }

  // ── the claims ──

  const keyOf = (row) => (row.model ? `${row.id}\n${row.model.label}` : row.id);

  function addressOf(row) {
    const parts = [set().name, article().id, row.id, ...(row.model ? [row.model.label] : [])];
    return `#/${parts.map(encodeURIComponent).join("/")}`;
  }

  function drawRows(rows) {
    const shown = rows.filter(matches);
    const current = shown.some((row) => keyOf(row) === here.claim) ? here.claim : null;
    one("rows").replaceChildren(...shown.map((row, number) => drawRow(row, current === null ? number === 0 : keyOf(row) === current)));
    const what = here.show === "all" ? "" : `, showing ${here.show === "wrong" ? "any error" : here.show === "differ" ? "where models differ" : data.classes[here.show]}`;
    one("status").textContent = `${shown.length} of ${rows.length} claims of ${article().id}${what}.`;
  }

  function drawRow(row, reachable) {
    const item = make("li", `claim ${row.status}`);
    item.tabIndex = reachable ? 0 : -1;
    item.dataset.key = keyOf(row);
    if (keyOf(row) === here.claim) item.setAttribute("aria-current", "true");
    const link = make("a", "", row.id);
    link.href = addressOf(row);
    link.addEventListener("click", (event) => event.stopPropagation());
    const head = make("div", "claim-head", link);
    if (row.gold && row.gold.optional) head.append(badge("optional: not counted", "plain"));
    if (row.differs) head.append(badge("models differ", "plain"));
    const sides = make("div", "sides");
    if (row.gold) sides.append(drawSide("Gold", row.gold, null, null));
    else sides.append(make("div", "side none", make("h3", "", "Gold"), "No such claim in gold."));
    for (const side of row.sides) sides.append(drawAnswer(row, side));
    item.append(head, sides);
    item.addEventListener("click", () => choose(keyOf(row), false));
    item.addEventListener("focus", () => choose(keyOf(row), false));
    return item;
  }

  function badge(words, kind) {
    return make("span", `badge ${kind}`, words);
  }

  function drawAnswer(row, side) {
    if (side.why) return make("div", "side none", make("h3", "", side.model.label, badge("not finished", "part")), side.why);
    if (side.none) {
      const label = row.gold.optional ? badge("left out", "plain") : badge("missed", "bad");
      return make("div", "side none", make("h3", "", side.model.label, label), "No claim for it.");
    }
    return drawSide(side.model.label, side.claim, side, row.gold);
  }

  function drawSide(title, claim, side, gold) {
    const heading = make("h3", "", title);
    if (side) {
      for (const name of side.classes) heading.append(badge(data.classes[name], BAD.has(name) ? "bad" : name === "spurious" || name === "repeated" ? "other" : "part"));
      if (!side.classes.length) heading.append(badge(gold && gold.optional ? "not counted" : "right", gold && gold.optional ? "plain" : "good"));
      if (claim.confidence !== undefined) heading.append(make("span", "", `confidence ${claim.confidence.toFixed(2)}`));
    }
    const element = make("div", "side", heading, make("blockquote", "", ...wordsOf(claim)));
    const list = make("dl", "");
    const pair = side && side.pair;
    line(list, "Speaker", speakerOf(claim, pair));
    figures(list, claim, pair, gold);
    if (claim.when.length) line(list, "When", [claim.when.map((each) => each.words).join(", "), ...(side && side.classes.includes("when") ? [" ", why("some time missing or wrong", true)] : [])]);
    else if (side && side.classes.includes("when")) line(list, "When", [why("missing", true)]);
    if (claim.where.length) line(list, "Where", [claim.where.join(", ")]);
    line(list, "Manner", mannerOf(claim, pair));
    element.append(list);
    return element;
  }

  function wordsOf(claim) {
    const text = article().text;
    if (text === null) return [`characters ${claim.content.map(([start, end]) => `${start}–${end}`).join(", ")}`];
    const characters = Array.from(text);
    return claim.content.flatMap(([start, end], number) => [...(number ? [" … "] : []), ...withEscapes(characters.slice(start, end).join(""))]);
  }

  function line(list, name, children) {
    list.append(make("dt", "", name), make("dd", "", ...children));
  }

  function why(words, soft) {
    return make("span", soft ? "why soft" : "why", words);
  }

  function speakerOf(claim, pair) {
    const kind = !pair || pair.source === "right" ? "" : pair.source === "lenient" ? "unsure" : "wrong";
    const name = make("span", kind, ...withEscapes(claim.speaker));
    return claim.about ? [name, " ", make("span", "about", ...withEscapes(claim.about))] : [name];
  }

  function figures(list, claim, pair, gold) {
    claim.figures.forEach((figure, number) => {
      const held = pair && pair.figures.find((each) => each[1] === number);
      const added = pair && pair.added.find((each) => each[0] === number);
      const wrong = held ? held[2] : added ? added[1] : null;
      const words = make("span", wrong ? "wrong" : "", ...withEscapes(figure.words));
      line(list, "Figure", wrong ? [words, " ", why(wrong)] : [words]);
    });
    for (const [position, predicted, error] of pair ? pair.figures : []) {
      if (predicted === null) line(list, "Figure", [make("span", "wrong", "–"), " ", why(`${error || "omitted"}: ${gold.figures[position].words}`)]);
    }
  }

  function mannerOf(claim, pair) {
    const wrong = new Set(pair ? pair.manner : []);
    const parts = [["mode", claim.mode], ["stance", claim.stance.replaceAll("_", " ")], ["hedge", claim.hedged ? "hedged" : wrong.has("hedge") ? "not hedged" : ""], ["", claim.negated ? "negated" : ""]];
    return parts.filter(([, words]) => words).flatMap(([name, words], number) => [...(number ? [", "] : []), make("span", wrong.has(name) ? "unsure" : "", words)]);
  }

  // ── moving about ──

  function choose(key, reveal) {
    if (here.claim === key && !reveal) return;
    here.claim = key;
    const rows = rowsOf(article());
    const row = rows.find((each) => keyOf(each) === key);
    if (row && !matches(row)) {
      here.show = "all";
      draw();
    }
    for (const item of one("rows").children) {
      const now = item.dataset.key === key;
      item.toggleAttribute("aria-current", now);
      if (now) item.setAttribute("aria-current", "true");
      item.tabIndex = now ? 0 : -1;
      if (now && reveal) item.focus();
    }
    drawPaper(rows);
    if (row) history.replaceState(null, "", addressOf(row));
  }

  function draw() {
    const rows = rowsOf(article());
    drawControls();
    drawRows(rows);
    drawPaper(rows);
  }

  /** #/set/article/claim[/model], or #/set/?show=class&model=label for all claims of a class. */
  function follow() {
    if (!location.hash.startsWith("#/")) return false;
    const [path, query] = location.hash.slice(2).split("?");
    const [name, id, claim, model] = path.split("/").map(read);
    const number = data.sets.findIndex((each) => each.name === name);
    if (number < 0) return say("No such gold set in this report.");
    if (number !== here.set) here.hidden = new Set();
    here.set = number;
    here.show = "all";
    here.claim = null;
    const asked = new URLSearchParams(query || "");
    const shows = asked.get("show");
    if (shows && (shows in data.classes || shows === "wrong" || shows === "differ")) here.show = shows;
    const only = asked.get("model");
    if (set().models.some((each) => each.label === only)) here.hidden = new Set(set().models.map((each) => each.label).filter((label) => label !== only));
    const place = set().documents.findIndex((each) => each.id === id);
    here.document = place >= 0 ? place : 0;
    if (model) here.hidden.delete(model);
    if (!id) firstWithMatches();
    draw();
    if (id && place < 0) say("That article is not among those kept in this page.");
    const key = claim ? (model ? `${claim}\n${model}` : claim) : null;
    const item = key && [...one("rows").children].find((each) => each.dataset.key === key);
    if (item) choose(key, true);
    else if (claim) say("That claim is not in this report.");
    (item || one("browser")).scrollIntoView({ block: "start" });
    return true;
  }

  function read(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  function say(words) {
    one("app").hidden = false;
    one("status").textContent = words;
    return true;
  }

  one("pick-set").addEventListener("change", (event) => {
    Object.assign(here, { set: Number(event.target.value), document: 0, claim: null, show: "all", hidden: new Set() });
    draw();
  });
  one("pick-article").addEventListener("change", (event) => {
    Object.assign(here, { document: Number(event.target.value), claim: null });
    draw();
  });
  one("previous").addEventListener("click", () => turn(-1));
  one("next").addEventListener("click", () => turn(1));
  one("rows").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.classList.contains("claim")) return;
    const items = [...one("rows").children];
    const place = items.indexOf(event.target);
    const to = { ArrowDown: place + 1, j: place + 1, ArrowUp: place - 1, k: place - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const item = items[Math.max(0, Math.min(items.length - 1, to))];
      item.focus({ preventScroll: true });
      item.scrollIntoView({ block: "nearest" });
    } else if (event.key === "n" || event.key === "p") {
      event.preventDefault();
      if (turn(event.key === "n" ? 1 : -1) && one("rows").firstElementChild) one("rows").firstElementChild.focus();
    }
  });
  addEventListener("hashchange", follow);
  // On paper nothing can be opened.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });

  if (data.sets.some((each) => each.documents.length)) {
    one("app").hidden = false;
    here.set = data.sets.findIndex((each) => each.documents.length);
    if (!follow()) draw();
  }
})();
