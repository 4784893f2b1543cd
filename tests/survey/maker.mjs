// Makes up a definition: elements of every type, with properties and conditions at random.

const CHOICES = ["apple", "banana", "cherry", "拿铁", 1, 2, 3, 10];
const TYPES = [
  "text", "text", "text", "number", "number", "date", "comment", "radiogroup", "radiogroup", "checkbox", "checkbox", "dropdown",
  "tagbox", "rating", "boolean", "ranking", "imagepicker", "matrix", "matrixdropdown", "multipletext", "panel", "paneldynamic",
  "html", "image", "expression",
];
/** What a matrix's cell can be. */
const CELLS = ["text", "number", "dropdown", "radiogroup", "checkbox", "boolean", "rating", "comment", "expression"];

/** A maker of one definition; what has a name so far is what conditions speak of. */
export class Maker {
  constructor(random) {
    this.random = random;
    this.names = [];
    this.count = 0;
    this.circular = random.chance(0.1);
    this.busy = random.pick([0.15, 0.35, 0.6]);
  }

  maybe(share = 0.5) {
    return this.random.chance(share * this.busy * 2);
  }

  text(words = ["Question", "Frage", "问题", "How was it"]) {
    const { random } = this;
    const plain = `${random.pick(words)} ${this.maybe(0.4) && this.names.length > 0 ? `{${this.reference()}}` : this.count}`;
    return random.chance(0.15) ? { default: plain, "zh-cn": `${plain}（中）`, ...(random.chance(0.5) ? { en: `${plain} (en)` } : {}) } : plain;
  }

  reference(prefixes = []) {
    const { random } = this;
    if (prefixes.length > 0 && random.chance(0.7)) return random.pick(prefixes);
    if (this.names.length === 0 || random.chance(0.06)) return random.pick(["q1", "q9", "nobody", "extra"]);
    return random.pick(this.names);
  }

  constant() {
    const { random } = this;
    return random.pick(["1", "2", "3", "0", "10", "'apple'", "'banana'", "'拿铁'", "'yes'", "'x'", "true", "false", "'1'", "'other'", "'2026-03-04'"]);
  }

  operand(prefixes) {
    const { random } = this;
    const name = this.reference(prefixes);
    return random.pick([`{${name}}`, `{${name}}`, `{${name}}`, `{${name}[0]}`, `{${name}.length}`, `{${name}.r1}`, `{${name}[0].a}`, `count({${name}})`, `({${name}} + 1)`]);
  }

  comparison(prefixes) {
    const { random } = this;
    const kind = random.below(12);
    const left = random.chance(0.7) ? `{${this.reference(prefixes)}}` : this.operand(prefixes);
    if (kind < 2) return `${left} ${random.pick(["empty", "notempty"])}`;
    if (kind < 3) return `${left} ${random.pick(["anyof", "allof", "noneof"])} [${this.constant()}, ${this.constant()}]`;
    if (kind < 5) return `${left} ${random.pick(["contains", "notcontains"])} ${this.constant()}`;
    if (kind < 6) return `${left} ${random.pick(["=", "!=", "<", ">="])} ${this.operand(prefixes)}`;
    if (kind < 7) return `!(${left} = ${this.constant()})`;
    return `${left} ${random.pick(["=", "=", "=", "!=", "<>", "<", "<=", ">", ">="])} ${this.constant()}`;
  }

  condition(prefixes = []) {
    const { random } = this;
    if (random.chance(0.01)) return random.pick(["{q1} =", "", "{q1} and"]);
    const first = this.comparison(prefixes);
    return random.chance(0.25) ? `${first} ${random.pick(["and", "or"])} ${this.comparison(prefixes)}` : first;
  }

  /** An expression that gives a value. Without a circle it speaks only of what came before. */
  value(prefixes = []) {
    const { random } = this;
    const one = this.operand(prefixes);
    const other = random.chance(0.5) ? this.operand(prefixes) : this.constant();
    return random.pick([
      one, `${one} + ${other}`, `${one} * 2`, `iif(${this.comparison(prefixes)}, ${other}, ${one})`, `sum(${one}, ${other})`, `max(${one}, 3)`, `'got ' + ${one}`,
      `round(${one} / 3, 1)`, `today()`, `${this.constant()}`, `trunc(${one} / 2)`, `substring(${one}, 1)`, `displayValue('${this.reference()}')`,
    ]);
  }

