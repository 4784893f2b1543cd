// src/boot/worker.js with made-up caches, clients and network: what it keeps, what it answers, and what it leaves alone (P1, P2).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const source = readFileSync(new URL('../../src/boot/worker.js', import.meta.url), 'utf8');
const ORIGIN = 'https://portal.example';
const [SCRIPT, MODULE, SHEET] = ['/app-00000000000000a1.js', '/app-00000000000000a2.wasm', '/main-00000000000000a3.css'];
const PARTS = ['/later-00000000000000b1.css', '/part-code-00000000000000b2.wasm', '/part-me-00000000000000b3.wasm'];
const TYPES = { js: 'text/javascript; charset=utf-8', wasm: 'application/wasm', css: 'text/css', json: 'application/json' };

class FakeResponse {
  constructor(body = '', { status = 200, type = 'basic', kind, redirected = false, date = null } = {}) {
    const contentType = kind || 'text/html; charset=utf-8';
    Object.assign(this, { body, status, type, redirected, ok: status >= 200 && status < 300, used: false, contentType, date });
    this.headers = { get: (name) => ({ 'content-type': contentType, date })[name] ?? null };
  }
  clone() {
    assert.ok(!this.used, 'a clone of an answer that is read already');
    const { body, status, type, redirected, contentType, date } = this;
    return new FakeResponse(body, { status, type, redirected, kind: contentType, date });
  }
  async text() { return this.body; }
  async json() { return JSON.parse(this.body); }
}

const file = (path, body = path) => new FakeResponse(body, { kind: TYPES[path.split('.').pop()] });
// Served without a date unless it is given: such a page is kept for when there is no network only.
const page = (script = SCRIPT, age) => new FakeResponse(
  `<!doctype html><script src="${script}"></script><link href="${MODULE}"><link href="${SHEET}">`,
  { date: age === undefined ? null : new Date(Date.now() - age).toUTCString() }
);
const HOUR = 3600 * 1000;

/** A browser that outlives workers: caches, windows, and a server that can be cut off. */
function browser() {
  const stores = new Map();
  const world = {
    stores,
    clients: [],
    sent: [],
    server: new Map([['/', page]]),
    slow: new Set(),
    online: true,
    full: false,
  };
  for (const path of [SCRIPT, MODULE, SHEET, ...PARTS]) world.server.set(path, () => file(path));
  world.server.set('/config.json', () => new FakeResponse('{}', { kind: TYPES.json }));
  world.server.set('/manifest.webmanifest', () => new FakeResponse('{}', { kind: 'application/manifest+json' }));
  world.server.set('/favicon.svg', () => new FakeResponse('<svg/>', { kind: 'image/svg+xml' }));
  const address = (key) => new URL(typeof key === 'string' ? key : key.url, ORIGIN).pathname;
  const cache = (name) => ({
    match: async (key) => stores.get(name)?.get(address(key))?.clone(),
    put: async (key, answer) => {
      if (world.full) throw new Error('QuotaExceededError');
      if (!stores.has(name)) stores.set(name, new Map());
      stores.get(name).set(address(key), answer);
    },
    delete: async (key) => Boolean(stores.get(name)?.delete(address(key))),
    keys: async () => [...(stores.get(name)?.keys() || [])],
  });
  world.caches = {
    open: async (name) => {
      if (!stores.has(name)) stores.set(name, new Map());
      return cache(name);
    },
    match: async (key, { cacheName } = {}) => {
      if (cacheName) return stores.get(cacheName)?.get(address(key))?.clone();
      for (const store of stores.values()) if (store.has(address(key))) return store.get(address(key)).clone();
      return undefined;
    },
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
  };
  world.fetch = async (request, options = {}) => {
    const path = address(request);
    world.sent.push({ path, cache: options.cache });
    if (world.slow.has(path)) return new Promise((done, failed) => world.late.push({ path, done, failed }));
    if (!world.online) throw new TypeError('Failed to fetch');
    const answer = world.server.get(path);
    return answer ? answer() : new FakeResponse('not found\n', { status: 404, kind: 'text/plain' });
  };
  world.late = [];
  world.held = (name = '') => [...stores].filter(([key]) => key.includes(name)).flatMap(([, store]) => [...store.keys()]);
  return world;
}

