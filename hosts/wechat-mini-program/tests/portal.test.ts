import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { PORTAL, Page, called, newPhone, nth, phone, queryOf, sent, settled } from './phone';
import type { Reply } from './phone';

let tickets = 0;
const ticket = (): Reply => {
  tickets += 1;
  return { status: 201, body: { ticket: `ticket-${String(tickets)}`, expires_at: '2026-11-22T18:00:00Z' } };
};
const problem = (status: number, code: string, header: Record<string, string> = {}): Reply => ({
  status,
  // As some versions of WeChat hand it on: unread.
  body: JSON.stringify({ type: 'about:blank', title: 'x', status, code, retryable: false }),
  header,
});

beforeEach(() => {
  tickets = 0;
  newPhone(ticket);
});
afterEach(() => {
  mock.timers.reset();
});

test('a member is signed in by a ticket and sees the place that was asked for', async () => {
  const page = await Page.open('portal', { to: '%2Frewards%2Ficed-latte%3Ffrom%3Dcard' });
  assert.equal(sent().length, 1);
  assert.deepEqual(nth(0).data, { code: 'code-1' });
  assert.equal(nth(0).header['X-Member-Portal'], '1');
  assert.equal(new URL(String(page.src)).origin, PORTAL);
  assert.equal(new URL(String(page.src)).pathname, '/wx/enter');
  assert.deepEqual(queryOf(page.src), { ticket: 'ticket-1', to: '/rewards/iced-latte?from=card' });
});

test('a card of an older version brings its place as it is', async () => {
  const page = await Page.open('portal', { to: '/rewards/x' });
  assert.equal(queryOf(page.src)['to'], '/rewards/x');
});

for (const hostile of [
  'https%3A%2F%2Fevil.test%2F',
  '%2F%2Fevil.test',
  '/\\evil.test',
  '/%2F/evil.test',
  '/wx/enter?ticket=theirs',
  '/a/../wx/enter?ticket=theirs',
  '/%77x/enter?ticket=theirs',
  '/WX/oauth',
  '/api/v1/me',
  'javascript:alert(1)',
  'undefined',
  '%E0%A4%A',
  '/' + 'x'.repeat(2000),
  '/a\nb',
]) {
  test(`a hostile place leads home: ${hostile.slice(0, 40)}`, async () => {
    const page = await Page.open('portal', { to: hostile });
    assert.equal(queryOf(page.src)['to'], '/');
  });
}

test('who is no member yet gives a phone number, accepts the terms, and is signed in with a new code', async () => {
  newPhone((asked) => (asked.data?.['phone_code'] === undefined ? problem(409, 'phone-required') : ticket()));
  const page = await Page.open('portal', { to: '/rewards/x' });
  assert.equal(page.datum('screen'), 'phone');
  assert.equal(page.src, undefined);

  // Without the tick WeChat isn't even asked, and a number that came anyway is not sent.
  assert.equal(page.has('#phone'), false);
  await page.tap('#tick-first');
  page.call('phoneTold', { detail: { code: 'phone-6' } });
  await settled();
  assert.equal(sent().length, 1);
  assert.match(page.text, /tick the box first/);

  await page.event('#accept', 'change', { value: ['terms'] });
  await page.event('#phone', 'getphonenumber', { code: 'phone-7', errMsg: 'getPhoneNumber:ok' });
  assert.deepEqual(nth(1).data, { code: 'code-2', phone_code: 'phone-7', terms_version: '2026-03-01' });
  assert.deepEqual(queryOf(page.src), { ticket: 'ticket-1', to: '/rewards/x' });
});

test('who gives no number stays where they are, and gets in without signing in', async () => {
  newPhone(() => problem(409, 'phone-required'));
  const page = await Page.open('portal', { to: '/rewards/x' });
  await page.event('#accept', 'change', { value: ['terms'] });
  await page.event('#phone', 'getphonenumber', { errMsg: 'getPhoneNumber:fail user deny' });
  assert.equal(page.datum('screen'), 'phone');
  assert.equal(page.datum('hint'), '');
  await page.event('#phone', 'getphonenumber', { errMsg: 'getPhoneNumber:fail no permission' });
  assert.match(page.text, /WeChat gave no phone number/);
  await page.tap('#not-now');
  assert.equal(page.src, `${PORTAL}/rewards/x`);
  assert.equal(sent().length, 1);
});

test('the terms open, and so does the privacy contract', async () => {
  newPhone(() => problem(409, 'phone-required'));
  const page = await Page.open('portal');
  await page.tap('#terms');
  await page.tap('#privacy');
  assert.deepEqual(called('navigateTo').map((call) => call['url']), ['/pages/agreement/agreement?show=terms']);
  assert.equal(called('openPrivacyContract').length, 1);
  const terms = await Page.open('agreement', { show: 'terms' });
  assert.equal(terms.src, `${PORTAL}/documents/terms`);
});

