// Made-up answers for a definition: mostly fitting, some just beside it, some of the wrong kind.

const TEXTS = ["x", "yes", "Ann", "kiwi", "拿铁", "a b", "ABC", "12", "0", "-1", "1.5", "true", "  ", "a@b.cn", "13800000000"];
const DAYS = ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-04", "2026-03-05", "2026-12-31", "2000-02-29", "2030-06-15"];
const WRONG = ["", null, [], {}, 0, -1, 1e6, false, true, "nowhere", ["nowhere"], { a: 1 }, "  ", [null], ["", "x"], [[1]], "1"];
const SPECIAL = { showOtherItem: "other", hasOther: "other", showNoneItem: "none", hasNone: "none", showRefuseItem: "refused", showDontKnowItem: "dontknow" };

const SPECIAL_KEYS = Object.keys(SPECIAL);
const SPECIAL_VALUES = new Set(Object.values(SPECIAL));

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const itemValue = (item) => (isObject(item) && "value" in item ? item.value : item);

/** The elements of a definition that hold values, panels opened, with their dynamic parts left closed. */
export function questionsOf(definition) {
  const found = [];
  const walk = (elements) => {
    for (const element of Array.isArray(elements) ? elements : []) {
      if (!isObject(element)) continue;
      if (element.type === "panel") walk(element.elements ?? element.questions);
      else if (typeof element.name === "string") found.push(element);
    }
  };
  walk(definition.elements ?? definition.questions);
  for (const page of definition.pages ?? []) walk(page?.elements ?? page?.questions);
  return found;
}

