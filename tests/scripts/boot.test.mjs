// src/boot/boot.js in a made-up window: who can run the programme (W5, B4), what is asked for early, and that a page with a
// broken file is read anew once and not twice (P2).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const script = readFileSync(new URL('../../src/boot/boot.js', import.meta.url), 'utf8');
const ORIGIN = 'https://portal.example';
const settle = async () => { for (let i = 0; i < 30; i += 1) await new Promise((done) => setImmediate(done)); };

class Trap extends Error {}

function store(initial = {}) {
  const values = { ...initial };
  const methods = {
    getItem: (name) => (name in values ? values[name] : null),
    setItem: (name, value) => { values[name] = String(value); },
    removeItem: (name) => { delete values[name]; },
  };
  return new Proxy(values, { get: (target, name) => methods[name] || target[name] });
}

/** A page that has run the boot script. `session` outlives it, as a tab's storage does. */
function page({
  path = '/', name = '', local = {}, session = store(), languages = ['zh-CN'], agent = '', assembly, served = {}, online = true,
  worker, lost = [], blocked = false, queue = () => {}, reading = false,
} = {}) {
  const on = {};
  const timers = [];
  const sent = [];
  const state = { replaced: [], reloads: 0, unregistered: 0, deleted: [], order: [] };
  const element = (more) => ({ hidden: false, dataset: {}, textContent: '', tagName: 'DIV', ...more });
  const elements = {
    fail: element({ hidden: true }), app: element(), boot: element({ remove: () => { state.shellGone = true; } }),
    why: ['B-02 B-04', 'B-01', 'B-03'].map((why) => element({ dataset: { why } })), code: element(), brand: element(),
    theme: { content: '#dce3e6' }, drawn: { style: { set: {}, setProperty(key, value) { this.set[key] = value; } } },
    files: [{ src: `${ORIGIN}/app-1.js` }, { href: `${ORIGIN}/main-1.css` }],
  };
  const found = {
    '#fail': [elements.fail], '#boot': [elements.boot], '#probe': [], '[data-why]': elements.why, '[data-code]': [elements.code],
    '[data-brand]': [elements.brand], '.drawn': [elements.drawn], '[integrity]': elements.files, 'meta[name=theme-color]': [elements.theme],
  };
  const head = [];
  const pictures = [];
  const root = { dataset: {}, classList: { add: (one) => { root.className = one; } }, style: { set: {}, setProperty(key, value) { this.set[key] = value; } } };
  const document = {
    documentElement: root,
    readyState: reading ? 'loading' : 'complete',
    head: { appendChild: (one) => { head.push(one); return one; } },
    createElement: (tag) => ({ tag }),
    querySelectorAll: (selector) => {
      if (selector.startsWith('body>')) return [elements.app].filter((one) => !one.hidden);
      assert.ok(selector in found, selector);
      return found[selector];
    },
    addEventListener: (event, run) => { on[event] = run; },
  };
  const answers = {
    '/config.json': { api: '/api/v1', auth: 'cookie' }, '/api/v1/programme': {}, '/api/v1/me/overview': {}, ...served,
  };
  const window = {
    name, document,
    location: {
      href: ORIGIN + path, pathname: path.split('?')[0], search: path.includes('?') ? `?${path.split('?')[1]}` : '',
      replace: (to) => state.replaced.push(to), reload: () => { state.reloads += 1; state.order.push('reload'); },
    },
    navigator: { userAgent: agent, languages, serviceWorker: worker && {
      getRegistration: async () => worker === 'none' ? undefined : ({ unregister: async () => { state.unregistered += 1; state.order.push('unregister'); } }),
    } },
    WebAssembly: assembly === undefined ? { validate: WebAssembly.validate, RuntimeError: Trap } : assembly,
    matchMedia: () => ({ matches: false }),
    queueMicrotask: queue,
    sessionStorage: session,
    Image: class { constructor() { pictures.push(this); } },
    addEventListener: (event, run) => { on[event] = run; },
    setTimeout: (run, wait) => timers.push({ run, wait }),
    clearTimeout: () => { state.cleared = true; },
    fetch: (address, options = {}) => {
      sent.push({ address, ...options });
      if (options.cache === 'reload') state.order.push(`fetch ${address.replace(ORIGIN, '')}`);
      if (!online || lost.includes(address)) return Promise.reject(new TypeError('Failed to fetch'));
      const body = answers[address];
      const answer = { ok: body !== undefined, used: false, clone: () => ({ json: async () => { if (body instanceof Error) throw body; return body; } }) };
      return Promise.resolve(answer);
    },
    caches: { keys: async () => ['portal-1', 'portal-2'], delete: async (one) => { state.deleted.push(one); } },
  };
  Object.defineProperty(window, 'localStorage', { get: () => { if (blocked) throw new Error('SecurityError'); return local; } });
  if (blocked) Object.defineProperty(window, 'sessionStorage', { get: () => { throw new Error('SecurityError'); } });
  window.window = window;
  for (const global of ['Array', 'Boolean', 'Date', 'Error', 'JSON', 'Object', 'Promise', 'RegExp', 'String', 'Uint8Array', 'encodeURIComponent']) {
    window[global] = globalThis[global];
  }
  local = store(local);
  const context = vm.createContext(window);
  vm.runInContext(script, context);
  const inside = vm.runInContext('window', context);
  const load = () => window.__portal.load('/app-1.wasm', 'sha256-x');
  const error = (event) => on.error({ target: inside, ...event });
  const missing = (tagName = 'SCRIPT', more = {}) => on.error({ target: { tagName, rel: '', ...more } });
  const rejected = (reason) => on.unhandledrejection({ reason });
  const asked = (address) => sent.filter((one) => one.address === address);
  return { window, portal: window.__portal, state, elements, root, head, pictures, on, timers, sent, asked, load, error, missing, rejected, session };
}

