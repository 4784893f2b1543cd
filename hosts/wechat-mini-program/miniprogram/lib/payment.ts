import { member, read } from './answer';
import type { Failure } from './answer';
import type { World } from './entering';

/** What `wx.requestPayment` takes. */
export interface Order {
  readonly timeStamp: string;
  readonly nonceStr: string;
  readonly package: string;
  readonly signType: 'MD5' | 'HMAC-SHA256' | 'RSA';
  readonly paySign: string;
}

/** How WeChat's own payment screen ended. */
export type Sheet = 'paid' | 'cancelled' | 'failed';

/** How paying ended. */
export type Payment =
  | { readonly kind: Sheet }
  /** WeChat was never asked, so nothing was taken. */
  | { readonly kind: 'unsent'; readonly failure: Failure }
  /** There is nothing to pay here any more. */
  | { readonly kind: 'gone' }
  /** This WeChat account is not the one of the member whose redemption it is. */
  | { readonly kind: 'elsewhere' };

/** Signing in's world, and WeChat's payment screen. */
export interface PayingWorld extends World {
  readonly open: (order: Order) => Promise<Sheet>;
}

/** What is being paid now, by redemption. */
const running = new Map<string, Promise<Payment>>();

/** Pays a redemption. Asked again while it is at it, it gives the one payment's end: two taps pay once. */
export function pay(world: PayingWorld, redemption: string): Promise<Payment> {
  const known = running.get(redemption);
  if (known !== undefined) {
    return known;
  }
  const payment = once(world, redemption);
  running.set(redemption, payment);
  return payment;
}

async function once(world: PayingWorld, redemption: string): Promise<Payment> {
  try {
    return await attempt(world, redemption);
  } finally {
    running.delete(redemption);
  }
}

async function attempt(world: PayingWorld, redemption: string): Promise<Payment> {
  const code = await world.login();
  if (code === null) {
    return { kind: 'unsent', failure: { why: 'wechat', wait: 0 } };
  }
  const sent = await world.send({
    method: 'POST',
    url: `${world.api}/wechat/payments`,
    language: world.language,
    body: { code, redemption_id: redemption },
  });
  const answer = read(sent, world.now());
  if (!answer.ok) {
    if (answer.status === 404) {
      return { kind: 'elsewhere' };
    }
    const gone = answer.status === 409 || answer.status === 410;
    return gone ? { kind: 'gone' } : { kind: 'unsent', failure: answer.failure };
  }
  const order = orderOf(answer.body);
  return order === null ? { kind: 'unsent', failure: { why: 'unreadable', wait: 0 } } : { kind: await world.open(order) };
}

/** Reads the backend's order; nothing when something is missing. */
export function orderOf(body: unknown): Order | null {
  const text = (name: string): string => {
    const value = member(body, name);
    return typeof value === 'string' ? value : '';
  };
  const signType = text('sign_type');
  if (signType !== 'RSA' && signType !== 'MD5' && signType !== 'HMAC-SHA256') {
    return null;
  }
  const order = {
    timeStamp: text('time_stamp'),
    nonceStr: text('nonce'),
    package: text('package'),
    signType,
    paySign: text('pay_sign'),
  } as const;
  return Object.values(order).includes('') ? null : order;
}