/** One version of the worker in that browser; `run` sends it an event and waits for all it asks to wait for. */
function worker(world, { version = 'n', home = [SCRIPT, MODULE, SHEET], later = PARTS } = {}) {
  const on = {};
  const timers = [];
  const state = { skipped: 0, claimed: 0 };
  const registration = { installing: null, waiting: null };
  const self = {
    location: { origin: ORIGIN },
    registration,
    addEventListener: (name, run) => { on[name] = run; },
    skipWaiting: async () => { state.skipped += 1; },
    clients: { matchAll: async () => world.clients.map((id) => ({ id })), claim: async () => { state.claimed += 1; } },
  };
  const names = `const VERSION=${JSON.stringify(version)},HOME=${JSON.stringify(home)},LATER=${JSON.stringify(later)};\n`;
  vm.runInNewContext(names + source, {
    self, caches: world.caches, fetch: world.fetch, URL, Promise, Error, TypeError, Response: FakeResponse, Set, JSON, String, Date, Math,
    setTimeout: (run, wait) => timers.push({ run, wait }),
  });
  async function run(name, details = {}) {
    const waits = [];
    let answer;
    on[name]({ ...details, waitUntil: (wait) => waits.push(wait), respondWith: (given) => { answer = Promise.resolve(given); } });
    const given = answer && (await answer);
    await Promise.all(waits);
    return given;
  }
  const request = (path, more = {}) => ({
    url: new URL(path, ORIGIN).href, method: 'GET', mode: 'cors', cache: 'default', headers: new Headers(more.range ? { range: more.range } : {}), ...more,
  });
  const get = (path, more) => run('fetch', { request: request(path, more) });
  const visit = (path, more) => get(path, { mode: 'navigate', ...more });
  return { run, get, visit, state, registration, timers, message: (data) => run('message', { data }) };
}

async function installed(options) {
  const world = browser();
  const it = worker(world, options);
  await it.run('install');
  await it.run('activate');
  world.sent.length = 0;
  return { world, ...it };
}

test('installing keeps what home needs, past the HTTP cache where names have no hash', async () => {
  const world = browser();
  const { run, state } = worker(world);
  await run('install');
  assert.deepEqual(
    world.held('portal-n').sort(),
    ['/', SCRIPT, MODULE, SHEET, '/config.json', '/manifest.webmanifest', '/favicon.svg'].sort()
  );
  const how = Object.fromEntries(world.sent.map((sent) => [sent.path, sent.cache]));
  assert.equal(how['/'], 'reload');
  assert.equal(how['/config.json'], 'reload');
  assert.equal(how[MODULE], undefined);
  assert.equal(state.skipped, 0, 'a new version waits');
});

test('an optional file that is missing does no harm, a needed one ends the install', async () => {
  const world = browser();
  world.server.delete('/manifest.webmanifest');
  world.server.set('/favicon.svg', page);
  await worker(world).run('install');
  assert.ok(world.held().includes(MODULE) && !world.held().includes('/favicon.svg'));
  for (const [path, answer] of [
    [MODULE, undefined],
    [MODULE, page],
    ['/', () => new FakeResponse('', { status: 503 })],
    ['/', () => page('/app-00000000000000ff.js')],
  ]) {
    const broken = browser();
    if (answer) broken.server.set(path, answer);
    else broken.server.delete(path);
    await assert.rejects(worker(broken).run('install'), `${path}`);
  }
});

test('an install takes over what an earlier version has under the same name', async () => {
  const { world } = await installed();
  world.sent.length = 0;
  await worker(world, { version: 'n1' }).run('install');
  assert.deepEqual(world.sent.map((sent) => sent.path).sort(), ['/', '/config.json', '/favicon.svg', '/manifest.webmanifest']);
  assert.ok(world.held('portal-n1').includes(MODULE));
});

test('a screen whose page has no date comes from the network, and is not kept on the way', async () => {
  const { world, visit } = await installed();
  world.server.set('/rewards', () => page('/app-00000000000000ff.js'));
  const before = world.stores.get('portal-n').get('/').body;
  assert.match((await visit('/rewards')).body, /00ff/);
  world.server.set('/', () => page('/app-00000000000000ff.js'));
  assert.match((await visit('/')).body, /00ff/);
  assert.equal(world.stores.get('portal-n').get('/').body, before);
});

