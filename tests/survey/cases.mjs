// Writes cases for the hand-written definitions as JSON lines: every answer, step list, language and time that a definition
// names, then made-up ones. `--per N` made-up cases a definition, `--seed N`, `--only TEXT` part of "topic/name",
// `--controls` also steps through the questions' controls.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { answersFor } from "./answers.mjs";
import { option, randomOf, textOption } from "./random.mjs";

const folder = fileURLToPath(new URL("./definitions/", import.meta.url));
const LOCALES = ["", "zh-cn", "zh-tw", "en"];
/** One time for cases that do not depend on it, so that results can be kept. */
const NOW = "2026-03-04T10:00:00+08:00";
const controls = process.argv.includes("--controls");

/** All hand-written definitions with their topics. */
export function definitions(only = "") {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(folder + file, "utf8")).map((entry) => ({ topic: file.slice(0, -5), ...entry })))
    .filter((entry) => `${entry.topic}/${entry.name}`.includes(only));
}

const usesControls = (steps) => steps.some(([name]) => name === "$answer" || name === "$comment");

function hash(text) {
  let sum = 5381;
  for (const letter of text) sum = (Math.imul(sum, 33) + letter.codePointAt(0)) >>> 0;
  return sum;
}

function* casesOf(entry, per, seed) {
  const base = { name: `${entry.topic}/${entry.name}`, definition: entry.definition };
  for (const mark of ["random", "unordered", "circular", "expect_unsupported"]) if (entry[mark]) base[mark] = true;
  const answers = entry.answers ?? [{}];
  const steps = (entry.steps ?? []).filter((list) => controls || !usesControls(list));
  const nows = entry.nows ?? [NOW];
  for (const now of nows) {
    for (const locale of ["", ...(entry.locales ?? [])]) {
      for (const given of answers) yield { ...base, answers: given, steps: [], locale, now };
    }
  }
  for (const list of steps) {
    yield { ...base, answers: {}, steps: list, locale: "", now: nows[0] };
    if (answers.length > 1) yield { ...base, answers: answers.at(-1), steps: list, locale: "", now: nows[0] };
  }
  const random = randomOf(hash(base.name) ^ seed);
  for (let index = 0; index < per; index++) {
    const made = answersFor(entry.definition, random, { controls });
    yield { ...base, ...made, locale: random.chance(0.7) ? "" : random.pick(LOCALES), now: random.pick(nows) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seed = option("seed", 1);
  for (const entry of definitions(textOption("only"))) {
    const lines = [...casesOf(entry, option("per", 10), seed)].map((one) => JSON.stringify(one));
    process.stdout.write(lines.join("\n") + "\n");
  }
}
