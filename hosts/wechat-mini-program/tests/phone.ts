/** A phone: what WeChat and the backend answer, and what was asked of them. Pages run in the simulator, in a document of jsdom. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { JSDOM } from 'jsdom';

const load = createRequire(__filename);
/** The mini program as JavaScript. */
export const PROGRAM = join(__dirname, '../miniprogram');
export const PORTAL = 'https://club.milk.test';

/** What the backend answers: a status with a body, or how `wx.request` fails; nothing: never. */
export type Reply = { status: number; body?: unknown; header?: Record<string, string> } | { fail: string } | null;

/** What the backend was asked. */
export interface Asked {
  method: string;
  url: string;
  data: Record<string, string> | undefined;
  header: Record<string, string>;
}

interface Callbacks {
  success?: (result: unknown) => void;
  fail?: (error: { errMsg: string }) => void;
}

/** What a WeChat call gives: a result, a failure, or nothing, ever. */
export type Outcome = { ok: unknown } | { fail: string } | null;

interface Phone {
  asked: Asked[];
  reply: (asked: Asked) => Reply;
  /** Calls of WeChat, with what they were given. */
  calls: { name: string; options: Record<string, unknown> }[];
  outcomes: Record<string, Outcome>;
  storage: Map<string, unknown>;
  stack: { route: string }[];
  language: string;
  scene: number;
  codes: number;
  held: ((resolve: (verdict: unknown) => void) => void) | null;
}

export const phone: Phone = {
  asked: [],
  reply: () => null,
  calls: [],
  outcomes: {},
  storage: new Map(),
  stack: [],
  language: 'en',
  scene: 1001,
  codes: 0,
  held: null,
};

export const PROGRAMME = {
  name: 'Milk & Tea',
  brand: { primary: '#EE8266' },
  terms_version: '2026-03-01',
  terms_url: '/documents/terms',
  privacy_url: null,
};

/** A phone as it comes: WeChat works, privacy is agreed to, nothing is kept. */
export function newPhone(reply: (asked: Asked) => Reply = () => null): void {
  Object.assign(phone, {
    asked: [],
    calls: [],
    storage: new Map(),
    stack: [{ route: 'pages/portal/portal' }],
    language: 'en',
    scene: 1001,
    codes: 0,
    outcomes: {
      getPrivacySetting: { ok: { needAuthorization: false, privacyContractName: 'Terms' } },
      openPrivacyContract: { ok: {} },
      getNetworkType: { ok: { networkType: 'wifi' } },
      requestPayment: { ok: {} },
      scanCode: { ok: { result: '6901234567892' } },
    },
    reply: (asked: Asked) => (asked.url.endsWith('/programme') ? { status: 200, body: PROGRAMME } : reply(asked)),
  });
}

/** The names of WeChat's calls so far, `login` and the like. */
export function called(name: string): Record<string, unknown>[] {
  return phone.calls.filter((call) => call.name === name).map((call) => call.options);
}

/** What was sent to the backend, but for the programme. */
export function sent(): Asked[] {
  return phone.asked.filter((asked) => !asked.url.endsWith('/programme'));
}

/** One of them, counted from 0. */
export function nth(at: number): Asked {
  const asked = sent()[at];
  if (asked === undefined) {
    throw new Error(`the backend was asked ${String(sent().length)} times`);
  }
  return asked;
}

function answer(name: string): (options?: Callbacks & Record<string, unknown>) => void {
  return (options = {}) => {
    phone.calls.push({ name, options });
    const outcome = phone.outcomes[name];
    if (outcome === undefined || outcome === null) {
      return;
    }
    setImmediate(() => {
      if ('ok' in outcome) {
        options.success?.(outcome.ok);
      } else {
        options.fail?.({ errMsg: outcome.fail });
      }
    });
  };
}

const stub: Record<string, unknown> = {
  login(options: Callbacks) {
    phone.calls.push({ name: 'login', options: {} });
    const outcome = phone.outcomes['login'];
    if (outcome === null) {
      return;
    }
    phone.codes += 1;
    const code = `code-${String(phone.codes)}`;
    setImmediate(() => {
      if (outcome !== undefined && 'fail' in outcome) {
        options.fail?.({ errMsg: outcome.fail });
      } else {
        options.success?.({ code });
      }
    });
  },
  request(options: Callbacks & Asked) {
    const asked = { method: options.method, url: options.url, data: options.data, header: options.header };
    phone.asked.push(asked);
    const reply = phone.reply(asked);
    if (reply === null) {
      return;
    }
    setImmediate(() => {
      if ('fail' in reply) {
        options.fail?.({ errMsg: reply.fail });
      } else {
        options.success?.({ statusCode: reply.status, data: reply.body, header: reply.header ?? {} });
      }
    });
  },
  getStorageSync: (key: string) => phone.storage.get(key),
  setStorage: ({ key, data }: { key: string; data: unknown }) => {
    phone.storage.set(key, data);
  },
  getAppBaseInfo: () => ({ language: phone.language, fontSizeScaleFactor: 1.25 }),
  getLaunchOptionsSync: () => ({ scene: phone.scene }),
  onNeedPrivacyAuthorization: (listener: Phone['held']) => {
    phone.held = listener;
  },
};
for (const name of [
  'getPrivacySetting',
  'openPrivacyContract',
  'getNetworkType',
  'requestPayment',
  'scanCode',
  'showShareMenu',
  'setNavigationBarTitle',
  'navigateTo',
  'navigateBack',
  'reLaunch',
]) {
  stub[name] = answer(name);
}

