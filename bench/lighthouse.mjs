// Reads a plan as JSON from stdin, runs Lighthouse over its pages and prints their medians as one line.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { connect } from 'puppeteer-core';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The reference pages speak this language only.
  '--accept-lang=zh-CN',
];
const CODE = /html|javascript|css|wasm/;
// What a recording can suffer from on a busy machine, whatever the page.
const RECORDING = ['NO_NAVSTART', 'NO_TRACING_STARTED', 'PROTOCOL_TIMEOUT'];
const PHONE = { width: 412, height: 823, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };

async function open(chromium, profile, url, cookies) {
  const chrome = await launch({
    chromePath: chromium,
    userDataDir: profile,
    ignoreDefaultFlags: true,
    chromeFlags: FLAGS,
    logLevel: 'silent',
  });
  const gone = new Promise((resolve) => chrome.process.once('exit', resolve));
  const browser = await connect({ browserURL: `http://127.0.0.1:${chrome.port}`, defaultViewport: null });
  // A profile is only written in full by a browser that closes by itself.
  const close = async () => {
    await browser.close().catch(() => {});
    await Promise.race([gone, pause(5000)]);
    chrome.kill();
  };
  try {
    const [tab] = await browser.pages();
    const protocol = await tab.createCDPSession();
    for (const pair of (cookies || '').split(';')) {
      const [name, ...value] = pair.trim().split('=');
      if (!name) continue;
      const { success } = await protocol.send('Network.setCookie', {
        name,
        value: value.join('='),
        url,
        httpOnly: true,
        sameSite: 'Lax',
        expires: Date.now() / 1000 + 86400,
      });
      if (!success) throw new Error(`Chromium refuses the cookie ${name}`);
    }
    return { browser, tab, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function hasWorker(tab) {
  return tab.evaluate(async () => Boolean((await navigator.serviceWorker?.getRegistration())?.active));
}

function isWhole(tab) {
  return tab.evaluate(async () => Boolean(await window.caches?.match('/.whole')));
}

async function visit(chromium, profile, { url, cookie }) {
  const { tab, close } = await open(chromium, profile, url, cookie);
  try {
    await tab.setViewport(PHONE);
    await tab.goto(url, { waitUntil: 'networkidle0' });
    // Workers are installed, and files kept, when somebody is there and the browser is idle.
    await tab.mouse.wheel({ deltaY: 1 });
    for (let left = 60; left && !(await isWhole(tab)); left--) await pause(500);
    await tab.waitForNetworkIdle();
    await pause(2000);
  } finally {
    await close();
  }
}

// In a tab of its own: Lighthouse leaves its accessibility checker behind in the one that it has used.
async function heap(browser, url) {
  const [used] = await browser.pages();
  const tab = await browser.newPage();
  await used.close();
  await tab.setViewport(PHONE);
  await tab.goto(url, { waitUntil: 'networkidle0' });
  const protocol = await tab.createCDPSession();
  await protocol.send('HeapProfiler.collectGarbage');
  const { usedSize } = await protocol.send('Runtime.getHeapUsage');
  return usedSize;
}

function number(lhr, id) {
  const { numericValue, errorMessage } = lhr.audits[id];
  if (!Number.isFinite(numericValue)) throw new Error(`${id}: ${errorMessage || 'no value'}`);
  return numericValue;
}

function score(lhr, id) {
  const { score } = lhr.categories[id];
  if (score !== null) return Math.round(score * 100);
  const failed = Object.values(lhr.audits).filter((audit) => audit.scoreDisplayMode === 'error');
  throw new Error(`${id}: no score; ${failed.map((audit) => `${audit.id}: ${audit.errorMessage}`).join('; ')}`);
}

// Home is complete with its last picture; what is asked for after that is fetched ahead for other screens.
function traffic(lhr) {
  const all = lhr.audits['network-requests'].details.items.filter(({ url }) => /^https?:/.test(url));
  const pictures = all.filter(({ resourceType }) => resourceType === 'Image');
  const complete = Math.max(...pictures.map(({ networkEndTime }) => networkEndTime));
  const others = all.filter(({ mimeType, resourceType }) => !/^image/.test(mimeType) && resourceType !== 'Image');
  const early = others.filter(({ networkRequestTime }) => !pictures.length || networkRequestTime <= complete);
  const bytes = (requests) =>
    requests
      .filter(({ mimeType }) => CODE.test(mimeType))
      .reduce((sum, { transferSize }) => sum + transferSize, 0);
  return {
    requests: early.length,
    transfer_bytes: bytes(early),
    later_requests: others.length - early.length,
    later_bytes: bytes(others) - bytes(early),
  };
}

function figures(lhr) {
  const milliseconds = (id) => Math.round(number(lhr, id));
  return {
    performance: score(lhr, 'performance'),
    accessibility: score(lhr, 'accessibility'),
    best_practices: score(lhr, 'best-practices'),
    seo: score(lhr, 'seo'),
    fcp_ms: milliseconds('first-contentful-paint'),
    lcp_ms: milliseconds('largest-contentful-paint'),
    tbt_ms: milliseconds('total-blocking-time'),
    tti_ms: milliseconds('interactive'),
    speed_index_ms: milliseconds('speed-index'),
    cls: Number(number(lhr, 'cumulative-layout-shift').toFixed(4)),
    ...traffic(lhr),
    benchmark_index: Math.round(lhr.environment.benchmarkIndex),
  };
}

const path = (address) => new URL(address).pathname;

// A page that shows less than it should would only look fast.
function check(lhr, { url, refused }) {
  const { runtimeError } = lhr;
  if (runtimeError) throw Object.assign(new Error(runtimeError.message), { code: runtimeError.code });
  if (path(lhr.finalDisplayedUrl) !== path(url)) throw new Error(`ended at ${lhr.finalDisplayedUrl}`);
  const isRefusal = ({ url, statusCode }) => statusCode >= 400 && refused?.[path(url)] !== statusCode;
  const refusal = lhr.audits['network-requests'].details.items.find(isRefusal);
  if (refusal) throw new Error(`${refusal.url} answered ${refusal.statusCode}`);
}

// What is refused as the protocol wants it is no error, but the browser writes it into its console all the same. Whatever else is
// written there counts.
function forgive(lhr, { refused }) {
  const written = lhr.audits['errors-in-console'];
  const isWanted = ({ source, sourceLocation }) => source === 'network' && path(sourceLocation.url) in refused;
  if (!refused || !written.details?.items.every(isWanted)) return;
  written.score = 1;
  const category = lhr.categories['best-practices'];
  const sum = (of) => category.auditRefs.reduce((sum, ref) => sum + (ref.weight && of(ref)), 0);
  category.score = sum(({ id, weight }) => weight * lhr.audits[id].score) / sum(({ weight }) => weight);
}

async function audit(chromium, page) {
  const profile = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    if (page.repeat) await visit(chromium, profile, page);
    const { browser, tab, close } = await open(chromium, profile, page.url, page.cookie);
    try {
      const config = {
        extends: 'lighthouse:default',
        settings: {
          formFactor: 'mobile',
          throttlingMethod: page.throttling || 'simulate',
          onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
          // It leaves the page and comes back.
          skipAudits: ['bf-cache'],
          disableFullPageScreenshot: true,
          disableStorageReset: Boolean(page.repeat),
        },
      };
      const { lhr } = await lighthouse(page.url, { logLevel: 'error' }, config, tab);
      check(lhr, page);
      forgive(lhr, page);
      const [element] = lhr.audits['largest-contentful-paint-element'].details?.items[0].items || [];
      return {
        ...figures(lhr),
        lcp_element: element?.node.selector || '',
        service_worker: await hasWorker(tab),
        heap_bytes: await heap(browser, page.url),
        warnings: lhr.runWarnings,
      };
    } finally {
      await close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function mostOften(values) {
  const count = (value) => values.filter((other) => other === value).length;
  return values.reduce((best, value) => (count(value) > count(best) ? value : best));
}

function summary(results) {
  const of = (field) => results.map((result) => result[field]);
  const spread = (field) => [Math.min(...of(field)), Math.max(...of(field))];
  const numbers = Object.keys(results[0]).filter((field) => typeof results[0][field] === 'number');
  return {
    ...Object.fromEntries(numbers.map((field) => [field, median(of(field))])),
    lcp_element: mostOften(of('lcp_element')),
    service_worker: of('service_worker').every(Boolean),
    spread: { lcp_ms: spread('lcp_ms'), tbt_ms: spread('tbt_ms') },
  };
}

const { chromium, runs = 5, pages } = JSON.parse(await text(process.stdin));
const results = Object.fromEntries(pages.map(({ name }) => [name, []]));
// In rounds, so that a busy moment of the machine falls on all pages alike.
for (let round = 1; round <= runs; round++) {
  for (const page of pages) {
    try {
      const { warnings, ...result } = await audit(chromium, page).catch((error) => {
        if (!RECORDING.includes(error.code)) throw error;
        console.error(`${round}/${runs} ${page.name}: ${error.code}, once more`);
        return audit(chromium, page);
      });
      results[page.name].push(result);
      const { performance, fcp_ms, lcp_ms, tbt_ms } = result;
      console.error(`${round}/${runs} ${page.name}: ${performance}, FCP ${fcp_ms}, LCP ${lcp_ms}, TBT ${tbt_ms} ms`);
      for (const warning of warnings) console.error(`  ${warning}`);
    } catch (error) {
      console.error(`${round}/${runs} ${page.name}: ${error.message}`);
      process.exit(1);
    }
  }
}
const medians = Object.entries(results).map(([name, list]) => [name, summary(list)]);
console.log(`lighthouse: ${JSON.stringify(Object.fromEntries(medians))}`);
