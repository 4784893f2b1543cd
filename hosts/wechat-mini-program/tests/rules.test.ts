import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { documentAddress, escaped, httpsAddress, pagePath, plainText, portalPath } from '../miniprogram/lib/address';
import { cancelled, read, retryAfter, unsent } from '../miniprogram/lib/answer';
import { INK, PAPER, button, contrast, look } from '../miniprogram/lib/brand';
import { orderOf } from '../miniprogram/lib/payment';
import { keptProgramme, programmeOf } from '../miniprogram/lib/programme';
import { mistakes } from '../miniprogram/lib/settings';
import type { HostConfig } from '../miniprogram/lib/settings';
import { newest } from '../miniprogram/lib/share';
import { WORDS, againIn, failureWords, languageOf } from '../miniprogram/lib/words';
import type { Language } from '../miniprogram/lib/words';

const load = createRequire(__filename);
const PROGRAM = join(__dirname, '../miniprogram');
const LANGUAGES: Language[] = ['zh-CN', 'zh-TW', 'en'];

function files(end: string): { name: string; text: string }[] {
  const names = readdirSync(PROGRAM, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end));
  return names.map((name) => ({ name, text: readFileSync(join(PROGRAM, name), 'utf8') }));
}

test('a path of the portal is ASCII, clean, and stays there', () => {
  const paths: [unknown, string | null][] = [
    ['/', '/'],
    ['%2F', '/'],
    ['/rewards?q=冰', '/rewards?q=%E5%86%B0'],
    ['/rewards?q=%E5%86%B0', '/rewards?q=%E5%86%B0'],
    ['%2Frewards%3Fq%3D%25E5%2586%25B0', '/rewards?q=%E5%86%B0'],
    ['/a?ticket=x&b=1&TICKET=y&%74icket=z', '/a?b=1'],
    ['/a?ticket=x', '/a'],
    ['/a#b', '/a'],
    ['/a%2fb', '/a%2fb'],
    ['/%2e%2e/wx/enter', null],
    ['/wx', null],
    ['/wxyz', '/wxyz'],
    ['//evil.test', null],
    ['/%5cevil.test', null],
    ['/a%00', null],
    ['/\ud800', null],
    ['rewards', null],
    [7, null],
    [null, null],
    [['/a'], null],
  ];
  for (const [raw, path] of paths) {
    assert.equal(portalPath(raw), path, String(raw));
  }
});

test('only https, and nothing that parsers disagree on', () => {
  for (const bad of [
    'http://a.test/',
    'https://user@a.test/',
    'https:///a',
    'https://a.test\\@b',
    'https://a b/',
    'data:image/png;base64,x',
    '//a.test/x.png',
    `https://a.test/${'x'.repeat(1100)}`,
    'https://[::1]/',
    7,
  ]) {
    assert.equal(httpsAddress(bad), null, String(bad));
  }
  assert.equal(httpsAddress('https%3A%2F%2Fa.test%2F冰.png'), 'https://a.test/%E5%86%B0.png');
  assert.equal(documentAddress('https://p.test', '/terms'), 'https://p.test/terms');
  assert.equal(documentAddress('https://p.test', '//evil.test'), null);
});

test('what is encoded is ASCII and comes back as it was', () => {
  const text = `/a?b=c&d='(e)!*~冰 %`;
  assert.match(escaped(text), /^[A-Za-z0-9%._~-]+$/);
  assert.equal(decodeURIComponent(escaped(text)), text);
  assert.equal(pagePath('/'), '/pages/portal/portal');
});

test('a text is one line of bounded length', () => {
  assert.equal(plainText('  a\t\n\u202eb\u0000 ', 9), 'a b');
  assert.equal(plainText('😀😀😀', 2), '😀😀');
  assert.equal(plainText({}, 9), '');
});