  choices(items = CHOICES) {
    const { random } = this;
    const chosen = random.shuffled(items).slice(0, random.between(1, 5));
    return chosen.map((value) => {
      if (random.chance(0.6)) return value;
      const item = { value };
      if (random.chance(0.7)) item.text = random.chance(0.2) ? { default: `Text ${value}`, "zh-cn": `文字 ${value}` } : `Text ${value}`;
      if (this.maybe(0.2)) item.visibleIf = this.condition();
      if (this.maybe(0.15)) item.enableIf = this.condition();
      return item;
    });
  }

  select(question) {
    const { random } = this;
    question.choices = this.choices();
    if (this.maybe(0.25)) question[random.pick(["showOtherItem", "hasOther"])] = true;
    if (this.maybe(0.15)) question[random.pick(["showNoneItem", "hasNone"])] = true;
    if (this.maybe(0.06)) question.showRefuseItem = true;
    if (this.maybe(0.06)) question.showDontKnowItem = true;
    if (this.maybe(0.1)) question.choicesOrder = random.pick(["asc", "desc"]);
    if (this.maybe(0.2)) question.choicesVisibleIf = this.itemCondition();
    if (this.maybe(0.12)) question.choicesEnableIf = this.itemCondition();
    if (this.maybe(0.1)) question.hideIfChoicesEmpty = true;
    if (this.maybe(0.08)) question.storeOthersAsComment = random.chance(0.5);
    if (this.maybe(0.05)) question.otherErrorText = this.text(["Which"]);
    const others = this.names.filter((name) => name !== question.name);
    if (this.maybe(0.12) && others.length > 0) {
      question.choicesFromQuestion = random.pick([...others, "nobody"]);
      if (random.chance(0.6)) question.choicesFromQuestionMode = random.pick(["all", "selected", "unselected"]);
      if (random.chance(0.6)) delete question.choices;
    }
  }

  /** Values of the question's own choices, and now and then some other. */
  ownValues(question) {
    const own = (question.choices ?? []).map((item) => (item !== null && typeof item === "object" ? item.value : item)).filter((value) => value !== undefined);
    return own.length > 0 && !this.maybe(0.1) ? own : CHOICES;
  }

  itemCondition() {
    const { random } = this;
    return random.pick([`{${this.reference()}} contains {item}`, `{item} != ${this.constant()}`, `{item} = {${this.reference()}}`, `{item} > 1 or {${this.reference()}} empty`, this.condition()]);
  }

  limits(question) {
    if (this.maybe(0.3)) question.minSelectedChoices = this.random.between(1, 3);
    // Limits that exclude each other are settled by the order of the JSON's members: written down, by hand, once.
    if (this.maybe(0.3)) question.maxSelectedChoices = this.random.between(question.minSelectedChoices ?? 1, 3);
  }

  validators(kind) {
    const { random } = this;
    const list = [];
    for (let left = random.between(1, 2); left > 0; left--) {
      const validator = random.pick([
        { type: "numeric", minValue: random.between(0, 5), ...(random.chance(0.5) ? { maxValue: random.between(5, 20) } : {}) },
        { type: "text", minLength: random.between(1, 4), ...(random.chance(0.5) ? { maxLength: random.between(4, 9) } : {}) },
        { type: "email" },
        { type: "regex", regex: random.pick(["^[a-z]+$", "^\\d{2,}$", "^[\\u4e00-\\u9fa5]+$"]) },
        { type: "expression", expression: this.condition() },
        ...(kind === "array" ? [{ type: "answercount", minCount: random.between(1, 3) }, { type: "answercount", maxCount: random.between(1, 3) }] : []),
      ]);
      if (random.chance(0.4)) validator.text = this.text(["Wrong"]);
      list.push(validator);
    }
    return list;
  }