const { window } = new JSDOM('<!doctype html><html><head></head><body></body></html>');
Object.assign(globalThis, {
  window,
  document: window.document,
  CustomEvent: window.CustomEvent,
  Event: window.Event,
  getCurrentPages: () => phone.stack,
});

interface Node {
  dom: Element;
  data: Record<string, unknown>;
  instance: Record<string, (...args: unknown[]) => unknown>;
  querySelector: (selector: string) => Node | undefined;
  dispatchEvent: (name: string, options?: unknown) => void;
  attach: (parent: Element) => void;
  detach: () => void;
  toJSON: () => Tree;
}

interface Tree {
  tagName: string;
  attrs: { name: string; value: unknown }[];
  children: (Tree | string)[];
}

interface Simulator {
  load: (path: string, options: unknown) => string;
  render: (id: string) => Node;
}

const simulator = load('miniprogram-simulate') as Simulator;
// Its own stubs answer whatever they are asked; ours are all that there is.
Object.assign(globalThis, { wx: stub });

/** Lets everything that needs no time happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A page that is open on the phone. */
export class Page {
  private constructor(private readonly node: Node) {}

  /** Opens a page with its query as WeChat hands it on. */
  static async open(name: string, query: Record<string, string> = {}): Promise<Page> {
    const page = Page.begin(name, query);
    await settled();
    return page;
  }

  /** Like `open`, and waits for nothing. */
  static begin(name: string, query: Record<string, string> = {}): Page {
    const id = simulator.load(join(PROGRAM, 'pages', name, name), { compiler: 'simulate', rootPath: PROGRAM });
    const node = simulator.render(id);
    node.attach(window.document.body);
    const page = new Page(node);
    page.call('onLoad', query);
    return page;
  }

  /** Leaves it. */
  close(): void {
    this.node.detach();
  }

  call(method: string, ...args: unknown[]): unknown {
    const found = this.node.instance[method];
    if (found === undefined) {
      throw new Error(`the page has no ${method}`);
    }
    return found.call(this.node.instance, ...args);
  }

  datum(name: string): unknown {
    return this.node.data[name];
  }

  /** All text on the screen. */
  get text(): string {
    return (this.node.dom.textContent).replace(/\s+/g, ' ').trim();
  }

  /** The address in the web-view; nothing when there is no web-view. */
  get src(): unknown {
    return this.attribute('wx-web-view', 'src');
  }

  /** An attribute of the first element with this tag name. */
  attribute(tag: string, name: string): unknown {
    const found = tags(this.node.toJSON(), tag)[0];
    return found?.attrs.find((attr) => attr.name === name)?.value;
  }

  /** How many buttons there are to press. */
  get buttons(): number {
    return this.node.dom.querySelectorAll('wx-button').length;
  }

  /** Whether there is such an element. */
  has(selector: string): boolean {
    return this.node.querySelector(selector) !== undefined;
  }

  /** An event of an element: a tap, or what WeChat sends to its own. */
  async event(selector: string, name: string, detail: unknown = {}): Promise<void> {
    const found = this.node.querySelector(selector);
    if (found === undefined) {
      throw new Error(`there is no ${selector} in: ${this.text}`);
    }
    found.dispatchEvent(name, { detail });
    await settled();
  }

  /** Presses an element. */
  tap(selector: string): Promise<void> {
    return this.event(selector, 'tap');
  }

  /** Presses the one button of a notice, as often as `times` says before anything can happen. */
  async press(times = 1): Promise<void> {
    const notice = this.node.querySelector('.the-notice');
    const button = notice?.querySelector('.button');
    if (button === undefined) {
      throw new Error(`there is no button in: ${this.text}`);
    }
    for (let time = 0; time < times; time += 1) {
      button.dispatchEvent('tap');
    }
    await settled();
  }
}

function tags(tree: Tree | string, tag: string): Tree[] {
  if (typeof tree === 'string') {
    return [];
  }
  const below = tree.children.flatMap((child) => tags(child, tag));
  return tree.tagName === tag ? [tree, ...below] : below;
}

/** The query of an address, decoded. */
export function queryOf(address: unknown): Record<string, string> {
  return Object.fromEntries(new URL(String(address)).searchParams);
}
