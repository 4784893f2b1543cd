// public/watchdog.js in a made-up window: what makes it begin the page anew, and how often (requirement K6).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const script = readFileSync(new URL('../../public/watchdog.js', import.meta.url), 'utf8');
const SECOND = 1000;

/** A window with a page that has started, unless told otherwise; time passes by `pass`. */
function page({ name = 'kiosk 0 ', boot = false, served = () => true, workers } = {}) {
  let now = 1_000_000;
  const due = [];
  const at = (time, run, every) => due.push({ time, run, every });
  const state = {
    loads: 0,
    app: { textContent: 'x', innerText: '桃里茶铺', height: 800 },
    fail: { hidden: true, code: 'B-03　16:58' },
    boot,
    hidden: false,
    stored: 'card',
    caches: ['portal-1', 'others'],
    workers,
  };
  const elements = {
    app: () => ({
      get innerText() { return state.app.innerText; },
      set textContent(text) { state.app.textContent = text; },
      getBoundingClientRect: () => ({ height: state.app.height }),
    }),
    fail: () => ({ hidden: state.fail.hidden, querySelector: () => ({ textContent: state.fail.code }) }),
    boot: () => (state.boot ? {} : null),
  };
  const window = {
    name,
    __portal: {},
    location: { replace: () => { state.loads += 1; } },
    localStorage: { clear: () => { state.stored = ''; } },
    sessionStorage: { clear: () => {} },
  };
  const context = vm.createContext({
    window,
    document: {
      getElementById: (id) => elements[id](),
      get hidden() { return state.hidden; },
    },
    navigator: workers ? { serviceWorker: {
      getRegistrations: async () => workers.map(() => ({ unregister: () => state.workers.pop() })),
    } } : {},
    caches: { keys: async () => [...state.caches], delete: (name) => state.caches.splice(state.caches.indexOf(name), 1) },
    performance: { now: () => now, clearResourceTimings: () => {} },
    fetch: () => Promise.resolve({ ok: served() }),
    setInterval: (run, every) => at(now + every, run, every),
    setTimeout: (run, wait, ...rest) => at(now + wait, () => run(...rest)),
    Math, Number, String, RegExp, Promise, Error,
  });
  vm.runInContext(script, context);
  async function pass(seconds, lives = true) {
    const end = now + seconds * SECOND;
    while (now < end) {
      now += SECOND;
      if (lives) window.__portal.alive();
      for (const one of due.filter((one) => one.time <= now)) {
        if (one.every) one.time += one.every;
        else due.splice(due.indexOf(one), 1);
        one.run();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const sleep = (seconds) => {
    now += seconds * SECOND;
    for (const one of due) one.time = Math.max(one.time, now + 1);
  };
  return { window, state, pass, sleep };
}

test('a page that lives is left alone', async () => {
  const { state, pass } = page();
  await pass(7200);
  assert.equal(state.loads, 0);
  assert.equal(state.stored, 'card');
});

test('a crash wipes what is on screen at once and begins anew after a pause', async () => {
  const { window, state, pass } = page();
  await pass(10);
  state.fail.hidden = false;
  await pass(6);
  assert.equal(state.app.textContent, '');
  assert.equal(state.stored, '');
  await pass(5);
  assert.equal(state.loads, 1);
  assert.equal(window.name, 'kiosk 1 B-03');
});

for (const [what, spoil, limit] of [
  ['stands still', () => {}, 30],
  ['shows nothing', ({ app }) => { app.innerText = '  '; }, 12],
  ['has collapsed', ({ app }) => { app.height = 0; }, 12],
]) {
  test(`a page that ${what} is begun anew`, async () => {
    const { state, pass } = page();
    await pass(20);
    spoil(state);
    await pass(limit + 15, what !== 'stands still');
    assert.equal(state.loads, 1);
  });
}

test('a start that never ends is begun anew', async () => {
  const { state, pass } = page({ boot: true });
  await pass(44, false);
  assert.equal(state.loads, 0);
  await pass(15, false);
  assert.equal(state.loads, 1);
});

test('a start that ended with nothing but an excuse is begun anew', async () => {
  const { window, state, pass } = page();
  await pass(60, false);
  assert.equal(state.loads, 1);
  assert.equal(window.name, 'kiosk 1 stopped');
});

test('nothing is begun anew while the server does not answer', async () => {
  let up = false;
  const { state, pass } = page({ served: () => up });
  await pass(10);
  state.fail.hidden = false;
  await pass(600);
  assert.equal(state.loads, 0);
  up = true;
  await pass(10);
  assert.equal(state.loads, 1);
});

test('pauses grow from one time to the next, up to a quarter of an hour', async () => {
  const pauses = [];
  for (const count of [0, 1, 2, 3, 4, 9, 200]) {
    const { state, pass } = page({ name: `kiosk ${count} silent` });
    state.fail.hidden = false;
    let waited = 0;
    while (!state.loads) {
      await pass(1);
      waited += 1;
    }
    pauses.push(waited);
  }
  assert.deepEqual(pauses, [...pauses].sort((a, b) => a - b));
  assert.ok(pauses[0] <= 9 && pauses[1] <= 16 && pauses.at(-1) >= 900 && pauses.at(-1) <= 910, String(pauses));
});

test('after ten good minutes it counts from the beginning', async () => {
  const { window, pass } = page({ name: 'kiosk 4 silent' });
  await pass(590);
  assert.equal(window.name, 'kiosk 4 silent');
  await pass(30);
  assert.equal(window.name, 'kiosk 0 silent');
});

test('a device that has slept is no reason', async () => {
  const { state, pass, sleep } = page();
  await pass(20);
  sleep(3600);
  await pass(60);
  assert.equal(state.loads, 0);
});

test('a screen that is switched off is no reason', async () => {
  const { state, pass } = page();
  await pass(10);
  state.hidden = true;
  await pass(3600, false);
  state.hidden = false;
  await pass(20);
  assert.equal(state.loads, 0);
});

test('a worker from before the browser was a kiosk is sent away, and what it has kept goes even after it', async () => {
  for (const workers of [['one'], []]) {
    const { state, pass } = page({ workers });
    await pass(1);
    assert.deepEqual([state.workers, state.caches], [[], ['others']]);
  }
});
