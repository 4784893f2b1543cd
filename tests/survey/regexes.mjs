// Random regular expressions and texts, with what JavaScript itself makes of them.
//
// node regexes.mjs [--seed N] [--count K] prints K lines {pattern, ignoreCase, text, ok, match}: `ok` is whether
// `new RegExp` takes the pattern, `match` what `test` says of the text. With --folding the lines are about case and
// spaces instead, and always the same.
import vm from "node:vm";
import { option, randomOf } from "./random.mjs";

const { below, chance, pick } = randomOf(option("seed", 1));
const count = option("count", 100000);
const repeat = (most, make) => Array.from({ length: below(most + 1) }, make).join("");

const letters = ["a", "b", "a", "b", "A", "B", "c"];
const rare = [
  "z", "k", "K", "s", "S", "0", "1", "7", "8", "9", " ", "_", "-", ",", "@", "\t", "\n", "\r", "\u0000", "\u0008", "\u000b",
  "\u001f", "\u00a0", "\u00b5", "\u03bc", "\u039c", "\u00df", "\u1e9e", "\u017f", "\u212a", "\u212b", "\u00e5", "\u00c5",
  "\u0130", "\u0131", "é", "É", "ß", "ς", "σ", "Σ", "ǅ", "ǆ", "Ǆ", "\u0345", "\u1fbe", "ι", "Ι", "\u2028", "\u2029",
  "\u3000", "\ufeff", "\u180e", "茶", "奶", "😀", "😁", "𝒳", "\ud83d", "\ude00", "u", "x", "n", "{", "}", "]", "[", "\\", "(",
];
const special = new Set("^$\\.*+?()[]{}|/".split(""));
const character = () => (chance(0.8) ? pick(letters) : pick(rare));
const literal = () => {
  const text = character();
  return special.has(text) ? (chance(0.9) ? `\\${text}` : text) : text;
};
const hex = (number, width) => number.toString(16).padStart(width, "0");

function escape() {
  const code = character().charCodeAt(0);
  return pick([
    () => pick(["\\d", "\\D", "\\s", "\\S", "\\w", "\\W"]),
    () => pick(["\\t", "\\n", "\\r", "\\f", "\\v", "\\0", "\\-", "\\/", "\\.", "\\a", "\\e", "\\_", "\\p", "\\P{L}", "\\z"]),
    () => `\\x${hex(code & 255, 2)}`,
    () => `\\u${hex(code, 4)}`,
    () => pick(["\\x", "\\x4", "\\u", "\\u12", "\\u{61}", "\\u{2}", "\\x{41}", "\\uD83D\\uDE00"]),
    () => `\\${pick(["0", "1", "7", "8", "9", "10", "12", "37", "40", "101", "141", "377", "400", "777", "00", "01", "08", "018"])}`,
    () => `\\c${pick(["A", "a", "J", "z", "0", "1", "_", "*", "", "é", "]"])}`,
    () => `\\${pick(["k", "k<", "k<a>", "k<n>", "k<b", "q", "i", "é", "茶"])}`,
  ])();
}

function member() {
  return pick([
    literal, literal, literal, escape,
    () => `${pick(letters)}-${pick(letters)}`,
    () => `${literal()}-${literal()}`,
    () => `${escape()}-${literal()}`,
    () => `${literal()}-${escape()}`,
    () => pick(["a-z", "A-Z", "0-9", "-", "^", ".", "$", "(", ")", "|", "*", "\\b", "\\B", "\\]", "\\\\", "\u4e00-\u9fa5", "α-ω", "À-ÿ"]),
  ])();
}
const charClass = () => `[${chance(0.3) ? "^" : ""}${repeat(4, member)}]`;

function quantifier() {
  const counts = () => {
    const least = below(4);
    return pick([`{${least}}`, `{${least},}`, `{${least},${least + below(3)}}`]);
  };
  const text = pick([
    () => pick(["*", "+", "?"]), () => pick(["*", "+", "?"]), counts,
    () => pick(["{0}", "{0,0}", "{2,1}", "{,2}", "{a}", "{1", "{1,", "{ 1}", "{}", "{70}", "{0,70}", "{65,}", "{2,90}", "{0,99999999999}", "**", "{1}{2}"]),
  ])();
  return text + (chance(0.3) ? "?" : "");
}

function group(depth) {
  const inner = disjunction(depth - 1);
  return pick([
    () => `(${inner})`, () => `(${inner})`, () => `(${inner})`, () => `(?:${inner})`, () => `(?:${inner})`,
    () => `(?=${inner})`, () => `(?!${inner})`, () => `(?<=${inner})`, () => `(?<!${inner})`,
    () => `(?<${pick(["n", "a", "b", "m", "$", "_x1", "名"])}>${inner})`,
    () => pick([`(?${inner})`, `(?<${inner})`, `(?<1a>${inner})`, `(?#${inner})`, `(${inner}`, `${inner})`, `(?<>${inner})`, "()", "(?:)"]),
  ])();
}

function atom(depth) {
  if (depth > 0 && chance(0.35)) return group(depth);
  return pick([
    literal, literal, literal, literal, escape, charClass, charClass,
    () => ".",
    () => pick(["^", "$", "\\b", "\\B"]),
    () => pick(["\\1", "\\1", "\\2", "\\3", "\\k<n>", "\\k<a>"]),
    () => pick(["{", "}", "]", "{1", "a{", "{a}", "-", ",", "/"]),
  ])();
}

const term = depth => atom(depth) + (chance(0.35) ? quantifier() : "");
const alternative = depth => repeat(4, () => term(depth));
const disjunction = depth => {
  let text = alternative(depth);
  while (chance(0.25)) text += `|${alternative(depth)}`;
  return text;
};

