// The service worker: a start without a network, or with a slow one. The build puts three names before it (xtask/src/worker.rs):
// VERSION, HOME (what the page loads first, its script foremost) and LATER (the parts). It keeps files of the portal by
// their names and nothing else: no answer of the API, no picture, nothing of a member. docs/decisions/0018-service-worker.md.
/* global VERSION, HOME, LATER */
'use strict';

const OWN = 'portal-' + VERSION;
const PAGE = '/';
const PATIENCE_MS = 3000;
// Where an old cache says who may still be using it.
const USERS = '/.users';
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

// Storage may be full, or taken away while we look.
function kept(path) {
  return caches.match(path, { ignoreVary: true }).catch(() => undefined);
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

const late = () => new Promise((done) => setTimeout(done, PATIENCE_MS));

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

// The server's answer, unless it is late, lost or a failure of the server's, and there is a kept one.
async function fresh(event, path, known) {
  const asked = fetch(event.request);
  if (path !== PAGE) {
    event.waitUntil(asked.then((answer) => keep(path, answer.clone())).catch(() => undefined));
  }
  try {
    const answer = await Promise.race([asked, late()]);
    // A redirect is what a café's network does with everything; a navigation sees it as an answer without a status.
    if (answer && answer.status >= 200 && answer.status < 500) return answer;
  } catch (error) {
    // As if it were late.
  }
  return first(known(), () => asked);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // Whoever wants to get past caches gets past this one.
  if (request.method !== 'GET' || origin !== self.location.origin || /^(reload|no-store)$/.test(request.cache)) return;
  if (request.headers.has('range')) return;
  if (request.mode === 'navigate') {
    // The page is never kept here: a newer one would have none of its files. It comes with a new version of the worker.
    if (!NO_SCREEN.test(pathname)) event.respondWith(fresh(event, PAGE, page));
  } else if (HASHED.test(pathname)) event.respondWith(asset(event, pathname));
  else if (LOOSE.test(pathname)) event.respondWith(fresh(event, pathname, () => kept(pathname)));
});

// Our own version's, whatever else is there: its files are here with it.
async function page() {
  try {
    return await (await caches.open(OWN)).match(PAGE, { ignoreVary: true });
  } catch (error) {
    return undefined;
  }
}

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
  );
});

let asked = false;
let filling;

// One after another, so that whatever the member does meanwhile comes first. A part that the server lacks is left out. What
// was kept at first may be gone: some engines empty the caches at a sign-out and leave the worker. The page comes back behind
// what it can't do without.
async function fill() {
  const cache = await caches.open(OWN);
  for (const path of [...HOME, PAGE, ...WANTED, ...LATER]) {
    try {
      if (!(await cache.match(path, { ignoreVary: true }))) await add(path);
    } catch (error) {
      if (error instanceof TypeError) return;
    }
  }
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