test('an engine that has it all starts, and one that lacks a piece goes to the plain page', async () => {
  assert.deepEqual(page().state.replaced, []);
  for (const assembly of [null, {}.nothing ?? null, { validate: () => false, RuntimeError: Trap }]) {
    const { state, sent, elements, load, missing, rejected } = page({ assembly, path: '/rewards?q=a b' });
    assert.deepEqual(state.replaced, ['/plain.html?to=%2Frewards%3Fq%3Da%20b']);
    load();
    assert.deepEqual(sent, [], 'nothing is fetched on the way');
    missing();
    rejected(new Error('no glue'));
    await settle();
    assert.deepEqual([state.reloads, sent.length], [0, 0]);
    assert.equal(elements.fail.hidden, true);
  }
});

test('the probe is a module with each of the features, and asks for no more', () => {
  let bytes;
  page({ assembly: { validate: (given) => { bytes = [...given]; return true; }, RuntimeError: Trap } });
  assert.ok(WebAssembly.validate(new Uint8Array(bytes)));
  const code = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  // A parameter that is a reference, two results, i32.extend8_s, i32.trunc_sat_f32_s, memory.fill.
  for (const piece of ['60 01 6f 02 7f 7f', '41 00 c0', 'fc 00', 'fc 0b 00']) assert.ok(code.includes(piece), piece);
});

test('the way to the plain page is no circle', () => {
  const { state, elements } = page({ assembly: null, path: '/plain.html?to=%2F' });
  assert.deepEqual(state.replaced, []);
  assert.equal(elements.fail.hidden, false);
  assert.match(elements.code.textContent, /^B-01/);
  assert.deepEqual(elements.why.map((one) => one.hidden), [true, false, true]);
  const kiosk = page({ assembly: null, name: 'kiosk 0 ' });
  assert.deepEqual(kiosk.state.replaced, []);
  assert.match(kiosk.elements.code.textContent, /^B-01/);
});

