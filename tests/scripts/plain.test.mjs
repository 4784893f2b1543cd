// public/plain.js in a made-up page: it finds its way here once, signs in by the contract, shows what it should and keeps
// nothing of a member who has left (W5).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const script = readFileSync(new URL('../../public/plain.js', import.meta.url), 'utf8');
const html = readFileSync(new URL('../../public/plain.html', import.meta.url), 'utf8');
const index = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');

const PROGRAMME = {
  name: '青屿咖啡', timezone: 'Asia/Shanghai', terms_version: '2026-03-01', support_phone: '400-000-0417', device: null,
  features: ['card-code', 'coupons', 'stores'], points_terms: { name: '海浪' }, terms_url: 'https://a.example/terms', privacy_url: 'javascript:x',
};
const SERVED = {
  'GET /config.json': [200, { api: '/api/v1', auth: 'cookie' }],
  'GET /api/v1/programme': [200, PROGRAMME],
  'GET /api/v1/me': [200, { display_name: '林蔚' }],
  'GET /api/v1/me/tier': [200, { current: { name: '金卡会员' } }],
  'GET /api/v1/me/points': [200, { available: 12840, expiring: [{ amount: 620, at: '2026-08-31T16:00:00Z' }] }],
  'GET /api/v1/me/card-code': [200, { payload: '6282041703581199', valid_until: '2026-08-12T08:59:00Z', refresh_after: 45 }],
  'GET /api/v1/me/redemptions?status=issued&limit=20': [200, { data: [{ reward: { title: '冰拿铁' }, voucher: { code: '7302119458', valid_until: '2026-09-11T15:59:59Z' } }] }],
  'GET /api/v1/me/coupons?status=available&limit=20': [200, { data: [{ title: '¥10', code: '640081225570', valid_until: '2026-08-31T16:00:00Z' }] }],
  'GET /api/v1/stores': [200, { data: [{ name: '滨江一店', address: '江南大道 588 号', phone: '0571-8800-0417' }] }],
  'POST /api/v1/sessions/sms-codes': [202, { resend_after: 60 }],
  'POST /api/v1/sessions': [201, {}],
  'DELETE /api/v1/sessions/current': [204],
};
const SIGNED_OUT = { 'GET /api/v1/me': [401, { code: 'unauthenticated' }] };

/** The page as its HTML says, after the script has run and every answer has come. */
function page({ served = {}, plain = true, path = '/plain.html', search = '', languages = ['zh-CN'], local = {} } = {}) {
  const elements = {};
  const make = () => {
    let own = '';
    const one = {
      hidden: false, disabled: false, value: '', checked: false, children: [],
      appendChild: (child) => { one.children.push(child); return child; },
      focus: () => {},
      getElementsByTagName: () => [elements.send, elements.resend].filter(Boolean),
      get textContent() { return own + one.children.map((child) => child.textContent).join('|'); },
      set textContent(text) { own = String(text); one.children.length = 0; },
    };
    return one;
  };
  for (const [, id] of html.matchAll(/ id="([\w-]+)"/g)) elements[id] = make();
  for (const [, id] of html.matchAll(/ id="([\w-]+)"[^>]* hidden/g)) elements[id].hidden = true;
  const named = [...html.matchAll(/data-text="(\w+)"/g)].map(([, text]) => ({ getAttribute: () => text, textContent: '' }));
  const sent = [];
  const replaced = [];
  const timers = [];
  class Request {
    constructor() { this.headers = {}; }
    open(method, address) { Object.assign(this, { method, address }); }
    setRequestHeader(name, value) { this.headers[name] = value; }
    getResponseHeader(name) { return name === 'Retry-After' ? '17' : null; }
    send(body) {
      const answer = { ...SERVED, ...served }[`${this.method} ${this.address}`];
      sent.push({ method: this.method, address: this.address, headers: this.headers, body: body && JSON.parse(body), credentials: this.withCredentials });
      const [status, value] = answer || [0];
      Object.assign(this, { readyState: 4, status, responseText: value ? JSON.stringify(value) : '' });
      this.onreadystatechange();
    }
  }
  const storage = { ...local };
  const localStorage = {
    getItem: (name) => storage[name] ?? null,
    get length() { return Object.keys(storage).length; },
    key: (at) => Object.keys(storage)[at],
    removeItem: (name) => { delete storage[name]; },
  };
  const document = {
    documentElement: { getAttribute: () => (plain ? '' : null) },
    getElementById: (id) => { assert.ok(elements[id], id); return elements[id]; },
    querySelectorAll: () => named,
    createElement: make,
  };
  const run = () => vm.runInNewContext(script, {
    document, window: { localStorage }, navigator: { languages }, XMLHttpRequest: Request, JSON, Math, Date, RegExp, String, parseInt,
    decodeURIComponent, encodeURIComponent, location: { pathname: path, search, replace: (to) => replaced.push(to) },
    setTimeout: (run, wait) => timers.push({ run, wait }), clearTimeout: () => {},
  });
  run();
  const text = (id) => elements[id].textContent;
  return { elements, text, sent, replaced, timers, storage, named, served };
}