  /** What any question can have. `prefixes` are variables of the panel or row it is in. */
  common(question, prefixes) {
    const { random } = this;
    if (this.maybe(0.5)) question.title = this.text();
    if (this.maybe(0.35)) question.visibleIf = this.condition(prefixes);
    if (this.maybe(0.12)) question.enableIf = this.condition(prefixes);
    if (this.maybe(0.35)) question.isRequired = true;
    if (this.maybe(0.12)) question.requiredIf = this.condition(prefixes);
    if (this.maybe(0.04)) question.visible = false;
    if (this.maybe(0.04)) question.readOnly = true;
    if (this.maybe(0.1)) question.requiredErrorText = this.text(["Please answer"]);
    if (this.maybe(0.05)) question[random.pick(["showCommentArea", "hasComment"])] = true;
    if (this.maybe(0.1)) question.clearIfInvisible = random.pick(["none", "onComplete", "onHidden", "onHiddenContainer"]);
    if (this.maybe(0.05)) question.useDisplayValuesInDynamicTexts = false;
    return question;
  }

  computed(question, prefixes) {
    if (this.maybe(0.12)) question.defaultValueExpression = this.value(prefixes);
    if (this.maybe(0.1)) question.setValueExpression = this.value(prefixes);
    if (question.setValueExpression && this.maybe(0.5)) question.setValueIf = this.condition(prefixes);
    if (this.maybe(0.06)) question.resetValueIf = this.condition(prefixes);
  }

  simple(type, name, prefixes = []) {
    const { random } = this;
    const question = { type, name };
    this.common(question, prefixes);
    switch (type) {
      case "number":
        question.type = "text";
        question.inputType = "number";
        if (this.maybe(0.3)) question.min = random.between(0, 5);
        if (this.maybe(0.3)) question.max = random.between(5, 15);
        if (this.maybe(0.15)) question.minValueExpression = this.operand(prefixes);
        if (this.maybe(0.1)) question.maxValueExpression = this.operand(prefixes);
        if (this.maybe(0.15)) question.defaultValue = random.between(0, 9);
        if (this.maybe(0.15)) question.validators = this.validators();
        this.computed(question, prefixes);
        break;
      case "date":
        question.type = "text";
        question.inputType = "date";
        if (this.maybe(0.3)) question.min = "2026-01-01";
        if (this.maybe(0.3)) question.maxValueExpression = random.pick(["today()", "today(7)", this.operand(prefixes)]);
        if (this.maybe(0.15)) question.defaultValueExpression = "today()";
        break;
      case "text":
        if (this.maybe(0.15)) question.inputType = random.pick(["email", "tel", "url", "time", "datetime-local"]);
        if (this.maybe(0.1)) question.maxLength = random.between(2, 8);
        if (this.maybe(0.15)) question.defaultValue = random.pick(["x", "yes", "apple", "1"]);
        if (this.maybe(0.2)) question.validators = this.validators();
        this.computed(question, prefixes);
        break;
      case "comment":
        if (this.maybe(0.2)) question.validators = this.validators();
        break;
      case "radiogroup":
      case "dropdown":
        this.select(question);
        if (this.maybe(0.15)) question.defaultValue = random.pick(this.ownValues(question));
        this.computed(question, prefixes);
        break;
      case "checkbox":
      case "tagbox":
        this.select(question);
        this.limits(question);
        if (this.maybe(0.1)) question.showSelectAllItem = true;
        if (this.maybe(0.15)) question.defaultValue = random.some(this.ownValues(question), 0.4);
        if (this.maybe(0.15)) question.validators = this.validators("array");
        break;
      case "ranking":
        this.select(question);
        if (this.maybe(0.4)) question.selectToRankEnabled = true;
        if (question.selectToRankEnabled) this.limits(question);
        break;
      case "imagepicker":
        question.choices = this.choices().map((item) => ({ ...(typeof item === "object" ? item : { value: item }), imageLink: "/p.png" }));
        if (this.maybe(0.5)) question.multiSelect = true;
        break;
      case "rating":
        if (this.maybe(0.3)) Object.assign(question, random.pick([{ rateMin: 0, rateMax: 10 }, { rateMax: 3 }, { rateCount: 7 }, { rateType: "stars" }, { rateType: "smileys" }, { rateValues: ["a", 2, { value: 3, text: "Three" }] }]));
        if (this.maybe(0.1)) question.defaultValue = random.between(1, 5);
        this.computed(question, prefixes);
        break;
      case "boolean":
        if (this.maybe(0.3)) Object.assign(question, { valueTrue: "yes", valueFalse: "no" });
        if (this.maybe(0.1)) question.defaultValue = random.pick(["true", "false", "indeterminate", true]);
        break;
      case "html":
        question.html = this.text(["<p>Hello", "Nothing"]);
        break;
      case "image":
        question.imageLink = "/p.png";
        break;
      case "expression":
        question.expression = this.value(prefixes);
        break;
    }
    return question;
  }

