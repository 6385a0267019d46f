// How are offsets, pieces and figures of an extraction put for a browser? No document in here: only values.

// Offsets of the service count code points; JavaScript's strings count UTF-16 units. Returns the way from one to the other.
export function utf16Offsets(text) {
  let wide = false;
  for (let index = 0; index < text.length && !wide; index++) wide = (text.charCodeAt(index) & 0xf800) === 0xd800;
  if (!wide) return (offset) => offset;
  const offsets = [];
  let position = 0;
  for (const character of text) {
    offsets.push(position);
    position += character.length;
  }
  offsets.push(position);
  return (offset) => offsets[Math.min(offset, offsets.length - 1)];
}

// The text cut at every span's ends: pieces that join back to it, each with all that covers it.
export function cut(text, claims) {
  const at = utf16Offsets(text);
  const edges = new Map([[0, []], [text.length, []]]);
  const open = (span, what) => {
    if (!span) return;
    const [start, end] = [at(span[0]), at(span[1])];
    if (start >= end) return;
    for (const [position, begins] of [[start, true], [end, false]]) {
      if (!edges.has(position)) edges.set(position, []);
      edges.get(position).push({ ...what, start, end, begins });
    }
  };
  for (const claim of claims) {
    for (const span of claim.content) open(span, { kind: "claim", claim });
    for (const figure of claim.figures) open(figure.span, { kind: "figure", claim, figure });
    open(claim.cue, { kind: "cue", claim });
    open(claim.source.mention, { kind: "mention", claim });
  }
  const positions = [...edges.keys()].sort((a, b) => a - b);
  const active = new Set();
  const running = new Map();
  const pieces = [];
  positions.forEach((position, index) => {
    for (const edge of edges.get(position)) {
      const key = `${edge.kind} ${edge.claim.id} ${edge.start} ${edge.end}`;
      if (edge.begins) {
        running.set(key, edge);
        active.add(key);
      } else active.delete(key);
    }
    const end = positions[index + 1];
    if (end === undefined) return;
    pieces.push({ start: position, end, text: text.slice(position, end), covers: [...active].map((key) => running.get(key)) });
  });
  return pieces;
}

const IRREGULAR = { foot: "feet", inch: "inches", "square foot": "square feet", "cubic foot": "cubic feet" };
const BEFORE = { at_least: "≥ ", more_than: "> ", at_most: "≤ ", less_than: "< ", about: "≈ " };

function plural(unit) {
  if (IRREGULAR[unit]) return IRREGULAR[unit];
  if (unit.startsWith("degree ")) return "degrees " + unit.slice(7);
  const cutAt = unit.indexOf(" per ");
  const head = cutAt < 0 ? unit : unit.slice(0, cutAt);
  return (IRREGULAR[head] ?? head + "s") + (cutAt < 0 ? "" : unit.slice(cutAt));
}

// Decimal strings stay strings, for a number of JavaScript would round long ones.
function grouped(decimal) {
  const [, sign, whole, rest] = /^([+-]?)(\d*)(.*)$/.exec(decimal);
  return sign.replace("+", "") + (whole || "0").replace(/\B(?=(\d{3})+$)/g, ",") + rest;
}

function withUnit(amount, unit, one) {
  if (unit === null) return amount;
  if (unit === "percent") return `${amount}%`;
  if (unit === "percentage_point") return `${amount} percentage point${one ? "" : "s"}`;
  if (unit === "times") return `${amount}×`;
  if (/^[A-Z]{3}$/.test(unit)) return `${unit} ${amount}`;
  return `${amount} ${one ? unit : plural(unit)}`;
}

// The figure as the service reads it, in the words of the command line: "≥ 11 soldiers killed".
export function readingOf(figure) {
  const bounds = [figure.low, figure.high].filter((bound) => bound !== null);
  const unit = figure.unit && figure.unit === figure.unit.toLowerCase() ? figure.unit : null;
  const units = unit ? [unit, plural(unit)] : [];
  const noun = [figure.counted, figure.measure].filter((part) => part && !units.includes(part.toLowerCase()));
  if (!bounds.length) {
    const words = [...units.slice(1), ...noun].join(" ");
    return words ? `number not stated (${words})` : "number not stated";
  }
  const [low, high] = [bounds[0], bounds[bounds.length - 1]];
  const amount = Number(low) === Number(high) ? grouped(low) : `${grouped(low)}–${grouped(high)}`;
  const one = Number(low) === 1 && Number(high) === 1;
  return [(BEFORE[figure.qualifier] ?? "") + withUnit(amount, figure.unit, one), ...noun].join(" ");
}

const NAMELESS = {
  outlet: "The article itself",
  unspecified: "Nobody named",
  unresolved: "A speaker we could not make out",
  anonymous: "Speakers not named",
  document: "A document not named",
};

export const speakerKey = (source) => source.name ?? `(${source.kind})`;
export const speakerName = (source) => source.name ?? NAMELESS[source.kind] ?? "A speaker without a name";

export function speakerDetails(source) {
  const details = [];
  if (source.role && source.role !== source.name) details.push(source.role);
  if (source.principal && source.principal !== source.name) details.push(`for ${source.principal}`);
  if (source.kind === "anonymous" || source.kind === "document") details.push(source.kind);
  return details.join(", ");
}

const STANCES = {
  denies: "denies this",
  confirms: "confirms this",
  claims_responsibility: "claims responsibility",
  predicts: "predicts this",
  intends: "intends this",
  demands: "demands this",
};
const MODES = { direct: "quoted", mixed: "partly quoted", implied: "implied, no attributing words here" };

export function marksOf(claim) {
  const times = claim.when.map((when) => when.value).filter(Boolean);
  return [
    STANCES[claim.stance],
    MODES[claim.mode],
    claim.hedged && "hedged",
    claim.negated && "negated",
    ...claim.source.via.map((name) => `by way of ${name}`),
    times.length > 0 && `when: ${times.join(", ")}`,
    claim.where.length > 0 && `where: ${claim.where.join(", ")}`,
  ].filter(Boolean);
}

// Why a reviewer should look; never empty for a doubtful claim.
export function doubtsOf(claim, doubtful) {
  const flags = claim.flags.map((flag) => flag.message);
  if (flags.length || !doubtful) return flags;
  const lowering = claim.reasons.filter((reason) => reason.effect < 0).sort((a, b) => a.effect - b.effect);
  const words = lowering.slice(0, 3).map((reason) => reason.words);
  return words.length ? words : [`confidence is only ${claim.confidence.toFixed(2)}`];
}

// Characters that hide words, turn lines round or act as controls; shown as escapes. Line ends and tabs stay.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

// The text as runs of ordinary words and single hidden characters.
export function runsOf(text) {
  const runs = [];
  let position = 0;
  for (const found of text.matchAll(HIDDEN)) {
    if (found.index > position) runs.push({ text: text.slice(position, found.index), hidden: false });
    const code = found[0].codePointAt(0).toString(16);
    const shown = code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
    runs.push({ text: shown, hidden: true });
    position = found.index + found[0].length;
  }
  if (position < text.length) runs.push({ text: text.slice(position), hidden: false });
  return runs;
}

// Server-sent events from a stream of bytes: {name, data} one after another.
export async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (kept + value).split("\n\n");
    kept = parts.pop();
    for (const part of parts) {
      const lines = part.split("\n");
      const field = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const [name] = field("event");
      if (name) yield { name, data: JSON.parse(field("data").join("\n")) };
    }
  }
}