/** For each name that an expression mentions, the constants beside it. */
export function constantsOf(definition) {
  const pool = new Map();
  const read = (text) => {
    const names = [...text.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1].replace(/^(panel|row|prevPanel|nextPanel)\./, ""));
    const constants = [...text.replace(/\{[^{}]*\}/g, " ").matchAll(/'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)/g)];
    const values = constants.map((match) => (match[3] === undefined ? match[1] ?? match[2] : Number(match[3])));
    for (const name of names) {
      for (const key of new Set([name, name.split(/[.[]/)[0], name.split(".").at(-1)])) {
        pool.set(key, [...(pool.get(key) ?? []), ...values]);
      }
    }
  };
  const walk = (value) => {
    if (typeof value === "string" && value.includes("{")) read(value);
    else if (value && typeof value === "object") Object.values(value).forEach(walk);
  };
  walk(definition);
  return pool;
}

function choicesOf(question, all, depth = 0) {
  const own = (question.choices ?? []).map(itemValue);
  const special = SPECIAL_KEYS.filter((key) => question[key]).map((key) => SPECIAL[key]);
  const from = depth < 3 ? all.find((other) => other.name === question.choicesFromQuestion) : undefined;
  const numbers = [];
  for (let value = question.choicesMin ?? 1; value <= (question.choicesMax ?? 0) && numbers.length < 20; value += question.choicesStep ?? 1) numbers.push(value);
  return [...own, ...numbers, ...special, ...(from ? choicesOf(from, all, depth + 1) : [])];
}

function fitting(question, context) {
  const { random, all, pool } = context;
  const constants = pool.get(question.name) ?? [];
  const type = question.type ?? question.cellType ?? "text";
  if (constants.length > 0 && !["checkbox", "tagbox", "ranking", "matrix", "matrixdropdown", "paneldynamic", "multipletext"].includes(type) && random.chance(0.45)) {
    const constant = random.pick(constants);
    return typeof constant === "number" && random.chance(0.3) ? constant + random.between(-1, 1) : constant;
  }
  switch (type) {
    case "text":
      switch (question.inputType) {
        case "number":
        case "range":
          return random.chance(0.2) ? random.pick(["3", "12.5", "abc", "1e2", "-4", 2.25, 0.1]) : random.between(-2, 25);
        case "date":
          return random.chance(0.1) ? random.pick(["2026-02-30", "x", "2026-03-04T20:00:00Z", 20260304]) : random.pick(DAYS);
        case "datetime-local":
          return `${random.pick(DAYS)}T${random.pick(["00:00", "07:59", "12:30", "23:59"])}`;
        case "time":
          return random.pick(["08:59", "09:00", "12:00", "18:01", "9", "25:61"]);
        case "month":
          return random.pick(["2026-01", "2026-05", "2026-12", "x"]);
        case "email":
          return random.pick(["a@b.cn", "ann@example.com", "x", "a@b", "a b@c.de"]);
        default:
          return random.pick(TEXTS);
      }
    case "radiogroup":
    case "dropdown":
    case "buttongroup":
      return random.pick([...choicesOf(question, all), "nowhere"]);
    case "imagepicker":
      return question.multiSelect ? random.some(choicesOf(question, all)) : random.pick([...choicesOf(question, all), "nowhere"]);
    case "checkbox":
    case "tagbox": {
      const chosen = random.shuffled(random.some([...choicesOf(question, all), ...constants.filter(() => random.chance(0.2))], random.pick([0.2, 0.5, 0.9])));
      return question.valuePropertyName ? chosen.map((value) => ({ [question.valuePropertyName]: value })) : chosen;
    }
    case "ranking": {
      const order = random.shuffled(choicesOf(question, all));
      return random.chance(0.7) ? order : order.slice(0, random.below(order.length + 1));
    }
    case "rating":
      if (question.rateValues) return random.pick([...question.rateValues.map(itemValue), 9]);
      return random.between(question.rateMin ?? 1, (question.rateMax ?? question.rateCount ?? 5) + (random.chance(0.1) ? 2 : 0));
    case "boolean":
      return random.chance(0.8) ? random.pick([question.valueTrue ?? true, question.valueFalse ?? false]) : random.pick([true, false, "true", 1]);
    case "matrix": {
      const columns = (question.columns ?? []).map(itemValue);
      if ((question.rows ?? []).length === 0) return random.pick(columns);
      const cell = () => (question.cellType === "checkbox" ? random.some(columns) : random.pick(columns));
      return Object.fromEntries(random.some(question.rows.map(itemValue), 0.7).map((row) => [row, cell()]));
    }
    case "matrixdropdown": {
      const rows = random.some((question.rows ?? []).map(itemValue), 0.7);
      return Object.fromEntries(rows.map((row) => [row, record(cellsOf(question), context)]));
    }
    case "multipletext":
      return record((question.items ?? []).map((item) => ({ type: "text", ...item })), context);
    case "paneldynamic": {
      const inner = questionsOf({ elements: question.templateElements ?? [] });
      return Array.from({ length: random.pick([0, 1, 1, 2, 2, 3, 4]) }, () => record(inner, context));
    }
    case "expression":
      return random.chance(0.15) ? random.below(20) : undefined;
    case "html":
    case "image":
      return undefined;
    default:
      return random.pick(TEXTS);
  }
}

function cellsOf(question) {
  return (question.columns ?? []).filter(isObject).map((column) => {
    const type = column.cellType && column.cellType !== "default" ? column.cellType : question.cellType ?? "dropdown";
    return { ...column, type, choices: column.choices ?? question.choices };
  });
}

function record(questions, context) {
  const { random } = context;
  const result = {};
  for (const question of questions) if (random.chance(0.75)) add(result, question, context);
  return result;
}

function add(result, question, context) {
  const { random } = context;
  const name = question.valueName ?? question.name;
  const value = answer(question, context);
  if (value !== undefined) result[name] = value;
  const chosen = value === "other" || (Array.isArray(value) && value.includes("other"));
  const other = (question.showOtherItem || question.hasOther) && !["ranking", "imagepicker"].includes(question.type);
  const area = question.showCommentArea || question.hasComment || other;
  if ((chosen && random.chance(0.7)) || (area && random.chance(0.15))) result[`${name}-Comment`] = random.pick(["kiwi", "", "a longer comment", "0"]);
}

function spoilt(value, random) {
  if (random.chance(0.4)) return random.pick(WRONG);
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return random.pick([value.toUpperCase(), ` ${value}`, [value], `${value}!`, Number(value) || value]);
  if (Array.isArray(value)) return random.pick([value[0] ?? null, [...value, "nowhere"], [...value, ...value], value.map(String)]);
  if (isObject(value)) return random.pick([{ ...value, nowhere: 1 }, Object.values(value), JSON.stringify(value)]);
  return String(value);
}

function answer(question, context) {
  const value = fitting(question, context);
  if (value === undefined) return undefined;
  return context.random.chance(context.spoiling) ? spoilt(value, context.random) : value;
}

const MEMBERS = {
  matrix: (question) => () => ({ ...question, type: question.cellType === "checkbox" ? "checkbox" : "radiogroup" }),
  matrixdropdown: (question) => () => ({ type: "record", cells: cellsOf(question) }),
  record: (question) => (name) => question.cells.find((cell) => cell.name === name),
  multipletext: (question) => (name) => ({ type: "text", ...question.items?.find((item) => item.name === name) }),
};

/** Whether a control of this question can give such a value: one answer, a list of different ones, one for each part. */
function isOfItsKind(question, value) {
  if (value === null || value === undefined) return true;
  const type = question.type ?? "text";
  if (type === "matrix" && (question.rows ?? []).length === 0) return !isObject(value) && !Array.isArray(value);
  if (type in MEMBERS) {
    const member = MEMBERS[type](question);
    return isObject(value) && Object.entries(value).every(([name, one]) => isPart(name, one, member));
  }
  if (type === "paneldynamic") {
    const inner = questionsOf({ elements: question.templateElements ?? [] });
    const member = (name) => inner.find((one) => (one.valueName ?? one.name) === name);
    return Array.isArray(value) && value.every((entry) => isObject(entry) && Object.entries(entry).every(([name, one]) => isPart(name, one, member)));
  }
  // What is no choice becomes the text beside `other`, which a number isn't.
  const saysOther = question.showOtherItem || question.hasOther;
  const spoken = (one) => typeof one !== "number" || (question.choices ?? []).map(itemValue).includes(one);
  if (saysOther && !(Array.isArray(value) ? value : [value]).every(spoken)) return false;
  if (["checkbox", "tagbox", "ranking"].includes(type) || (type === "imagepicker" && question.multiSelect)) {
    const offered = type === "ranking" || type === "imagepicker" ? [] : SPECIAL_KEYS.filter((key) => question[key]).map((key) => SPECIAL[key]);
    if (value.some?.((one) => SPECIAL_VALUES.has(one) && !offered.includes(one))) return false;
    const plain = (one) => one !== null && one !== "" && (question.valuePropertyName ? isObject(one) : typeof one !== "object");
    return Array.isArray(value) && value.every(plain) && new Set(value.map(String)).size === value.length;
  }
  if (type === "boolean") return [question.valueTrue ?? true, question.valueFalse ?? false].includes(value);
  if (type === "text" && DATED.includes(question.inputType)) return value === "" || (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value));
  return typeof value !== "object";
}

const DATED = ["date", "datetime-local"];

function isPart(name, value, member) {
  if (name.endsWith("-Comment")) return typeof value === "string";
  const question = member(name);
  return question === undefined ? typeof value !== "object" : isOfItsKind(question, value);
}

/** Whether some answer is of a kind that no control of its question gives. */
function isOdd(all, answers, steps) {
  const given = [...Object.entries(answers), ...steps.filter((step) => step.length > 1).map((step) => step.slice(-2))];
  const beside = (name) => all.find((question) => (question.valueName ?? question.name) === name || question.name === name);
  return !given.every(([name, value]) => isPart(name, value, beside));
}

/** Answers and steps for one case. */
export function answersFor(definition, random, settings = {}) {
  const all = questionsOf(definition);
  const context = { random, all, pool: constantsOf(definition), spoiling: random.pick([0, 0, 0.05, 0.25]) };
  const answers = {};
  const share = random.pick([0, 0.3, 0.6, 0.9, 1]);
  for (const question of all) if (random.chance(share)) add(answers, question, context);
  for (const name of context.pool.keys()) {
    if (!/[.[ ]/.test(name) && !all.some((question) => question.name === name) && random.chance(0.1)) answers[name] = random.pick([...context.pool.get(name), 1]);
  }
  if (random.chance(0.05)) answers.extra = random.pick([1, "x", { deep: [1, null] }]);
  const steps = [];
  if (all.length > 0 && random.chance(settings.stepping ?? 0.5)) {
    for (let left = random.between(1, settings.most ?? 5); left > 0; left--) steps.push(step(all, context, settings));
  }
  return isOdd(all, answers, steps) ? { answers, steps, odd: true } : { answers, steps };
}

function step(all, context, settings) {
  const { random } = context;
  if (random.chance(settings.turning ?? 0.15)) return [random.pick(["$next", "$next", "$prev"])];
  const spoken = all.filter((question) => context.pool.has(question.name));
  const question = random.pick(spoken.length > 0 && random.chance(0.6) ? spoken : all);
  const name = question.valueName ?? question.name;
  const value = random.chance(0.12) ? random.pick([null, "", []]) : answer(question, context) ?? null;
  if (settings.controls && random.chance(0.5)) return ["$answer", question.name, value];
  return [name, value];
}