test('who comes gets the kept page at once, and its date and headers are renewed beside it', async () => {
  const world = browser();
  world.server.set('/', () => page(SCRIPT, 30 * HOUR));
  const it = worker(world);
  await it.run('install');
  await it.message({ type: 'fill' });
  const before = world.stores.get('portal-n').get('/').date;
  world.sent.length = 0;
  for (const cache of ['default', 'force-cache']) {
    world.server.set('/', () => page(SCRIPT, HOUR));
    assert.match((await it.visit('/rewards', { cache })).body, new RegExp(SCRIPT));
    assert.deepEqual(world.sent.splice(0), [{ path: '/', cache: 'no-cache' }]);
    assert.notEqual(world.stores.get('portal-n').get('/').date, before);
  }
  const renewed = world.stores.get('portal-n').get('/');
  world.server.set('/', () => new FakeResponse(`${SCRIPT} ${MODULE} ${SHEET}`, { status: 500 }));
  assert.match((await it.visit('/')).body, new RegExp(SCRIPT));
  world.online = false;
  assert.match((await it.visit('/')).body, new RegExp(SCRIPT));
  assert.equal(world.stores.get('portal-n').get('/'), renewed);
});

test('a page whose parts aren’t all here comes from the network, which may have no part of it any more', async () => {
  const world = browser();
  world.server.set('/', () => page(SCRIPT, HOUR));
  const it = worker(world);
  await it.run('install');
  const newer = () => page('/app-00000000000000ff.js', 0);
  const part = world.server.get(PARTS[1]);
  world.server.delete(PARTS[1]);
  await it.message({ type: 'fill' });
  world.server.set('/', newer);
  assert.match((await it.visit('/')).body, /00ff/);
  world.server.set(PARTS[1], part);
  world.server.delete('/manifest.webmanifest');
  world.server.set('/', () => page(SCRIPT, HOUR));
  await it.message({ type: 'fill' });
  await it.visit('/');
  world.server.set('/', newer);
  assert.match((await it.visit('/')).body, new RegExp(SCRIPT), 'a file that nothing depends on may be missing');
});

test('nobody goes back behind a page that was seen, until the server gives ours again', async () => {
  const world = browser();
  const it = worker(world);
  world.server.set('/', () => page(SCRIPT, HOUR));
  await it.run('install');
  await it.message({ type: 'fill' });
  const next = () => page('/app-00000000000000ff.js', 0);
  for (const more of [{}, { cache: 'no-cache' }]) {
    world.server.set('/', next);
    const seen = await it.visit('/', more);
    assert.match(seen.body, more.cache ? /00ff/ : new RegExp(SCRIPT), 'whoever reads it anew sees it at once');
    assert.match((await it.visit('/')).body, /00ff/);
    assert.match((await worker(world).visit('/')).body, /00ff/, 'also when the worker was ended in between');
    assert.match(world.stores.get('portal-n').get('/').body, new RegExp(SCRIPT), 'but ours is the one that is kept');
    world.server.set('/', () => page(SCRIPT, HOUR));
    await it.visit('/');
    world.server.set('/', next);
    assert.match((await it.visit('/')).body, new RegExp(SCRIPT));
  }
  // A version that is served again has not been passed.
  assert.ok(world.held().includes('/.passed'));
  world.server.set('/', () => page(SCRIPT, HOUR));
  await worker(world).run('install');
  assert.ok(!world.held().includes('/.passed'));
  // What a sign-out has emptied isn't filled by this: a page without its files would be none.
  world.stores.clear();
  world.server.set('/', () => page(SCRIPT, HOUR));
  await it.visit('/', { cache: 'no-cache' });
  assert.deepEqual(world.held(), []);
});

test('a reload, a newer version, a week’s absence and a clock that is wrong ask the network first', async () => {
  const cases = [
    [2 * HOUR, { cache: 'no-cache' }],
    [2 * HOUR, { isReloadNavigation: true }],
    [2 * HOUR, { referrer: `${ORIGIN}/` }],
    [2 * HOUR, {}, 'installing'],
    [2 * HOUR, {}, 'waiting'],
    [8 * 24 * HOUR, {}],
    [-8 * 24 * HOUR, {}],
    [NaN, {}],
  ];
  for (const [age, more, newer] of cases) {
    const world = browser();
    world.server.set('/', () => page(SCRIPT, age));
    const it = worker(world);
    await it.run('install');
    await it.message({ type: 'fill' });
    if (newer) it.registration[newer] = {};
    world.server.set('/', () => page('/app-00000000000000ff.js', 0));
    assert.match((await it.visit('/', more)).body, /00ff/, JSON.stringify([age, more, newer]));
    world.online = false;
    assert.match((await it.visit('/', more)).body, new RegExp(SCRIPT), 'and without one the page is there all the same');
  }
});