  matrix(question) {
    const { random } = this;
    question.rows = ["r1", "r2", "r3"].slice(0, random.between(1, 3)).map((value) => {
      if (random.chance(0.7)) return value;
      return { value, text: `Row ${value}`, ...(this.maybe(0.3) ? { visibleIf: this.condition() } : {}) };
    });
    if (this.maybe(0.15)) question.rowsVisibleIf = this.itemCondition();
    if (this.maybe(0.1)) question.columnsVisibleIf = this.itemCondition();
    if (this.maybe(0.1)) question.hideIfRowsEmpty = true;
    return question;
  }

  element(depth, prefixes) {
    const { random } = this;
    const type = random.pick(TYPES);
    const name = `q${++this.count}`;
    if (type === "panel") {
      if (depth > 2) return this.simple("text", name, prefixes);
      const panel = this.common({ type, name: `p${this.count}` }, []);
      for (const key of ["clearIfInvisible", "showCommentArea", "hasComment", "useDisplayValuesInDynamicTexts"]) delete panel[key];
      panel.elements = this.elements(random.between(1, 4), depth + 1, prefixes);
      return panel;
    }
    if (type === "matrix") {
      const question = this.matrix(this.common({ type, name, columns: this.choices([1, 2, 3, 4]) }, prefixes));
      if (this.maybe(0.2)) question[random.pick(["eachRowRequired", "isAllRowRequired"])] = true;
      if (this.maybe(0.12)) question.eachRowUnique = true;
      if (this.maybe(0.08)) question.cellType = "checkbox";
      return question;
    }
    if (type === "matrixdropdown") return this.matrixdropdown(name, prefixes);
    if (type === "multipletext") {
      const question = this.common({ type, name }, prefixes);
      question.items = ["a", "b", "c"].slice(0, random.between(1, 3)).map((item) => {
        const made = { name: item };
        if (this.maybe(0.3)) made.isRequired = true;
        if (this.maybe(0.3)) made.inputType = random.pick(["number", "email", "date"]);
        if (this.maybe(0.2)) made.validators = this.validators();
        if (this.maybe(0.15)) made.defaultValueExpression = this.value();
        if (this.maybe(0.2)) made.title = this.text(["Item"]);
        return made;
      });
      return question;
    }
    if (type === "paneldynamic") return depth > 1 ? this.simple("number", name, prefixes) : this.paneldynamic(name, depth, prefixes);
    return this.simple(type, name, prefixes);
  }

  matrixdropdown(name, prefixes) {
    const { random } = this;
    const question = this.matrix(this.common({ type: "matrixdropdown", name, choices: this.choices() }, prefixes));
    const names = ["a", "b", "c", "d"].slice(0, random.between(1, 4));
    const inRow = names.map((column) => `row.${column}`);
    question.columns = names.map((column) => {
      const { type, ...rest } = this.simple(random.pick(CELLS), column, inRow);
      if (random.chance(0.4)) delete rest.choices;
      for (const key of ["clearIfInvisible", "hasComment", "showCommentArea", "useDisplayValuesInDynamicTexts", "requiredErrorText"]) if (key !== "requiredErrorText") delete rest[key];
      const made = { ...rest, cellType: type };
      if (this.maybe(0.1)) made.isUnique = true;
      if (this.maybe(0.15)) made.totalType = random.pick(["sum", "count", "min", "max", "avg"]);
      return made;
    });
    this.names.push(`${name}.r1.a`);
    return question;
  }

