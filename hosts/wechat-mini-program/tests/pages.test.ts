import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';

import { PROGRAM, Page, called, newPhone, nth, phone, sent, settled } from './phone';
import type { Reply } from './phone';

const order = (): Reply => ({
  status: 201,
  body: { time_stamp: '1763834400', nonce: 'n0', package: 'prepay_id=p1', sign_type: 'RSA', pay_sign: 'c2ln' },
});
const problem = (status: number, code: string): Reply => ({ status, body: { code } });
const PAY = { url: 'https%3A%2F%2Fpay.test', redemption: 'rdm_6Kp4sVfH' };
const SCAN = { handoff: '0123456789abcdef0123456789abcdef' };

beforeEach(() => {
  newPhone(order);
  phone.stack.push({ route: 'pages/pay/pay' });
});

test('paying: the order is the backend’s, and it is paid when WeChat says so, not before', async () => {
  phone.outcomes['requestPayment'] = null;
  const page = await Page.open('pay', PAY);
  assert.deepEqual(nth(0).data, { code: 'code-1', redemption_id: 'rdm_6Kp4sVfH' });
  const asked = called('requestPayment')[0];
  assert.equal(asked?.['package'], 'prepay_id=p1');
  assert.equal(asked['timeStamp'], '1763834400');
  assert.equal(asked['signType'], 'RSA');
  assert.match(page.text, /Opening WeChat Pay/);
  assert.doesNotMatch(page.text, /Payment done/);
  assert.equal(page.buttons, 0);
  (asked['success'] as (result: unknown) => void)({});
  await settled();
  assert.match(page.text, /Payment done/);
  assert.equal(page.buttons, 1);
  await page.press();
  assert.equal(called('navigateBack')[0]?.['delta'], 1);
});

test('paying: cancelled', async () => {
  phone.outcomes['requestPayment'] = { fail: 'requestPayment:fail cancel' };
  const page = await Page.open('pay', PAY);
  assert.match(page.text, /You cancelled and nothing was taken/);
  assert.equal(page.buttons, 1);
});

test('paying: failed, of which nobody knows what was taken', async () => {
  phone.outcomes['requestPayment'] = { fail: 'requestPayment:fail (detail: system error)' };
  const page = await Page.open('pay', PAY);
  assert.match(page.text, /see how the redemption stands before you pay again/);
  assert.doesNotMatch(page.text, /Payment done|nothing was taken/i);
});

for (const [status, code, says] of [
  [409, 'payment-closed', /Nothing to pay any more/],
  [410, 'gone', /Nothing to pay any more/],
  [404, 'not-found', /belongs to another account/],
] as const) {
  test(`paying: not payable here any more, ${String(status)}`, async () => {
    newPhone(() => problem(status, code));
    const page = await Page.open('pay', PAY);
    assert.match(page.text, says);
    assert.equal(page.buttons, 1);
    assert.equal(called('requestPayment').length, 0);
  });
}

for (const reply of [
  problem(503, 'wechat-unavailable'),
  problem(429, 'rate-limited'),
  { fail: 'request:fail timeout' },
  { status: 201, body: { package: 'prepay_id=p1' } },
  { status: 201, body: { time_stamp: '1', nonce: 'n', package: 'p', sign_type: 'none', pay_sign: 's' } },
]) {
  test(`paying: it could not be opened, so nothing was taken: ${JSON.stringify(reply)}`, async () => {
    newPhone(() => reply);
    const page = await Page.open('pay', PAY);
    assert.match(page.text, /Nothing was taken/);
    assert.equal(called('requestPayment').length, 0);
    assert.equal(page.buttons, 1);
  });
}

test('paying: a double tap in the portal opens two pages and pays once', async () => {
  phone.stack.push({ route: 'pages/pay/pay' });
  const first = Page.begin('pay', PAY);
  const second = await Page.open('pay', PAY);
  assert.equal(called('login').length, 1);
  assert.equal(sent().length, 1);
  assert.equal(called('requestPayment').length, 1);
  assert.match(first.text, /Payment done/);
  assert.match(second.text, /Payment done/);
  await second.press();
  assert.equal(called('navigateBack')[0]?.['delta'], 2, 'back to the portal, not to the other page');
  await Page.open('pay', PAY);
  assert.equal(sent().length, 2, 'later the backend is asked again');
});