test('Retry-After is seconds or a date, and bounded', () => {
  const now = Date.parse('2026-11-22T18:00:00Z');
  assert.equal(retryAfter('7', now), 7);
  assert.equal(retryAfter('Sun, 22 Nov 2026 18:00:30 GMT', now), 30);
  assert.equal(retryAfter('Sun, 22 Nov 2026 17:00:00 GMT', now), 0);
  assert.equal(retryAfter('999999999', now), 3600);
  assert.equal(retryAfter('soon', now), null);
  assert.equal(retryAfter(null, now), null);
  const busy = read({ kind: 'answer', status: 429, body: null, retryAfter: null }, now);
  assert.deepEqual(busy.ok ? null : busy.failure, { why: 'busy', wait: 10 });
});

test('WeChat’s messages are understood', () => {
  assert.deepEqual(unsent('request:fail url not in domain list', false), { kind: 'domain' });
  assert.deepEqual(unsent('request:fail timeout', true), { kind: 'offline' });
  assert.deepEqual(unsent('request:fail timeout', false), { kind: 'timeout' });
  assert.deepEqual(unsent('request:fail errcode:-118 net::ERR_CONNECTION_TIMED_OUT', false), { kind: 'timeout' });
  assert.deepEqual(unsent('request:fail', false), { kind: 'unreachable' });
  assert.equal(cancelled('requestPayment:fail cancel'), true);
  assert.equal(cancelled('scanCode:fail cancel'), true);
  assert.equal(cancelled('requestPayment:fail system error'), false);
});

test('messages are bounded and never throw', () => {
  const many = Array.from({ length: 500 }, (_, at) => ({ type: 'share', title: 't', path: `/r/${String(at)}` }));
  assert.equal(newest(many, null)?.path, '/r/499');
  const known = { title: 'k', path: '/k', image: '' };
  for (const bad of [undefined, null, 7, 'x', {}, [], [[]], [{ type: 'share' }], [{ type: 'share', path: '/wx/enter' }]]) {
    assert.deepEqual(newest(bad, known), known);
  }
});