test('a number that the backend does not take is a failure, not the same question again', async () => {
  newPhone(() => problem(409, 'phone-required'));
  const page = await Page.open('portal');
  await page.event('#accept', 'change', { value: ['terms'] });
  await page.event('#phone', 'getphonenumber', { code: 'phone-7' });
  assert.equal(page.datum('screen'), 'failed');
});

const FAILURES: { name: string; reply: Reply; network?: string; says: RegExp; button: RegExp }[] = [
  { name: 'offline', reply: { fail: 'request:fail ' }, network: 'none', says: /No network/, button: /Try again/ },
  { name: 'unreachable', reply: { fail: 'request:fail connection refused' }, says: /Can’t connect/, button: /Try again/ },
  { name: 'time-out', reply: { fail: 'request:fail timeout' }, says: /taking long/, button: /Try again/ },
  { name: 'domain', reply: { fail: 'request:fail url not in domain list' }, says: /set up/, button: /Try again/ },
  { name: '500', reply: problem(500, 'internal'), says: /our fault/, button: /Try again/ },
  { name: '502 of a proxy', reply: { status: 502, body: '<html>' }, says: /our fault/, button: /Try again/ },
  { name: 'WeChat is down', reply: problem(503, 'wechat-unavailable'), says: /WeChat doesn’t answer/, button: /Try again/ },
  { name: 'code', reply: problem(422, 'wechat-code-invalid'), says: /expired/, button: /Try again/ },
  { name: 'no such group', reply: problem(404, 'not-found'), says: /text message/, button: /Open without signing in/ },
  { name: 'nonsense', reply: { status: 201, body: '<html>' }, says: /couldn’t be read/, button: /Open without signing in/ },
  { name: 'no ticket in it', reply: { status: 201, body: { ticket: 7 } }, says: /couldn’t be read/, button: /Open without/ },
];
for (const { name, reply, network, says, button } of FAILURES) {
  test(`a failure says what happened and has one button: ${name}`, async () => {
    newPhone(() => reply);
    phone.outcomes['getNetworkType'] = { ok: { networkType: network ?? 'wifi' } };
    const page = await Page.open('portal', { to: '/me' });
    assert.match(page.text, says);
    assert.match(page.text, button);
    assert.equal(page.buttons, 1);
    assert.equal(page.src, undefined);
    assert.equal(sent().length, 1, 'nothing is asked again by itself');

    phone.reply = ticket;
    await page.press(3);
    assert.equal(page.datum('screen'), 'open');
    if (button.test('Try again')) {
      assert.equal(sent().length, 2, 'three taps are one attempt');
      assert.equal(nth(1).data?.['code'], 'code-2', 'a code is never used twice');
      assert.deepEqual(queryOf(page.src), { ticket: 'ticket-1', to: '/me' });
    } else {
      assert.equal(page.src, `${PORTAL}/me`);
    }
  });
}

test('after two failures of signing in the portal opens without it', async () => {
  newPhone(() => problem(503, 'wechat-unavailable'));
  const page = await Page.open('portal');
  await page.press();
  assert.match(page.text, /Open without signing in/);
  await page.press();
  assert.equal(page.src, `${PORTAL}/`);
});

test('WeChat gives no code', async () => {
  phone.outcomes['login'] = { fail: 'login:fail' };
  const page = await Page.open('portal');
  assert.match(page.text, /WeChat doesn’t answer/);
  assert.equal(sent().length, 0);
});

test('WeChat never answers: the limit ends it', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  phone.outcomes['login'] = null;
  const page = await Page.open('portal');
  assert.equal(page.datum('screen'), 'wait');
  mock.timers.tick(8000);
  await settled();
  assert.match(page.text, /WeChat doesn’t answer/);
});

test('the backend never answers and neither does wx.request: the limit ends it', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  newPhone(() => null);
  const page = await Page.open('portal');
  mock.timers.tick(15000);
  await settled();
  assert.match(page.text, /taking long/);
  assert.equal(sent().length, 1);
});

test('429 is waited for as long as it says, and then still waits for a tap', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  newPhone(() => problem(429, 'rate-limited', { 'retry-after': '3' }));
  const page = await Page.open('portal');
  assert.match(page.text, /Try again in 3 s/);
  await page.press();
  assert.equal(sent().length, 1);
  mock.timers.tick(1000);
  assert.match(page.text, /Try again in 2 s/);
  mock.timers.tick(1000);
  mock.timers.tick(1000);
  assert.equal(page.datum('action'), 'Try again');
  mock.timers.tick(60000);
  await settled();
  assert.equal(sent().length, 1);
  phone.reply = ticket;
  await page.press();
  assert.equal(page.datum('screen'), 'open');
});

