/** What is sent to the backend. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  /** The language of its texts, BCP 47. */
  readonly language: string;
  readonly body?: Readonly<Record<string, string>>;
}

/** How sending ended: with an answer, or why there is none. */
export type Sent =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown; readonly retryAfter: string | null }
  | { readonly kind: 'offline' | 'timeout' | 'unreachable' | 'domain' };

/** Sends one request. It never throws and always ends. */
export type Send = (request: Request) => Promise<Sent>;

/** Why something did not work. */
export type Why =
  /** The phone has no network. */
  | 'offline'
  /** No answer in time. */
  | 'timeout'
  /** No connection to the backend. */
  | 'unreachable'
  /** The backend's host is not among the mini program's request domains. */
  | 'domain'
  /** 429. */
  | 'busy'
  /** 5xx. */
  | 'server'
  /** WeChat didn't answer, the phone or the backend. */
  | 'wechat'
  /** WeChat's code was used or too old. */
  | 'code'
  /** The backend doesn't want it; asking again changes nothing. */
  | 'refused'
  /** An answer that nobody understands. */
  | 'unreadable'
  /** The web page did not load. */
  | 'page';

/** A failure, and how many seconds to wait before asking again. */
export interface Failure {
  readonly why: Why;
  readonly wait: number;
}

/** An answer that was read. */
export type Read =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly failure: Failure };

/** The longest wait that is believed, in seconds. */
const LONGEST_WAIT = 3600;
/** What is waited after a 429 that doesn't say. */
const USUAL_WAIT = 10;

/** A member of an object that came from outside. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The seconds of a `Retry-After`: a number, or a date (RFC 9110 section 10.2.3). `now` in milliseconds. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') {
    return null;
  }
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_WAIT) : null;
}

/** Reads how sending ended. `now` in milliseconds. */
export function read(sent: Sent, now: number): Read {
  if (sent.kind !== 'answer') {
    return { ok: false, status: 0, code: '', failure: { why: sent.kind, wait: 0 } };
  }
  const { status, body } = sent;
  if (status >= 200 && status < 300) {
    return { ok: true, body };
  }
  const named = member(body, 'code');
  const code = typeof named === 'string' ? named : '';
  const wait = retryAfter(sent.retryAfter, now);
  return { ok: false, status, code, failure: { why: why(status, code), wait: wait ?? (status === 429 ? USUAL_WAIT : 0) } };
}

function why(status: number, code: string): Why {
  if (code === 'wechat-unavailable') {
    return 'wechat';
  }
  if (code === 'wechat-code-invalid') {
    return 'code';
  }
  if (status === 429) {
    return 'busy';
  }
  return status >= 500 ? 'server' : 'refused';
}

/** What the one button of a failed sign-in does. */
export type Way = 'again' | 'signed-out';

/**
 * The way on after a failure. Where only signing in is broken, and asking again did not mend it, the portal is
 * still there for whoever isn't signed in. `tries`: how many failures there were in a row, this one included.
 */
export function way(failure: Failure, tries: number): Way {
  switch (failure.why) {
    case 'refused':
    case 'unreadable':
      return 'signed-out';
    case 'wechat':
    case 'code':
    case 'server':
      return tries > 1 ? 'signed-out' : 'again';
    default:
      return 'again';
  }
}

/** What `wx.request` says when it fails, as a kind. */
export function unsent(message: string, offline: boolean): Exclude<Sent, { kind: 'answer' }> {
  if (/domain list|不在以下 request 合法域名/i.test(message)) {
    return { kind: 'domain' };
  }
  if (offline) {
    return { kind: 'offline' };
  }
  return { kind: /timed?[ _]?out/i.test(message) ? 'timeout' : 'unreachable' };
}

/** Whether a WeChat call failed because the person changed their mind. */
export function cancelled(message: string): boolean {
  return /:fail.*\b(user )?(cancel|deny)/i.test(message);
}
