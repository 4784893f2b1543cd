// What SurveyJS itself makes of expressions: reads JSON lines {expression, values, now} from standard input and prints
// for each the line with the results added. A line {left, right, flags} asks how two values compare and convert.
// Run alone or imported by generate-expressions.mjs.
//
// SURVEY_CORE names the folder whose node_modules hold survey-core; tools/npm when it isn't set.

import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const home = process.env.SURVEY_CORE ?? resolve(here, "../../tools/npm");
const require = createRequire(resolve(home, "package.json"));
const { ConditionRunner, ConditionsParser, ExpressionRunner, Helpers, settings } = require("survey-core");

console.warn = () => {};
console.error = () => {};

// What ECMAScript leaves to each browser is no date here: "5", "Jan 1, 2020", "2020.1.1".
const ISO = /^(\d{4}|[+-]\d{6})(-\d\d(-\d\d)?)?(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;
const LOOSE = /^\s*\d{1,6}([-/])\d{1,6}\1\d{1,6}(\s+\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?\s*$/;
const understood = (text) => ISO.test(text) || LOOSE.test(text);
class PortableDate extends Date {
    constructor(...parts) {
        const primitive = parts.length === 1 && !(parts[0] instanceof Date) ? parts[0]?.valueOf() : undefined;
        const text = typeof primitive === "object" && primitive !== null ? String(primitive) : primitive;
        super(...(typeof text === "string" && !understood(text) ? [NaN] : parts));
    }

    // Nor are the names of time zones the same everywhere.
    toString() {
        return super.toString().replace(/ \((?!Coordinated Universal|China Standard).*\)$/, "");
    }
}
globalThis.Date = PortableDate;

let now = 0;
settings.onDateCreated = (date, _reason, value) => (value ? date : new Date(now));

const copy = (value) => JSON.parse(JSON.stringify(value));
/** As JSON; half a character, which Rust can't hold, becomes the replacement character. */
const plain = (value) => JSON.parse((JSON.stringify(value) ?? "null").replace(/\\ud[89a-f][0-9a-f]{2}/g, "\\ufffd"));

/**
 * {ok, at, value, condition, variables, functions, free, offset}, or {crash} where the library throws.
 * `free` says whether a function without variables is called; `offset` is the local time zone in minutes.
 */
export function evaluate({ expression, values, now: moment }) {
    now = moment;
    const offset = -new Date(moment).getTimezoneOffset();
    try {
        const parser = new ConditionsParser();
        parser.parseExpression(expression);
        const runner = new ExpressionRunner(expression);
        const ok = runner.canRun();
        if (!ok) return { ok, at: parser.error?.at ?? null, offset };
        return {
            ok,
            value: plain(runner.runValues(copy(values), {})),
            condition: new ConditionRunner(expression).runValues(copy(values), {}),
            variables: runner.getVariables(),
            functions: runner.hasFunction(),
            free: runner.hasFunction(true),
            offset,
        };
    } catch (error) {
        return { crash: String(error.message ?? error), offset };
    }
}

/** How SurveyJS compares two values, and what it and JavaScript take the left one for. */
export function compare({ left, right, flags }) {
    const [ignoreOrder, caseSensitive, trimStrings, doNotConvertNumbers] = flags;
    const how = { ignoreOrder, caseSensitive, trimStrings, doNotConvertNumbers };
    return {
        equal: Helpers.checkIfValuesEqual(left, right, how),
        empty: Helpers.isValueEmpty(left),
        number: plain(Helpers.getNumber(left)),
        strict: plain(Number(left)),
        text: String(left),
        truthy: !!left,
    };
}

export const answer = (test) => ("flags" in test ? compare(test) : evaluate(test));

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
    for await (const line of createInterface({ input: process.stdin })) {
        if (!line.trim()) continue;
        const test = JSON.parse(line);
        process.stdout.write(`${JSON.stringify({ ...test, ...answer(test) })}\n`);
    }
}