test('a page that did not load is opened again by a new ticket, never by the old one', async () => {
  const page = await Page.open('portal');
  assert.equal(queryOf(page.src)['ticket'], 'ticket-1');
  await page.event('#portal', 'error', { url: PORTAL, fullUrl: PORTAL });
  assert.match(page.text, /didn’t open/);
  assert.equal(page.datum('src'), '');
  await page.press();
  assert.equal(queryOf(page.src)['ticket'], 'ticket-2');
  const again = await Page.open('portal');
  assert.equal(queryOf(again.src)['ticket'], 'ticket-3');
});

test('what comes back after the page was left changes nothing', async () => {
  const page = Page.begin('portal');
  page.close();
  await settled();
  assert.equal(page.datum('src'), '');
});

test('messages come late and together, and the newest card is the one', async () => {
  const page = await Page.open('portal');
  await page.event('#portal', 'message', {
    data: [
      { type: 'share', title: 'Old', path: '/rewards/old', image: 'https://img.test/old.png' },
      { type: 'other' },
      { type: 'share', title: 'Iced\nlatte', path: '/rewards/iced-latte?ticket=t&x=1', image: 'http://img.test/a.png' },
      { type: 'share', title: 'Evil', path: 'https://evil.test/' },
      null,
      'text',
    ],
  });
  const card = page.call('onShareAppMessage') as { title: string; path: string; imageUrl?: string };
  assert.equal(card.title, 'Iced latte');
  assert.equal(card.path, '/pages/portal/portal?to=%2Frewards%2Ficed-latte%3Fx%3D1');
  assert.equal(card.imageUrl, undefined);
  assert.deepEqual(page.call('onShareTimeline'), { title: 'Iced latte', query: 'to=%2Frewards%2Ficed-latte%3Fx%3D1' });
});

test('a message that comes after the question is still in time', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const page = await Page.open('portal');
  const asked = page.call('onShareAppMessage') as { path: string; promise: Promise<{ title: string; path: string }> };
  assert.equal(asked.path, '/pages/portal/portal');
  await page.event('#portal', 'message', { data: [{ type: 'share', title: 'Latte', path: '/rewards/latte' }] });
  mock.timers.tick(300);
  assert.deepEqual(await asked.promise, { title: 'Latte', path: '/pages/portal/portal?to=%2Frewards%2Flatte' });
});

test('a portal that says nothing is shared as itself, without the ticket', async () => {
  const page = await Page.open('portal', { to: '/me/orders/7' });
  const card = page.call('onShareAppMessage') as { title: string; path: string };
  assert.equal(card.title, 'Milk & Tea');
  assert.equal(card.path, '/pages/portal/portal');
  assert.deepEqual(page.call('onShareTimeline'), { title: 'Milk & Tea', query: '' });
});

test('privacy is agreed to before anything is asked of WeChat', async () => {
  phone.outcomes['getPrivacySetting'] = { ok: { needAuthorization: true } };
  const page = await Page.open('portal');
  assert.match(page.text, /A word on privacy/);
  assert.equal(called('login').length, 0);
  await page.event('#agree', 'agreeprivacyauthorization');
  page.call('agreed');
  await settled();
  assert.equal(queryOf(page.src)['ticket'], 'ticket-1');
  assert.equal(sent().length, 1, 'two taps are one attempt');
});

test('who does not agree is not signed in, and still gets in', async () => {
  phone.outcomes['getPrivacySetting'] = { ok: { needAuthorization: true } };
  const page = await Page.open('portal', { to: '/rewards' });
  await page.tap('#not-now');
  assert.equal(page.src, `${PORTAL}/rewards`);
  assert.equal(called('login').length, 0);
});

test('where WeChat keeps no agreement we do', async () => {
  phone.outcomes['getPrivacySetting'] = { fail: 'getPrivacySetting:fail' };
  const page = await Page.open('portal');
  await page.tap('#agree-here');
  assert.equal(queryOf(page.src)['ticket'], 'ticket-1');
  const again = await Page.open('portal');
  assert.equal(queryOf(again.src)['ticket'], 'ticket-2');
});

test('in Moments there is no sign-in and no web-view, and a word about it', async () => {
  phone.scene = 1154;
  const page = await Page.open('portal', { to: '/rewards/x' });
  assert.match(page.text, /Open it in the mini program/);
  assert.equal(called('login').length, 0);
  assert.equal(page.buttons, 0);
});

test('screens speak the phone’s language', async () => {
  newPhone(() => problem(500, 'internal'));
  phone.language = 'zh_TW';
  assert.match((await Page.open('portal')).text, /您的點數和優惠券都沒有變動/);
  phone.language = 'zh_CN';
  assert.match((await Page.open('portal')).text, /您的积分和券都没有变化/);
});

test('the brand and the text size are worn', async () => {
  await Page.open('portal');
  newPhoneKeeping();
  const page = await Page.open('portal');
  assert.match(String(page.datum('look')), /--light-fill:#EE8266/);
  assert.match(String(page.datum('look')), /font-size:21.3px/);
});

function newPhoneKeeping(): void {
  const { storage } = phone;
  newPhone(() => problem(500, 'internal'));
  phone.storage = storage;
}
