// Random expressions with what SurveyJS makes of them, as JSON lines:
//
//     node generate-expressions.mjs --seed 1 --count 5000 > expressions.jsonl
//
// The same seed gives the same lines, apart from the time zone, which is the environment's (TZ).

import { answer } from "./expressions.mjs";

const argument = (name, otherwise) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const seed = argument("--seed", 1);
const count = argument("--count", 5000);

let state = (seed * 0x9e3779b1) >>> 0;
function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];
const chance = (part) => random() < part;
const many = (most, make) => Array.from({ length: below(most + 1) }, make);

const NUMBERS = [0, 1, 2, 3, 5, -1, -7, 10, 0.1, 0.2, 0.5, 1.005, 2.675, -1.5, 100, 123.456, 1e-7, 1.5e-7, 1e21, 99.99, 12345678.9, 2020];
const TEXTS = ["", "0", "1", "01", "1,5", "1.50", "-3", "+4", "abc", "Abc", " abc ", "b", "true", "False", "undefined", "null", "中文", "中", "ß",
    "it's", "say \"x\"", "'q'", "0x1F", "0x", "1e3", "5*3", "5-3", "Infinity", "1234567890123456", "a,b", "a, b", "2020-01-15", "2021-02-03",
    "2020-01-15T10:30", "2020-01-15T10:30:45", "2020-01-15T10:30:45.123Z", "2020-01-15T10:30:00+08:00", "2020-01-15 10:30", "2020/1/15", "1/15/2020",
    "2020-13-01", "2020-02-30", "0050-01-01", "nothing", "other", "none", "item1", "item2", "é", "\u{1F600}x", "\ufeff7", "\u00a0", " ", "0b11", "1_0", "-", ".", "5.", ".5", "5.5.5"];
const WORDS = ["abc", "Item1", "x_1", "_", "order", "android", "lesson", "empties", "nullable", "undefinedx", "notx", "negate", "containsx", "equals", "truth", "iif", "e5", "K"];
const DATES = ["2020-01-15", "2020-12-31", "1999-02-28", "2024-02-29", "2026-06-30", "2020-01-15T10:30", "2020-01-15T23:59:59", "2026-06-30T12:00:00Z", "bad", ""];
const UNITS = ["years", "months", "days", "hours", "minutes", "seconds", "weeks", ""];

function scalar() {
    const roll = random();
    if (roll < 0.3) return pick(NUMBERS);
    if (roll < 0.8) return pick(TEXTS);
    if (roll < 0.9) return chance(0.5);
    return roll < 0.95 ? null : pick(DATES);
}
function member(depth) {
    const roll = random();
    if (depth <= 0 || roll < 0.6) return scalar();
    if (roll < 0.85) return many(4, () => member(depth - 1));
    return sorted({ [pick(["x", "y", "z"])]: member(depth - 1), [pick(["a", "b"])]: member(depth - 1) });
}
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
function row() {
    const made = { n: chance(0.7) ? pick(NUMBERS) : scalar(), t: pick(TEXTS), g: pick(["a", "b", "B", 1, "1"]) };
    if (chance(0.3)) delete made[pick(["n", "t", "g"])];
    if (chance(0.2)) made.subs = many(3, () => sorted({ n: pick(NUMBERS), t: pick(TEXTS) }));
    return chance(0.04) ? scalar() : sorted(made);
}
function values() {
    const made = {
        a: scalar(), b: scalar(), n: pick(NUMBERS), m: pick(NUMBERS), s: pick(TEXTS), d: pick(DATES), e: chance(0.5) ? [] : "",
        list: many(5, scalar), same: many(4, () => pick(["a", "b", "A", 1, "1", "item1"])), nested: member(3), rows: many(5, row),
        object: sorted({ x: member(1), y: member(1) }), map: sorted({ r1: row(), r2: row() }), 问题: scalar(), "with space": scalar(),
        "q.x": scalar(), q: sorted({ x: scalar(), y: many(3, row), 名: scalar() }), Name: scalar(), "deep.er": sorted({ "in.side": many(3, scalar), k: row() }), ÉTÉ: scalar(),
    };
    if (chance(0.3)) made.mirror = [...made.same].reverse();
    if (chance(0.3)) made.b = made.a;
    for (const name of Object.keys(made)) if (chance(0.05)) delete made[name];
    return sorted(made);
}
const NAMES = ["a", "b", "n", "m", "s", "d", "e", "list", "same", "mirror", "nested", "rows", "object", "map", "问题", "with space", "q.x", "q.y", "q.y[0].n", "q.y[1].t",
    "q.名", "q.X", "name", "NAME", "deep.er.in.side", "deep.er.in.side[0]", "deep.er.k.n", "DEEP.ER.K.G", "été", "Été", "list[0]", "list[-1]", "list[9]", "list[1].length", "list.length",
    "same[0]", "same[-2]", "rows[0]", "rows[0].n", "rows[1].t", "rows[-1].g", "rows[0].subs[0].n", "rows[0].subs.length", "rows.length", "rows.0.n", "missing", "missing.length", "a.length",
    "s.length", "object.x", "object.y[0]", "map.r1.n", "map.r2.t", "$n", "$missing", "$q.x", "#a", "#s", "#b", "#list[0]", "#", "nested[0]", "nested.x", "nested[0][1]", "list[0x1]",
    "list[ 1 ]", "list[x]", "list[]", "list.", ".a", "a.", "[0]", " n ", "n[0]", "\"x\": 1, \"y\": [1, \"b\"]", "\"x\": {", "x: 1", ":", "\"k\": \"\\u4e2d\\n\"", "equals", "a<>b", "rows[0].subs[1].t"];