test('any brand reads, in both themes', () => {
  const steps = [0, 51, 102, 153, 204, 255];
  for (const red of steps) {
    for (const green of steps) {
      for (const blue of steps) {
        const colour = '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
        for (const theme of ['light', 'dark'] as const) {
          const { fill, text, edge } = button(colour, theme);
          assert.ok(contrast(fill, text) >= 4.5, `${colour} ${theme} text`);
          assert.ok(contrast(edge, PAPER[theme]) >= 3, `${colour} ${theme} edge`);
        }
      }
    }
  }
  assert.match(look('red;}', Number.NaN), /^font-size:17px;--light-fill:#2F6154/);
  assert.match(look('', 9), /^font-size:34px/);
});

test('the sheet’s own pairs read, and its papers are the ones that brands are measured on', () => {
  const sheet = readFileSync(join(PROGRAM, 'app.wxss'), 'utf8');
  const colours = (name: string): string[] => Array.from(sheet.matchAll(new RegExp(`--${name}: (#\\w{6})`, 'g')), (m) => m[1] ?? '');
  assert.deepEqual(colours('paper'), [PAPER.light, PAPER.dark]);
  assert.deepEqual(colours('ink'), [INK.light, INK.dark]);
  for (const at of [0, 1]) {
    for (const ground of ['paper', 'card']) {
      for (const ink of ['ink', 'ink-2']) {
        const found = contrast(colours(ink)[at] ?? '', colours(ground)[at] ?? '');
        assert.ok(found >= 4.5, `${ink} on ${ground}: ${String(found)}`);
      }
      assert.ok(contrast(colours('line')[at] ?? '', colours(ground)[at] ?? '') >= 3, `line on ${ground}`);
    }
  }
  const theme = JSON.parse(readFileSync(join(PROGRAM, 'theme.json'), 'utf8')) as Record<string, { paper: string }>;
  assert.deepEqual([theme['light']?.paper, theme['dark']?.paper], [PAPER.light, PAPER.dark]);
});

test('a programme is what the contract says, and kept as it was', () => {
  const body = { name: 'Milk', brand: { primary: '#EE8266' }, terms_version: '1', terms_url: 'https://x.test/t' };
  const programme = programmeOf(body, 'https://p.test');
  assert.deepEqual(programme, { name: 'Milk', primary: '#EE8266', termsVersion: '1', terms: 'https://x.test/t', privacy: '' });
  assert.deepEqual(keptProgramme(programme), programme);
  assert.equal(programmeOf({ ...body, brand: { primary: 'red' } }, '')?.primary, '');
  for (const bad of [null, '', [], { name: 'x' }, { name: 'x', terms_version: '' }]) {
    assert.equal(programmeOf(bad, ''), null);
    assert.equal(keptProgramme(bad), null);
  }
});

test('a configuration that can’t work is named, and the one that ships asks to be filled in', () => {
  const good: HostConfig = { portal: 'https://club.milk.test', api: 'https://club.milk.test/api/v1', name: 'x', cardImage: '' };
  assert.deepEqual(mistakes(good), []);
  assert.deepEqual(mistakes({ ...good, portal: 'http://localhost:8080', api: 'http://127.0.0.1:8080/api/v1' }), []);
  for (const bad of [
    { ...good, portal: 'https://club.milk.test/' },
    { ...good, portal: 'http://club.milk.test' },
    { ...good, portal: 'http://localhost.evil.test' },
    { ...good, api: 'club.milk.test/api' },
    { ...good, api: 'https://club.milk.test/api/v1/' },
    { ...good, cardImage: 'http://x.test/a.png' },
  ]) {
    assert.equal(mistakes(bad).length, 1, JSON.stringify(bad));
  }
  const shipped = (load(join(PROGRAM, 'config.shipped.js')) as { config: HostConfig }).config;
  assert.equal(mistakes(shipped).length, 2);
});

test('languages', () => {
  const expected: [unknown, Language][] = [
    ['zh_CN', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['zh-Hans', 'zh-CN'],
    ['zh_TW', 'zh-TW'],
    ['zh_HK', 'zh-TW'],
    ['zh-Hant-TW', 'zh-TW'],
    ['en', 'en'],
    ['ja', 'en'],
    [undefined, 'zh-CN'],
  ];
  for (const [wechat, language] of expected) {
    assert.equal(languageOf(wechat), language, String(wechat));
  }
  assert.equal(againIn(WORDS.en, 61), 'Try again in 61 s');
  assert.equal(againIn(WORDS['zh-CN'], 3600), '60 分钟后可再试');
});

test('every word is there in every language, no word is nobody’s, and every page has the methods that its markup names', () => {
  const markup = files('.wxml');
  const sources = files('.js').map(({ text }) => text);
  for (const language of LANGUAGES) {
    assert.deepEqual(Object.keys(WORDS[language]), Object.keys(WORDS['zh-CN']));
    assert.ok(Object.values(WORDS[language]).every((word) => word.trim() !== ''));
    for (const why of ['offline', 'timeout', 'unreachable', 'domain', 'busy', 'server', 'wechat', 'code', 'refused', 'unreadable', 'page'] as const) {
      assert.ok(failureWords(WORDS[language], why).title);
    }
  }
  const used = new Set([...markup.map(({ text }) => text), ...sources].flatMap((text) => Array.from(text.matchAll(/\b(?:w|words)\.(\w+)/g), (m) => m[1])));
  const families = /^(offline|timeout|unreachable|domain|busy|server|wechat|code|refused|unreadable|page)(Title|Text)$/;
  for (const word of Object.keys(WORDS.en)) {
    assert.ok(used.has(word) || families.test(word), `nothing says ${word}`);
  }
  for (const { name, text } of markup) {
    const script = readFileSync(join(PROGRAM, name.replace(/wxml$/, 'js')), 'utf8');
    for (const [, method] of text.matchAll(/\bbind:?\w+="(\w+)"/g)) {
      assert.match(script, new RegExp(`\\b${method ?? ''}\\(`), `${name}: ${method ?? ''}`);
    }
    for (const [, word] of text.matchAll(/\bw\.(\w+)/g)) {
      assert.ok(word !== undefined && word in WORDS.en, `${name}: ${word ?? ''}`);
    }
  }
});

test('WeChat’s own compiler takes the markup and the sheets', (context) => {
  interface Compiler {
    wxmlToJs: (root: string) => string;
    wxssToJs: (root: string) => string;
  }
  let compiler: Compiler;
  try {
    compiler = load('miniprogram-compiler') as Compiler;
    compiler.wxmlToJs(join(PROGRAM, 'components'));
  } catch (error) {
    context.skip(`it does not run on this machine: ${String(error).slice(0, 80)}`);
    return;
  }
  assert.ok(compiler.wxmlToJs(PROGRAM).includes('pages/portal/portal'));
  assert.ok(compiler.wxssToJs(PROGRAM).includes('app.wxss'));
});

test('every selector of the sheets is one, which WeChat’s compiler does not ask', () => {
  const part = /^(?:\*|(?:[a-z-]+)?(?:\.[a-z][a-z-]*)*(?:::(?:after|before))?)$/;
  for (const { name, text } of files('.wxss')) {
    const bare = text.replace(/\/\*[^]*?\*\//g, '').replace(/@keyframes[^]*?\}\s*\}/g, '');
    for (const [, selectors = ''] of bare.matchAll(/([^{}]+)\{/g)) {
      for (const selector of selectors.trim().startsWith('@media') ? [] : selectors.split(',')) {
        for (const one of selector.trim().split(/\s+/)) {
          assert.ok(one !== '' && part.test(one), `${name}: ${selector.trim()}`);
        }
      }
    }
  }
});

test('every class of the markup is in a sheet', () => {
  const sheets = files('.wxss').map(({ text }) => text).join('');
  for (const { name, text } of files('.wxml')) {
    for (const [, classes = ''] of text.matchAll(/\bclass="([^"]*)"/g)) {
      for (const one of classes.replace(/\{\{[^}]*\}\}/g, '').trim().split(/\s+/)) {
        assert.ok(one === 'the-notice' || sheets.includes(`.${one}`), `${name}: ${one}`);
      }
    }
  }
});

test('the contract has what is asked of it', (context) => {
  const file = join(__dirname, '../../../../api/openapi.yaml');
  if (!existsSync(file)) {
    context.skip('a copy of this folder is without the contract');
    return;
  }
  const contract = readFileSync(file, 'utf8');
  for (const path of ['/programme', '/wechat/tickets', '/wechat/payments', '/wechat-handoffs/{handoff_id}', '/wx/enter']) {
    assert.ok(contract.includes(`\n  ${path}:\n`), path);
  }
  const schema = (name: string): string => contract.split(`\n    ${name}:\n`)[1]?.split(/\n {4}\S/)[0] ?? '';
  for (const [name, ...fields] of [
    ['WechatTicketRequest', 'code', 'phone_code', 'terms_version'],
    ['WechatPaymentRequest', 'code', 'redemption_id'],
    ['WechatTicket', 'ticket'],
  ] as const) {
    for (const field of fields) {
      assert.match(schema(name), new RegExp(`\\n {8}${field}:`), `${name}.${field}`);
    }
  }
  const example = /\n {6}example: \{(.*)\}/.exec(schema('WechatPayment'))?.[1] ?? '';
  const order = example.split(', ').map((pair) => pair.split(': ').map((part) => part.replace(/'/g, '')));
  assert.ok(orderOf(Object.fromEntries(order)), example);
});

test('the app’s list of pages is the pages that there are', () => {
  const app = JSON.parse(readFileSync(join(PROGRAM, 'app.json'), 'utf8')) as { pages: string[] };
  const there = files('.wxml').map(({ name }) => name.replace(/\.wxml$/, '')).filter((name) => name.startsWith('pages/'));
  assert.deepEqual([...app.pages].sort(), there.sort());
  assert.equal(app.pages[0], 'pages/portal/portal');
});
