// Made-up definitions with made-up answers as JSON lines: `--seed N --count K`, `--each N` cases a definition (8),
// `--controls` also steps through the questions' controls. The same seed gives the same lines.

import { fileURLToPath } from "node:url";

import { answersFor } from "./answers.mjs";
import { Maker } from "./maker.mjs";
import { option, randomOf } from "./random.mjs";

const NOWS = ["2026-03-04T10:00:00+08:00", "2026-02-28T23:30:00+08:00", "2026-12-31T17:00:00+08:00"];
const LOCALES = ["", "", "", "zh-cn", "zh-tw", "en"];
/** Whether something within a question is computed from how the whole question reads, itself included. */
function showsItself(value) {
  if (Array.isArray(value)) return value.some(showsItself);
  if (value === null || typeof value !== "object") return false;
  if (typeof value.name === "string" && JSON.stringify(value).includes(`displayValue('${value.name}')`)) return true;
  return Object.values(value).some(showsItself);
}

/** Whether values are computed from each other, in a circle or forward: what comes out then depends on the order of work. */
export function computesForward(definition) {
  if (showsItself(definition)) return true;
  const order = new Map();
  let place = 0;
  const computed = [];
  const walk = (value) => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (value === null || typeof value !== "object") return;
    if (typeof value.name === "string" && (value.type || value.cellType)) order.set(value.name, place++);
    for (const key of ["setValueExpression", "defaultValueExpression", "expression", "runExpression", "setValueIf", "resetValueIf"]) {
      if (typeof value[key] === "string" && typeof value.name === "string") computed.push([value.name, value[key]]);
    }
    Object.values(value).forEach(walk);
  };
  walk(definition);
  return computed.some(([name, text]) => [...text.matchAll(/\{([^{}]+)\}/g)].some(([, used]) => (order.get(used.split(/[.[]/)[0]) ?? -1) >= (order.get(name) ?? -1) && order.has(used.split(/[.[]/)[0])));
}

/** The same with the members of objects in the order of their names, as whatever a case is cut down to has them too. */
function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, ordered(value[key])]));
}

/** The cases of a seed. */
export function* generated(seed, count, each, settings) {
  let number = 0;
  for (let made = 0; made < count; number++) {
    const random = randomOf((seed * 1_000_003 + number) >>> 0);
    const definition = ordered(new Maker(random).definition());
    const circular = computesForward(definition);
    for (let index = 0; index < each && made < count; index++, made++) {
      const one = { name: `${seed}/${number}/${index}`, definition, ...ordered(answersFor(definition, random, settings)) };
      if (circular) one.circular = true;
      yield { ...one, locale: random.pick(LOCALES), now: random.pick(NOWS) };
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let lines = [];
  const settings = { controls: process.argv.includes("--controls"), stepping: 0.8, most: 8 };
  for (const one of generated(option("seed", 1), option("count", 1000), option("each", 8), settings)) {
    lines.push(JSON.stringify(one));
    if (lines.length >= 500) {
      process.stdout.write(lines.join("\n") + "\n");
      lines = [];
    }
  }
  if (lines.length > 0) process.stdout.write(lines.join("\n") + "\n");
}