for (const redemption of ['', 'undefined/../x', '../me', 'a b', 'x'.repeat(65), '-x', '%2e']) {
  test(`paying: a hostile redemption is not asked for: ${redemption.slice(0, 20)}`, async () => {
    const page = await Page.open('pay', { url: 'x', redemption });
    assert.match(page.text, /This payment link is wrong/);
    assert.equal(phone.asked.length + called('login').length, 0);
  });
}

test('without a portal below, back opens it anew', async () => {
  phone.stack = [{ route: 'pages/pay/pay' }];
  const page = await Page.open('pay', PAY);
  await page.press();
  assert.equal(called('reLaunch')[0]?.['url'], '/pages/portal/portal');
});

test('scanning: the result goes to the portal, and the page goes away', async () => {
  newPhone(() => ({ status: 204 }));
  phone.stack.push({ route: 'pages/scan/scan' });
  await Page.open('scan', SCAN);
  assert.equal(nth(0).method, 'PUT');
  assert.match(nth(0).url, /\/api\/v1\/wechat-handoffs\/0123456789abcdef0123456789abcdef$/);
  assert.deepEqual(nth(0).data, { status: 'done', result: '6901234567892' });
  assert.equal(called('navigateBack').length, 1);
});

test('scanning: cancelled and failed are said, too', async () => {
  for (const [message, status] of [
    ['scanCode:fail cancel', 'cancelled'],
    ['scanCode:fail no camera', 'failed'],
  ] as const) {
    newPhone(() => ({ status: 204 }));
    phone.stack.push({ route: 'pages/scan/scan' });
    phone.outcomes['scanCode'] = { fail: message };
    await Page.open('scan', SCAN);
    assert.deepEqual(nth(0).data, { status });
    assert.equal(called('navigateBack').length, 1);
  }
});

test('scanning: that nothing was scanned is never worth a screen', async () => {
  newPhone(() => problem(500, 'internal'));
  phone.stack.push({ route: 'pages/scan/scan' });
  phone.outcomes['scanCode'] = { fail: 'scanCode:fail cancel' };
  await Page.open('scan', SCAN);
  assert.equal(called('navigateBack').length, 1);
});

test('scanning: what can’t be handed over is kept, and handed over at the next try', async () => {
  const replies: Reply[] = [problem(500, 'internal'), { fail: 'request:fail timeout' }, { status: 204 }];
  newPhone(() => replies.shift() ?? null);
  phone.stack.push({ route: 'pages/scan/scan' });
  const page = await Page.open('scan', SCAN);
  assert.match(page.text, /The result is kept/);
  await page.press();
  assert.match(page.text, /The result is kept/);
  assert.equal(called('navigateBack').length, 0);
  await page.press(2);
  assert.equal(sent().length, 3);
  assert.equal(called('scanCode').length, 1);
  assert.deepEqual(new Set(sent().map((asked) => asked.data?.['result'])), new Set(['6901234567892']));
  assert.equal(called('navigateBack').length, 1);
});

test('scanning: an answer that was lost had arrived', async () => {
  const replies: Reply[] = [{ fail: 'request:fail timeout' }, problem(409, 'handoff-closed')];
  newPhone(() => replies.shift() ?? null);
  phone.stack.push({ route: 'pages/scan/scan' });
  const page = await Page.open('scan', SCAN);
  await page.press();
  assert.equal(called('navigateBack').length, 1);
});

test('scanning: too late', async () => {
  newPhone(() => problem(404, 'not-found'));
  const page = await Page.open('scan', SCAN);
  assert.match(page.text, /no longer waits/);
  assert.equal(page.buttons, 1);
});

test('scanning: a code that is empty, too long or binary is no result', async () => {
  for (const result of ['', 'x'.repeat(513), 'a\0b', undefined]) {
    newPhone(() => ({ status: 204 }));
    phone.outcomes['scanCode'] = { ok: { result } };
    await Page.open('scan', SCAN);
    assert.deepEqual(nth(0).data, { status: 'failed' });
  }
});

