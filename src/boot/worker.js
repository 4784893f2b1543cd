// The service worker: a start without a network, or with a slow one. The build puts three names before it (xtask/src/worker.rs):
// VERSION, HOME (what the page loads first, its script foremost) and LATER (the parts). It keeps files of the portal by
// their names and nothing else: no answer of the API, no picture, nothing of a member. docs/decisions/0018-service-worker.md.
/* global VERSION, HOME, LATER */
'use strict';

const OWN = 'portal-' + VERSION;
const PAGE = '/';
const PATIENCE_MS = 3000;
// How long the kept page may be looked for before the network is asked.
const GLANCE_MS = 300;
// Whoever was away for longer gets the server's page.
const WEEK_MS = 7 * 24 * 3600 * 1000;
// Where an old cache says who may still be using it.
const USERS = '/.users';
// Where a cache says that the server has another page than it, and that no part is missing.
const PASSED = '/.passed';
const WHOLE = '/.whole';
// Not part of a version: they may be edited where they are served, and are the newest that were ever seen.
const LOOSE = /^\/(config\.json|manifest\.webmanifest|favicon\.svg|apple-touch-icon\.png|icons\/[\w-]+\.(png|svg))$/;
const HASHED = /^\/[\w-]+-[0-9a-f]{12,16}(_bg)?\.(js|css|wasm)$/;
// Paths of the server, and names of files, are no screens of the portal.
const NO_SCREEN = /^\/(api|media|wx|demo)(\/|$)|\.[a-z0-9]{1,11}$/i;
const TYPES = { html: 'text/html', js: 'javascript', css: 'text/css', wasm: 'application/wasm' };

// What may be kept: a whole answer of our own server that is what its name says, not the page that some servers send for
// whatever they don't have.
function sound(answer, path) {
  if (!answer || answer.status !== 200 || answer.type !== 'basic' || answer.redirected) return false;
  const type = String(answer.headers.get('content-type'));
  const wanted = path === PAGE ? TYPES.html : TYPES[path.split('.').pop()];
  return wanted ? type.includes(wanted) : !type.includes(TYPES.html);
}

// In the cache of that name, or in any. Storage may be full, or taken away while we look.
function kept(path, cacheName) {
  return caches.match(path, { ignoreVary: true, cacheName }).catch(() => undefined);
}

async function keep(path, answer) {
  if (!sound(answer, path)) return false;
  try {
    await (await caches.open(OWN)).put(path, answer);
    return true;
  } catch (error) {
    return false;
  }
}

const late = (wait = PATIENCE_MS) => new Promise((done) => setTimeout(done, wait));

// What is kept, or else what was asked for. Caches that are being emptied may never answer: nobody waits for them who has
// something better.
async function first(known, ask) {
  const answer = await Promise.race([known, late()]);
  return answer || ask().catch(async (error) => (await known) || Promise.reject(error));
}

// A name that follows its bytes: whoever has it needs nobody. The page checks the bytes.
function asset(event, path) {
  return first(kept(path), async () => {
    const answer = await fetch(event.request);
    event.waitUntil(keep(path, answer.clone()));
    return answer;
  });
}

// The server's answer, of which note is taken, unless it is late, lost or a failure of the server's, and there is a kept one.
async function fresh(event, note, known) {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => note(answer.clone())).catch(() => undefined));
  try {
    const answer = await Promise.race([asked, late()]);
    // A redirect is what a café's network does with everything; a navigation sees it as an answer without a status.
    if (answer && answer.status >= 200 && answer.status < 500) return answer;
  } catch (error) {
    // As if it were late.
  }
  return first(known(), () => asked);
}

// Our own version's, whatever else is there: its files are here with it.
const page = () => kept(PAGE, OWN);

// The kept page, for somebody who just comes, once all that it may ask for is here: the server may have no file of it any more.
// Whoever reads it anew wants the newest (WebKit only tells by a page that leads to itself), and nobody goes back behind a newer one
// that is here already or was seen.
async function current({ cache, isReloadNavigation, referrer, url }) {
  const { installing, waiting } = self.registration;
  if (installing || waiting || isReloadNavigation || cache === 'no-cache' || referrer === url) return undefined;
  const known = Promise.all([PAGE, WHOLE, PASSED].map((path) => kept(path, OWN)));
  const [answer, whole, passed] = (await Promise.race([known, late(GLANCE_MS)])) || [];
  if (!answer || !whole || passed) return undefined;
  return Math.abs(Date.now() - Date.parse(answer.headers.get('date'))) < WEEK_MS ? answer : undefined;
}