test('queueMicrotask is there even where it is not', async () => {
  const own = () => {};
  assert.equal(page({ queue: own }).window.queueMicrotask, own);
  const { window } = page({ queue: null });
  let ran = false;
  window.queueMicrotask(() => { ran = true; });
  assert.equal(ran, false, 'not at once');
  await settle();
  assert.equal(ran, true);
});

test('the address at which the page was entered is kept', () => {
  assert.equal(page({ path: '/tier?from=menu' }).portal.entry, `${ORIGIN}/tier?from=menu`);
});

test('the first visit has the picture of the brand before the programme is here', async () => {
  const landscape = { light: '/media/day.svg', dark: '/media/night.svg' };
  const served = { '/api/v1/programme': { name: '海盐', brand: { landscape, shape: 'round' } } };
  const first = page({ served });
  await settle();
  assert.equal(first.elements.brand.textContent, '', 'nothing is written on a picture without its colours');
  assert.deepEqual(first.elements.drawn.style.set, { '--landscape': 'url("/media/day.svg")' });
  assert.deepEqual(first.root.style.set, {}, 'the rest of the page is not styled anew');
  assert.deepEqual(first.pictures.map((one) => ({ ...one })), [{ fetchPriority: 'high', src: '/media/day.svg' }]);
  assert.equal(first.root.className, 'has-landscape');
  const reading = page({ served, reading: true });
  await settle();
  assert.deepEqual(reading.elements.drawn.style.set, {});
  reading.window.document.readyState = 'interactive';
  reading.on.DOMContentLoaded();
  assert.deepEqual(reading.elements.drawn.style.set, { '--landscape': 'url("/media/day.svg")' });
  const kept = JSON.stringify({ name: '山茶', landscape: { light: '/media/own.svg' } });
  const again = page({ served, local: { 'portal.brand': kept } });
  await settle();
  assert.equal(again.elements.brand.textContent, '山茶');
  assert.equal(again.root.style.set['--landscape'], 'url("/media/own.svg")');
  const quick = page({ served });
  quick.portal.started();
  await settle();
  assert.equal(quick.root.className, undefined, 'the programme has drawn its own');
  for (const programme of [null, 'x', {}, { name: 7, brand: null }, { name: 'x', brand: { landscape: { light: 'javascript:alert(1)' }, shape: {} } }]) {
    const odd = page({ served: { '/api/v1/programme': programme } });
    await settle();
    assert.equal(odd.root.className, undefined, JSON.stringify(programme));
    assert.equal(odd.state.reloads, 0);
  }
});

test('a programme that cannot be read leaves the page as it is, whether the configuration comes or not', async () => {
  // Each runs beside the other, so that either may be the one that nobody listens to: node fails the test for a loose end.
  const unread = { '/api/v1/programme': new SyntaxError('HTML where JSON should be') };
  for (const more of [{}, { lost: ['/config.json'] }, { served: { ...unread, '/config.json': new SyntaxError('neither') } }, { online: false }]) {
    const odd = page({ served: unread, ...more });
    await settle();
    assert.equal(odd.root.className, undefined);
    assert.deepEqual([odd.state.reloads, odd.elements.fail.hidden], [0, true]);
  }
});

test('what the programme asks for first is asked for before it is here', async () => {
  const { portal, sent, asked } = page({ languages: ['fr', 'zh-Hant-HK'] });
  assert.equal(sent[0].cache, 'no-cache');
  await settle();
  assert.deepEqual(sent.map((one) => one.address), ['/config.json', '/api/v1/programme', '/api/v1/me/overview']);
  for (const path of ['/api/v1/programme', '/api/v1/me/overview']) {
    assert.deepEqual({ ...asked(path)[0].headers }, { Accept: 'application/json', 'Accept-Language': 'zh-TW' });
    assert.equal(asked(path)[0].credentials, 'same-origin');
    assert.equal(asked(path)[0].method, undefined);
  }
  assert.equal(portal.locale, 'zh-TW');
  assert.deepEqual(Object.keys(portal.early), ['/config.json', '/api/v1/programme', '/api/v1/me/overview']);
  assert.equal((await portal.early['/config.json']).used, false, 'the configuration can still be read');
  for (const one of Object.values(portal.early)) assert.ok((await one).ok);
});