const variable = () => `{${pick(NAMES)}}`;
const quoted = (text) => (chance(0.5) ? `'${text.replace(/['"]/g, "\\$&")}'` : `"${text.replace(/['"]/g, "\\$&")}"`);
const space = () => (chance(0.9) ? " " : pick(["", "  ", "\t", "\n"]));

function constant() {
    const roll = random();
    if (roll < 0.35) return pick([...NUMBERS.map(String), "0x10", "0x1F", "007", "1.50", "00.5", "-0", "-0.0", "5.", ".5", "0.1", "1e5"]);
    if (roll < 0.75) return quoted(pick(TEXTS));
    if (roll < 0.85) return pick(["true", "false", "True", "FALSE"]);
    if (roll < 0.93) return pick(WORDS);
    return pick(["null", "undefined", "NULL", "''", "\"\"", "' '"]);
}
const BINARY = ["||", "or", "OR", "&&", "and", "And", "<=", "lessorequal", ">=", "greaterorequal", "==", "equal", "=", "!=", "notequal", "<", "less", ">", "greater", "+", "-", "*", "/",
    "%", "^", "power", "*=", "contains", "contain", "notcontains", "notcontain", "anyof", "allof", "noneof", "=>", "=<", "<>", "equals", "notequals"];
const date = (depth) => pick([() => quoted(pick(DATES)), () => "{d}", () => "today()", () => "currentDate()", () => `today(${below(9) - 4})`, () => `getDate(${quoted(pick(DATES))})`,
    () => `dateAdd(${date(depth - 1)}, ${below(40) - 20}, '${pick(UNITS)}')`, () => operand(depth - 1)])();