// The server's page beside ours, if that is here with its files. The same one renews it: its date, and what its headers say.
// Another one isn't kept; it comes with its own worker and files.
async function compare(answer) {
  if (!sound(answer, PAGE) || !(await page())) return;
  const text = await answer.clone().text();
  const cache = await caches.open(OWN);
  if (HOME.every((path) => text.includes(path))) {
    await cache.put(PAGE, answer);
    await cache.delete(PASSED);
  } else await cache.put(PASSED, new Response(''));
}

function screen(event) {
  const known = current(event.request);
  const renew = () => fetch(PAGE, { cache: 'no-cache' }).then(compare);
  event.waitUntil(known.then((answer) => answer && renew()).catch(() => undefined));
  return known.then((answer) => answer || fresh(event, compare, page));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // Whoever wants to get past caches gets past this one.
  if (request.method !== 'GET' || origin !== self.location.origin || /^(reload|no-store)$/.test(request.cache)) return;
  if (request.headers.has('range')) return;
  if (request.mode === 'navigate') {
    // Another version's page is never kept here: it would have none of its files.
    if (!NO_SCREEN.test(pathname)) event.respondWith(screen(event));
  } else if (HASHED.test(pathname)) event.respondWith(asset(event, pathname));
  else if (LOOSE.test(pathname)) {
    event.respondWith(fresh(event, (answer) => keep(pathname, answer), () => kept(pathname)));
  }
});

async function add(path) {
  const cache = await caches.open(OWN);
  const known = HASHED.test(path) && (await kept(path));
  const answer = known || (await fetch(path, HASHED.test(path) ? {} : { cache: 'reload' }));
  if (!known && !sound(answer, path)) throw new Error(`${path}: ${answer.status}`);
  // On its way from one release to the next a site may show the page of the one and this script of the other.
  if (path === PAGE && !(await answer.clone().text()).includes(HOME[0])) throw new Error('not the page of this version');
  await cache.put(path, answer);
}

const WANTED = ['/config.json', '/manifest.webmanifest', '/favicon.svg'];

self.addEventListener('install', (event) => {
  event.waitUntil(
    Promise.all([PAGE, ...HOME].map(add).concat(WANTED.map((path) => add(path).catch(() => undefined))))
      .then(() => caches.open(OWN))
      .then((cache) => cache.delete(PASSED))
  );
});

let asked = false;
let filling;

// One after another, so that whatever the member does meanwhile comes first. A part that the server lacks is left out. What
// was kept at first may be gone: some engines empty the caches at a sign-out and leave the worker. The page comes back behind
// what it can't do without.
async function fill() {
  const cache = await caches.open(OWN);
  let whole = true;
  for (const path of [...HOME, PAGE, ...WANTED, ...LATER]) {
    try {
      if (!(await cache.match(path, { ignoreVary: true }))) await add(path);
    } catch (error) {
      if (error instanceof TypeError) return;
      whole = whole && WANTED.includes(path);
    }
  }
  if (whole) await cache.put(WHOLE, new Response(''));
}

self.addEventListener('message', (event) => {
  const { type } = event.data || {};
  if (type === 'activate') {
    asked = true;
    event.waitUntil(self.skipWaiting());
  } else if (type === 'fill') {
    filling = filling || fill().then(() => (filling = undefined), () => (filling = undefined));
    event.waitUntil(filling);
  }
});

// A page that was loaded before this version came may still want parts of its own. An old cache notes who was there then,
// and goes with a later version once they have all left.
async function tidy() {
  // A version that was gone and is served again has been old before.
  await (await caches.open(OWN)).delete(USERS);
  const names = (await caches.keys()).filter((name) => name.startsWith('portal-') && name !== OWN);
  const there = (await self.clients.matchAll({ includeUncontrolled: true, type: 'window' })).map((client) => client.id);
  const noted = new Set();
  const unnoted = [];
  for (const name of names) {
    const cache = await caches.open(name);
    const note = await cache.match(USERS);
    if (!note) {
      unnoted.push(cache);
      continue;
    }
    const users = (await note.json()).filter((id) => there.includes(id));
    if (users.length) users.forEach((id) => noted.add(id));
    else await caches.delete(name);
  }
  const users = there.filter((id) => !noted.has(id));
  for (const cache of unnoted) await cache.put(USERS, new Response(JSON.stringify(users)));
}

self.addEventListener('activate', (event) => {
  event.waitUntil(tidy().catch(() => undefined).then(() => (asked ? self.clients.claim() : undefined)));
});