// Always valid, and about nothing but loops, groups and references, which interact most.
function loops(depth) {
  const inner = () => loops(depth - 1);
  const piece = () => {
    if (depth === 0 || chance(0.5)) return pick(["a", "b", "a", "b", ".", "\\1", "\\2", "\\1", "\\b", "^", "$", "[ab]"]);
    return pick([
      () => `(${inner()})`, () => `(${inner()})`, () => `(${inner()})`, () => `(?:${inner()})`,
      () => `(?=${inner()})`, () => `(?!${inner()})`, () => `(?<=${inner()})`, () => `(?<!${inner()})`,
    ])();
  };
  const count = () => pick(["*", "+", "?", "{2}", "{0,2}", "{1,}", "{2,}", "{1,3}", "{0,}", "{0}"]) + (chance(0.3) ? "?" : "");
  const fixed = ["\\b", "^", "$"];
  const counted = () => {
    const text = piece();
    return chance(0.5) && !fixed.includes(text) && !text.startsWith("(?<") ? text + count() : text;
  };
  const branch = () => repeat(3, counted);
  let text = branch();
  while (chance(0.3)) text += `|${branch()}`;
  return text;
}

// What people write into questionnaires.
const usual = [
  "^1[3-9]\\d{9}$", "^\\d{6}$", "^[A-Z]{2}\\d{4}$", "^[\\u4e00-\\u9fa5]{2,8}$", "^[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+$",
  "^(?=.*[A-Z])(?=.*\\d).{8,}$", "^(?:(?!bad).)*$", "^(\\d)\\1*$", "(\\w)\\1", "^#?([a-f0-9]{6}|[a-f0-9]{3})$",
  "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", "^\\s*$", "^[^\\s@]+@[^\\s@]+$", "(?<!\\d)\\d{4}(?!\\d)", "^.{1,200}$",
];
const usualTexts = [
  "13812345678", "200000", "AB1234", "珍珠奶茶", "someone@example.com", "Password1", "good text", "bad text", "1111", "#aabbcc",
  "2026-02-29", "   ", "", "tel 1234 x", "a@b",
];

function noise() {
  return repeat(12, () => pick(["(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", ".", "-", ",", "1", "a", "b", ":", "=", "!", "<", ">", "k", "c", "u", "x", "d", "b"]));
}

function text(pattern) {
  const body = repeat(10, character);
  if (chance(0.1)) return character().repeat(60 + below(40));
  // Pieces of the pattern make a match likelier.
  if (chance(0.4)) {
    const start = below(pattern.length + 1);
    return body.slice(0, below(5)) + pattern.slice(start, start + below(8)) + body.slice(5);
  }
  return body;
}

// Lone surrogates have no place in UTF-8, so a text can't hold them.
const wellFormed = value => value.toWellFormed();

// The verdict on one pair; nothing if JavaScript itself takes too long over it.
const world = vm.createContext({ pattern: "", flags: "", text: "" });
const script = new vm.Script("new RegExp(pattern, flags).test(text)");
function judge(pattern, flags, text) {
  try {
    new RegExp(pattern, flags);
  } catch {
    return { ok: false, match: null };
  }
  // Only loops can take long, and the limit costs more than most matches do.
  if (!/[*+}]/.test(pattern)) return { ok: true, match: new RegExp(pattern, flags).test(text) };
  Object.assign(world, { pattern, flags, text });
  try {
    return { ok: true, match: script.runInContext(world, { timeout: 200 }) };
  } catch (error) {
    if (error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return null;
    throw error;
  }
}

const lines = [];
function print(pattern, ignoreCase, subject) {
  const flags = ignoreCase ? "i" : "";
  const verdict = judge(pattern, flags, subject);
  if (verdict) lines.push(JSON.stringify({ pattern, ignoreCase, text: subject, ...verdict }));
}

// Every code unit, against all that JavaScript says differ from it only in case.
function folding() {
  for (let unit = 0; unit < 0x10000; unit += 1) {
    if (unit >= 0xd800 && unit < 0xe000) continue;
    const self = String.fromCharCode(unit);
    const upper = self.toUpperCase();
    const lower = self.toLowerCase();
    const pattern = `\\u${hex(unit, 4)}`;
    for (const other of new Set([...upper, ...lower, ...upper.toLowerCase(), ...lower.toUpperCase()])) {
      print(`^${pattern}$`, true, other);
      print(`^[${pattern}]$`, true, other);
      print(`^[^${pattern}]$`, true, other);
      print(`^[${pattern}-\\uffff]$`, true, other);
    }
    print("^\\w$", true, self);
    print("^\\s$", false, self);
    print("^[^\\W]$", true, self);
    print("^.$", false, self);
  }
}

const kinds = [
  [6, () => pick(usual), (pattern) => (chance(0.7) ? pick(usualTexts) : text(pattern))],
  [10, noise, text],
  [14, () => loops(3), () => repeat(8, () => pick("aab"))],
  [20, () => `^(?:${loops(3)})$`, () => repeat(8, () => pick("aab"))],
  [50, () => disjunction(3), text],
];
const shares = kinds.flatMap(([share, ...kind]) => Array(share).fill(kind));

function generate() {
  while (lines.length < count) {
    const [makePattern, makeText] = pick(shares);
    const pattern = wellFormed(makePattern());
    const ignoreCase = chance(0.4);
    for (let round = 0; round < 5 && lines.length < count; round += 1) {
      print(pattern, ignoreCase, wellFormed(makeText(pattern)));
    }
  }
}

if (process.argv.includes("--folding")) folding();
else generate();
for (let index = 0; index < lines.length; index += 1000) {
  process.stdout.write(`${lines.slice(index, index + 1000).join("\n")}\n`);
}