function filter() {
    const side = pick(["{n}", "{t}", "{g}", "{subs.length}", "{subs[0].n}", "{a}"]);
    return pick([`${side} ${pick(BINARY)} ${constant()}`, `${side} notempty`, `${side} empty`, `{n} > 1 and {g} = 'a'`, pick(["n", "t", "g", "zz"])]);
}
function inArray(depth) {
    const list = pick(["{rows}", "{rows}", "{rows}", "{map}", "{q.y}", "{list}", "{q}", "{rows[0].subs}", "{object}", "{n}", "{missing}"]);
    const name = pick(["'n'", "'n'", "'t'", "'g'", "'subs'", "n", "'length'", "'0'", "{s}"]);
    const others = many(2, () => {
        const text = filter();
        return chance(0.5) ? `'${text.replace(/['"]/g, "\\$&")}'` : chance(0.8) ? text : expression(depth - 1);
    });
    return `${pick(["sumInArray", "minInArray", "maxInArray", "countInArray", "avgInArray"])}(${[list, name, ...others].join(", ")})`;
}
function call(depth) {
    const inside = () => expression(depth - 1);
    const roll = random();
    if (roll < 0.25) return `${pick(["sum", "min", "max", "count", "avg"])}(${many(4, inside).join(",")})`;
    if (roll < 0.4) return inArray(depth);
    if (roll < 0.5) return `iif(${inside()}, ${inside()}${chance(0.8) ? `, ${inside()}` : ""})`;
    if (roll < 0.58) return `${pick(["round", "trunc"])}(${inside()}${chance(0.6) ? `, ${pick(["0", "1", "2", "3", "-1", "1.5", "'x'", inside()])}` : ""})`;
    if (roll < 0.66) return `substring(${pick([inside(), "{s}", quoted(pick(TEXTS))])}, ${pick(["0", "1", "2", "-1", inside()])}${chance(0.5) ? `, ${pick(["0", "1", "3", "99", inside()])}` : ""})`;
    if (roll < 0.88) {
        const unit = chance(0.7) ? `, '${pick(UNITS)}'` : "";
        return pick([
            `age(${date(depth)}${unit})`, `dateDiff(${date(depth)}, ${date(depth)}${unit})`, `dateAdd(${date(depth)}, ${pick(["1", "-30", "0.5", "'2'", inside()])}${unit})`,
            `${pick(["year", "month", "day", "weekday", "getYear"])}(${chance(0.8) ? date(depth) : ""})`, `diffDays(${date(depth)}, ${date(depth)})`, "today()", "today({n})", "today({s})",
            "currentDate()", "currentYear()", `getDate(${date(depth)})`,
        ]);
    }
    if (roll < 0.94) return pick([`isContainerReady(${inside()})`, "isDisplayMode()", `propertyValue('a', 'b')`, `getComment({a})`, `propertyValue(${inside()})`]);
    return `${pick(["foo", "Sum", "IIF", "x1", "negate", "empty", "or"])}(${many(2, inside).join(", ")})`;
}
function operand(depth) {
    const roll = random();
    if (depth <= 0) return roll < 0.6 ? variable() : constant();
    if (roll < 0.34) return variable();
    if (roll < 0.58) return constant();
    if (roll < 0.68) return `[${many(4, () => operand(depth - 1)).join(chance(0.8) ? ", " : ",")}]`;
    if (roll < 0.8) return call(depth);
    if (roll < 0.9) return `(${expression(depth - 1)}${chance(0.95) ? ")" : ""}`;
    if (roll < 0.95) return `${pick(["!", "! ", "negate ", "NEGATE"])}${operand(depth - 1)}`;
    return `${chance(0.7) ? variable() : constant()}${space()}${pick(["empty", "notempty", "Empty", "NOTEMPTY"])}`;
}
function expression(depth) {
    let text = operand(depth);
    while (chance(depth > 0 ? 0.45 : 0.25)) text += `${space()}${pick(BINARY)}${space()}${chance(0.03) ? "" : operand(depth - 1)}`;
    return text;
}
/** A comparison of a date with another one or a text, where the two are adjusted to one another. */
const dates = () => `${date(1)} ${pick(["<", ">", "<=", ">=", "=", "!=", "+", "-", "contains", "anyof"])} ${date(1)}`;
/** A text with one mistake, or a few pieces of expressions in no order. */
function broken() {
    const text = expression(2);
    const at = below(text.length + 1);
    const piece = () => pick(["(", ")", "[", "]", "{", "}", "'", "\"", ",", "\\", "!", " ", "0", "1", "x", "-", ".", "中", "=", "<", ">", "null", "empty", "or", "#", "f(", "*"]);
    return pick([
        () => text.slice(0, at), () => text.slice(0, at) + text.slice(at + 1), () => text.slice(0, at) + piece() + text.slice(at),
        () => many(8, () => pick([piece(), piece(), operand(0), pick(BINARY)])).join(chance(0.5) ? " " : ""),
    ])().toWellFormed();
}

/** The value with changes that may not matter: another order, case, type, white space. */
function disguised(value) {
    if (Array.isArray(value)) return (chance(0.5) ? [...value].reverse() : value).map((item) => (chance(0.7) ? item : disguised(item)));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, chance(0.7) ? item : disguised(item)]));
    return pick([() => value, () => String(value), () => (typeof value === "string" ? pick([value.toUpperCase(), ` ${value}`, Number(value), value.trim()]) : !!value), scalar])();
}
function pair() {
    const left = member(2);
    return { left, right: chance(0.8) ? disguised(left) : member(2), flags: [chance(0.5), chance(0.5), chance(0.5), chance(0.3)] };
}
function evaluation() {
    const roll = random();
    return {
        expression: roll < 0.12 ? broken() : roll < 0.2 ? dates() : roll < 0.3 ? inArray(1) : roll < 0.45 ? call(1) : expression(pick([1, 2, 2, 3])),
        values: values(),
        now: 1_700_000_000_123 + below(200_000_000) * 1000,
    };
}

for (let line = 0; line < count; line += 1) {
    const test = JSON.parse(JSON.stringify(chance(0.15) ? pair() : evaluation()));
    process.stdout.write(`${JSON.stringify({ ...test, ...answer(test) })}\n`);
}
