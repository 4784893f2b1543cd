// What the reference library answers. Reads JSON lines {definition, answers?, steps?, locale?, now?, seed?} on stdin and
// prints for each {visible_questions, visible_pages, errors, data, unsupported, detail, trace}; {crash} where the library
// throws. `trace` is what is visible and held before the steps and after each of them.
// Steps: [name, value] sets a value of the survey, ["$next"] and ["$prev"] turn the page, ["$answer", name, value] and
// ["$comment", name, text] go through the question as its control does.
// The clock stands at `now`; the time zone follows its offset. With --json-errors each line has `json_errors` as well.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const RealDate = Date;
const clock = { now: RealDate.now(), zone: process.env.TZ ?? "" };

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => (args.length === 0 ? new target(clock.now) : new target(...args)),
  apply: (target) => new target(clock.now).toString(),
  get: (target, key) => (key === "now" ? () => clock.now : target[key]),
});
for (const name of ["log", "warn", "error", "info", "debug"]) console[name] = () => {};

const here = process.env.SURVEY_CORE ?? fileURLToPath(new URL("../../tools/npm/", import.meta.url));
const require = createRequire(pathToFileURL(here.replace(/\/*$/, "/")));
export const library = require("survey-core");
require("survey-core/i18n/simplified-chinese");
require("survey-core/i18n/traditional-chinese");

// Style classes say nothing about answers, and working them out takes an eighth of the time.
library.Question.prototype.updateElementCssCore = () => {};

/** Zones by minutes east of Greenwich; others have no name of their own. */
const ZONES = { 0: "UTC", 480: "Asia/Shanghai" };

/** Sets the clock and the zone from an RFC 3339 time. */
function setClock(now) {
  if (!now) return;
  clock.now = RealDate.parse(now);
  const match = /([+-])(\d\d):(\d\d)$/.exec(now);
  const minutes = match ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
  if (-new RealDate(clock.now).getTimezoneOffset() === minutes) return;
  if (minutes % 60 !== 0) throw new Error("the zone's offset must be whole hours");
  process.env.TZ = ZONES[minutes] ?? `Etc/GMT${minutes > 0 ? "-" : "+"}${Math.abs(minutes) / 60}`;
}

/** A control that is emptied gives `undefined`, for which JSON has no word. */
const given = (value) => (value === null ? undefined : value);

function take(model, step) {
  const [name, first, second] = step;
  if (name === "$next") return model.state === "starting" ? model.start() : model.nextPage();
  if (name === "$prev") return model.prevPage();
  if (name === "$answer") {
    const question = model.getQuestionByName(first);
    if (question) question.value = given(second);
  } else if (name === "$comment") {
    const question = model.getQuestionByName(first);
    if (question) question.comment = second;
  } else {
    model.setValue(name, given(first));
  }
}

// As the member sees them: with the answers in place of their names.
const texts = (errors) => errors.map((error) => error.locText.textOrHtml);
const values = (items) => items.map((item) => item.value);

const visibleOf = (model) => model.getAllQuestions().filter((question) => question.isVisible && question.isParentVisible);

/** The survey between two steps. */
function glance(model) {
  return {
    visible_questions: visibleOf(model).map((question) => question.name),
    visible_pages: model.visiblePages.map((page) => page.name),
    data: JSON.parse(JSON.stringify(model.data)),
    page: model.currentPage?.name ?? null,
    state: model.state,
  };
}

/** What a member sees, beyond which questions there are. */
function detail(model, questions) {
  const result = { choices: {}, ranked: {}, enabled: {}, required: {}, titles: {}, rows: {}, columns: {}, html: {} };
  for (const question of questions) {
    const { name } = question;
    const type = question.getType();
    if (Array.isArray(question.visibleChoices)) result.choices[name] = values(question.visibleChoices);
    if (type === "ranking") result.ranked[name] = values(question.rankingChoices);
    if (type === "html") result.html[name] = question.processedHtml;
    if (question.isDescendantOf("matrixbase") && type !== "matrixdynamic") {
      result.rows[name] = question.visibleRows.map((row) => row.rowName ?? row.name);
      result.columns[name] = question.visibleColumns.map((column) => column.value ?? column.name);
    }
    if (type === "expression") result.html[name] = question.formatedValue;
    result.enabled[name] = !question.isReadOnly;
    result.required[name] = question.isRequired;
    result.titles[name] = question.processedTitle;
  }
  result.panels = model.getAllPanels(true).filter((panel) => panel.isVisible && visibleUpwards(panel)).map((panel) => panel.name);
  result.page_titles = Object.fromEntries(model.visiblePages.map((page) => [page.name, page.processedTitle]));
  result.state = model.state;
  result.page = model.currentPage?.name ?? null;
  result.progress = model.progressValue;
  return result;
}

function visibleUpwards(element) {
  for (let parent = element.parent; parent; parent = parent.parent) if (!parent.isVisible) return false;
  return true;
}

/** What the library's reader says about a definition: unknown properties, classes and values. */
function complaints(definition) {
  const model = new library.Model();
  model.fromJSON(structuredClone(definition), { validatePropertyValues: true });
  return (model.jsonErrors ?? []).map((error) => error.getFullDescription?.() ?? error.message);
}

/** The library's answer to one case. */
export function evaluate(given, options = {}) {
  setClock(given.now);
  const model = new library.Model(given.definition);
  model.randomSeed = given.seed ?? 1;
  if (given.locale) model.locale = given.locale;
  if (given.answers) model.data = structuredClone(given.answers);
  const trace = [];
  for (const step of given.steps ?? []) {
    trace.push(glance(model));
    take(model, structuredClone(step));
  }
  if (trace.length > 0) trace.push(glance(model));

  const visible = visibleOf(model);
  const result = {
    visible_questions: visible.map((question) => question.name),
    visible_pages: model.visiblePages.map((page) => page.name),
    errors: {},
    data: {},
    unsupported: [],
    detail: detail(model, visible),
    trace,
  };
  if (options.jsonErrors) result.json_errors = complaints(given.definition);
  model.validate(true, false);
  for (const question of visible) {
    const found = texts(question.getAllErrors());
    if (found.length > 0) result.errors[question.name] = found;
  }
  const panels = model.getAllPanels().filter((panel) => panel.errors.length > 0);
  result.detail.panel_errors = Object.fromEntries(panels.map((panel) => [panel.name, texts(panel.errors)]));
  model.doComplete();
  result.data = JSON.parse(JSON.stringify(model.data));
  return result;
}

/** The same, with what was thrown in place of an answer. */
export function evaluateSafely(given, options) {
  try {
    return evaluate(given, options);
  } catch (error) {
    return { crash: String(error?.stack ?? error).split("\n").slice(0, 4).join("\n") };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { jsonErrors: process.argv.includes("--json-errors") };
  let out = [];
  const flush = () => {
    if (out.length > 0) process.stdout.write(out.join("\n") + "\n");
    out = [];
  };
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    out.push(JSON.stringify(evaluateSafely(JSON.parse(line), options)));
    if (out.length >= 200) flush();
  }
  flush();
  // The library's timers must not hold the process.
  process.exitCode = 0;
  process.stdout.write("", () => process.exit());
}