test('without a network, and for a failing or redirecting server, a screen is the kept page', async () => {
  const { world, visit } = await installed();
  world.online = false;
  assert.match((await visit('/points/earn')).body, new RegExp(SCRIPT));
  world.online = true;
  for (const answer of [
    new FakeResponse('oops', { status: 500 }),
    new FakeResponse('oops', { status: 503 }),
    new FakeResponse('', { status: 0, type: 'opaqueredirect' }),
  ]) {
    world.server.set('/wallet', () => answer);
    assert.match((await visit('/wallet')).body, new RegExp(SCRIPT));
  }
  world.server.set('/wallet', () => new FakeResponse('no', { status: 403 }));
  assert.equal((await visit('/wallet')).status, 403, 'what the server refuses is the server’s to say');
});

test('a redirect is passed on where nothing is kept, and a lost network is an error', async () => {
  const world = browser();
  const { visit } = worker(world);
  world.server.set('/', () => new FakeResponse('', { status: 0, type: 'opaqueredirect' }));
  assert.equal((await visit('/')).type, 'opaqueredirect');
  world.online = false;
  await assert.rejects(visit('/'));
});

test('read anew, the kept page comes after three seconds and not a moment before', async () => {
  const { world, visit, timers } = await installed();
  world.slow.add('/');
  let given;
  const visiting = visit('/', { cache: 'no-cache' }).then((answer) => { given = answer; });
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(given, undefined);
  assert.deepEqual(timers.map((timer) => timer.wait), [3000]);
  timers[0].run();
  await new Promise((done) => setTimeout(done, 5));
  world.late[0].done(page('/app-00000000000000ff.js'));
  await visiting;
  assert.match(given.body, new RegExp(SCRIPT));
});

test('slow with nothing kept waits on', async () => {
  const world = browser();
  const { visit, timers } = worker(world);
  world.slow.add('/');
  const visiting = visit('/', { cache: 'no-cache' });
  await new Promise((done) => setTimeout(done, 10));
  timers[0].run();
  await new Promise((done) => setTimeout(done, 10));
  world.late[0].done(page());
  assert.match((await visiting).body, new RegExp(SCRIPT));
});

test('the configuration is the newest that was ever seen', async () => {
  const { world, get } = await installed();
  world.server.set('/config.json', () => new FakeResponse('{"api":"/new"}', { kind: TYPES.json }));
  assert.equal((await get('/config.json', { cache: 'no-cache' })).body, '{"api":"/new"}');
  world.online = false;
  assert.equal((await get('/config.json')).body, '{"api":"/new"}');
  world.online = true;
  world.server.set('/config.json', page);
  await get('/config.json');
  world.online = false;
  assert.equal((await get('/config.json')).body, '{"api":"/new"}', 'HTML under its name is not kept');
  assert.equal(world.held().filter((path) => path === '/config.json').length, 1);
});

test('a file with a hash is asked for once', async () => {
  const { world, get } = await installed();
  assert.equal((await get(MODULE)).body, MODULE);
  assert.equal(world.sent.length, 0);
  assert.equal((await get(PARTS[2])).body, PARTS[2]);
  assert.equal((await get(PARTS[2])).body, PARTS[2]);
  assert.deepEqual(world.sent.map((sent) => sent.path), [PARTS[2]]);
});

test('a 404, HTML, a redirected or a foreign answer is never kept under the name of a file', async () => {
  for (const answer of [
    new FakeResponse('not found\n', { status: 404, kind: 'text/plain' }),
    page(),
    new FakeResponse(PARTS[2], { kind: TYPES.wasm, redirected: true }),
    new FakeResponse(PARTS[2], { kind: TYPES.wasm, type: 'opaque', status: 0 }),
    new FakeResponse(PARTS[2], { kind: TYPES.wasm, type: 'cors' }),
    new FakeResponse(PARTS[2], { kind: TYPES.wasm, status: 206 }),
    new FakeResponse(PARTS[2], { kind: 'application/octet-stream' }),
  ]) {
    const { world, get, message } = await installed();
    world.server.set(PARTS[2], () => answer.clone());
    assert.equal((await get(PARTS[2])).status, answer.status);
    await message({ type: 'fill' });
    assert.ok(!world.held().includes(PARTS[2]), `${answer.status} ${answer.contentType} ${answer.type}`);
  }
});