test('another origin and a slash at the end are treated as the client treats them', async () => {
  const api = 'https://api.example/v1';
  const { asked } = page({ served: { '/config.json': { api: ` ${api}// ` }, [`${api}/programme`]: {}, [`${api}/me/overview`]: {} } });
  await settle();
  assert.equal(asked(`${api}/programme`)[0].credentials, 'include');
  assert.equal(asked(`${api}/me/overview`).length, 1);
});

test('nobody waits for the configuration: what it said last is believed until it is here', async () => {
  const served = { '/config.json': { api: '/b' }, '/b/programme': { brand: { landscape: { light: '/b.svg' } } }, '/b/me/overview': {} };
  const first = page({ served });
  assert.deepEqual(first.sent.map((one) => one.address), ['/config.json', '/api/v1/programme', '/api/v1/me/overview']);
  await settle();
  assert.deepEqual(first.sent.slice(3).map((one) => one.address), ['/b/programme', '/b/me/overview']);
  assert.equal(first.elements.drawn.style.set['--landscape'], 'url("/b.svg")', 'only the right backend has a brand');
  const local = { 'portal.api': '/b' };
  assert.equal(first.window.localStorage.getItem('portal.api'), '/b');
  const next = page({ served, local });
  assert.deepEqual(next.sent.map((one) => one.address), ['/config.json', '/b/programme', '/b/me/overview']);
  await settle();
  assert.equal(next.sent.length, 3);

  const token = page({ served: { '/config.json': { api: '/b', auth: 'bearer' } }, local });
  await settle();
  assert.equal(token.window.localStorage.getItem('portal.api'), '');
  const quiet = page({ served: { '/config.json': { api: '/b', auth: 'bearer' } }, local: { 'portal.api': '' } });
  await settle();
  assert.deepEqual(quiet.sent.map((one) => one.address), ['/config.json']);
  const kiosk = page({ served, name: 'kiosk 0 ' });
  await settle();
  assert.equal(kiosk.window.localStorage.getItem('portal.api'), null, 'a kiosk keeps nothing');
  assert.deepEqual(kiosk.pictures, []);
});