test('old engines are sent here from the portal’s page, once', () => {
  assert.ok(index.includes('<script nomodule src="/plain.js"></script>'));
  assert.deepEqual(page({ plain: false, path: '/tier', search: '?a=1' }).replaced, ['/plain.html?to=%2Ftier%3Fa%3D1']);
  const circle = page({ plain: false });
  assert.deepEqual([circle.replaced, circle.sent], [[], []]);
  assert.deepEqual(page().replaced, []);
});

test('it is old enough: no word of a younger language, nothing inline', () => {
  const code = script.replace(/\/\/.*$/gm, '').replace(/'[^'\n]*'/g, "''");
  assert.ok(!/=>|`|\b(const|let|class|async|await|Promise|fetch)\b|\.(includes|startsWith|assign|append|remove|closest)\(/.test(code));
  assert.ok(!/<style|style="|onclick|onload|<script>/.test(html));
});

test('every word of the page is there in each language', () => {
  for (const languages of [['zh-CN'], ['zh-TW'], ['en']]) {
    const { named, elements } = page({ languages, served: SIGNED_OUT });
    for (const one of named) assert.equal(typeof one.textContent, 'string', one.getAttribute());
    assert.ok(named.every((one) => one.textContent !== 'undefined' && one.textContent));
    assert.equal(elements.brand.textContent, '青屿咖啡');
  }
  assert.ok(page({ languages: ['en'], local: { 'portal.locale': 'zh-TW' } }).named.some((one) => one.textContent === '會員中心'));
});

test('who is signed in sees name, tier, points, code, vouchers and stores', () => {
  const { text, elements, sent, timers } = page();
  assert.equal(elements.member.hidden, false);
  assert.deepEqual([text('name'), text('tier'), text('points'), text('unit')], ['林蔚', '金卡会员', '12,840', '海浪']);
  assert.equal(text('card-code'), '6282 0417 0358 1199');
  assert.match(text('expiring'), /620 海浪.*9月1日/, 'in the programme’s time zone');
  assert.match(text('tickets'), /冰拿铁\|7302 1194 58\|.*¥10\|6400 8122 5570/);
  assert.match(text('stores'), /滨江一店\|江南大道 588 号\|0571-8800-0417/);
  assert.equal(elements.support.href, 'tel:4000000417');
  assert.ok(sent.every((one) => one.headers.Accept === 'application/json' && one.headers['Accept-Language'] === 'zh-CN' && one.credentials));
  assert.ok(timers.some((one) => one.wait === 45000), 'the code is renewed');
});

test('signing in asks for the code, for consent, and sends what the contract wants', () => {
  const it = page({ served: { ...SIGNED_OUT } });
  assert.ok(!it.elements.ask.hidden && it.elements.member.hidden);
  assert.equal(it.elements.terms.href, 'https://a.example/terms');
  assert.equal(it.elements.privacy.href, undefined, 'an address that is a script is none');
  it.elements.phone.value = '138';
  it.elements.ask.onsubmit();
  assert.match(it.text('ask-error'), /手机号/);
  it.elements.phone.value = '138 0013-0417';
  assert.equal(it.elements.ask.onsubmit(), false);
  assert.deepEqual(it.sent.at(-1).body, { phone: '13800130417' });
  assert.equal(it.sent.at(-1).headers['X-Member-Portal'], '1');
  assert.ok(!it.elements.enter.hidden && it.elements.resend.disabled);
  it.elements.code.value = '28041';
  it.elements.enter.onsubmit();
  assert.match(it.text('enter-error'), /6 位/);
  it.elements.code.value = '280417';
  it.elements.enter.onsubmit();
  assert.match(it.text('enter-error'), /同意/);
  assert.ok(!it.sent.some((one) => one.address === '/api/v1/sessions'));
  it.elements.agree.checked = true;
  it.served['GET /api/v1/me'] = SERVED['GET /api/v1/me'];
  it.elements.enter.onsubmit();
  const session = it.sent.find((one) => one.address === '/api/v1/sessions');
  assert.deepEqual(session.body, { phone: '13800130417', code: '280417', terms_version: '2026-03-01' });
  assert.equal(it.text('name'), '林蔚');
});

test('a token is asked for and used where cookies are not', () => {
  const it = page({ served: { 'GET /config.json': [200, { api: 'https://api.example', auth: 'bearer' }],
    'GET https://api.example/programme': [200, PROGRAMME], 'POST https://api.example/sessions/sms-codes': [202, {}],
    'POST https://api.example/sessions': [201, { token: 'secret' }], 'GET https://api.example/me': [200, { display_name: '林蔚' }] } });
  it.elements.phone.value = '13800130417';
  it.elements.ask.onsubmit();
  it.elements.code.value = '280417';
  it.elements.agree.checked = true;
  it.elements.enter.onsubmit();
  assert.equal(it.sent.find((one) => one.address.endsWith('/sessions')).body.mode, 'bearer');
  assert.equal(it.sent.find((one) => one.address.endsWith('/me')).headers.Authorization, 'Bearer secret');
  assert.ok(it.sent.slice(1).every((one) => !one.credentials));
  assert.deepEqual(Object.keys(it.storage), []);
});

test('each refusal has its words, and a failure says what is safe', () => {
  for (const [answer, words] of [
    [[422, { code: 'code-incorrect' }], /不对/], [[422, { code: 'code-expired' }], /过期/], [[429, { code: 'rate-limited' }], /17 秒/],
    [[0], /积分、券和等级都在/], [[503, {}], /积分、券和等级都在/], [[403, { title: '这一步没有完成' }], /没有完成/],
  ]) {
    const it = page({ served: { ...SIGNED_OUT, 'POST /api/v1/sessions': answer } });
    it.elements.code.value = '280417';
    it.elements.agree.checked = true;
    it.elements.enter.onsubmit();
    assert.match(it.text('enter-error'), words);
  }
  const lost = page({ served: { 'GET /api/v1/programme': [0] } });
  assert.match(lost.text('note'), /积分、券和等级都在/);
  assert.ok(lost.timers.some((one) => one.wait === 10000), 'it tries again');
  const part = page({ served: { 'GET /api/v1/me/points': [500, {}] } });
  assert.match(part.text('note'), /积分、券和等级都在/);
  assert.equal(part.text('name'), '林蔚');
});

test('signing out leaves nothing of the member, and says so when it could not', () => {
  const it = page({ local: { 'portal.member.kept.mbr_1': '{}', 'portal.locale': 'zh-CN' } });
  it.served['DELETE /api/v1/sessions/current'] = [0];
  it.elements.leave.onclick();
  assert.match(it.text('note'), /还没有退出/);
  assert.equal(it.text('name'), '林蔚');
  delete it.served['DELETE /api/v1/sessions/current'];
  it.elements.leave.onclick();
  for (const id of ['name', 'tier', 'points', 'card-code', 'tickets', 'stores']) assert.equal(it.text(id), '', id);
  assert.ok(it.elements.member.hidden && !it.elements.ask.hidden);
  assert.deepEqual(Object.keys(it.storage), ['portal.locale']);
});

test('a session that ends is said, and a shared device is not signed in at', () => {
  const it = page();
  it.served['GET /api/v1/me/points'] = [401, { code: 'unauthenticated' }];
  it.elements.again.onclick();
  assert.match(it.text('note'), /过期/);
  assert.equal(it.text('name'), '');
  const shared = page({ served: { 'GET /api/v1/programme': [200, { ...PROGRAMME, device: { channel: 'kiosk' } }] } });
  assert.ok(shared.elements.ask.hidden && shared.elements.member.hidden);
  assert.match(shared.text('note'), /公用设备/);
});

test('the way back is a path of this site, or the front door', () => {
  for (const [to, href] of [['/rewards?q=1', '/rewards?q=1'], ['//evil', undefined], ['/\\evil', undefined], ['https://evil', undefined], ['/plain.html', undefined]]) {
    assert.equal(page({ search: `?to=${encodeURIComponent(to)}` }).elements.full.href, href);
  }
  assert.equal(page({ search: '?to=%E0%A4%A' }).elements.full.href, undefined);
});