  paneldynamic(name, depth, prefixes) {
    const { random } = this;
    const question = this.common({ type: "paneldynamic", name }, prefixes);
    const outer = this.names;
    const inner = ["a", "b", "c", "d"].slice(0, random.between(1, 4));
    const inPanel = [...inner.map((key) => `panel.${key}`), `prevPanel.${inner[0]}`, "panelIndex"];
    question.templateElements = inner.map((key) => {
      const type = random.pick([...CELLS, "checkbox", "matrix", "date"]);
      if (type === "matrix") return this.matrix(this.common({ type, name: key, columns: [1, 2, 3] }, inPanel));
      return this.simple(type, key, inPanel);
    });
    this.names = [...outer, `${name}[0].${inner[0]}`];
    if (this.maybe(0.4)) question.panelCount = random.between(1, 3);
    if (this.maybe(0.15)) question.minPanelCount = random.between(1, 2);
    if (this.maybe(0.15)) question.maxPanelCount = random.between(2, 3);
    if (this.maybe(0.15)) question.keyName = inner[0];
    if (this.maybe(0.1)) question.templateVisibleIf = this.condition(inPanel);
    if (this.maybe(0.15)) question.templateTitle = "Panel {panelIndex} {panel.a}";
    if (this.maybe(0.1)) question.defaultPanelValue = { [inner[0]]: "x" };
    return question;
  }

  elements(count, depth, prefixes = []) {
    const made = [];
    for (let left = count; left > 0 && this.count < 24; left--) {
      // In a definition with circles, names of what is still to come are known from the start.
      const element = this.element(depth, prefixes);
      made.push(element);
      if (!["panel", "html", "image"].includes(element.type) && prefixes.length === 0) this.names.push(element.valueName ?? element.name);
    }
    return made;
  }

  triggers() {
    const { random } = this;
    return Array.from({ length: random.between(1, 2) }, () => {
      const trigger = random.pick([
        { type: "setvalue", setToName: this.reference(), setValue: random.pick([1, "x", "apple", ["apple"], true]) },
        { type: "copyvalue", setToName: this.reference(), fromName: this.reference() },
        { type: "runexpression", setToName: this.reference(), runExpression: this.value() },
        { type: "complete" },
        { type: "skip", gotoName: this.reference() },
        { type: "visible", questions: [this.reference()] },
      ]);
      return { ...trigger, expression: this.condition() };
    });
  }

  definition() {
    const { random } = this;
    if (this.circular || random.chance(0.5)) this.names = Array.from({ length: random.between(2, 10) }, (_, index) => `q${index + 1}`);
    const wanted = random.pick([2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12, 15]);
    const pages = random.between(1, 4);
    const made = { pages: [] };
    for (let page = 1; page <= pages; page++) {
      const entry = { name: `page${page}` };
      if (this.maybe(0.15)) entry.visibleIf = this.condition();
      if (this.maybe(0.06)) entry.enableIf = this.condition();
      if (this.maybe(0.3)) entry.title = this.text(["Page"]);
      entry.elements = this.elements(Math.max(1, Math.round(wanted / pages)), 0);
      made.pages.push(entry);
    }
    if (this.maybe(0.3)) made.clearInvisibleValues = random.pick(["none", "onComplete", "onHidden", "onHiddenContainer"]);
    if (this.maybe(0.15)) made.triggers = this.triggers();
    if (this.maybe(0.2)) {
      made.calculatedValues = [{ name: "calc1", expression: this.value(), includeIntoResult: random.chance(0.6) }];
      if (random.chance(0.4)) made.calculatedValues.push({ name: "calc2", expression: "{calc1} + 1", includeIntoResult: true });
    }
    if (this.maybe(0.05)) made.firstPageIsStartPage = true;
    if (this.maybe(0.06)) made.storeOthersAsComment = false;
    if (this.maybe(0.08)) made.checkErrorsMode = random.pick(["onValueChanged", "onComplete"]);
    if (this.maybe(0.05)) made.maxTextLength = random.between(3, 10);
    if (this.maybe(0.03)) made.readOnly = true;
    if (pages === 1 && random.chance(0.5)) {
      const { pages: only, ...rest } = made;
      return { ...rest, elements: only[0].elements };
    }
    return made;
  }
}