for (const handoff of ['', 'short', '../../me/wechat-handoffs', 'a'.repeat(65), '0123456789abcdef/../../x', 'undefined']) {
  test(`scanning: a hostile handoff opens no scanner: ${handoff.slice(0, 30)}`, async () => {
    const page = await Page.open('scan', { handoff });
    assert.match(page.text, /This scan link is wrong/);
    assert.equal(called('scanCode').length + phone.asked.length, 0);
  });
}

test('sharing: the card is shown and sent', async () => {
  const page = await Page.open('share', {
    title: '%E5%86%B0%E6%8B%BF%E9%93%81',
    path: '%2Frewards%2Ficed-latte',
    image: 'https%3A%2F%2Fimg.test%2Fa.png',
  });
  assert.match(page.text, /冰拿铁/);
  assert.equal(page.attribute('wx-image', 'src'), 'https://img.test/a.png');
  assert.equal(page.attribute('wx-button', 'open-type'), 'share');
  assert.deepEqual(page.call('onShareAppMessage'), {
    title: '冰拿铁',
    path: '/pages/portal/portal?to=%2Frewards%2Ficed-latte',
    imageUrl: 'https://img.test/a.png',
  });
  await page.event('#picture', 'error');
  assert.equal((page.call('onShareAppMessage') as { imageUrl?: string }).imageUrl, undefined);
  await page.tap('#back');
  assert.equal(called('navigateBack').length, 1);
});

test('sharing: hostile values are worth nothing', async () => {
  const page = await Page.open('share', {
    title: 'a%0Ab%E2%80%AEc' + 'x'.repeat(500),
    path: 'https%3A%2F%2Fevil.test',
    image: 'http%3A%2F%2Fimg.test%2Fa.png',
  });
  const card = page.call('onShareAppMessage') as { title: string; path: string; imageUrl?: string };
  assert.equal(card.title.length, 60);
  assert.match(card.title, /^a b cx+$/);
  assert.equal(card.path, '/pages/portal/portal');
  assert.equal(card.imageUrl, undefined);
  assert.equal(page.has('#picture'), false);
});

test('sharing: without a title it is the programme', async () => {
  const page = await Page.open('share', { title: 'undefined' });
  assert.equal((page.call('onShareAppMessage') as { title: string }).title, 'Club');
});

test('a document that there is none of, and a name that is none', async () => {
  for (const show of ['privacy', 'terms', 'constructor', '__proto__', '']) {
    const page = await Page.open('agreement', { show });
    assert.equal(page.src, undefined);
    assert.match(page.text, /nothing to show/);
  }
});

test('a call that WeChat holds back goes on when the person agrees, and fails when they do not', async () => {
  const program = globalThis as unknown as { App: (options: { onLaunch: () => void }) => void };
  program.App = (options) => {
    options.onLaunch();
  };
  createRequire(__filename)(join(PROGRAM, 'app.js'));
  const verdicts: unknown[] = [];
  const hold = (): void => phone.held?.((verdict) => verdicts.push(verdict));
  hold();
  hold();
  assert.equal(called('navigateTo').length, 1, 'the terms are opened once');
  const page = await Page.open('agreement', { show: 'held' });
  assert.equal(verdicts.length, 2);
  await page.event('#agree', 'agreeprivacyauthorization');
  assert.deepEqual(verdicts.slice(2), [
    { event: 'agree', buttonId: 'agree' },
    { event: 'agree', buttonId: 'agree' },
  ]);
  assert.equal(called('navigateBack').length, 1);

  verdicts.length = 0;
  hold();
  const other = await Page.open('agreement', { show: 'held' });
  other.close();
  assert.deepEqual(verdicts, [{ event: 'exposureAuthorization' }, { event: 'disagree' }]);

  verdicts.length = 0;
  phone.outcomes['navigateTo'] = { fail: 'navigateTo:fail webview count limit exceed' };
  hold();
  await settled();
  assert.deepEqual(verdicts, [{ event: 'disagree' }]);
});