for (const [what, options, wanted] of [
  ['anybody', {}, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['a kiosk', { name: 'kiosk 0 ' }, ['/config.json', '/api/v1/programme']],
  ['signing in', { path: '/sign-in?next=%2Ftier' }, ['/config.json', '/api/v1/programme']],
  ['the catalogue', { path: '/rewards' }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview', '/api/v1/rewards?limit=20', '/api/v1/reward-categories']],
  ['a part of the catalogue', { path: '/rewards?affordable=true' }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['a reward', { path: '/rewards/island-mug' }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview', '/api/v1/rewards/island-mug']],
  ['an address that is none', { path: '/rewards/..%2Fme' }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['the surveys', { path: '/surveys' }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview', '/api/v1/me/surveys']],
  ['a survey', { path: '/surveys/store-visit' }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview', '/api/v1/surveys/store-visit']],
  ['a token', { served: { '/config.json': { auth: 'bearer' } } }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['a broken configuration', { served: { '/config.json': { api: 7 } } }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['no configuration', { served: { '/config.json': null } }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['blocked storage', { blocked: true }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['a network that goes', { lost: ['/api/v1/programme', '/api/v1/me/overview'] }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
  ['no network', { online: false }, ['/config.json', '/api/v1/programme', '/api/v1/me/overview']],
]) {
  test(`early requests: ${what}`, async () => {
    const lost = [];
    const hear = (reason) => lost.push(reason);
    process.on('unhandledRejection', hear);
    const { portal, elements } = page(options);
    await settle();
    process.off('unhandledRejection', hear);
    assert.deepEqual(Object.keys(portal.early), wanted);
    assert.deepEqual(lost, [], 'a lost early request is nobody’s failure');
    assert.equal(elements.fail.hidden, true);
  });
}

test('the module is fetched with its integrity, and can be had again', async () => {
  const { portal, load, asked } = page({ served: { '/app-1.wasm': 'wasm' } });
  load();
  assert.equal(asked('/app-1.wasm')[0].integrity, 'sha256-x');
  assert.ok((await portal.module).ok);
  assert.ok((await portal.again()).ok);
  assert.equal(asked('/app-1.wasm')[1].integrity, 'sha256-x');
});

test('a missing file: caches and worker are left behind and the page is read anew, once', async () => {
  const first = page({ worker: 'ours' });
  first.load();
  first.missing('LINK');
  first.missing('SCRIPT');
  first.rejected(new Error('404'));
  await settle();
  assert.equal(first.state.reloads, 1);
  assert.equal(first.state.unregistered, 1);
  assert.deepEqual(first.state.deleted, ['portal-1', 'portal-2']);
  assert.deepEqual(first.state.order, ['unregister', 'fetch /', 'fetch /app-1.wasm', 'fetch /app-1.js', 'fetch /main-1.css', 'reload']);
  assert.equal(first.elements.fail.hidden, true, 'nothing has failed yet');

  const second = page({ worker: 'ours', session: first.session });
  second.missing('SCRIPT');
  await settle();
  assert.equal(second.state.reloads, 0);
  assert.equal(second.elements.fail.hidden, false);
  assert.equal(second.elements.app.hidden, true);
  assert.match(second.elements.code.textContent, /^B-02/);

  const third = page({ session: first.session });
  third.portal.started();
  const later = page({ session: first.session });
  later.missing();
  await settle();
  assert.equal(later.state.reloads, 1, 'it has started in between');
});

test('a broken file is read anew, whatever is broken about it', async () => {
  for (const spoil of [
    ({ rejected }) => rejected(new TypeError('wasm')),
    ({ error }) => error({ error: new SyntaxError('x') }),
    ({ missing }) => missing('SCRIPT'),
  ]) {
    for (const worker of [undefined, 'none', 'ours']) {
      const it = page({ worker });
      spoil(it);
      await settle();
      assert.equal(it.state.reloads, 1, `${spoil} ${worker}`);
    }
  }
});

test('pictures, icons and errors without an error are no reason', async () => {
  const it = page();
  it.missing('IMG');
  it.missing('LINK', { rel: 'icon' });
  it.missing('LINK', { rel: 'manifest' });
  it.missing('LINK', { rel: 'apple-touch-icon' });
  it.error({});
  await settle();
  assert.equal(it.state.reloads, 0);
  assert.equal(it.elements.fail.hidden, true);
});

test('without a network our own screen stands instead of the browser’s', async () => {
  const it = page({ online: false });
  it.missing();
  await settle();
  assert.equal(it.state.reloads, 0);
  assert.match(it.elements.code.textContent, /^B-02/);
});

test('a panic never reads the page anew', async () => {
  for (const spoil of [(it) => it.error({ error: new Trap('unreachable') }), (it) => it.rejected(new Trap('unreachable'))]) {
    const it = page();
    spoil(it);
    await settle();
    assert.equal(it.state.reloads, 0);
    assert.match(it.elements.code.textContent, /^B-03/);
    // Not even one that comes while a file is being asked for again.
    const both = page();
    both.missing();
    spoil(both);
    await settle();
    assert.equal(both.state.reloads, 0);
    assert.match(both.elements.code.textContent, /^B-03/);
    const after = page();
    after.portal.started();
    spoil(after);
    assert.match(after.elements.code.textContent, /^B-03/);
  }
});

test('a page that has started is left alone', async () => {
  const it = page();
  it.missing();
  it.portal.started();
  await settle();
  assert.equal(it.state.reloads, 0);
  assert.equal(it.elements.fail.hidden, true);
  const later = page({ worker: 'ours' });
  later.portal.started();
  later.missing();
  later.rejected(new Error('late'));
  await settle();
  assert.deepEqual([later.state.reloads, later.state.unregistered], [0, 0]);
  assert.equal(later.elements.fail.hidden, true);
  assert.ok(it.state.shellGone && it.state.cleared);
});

test('a kiosk has its watchdog, and blocked storage no second chance', async () => {
  const kiosk = page({ name: 'kiosk 0 ' });
  assert.equal(kiosk.head[0].src, '/watchdog.js');
  assert.equal(kiosk.root.dataset.channel, 'kiosk');
  const blocked = page({ blocked: true });
  for (const it of [kiosk, blocked]) {
    it.missing();
    await settle();
    assert.equal(it.state.reloads, 0);
    assert.match(it.elements.code.textContent, /^B-02/);
  }
});

test('a slow start says so and gives the page back', () => {
  const { timers, elements, portal, state } = page();
  assert.equal(timers[0].wait, 30000);
  timers[0].run();
  assert.match(elements.code.textContent, /^B-04　\d\d:\d\d$/);
  assert.ok(elements.app.hidden && !elements.fail.hidden);
  assert.deepEqual(elements.why.map((one) => one.hidden), [false, true, true]);
  portal.started();
  assert.ok(!elements.app.hidden && elements.fail.hidden);
  assert.equal(state.reloads, 0);
});

test('a crash outranks a guess, and a start is no excuse for it', () => {
  const it = page();
  it.timers[0].run();
  it.error({ error: new Trap('unreachable') });
  assert.match(it.elements.code.textContent, /^B-03/);
  it.timers[0].run();
  assert.match(it.elements.code.textContent, /^B-03/);
  it.portal.started();
  assert.equal(it.elements.fail.hidden, false);
});

test('what fails before the document is there is shown when it is', () => {
  const it = page({ reading: true, blocked: true });
  it.missing();
  assert.equal(it.elements.fail.hidden, true);
  it.on.DOMContentLoaded();
  assert.equal(it.elements.fail.hidden, false);
});

test('languages are told as the programme tells them', () => {
  for (const [languages, kept, wanted] of [
    [['fr', 'en-GB', 'zh'], undefined, 'en'], [['zh-Hans-SG'], undefined, 'zh-CN'], [['zh-hk'], undefined, 'zh-TW'],
    [['zh-Hant'], undefined, 'zh-TW'], [['eno'], undefined, 'zh-CN'], [['en'], 'zh-TW', 'zh-TW'], [['en'], 'xx', 'en'], [[], undefined, 'zh-CN'],
  ]) {
    assert.equal(page({ languages, local: kept ? { 'portal.locale': kept } : {} }).root.lang, wanted, `${languages} ${kept}`);
  }
});

test('the last brand is painted from what was kept, and nothing else', () => {
  const brand = (more) => page({ local: { 'portal.brand': JSON.stringify(more), 'portal.theme': 'dark' } });
  const one = brand({ name: '青屿咖啡', shape: 'soft', landscape: { dark: '/media/a.svg' }, tokens: { dark: { sky1: '#123456', bg: 'url(x)' } } });
  assert.deepEqual(one.root.style.set, { '--sky1': '#123456', '--landscape': 'url("/media/a.svg")' });
  assert.equal(one.root.dataset.shape, 'soft');
  assert.equal(one.elements.brand.textContent, '青屿咖啡');
  assert.equal(one.elements.theme.content, '#123456');
  for (const landscape of ['//evil', 'javascript:x', '/a"b', '/a\\b', 7]) {
    assert.deepEqual(brand({ landscape: { dark: landscape }, shape: 'other' }).root.style.set, {});
    assert.equal(brand({ shape: 'other' }).root.dataset.shape, undefined);
  }
  for (const kept of ['', 'null', '7', '{', '"x"']) {
    assert.equal(page({ local: { 'portal.brand': kept } }).root.dataset.theme, 'light');
  }
});