test('full storage and taken storage cost nothing but the keeping', async () => {
  const { world, get } = await installed();
  world.full = true;
  assert.equal((await get(PARTS[1])).body, PARTS[1]);
  world.caches.match = async () => { throw new Error('SecurityError'); };
  assert.equal((await get(MODULE)).body, MODULE);
});

test('caches that don’t answer are waited for three seconds, and for longer only where there is no network', async () => {
  const beat = () => new Promise((done) => setTimeout(done, 5));
  const { world, get, visit, timers } = await installed();
  const { match } = world.caches;
  const wakes = [];
  world.caches.match = () => new Promise((done) => wakes.push(done));
  const online = get(MODULE);
  await beat();
  assert.deepEqual([world.sent.length, timers.at(-1).wait], [0, 3000]);
  timers.at(-1).run();
  assert.equal((await online).body, MODULE);
  assert.equal(world.sent.length, 1);

  world.online = false;
  const offline = get(MODULE);
  await beat();
  timers.at(-1).run();
  await beat();
  wakes.at(-1)(match(MODULE));
  assert.equal((await offline).body, MODULE);

  world.online = true;
  world.slow.add('/');
  const screen = visit('/');
  await beat();
  for (const wait of [300, 3000, 3000]) {
    assert.equal(timers.at(-1).wait, wait);
    timers.at(-1).run();
    await beat();
  }
  world.late[0].done(page());
  await beat();
  wakes.forEach((wake) => wake());
  assert.match((await screen).body, new RegExp(SCRIPT));
});

test('the API, pictures, others and what must be fresh are not touched, and no answer of the API is kept', async () => {
  const { world, get, visit } = await installed();
  const before = world.held();
  for (const path of [
    '/api/v1/me/overview', '/api/v1/programme', '/api', '/media/rewards/a.svg', '/wx/enter?ticket=x', '/demo/x', '/sw.js',
    '/plain.js', '/watchdog.js', '/jweixin.js', 'https://elsewhere.example/app-00000000000000a1.js',
  ]) {
    assert.equal(await get(path), undefined, path);
  }
  for (const path of ['/api/v1/x', '/wx/enter?ticket=x', '/demo/pay', '/media/a', '/plain.html', '/file.pdf']) {
    assert.equal(await visit(path), undefined, path);
  }
  for (const more of [{ method: 'POST' }, { method: 'HEAD' }, { range: 'bytes=0-9' }, { cache: 'reload' }, { cache: 'no-store' }]) {
    assert.equal(await get(MODULE, more), undefined, JSON.stringify(more));
    assert.equal(await get('/config.json', more), undefined, JSON.stringify(more));
  }
  assert.notEqual(await visit('/apiary'), undefined, 'a screen that begins with the same letters');
  assert.deepEqual(world.held(), before);
  assert.ok(!world.held().some((path) => /^\/(api|media|wx|demo)/.test(path)));
});

test('`fill` brings the parts one after another, leaves out what the server lacks, and ends without a network', async () => {
  const { world, message } = await installed();
  let atOnce = 0;
  let most = 0;
  const plain = world.fetch;
  world.server.delete(PARTS[1]);
  const counted = worker({ ...world, fetch: async (...args) => {
    most = Math.max(most, (atOnce += 1));
    await new Promise((done) => setTimeout(done, 2));
    try { return await plain(...args); } finally { atOnce -= 1; }
  } });
  await Promise.all([counted.message({ type: 'fill' }), counted.message({ type: 'fill' })]);
  assert.equal(most, 1);
  assert.deepEqual(world.sent.map((sent) => sent.path), PARTS);
  assert.ok(world.held().includes(PARTS[0]) && world.held().includes(PARTS[2]) && !world.held().includes(PARTS[1]));
  world.server.set(PARTS[1], () => file(PARTS[1]));
  world.sent.length = 0;
  await message({ type: 'fill' });
  assert.deepEqual(world.sent.map((sent) => sent.path), [PARTS[1]]);

  const off = await installed();
  off.world.online = false;
  await off.message({ type: 'fill' });
  assert.equal(off.world.sent.length, 1);
});

test('where the caches were emptied the page comes back behind the files that it names', async () => {
  const { world, message } = await installed();
  world.stores.clear();
  world.slow.add(MODULE);
  const filling = message({ type: 'fill' });
  await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(world.held(), [SCRIPT]);
  world.slow.delete(MODULE);
  world.late[0].done(file(MODULE));
  await filling;
  assert.ok(['/', SCRIPT, MODULE, SHEET, ...PARTS].every((path) => world.held().includes(path)));
});

test('a new version waits until it is told, and takes the pages only then', async () => {
  const { world } = await installed();
  world.clients = ['tab'];
  const next = worker(world, { version: 'n1' });
  await next.run('install');
  assert.deepEqual(next.state, { skipped: 0, claimed: 0 });
  for (const data of [undefined, null, 'activate', { type: 'other' }]) await next.message(data);
  assert.deepEqual(next.state, { skipped: 0, claimed: 0 });
  await next.message({ type: 'activate' });
  await next.run('activate');
  assert.deepEqual(next.state, { skipped: 1, claimed: 1 });
  const third = worker(world, { version: 'n2' });
  await third.run('install');
  await third.run('activate');
  assert.equal(third.state.claimed, 0, 'nobody asked');
});

test('`fill` puts back what a sign-out has emptied', async () => {
  const { world, message, visit } = await installed();
  world.stores.clear();
  await message({ type: 'fill' });
  world.online = false;
  assert.match((await visit('/')).body, new RegExp(SCRIPT.slice(1)));
  assert.ok([SCRIPT, MODULE, ...PARTS].every((path) => world.held().includes(path)), world.held().join());
});

test('a page of version N finds its parts after N+1 is there and the server has dropped them', async () => {
  const { world, message } = await installed();
  await message({ type: 'fill' });
  world.clients = ['tab'];
  for (const path of [SCRIPT, MODULE, ...PARTS]) world.server.delete(path);
  const home = ['/app-00000000000000c1.js', SHEET];
  world.server.set(home[0], () => file(home[0]));
  world.server.set('/', () => page(home[0]));
  const next = worker(world, { version: 'n1', home, later: [] });
  await next.run('install');
  await next.message({ type: 'activate' });
  await next.run('activate');
  assert.equal((await next.get(PARTS[1])).body, PARTS[1]);
  world.online = false;
  assert.match((await next.visit('/')).body, /00c1/, 'the page is the new version’s');
});

test('an old cache goes when its pages are gone and one more version has come', async () => {
  const { world } = await installed();
  const come = async (version, clients) => {
    world.clients = clients;
    const it = worker(world, { version });
    await it.run('install');
    await it.run('activate');
    return [...world.stores.keys()].sort();
  };
  world.stores.set('others', new Map([['/theirs', file('/theirs.js')]]));
  assert.deepEqual(await come('n1', ['a']), ['others', 'portal-n', 'portal-n1'], 'kept for the page that is open');
  assert.deepEqual(await come('n2', ['a', 'b']), ['others', 'portal-n', 'portal-n1', 'portal-n2'], 'the page is still there');
  assert.deepEqual(await come('n3', ['b']), ['others', 'portal-n1', 'portal-n2', 'portal-n3'], 'the first page has left');
  assert.deepEqual(await come('n4', ['c']), ['others', 'portal-n3', 'portal-n4']);
  // A version that comes back isn't an old one.
  assert.deepEqual(await come('n3', ['c']), ['others', 'portal-n3', 'portal-n4']);
  assert.deepEqual(await come('n5', ['d']), ['others', 'portal-n3', 'portal-n5']);
});

test('a page that stays open for weeks keeps its own version, not all that came after it', async () => {
  const { world } = await installed();
  world.clients = ['a'];
  for (const version of ['n1', 'n2', 'n3']) {
    const it = worker(world, { version });
    await it.run('install');
    await it.run('activate');
  }
  assert.deepEqual([...world.stores.keys()].sort(), ['portal-n', 'portal-n2', 'portal-n3']);
});

test('a broken next version changes nothing', async () => {
  const { world, visit, get } = await installed();
  world.server.delete(MODULE);
  const broken = worker(world, { version: 'n1', home: ['/app-00000000000000d1.js', '/app-00000000000000d2.wasm'] });
  await assert.rejects(broken.run('install'));
  world.online = false;
  assert.match((await visit('/')).body, new RegExp(SCRIPT));
  assert.equal((await get(MODULE)).body, MODULE);
});
