import { cancelled, unsent } from './lib/answer';
import type { Request, Send, Sent } from './lib/answer';
import { scanned } from './lib/handoff';
import type { Scan } from './lib/handoff';
import type { Order, Sheet } from './lib/payment';
import type { Resolve } from './lib/privacy';

/** How long WeChat may take to give a sign-in code, in milliseconds. */
const LOGIN_LIMIT = 8000;
/** How long the backend may take. */
const SEND_LIMIT = 12000;
/** How long a question to WeChat itself may take. */
const ASK_LIMIT = 2000;
/** `wx.request` keeps its own time; this is for when it doesn't. */
const GRACE = 3000;
/** The scene of a card that is looked at in Moments: no sign-in, no web-view, no buttons of WeChat's. */
const IN_MOMENTS = 1154;
const PORTAL = 'pages/portal/portal';

/** WeChat's calls; whatever came after its first releases may be missing. */
const maybe: Partial<WechatMiniprogram.Wx> = wx;

/**
 * Makes a promise of a call that may never answer. A person is given all the time there is: payment and scanning have
 * no limit, for a limit would only forget how they ended.
 */
function within<T>(limit: number, late: T, begin: (done: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(late);
    }, limit);
    const done = (value: T): void => {
      clearTimeout(timer);
      resolve(value);
    };
    begin(done);
  });
}

/** A fresh sign-in code; nothing when WeChat gives none in time. */
export function login(): Promise<string | null> {
  return within<string | null>(LOGIN_LIMIT, null, (done) => {
    wx.login({
      timeout: LOGIN_LIMIT,
      success: ({ code }) => {
        done(code === '' ? null : code);
      },
      fail: () => {
        done(null);
      },
    });
  });
}

function offline(): Promise<boolean> {
  return within(ASK_LIMIT, false, (done) => {
    wx.getNetworkType({
      success: ({ networkType }) => {
        done(networkType === 'none');
      },
      fail: () => {
        done(false);
      },
    });
  });
}

/** Problems come as another type than `application/json`, which not every version of WeChat reads by itself. */
function parsed(data: unknown): unknown {
  if (typeof data !== 'string') {
    return data;
  }
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return null;
  }
}

function header(headers: Record<string, unknown>, name: string): string | null {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** Sends a request to the backend. */
export const send: Send = async (request: Request): Promise<Sent> => {
  const outcome = await within<Sent | string>(SEND_LIMIT + GRACE, { kind: 'timeout' }, (done) => {
    wx.request({
      url: request.url,
      method: request.method,
      timeout: SEND_LIMIT,
      header: {
        'Content-Type': 'application/json',
        Accept: 'application/json, application/problem+json',
        'Accept-Language': request.language,
        'X-Member-Portal': '1',
      },
      ...(request.body === undefined ? {} : { data: { ...request.body } }),
      success: ({ statusCode, data, header: headers }) => {
        done({
          kind: 'answer',
          status: statusCode,
          body: parsed(data),
          retryAfter: header(headers, 'retry-after'),
        });
      },
      fail: ({ errMsg }) => {
        done(errMsg);
      },
    });
  });
  return typeof outcome === 'string' ? unsent(outcome, await offline()) : outcome;
};

/** Opens WeChat's payment screen. */
export function openPayment(order: Order): Promise<Sheet> {
  return new Promise((resolve) => {
    wx.requestPayment({
      ...order,
      success: () => {
        resolve('paid');
      },
      fail: ({ errMsg }) => {
        resolve(cancelled(errMsg) ? 'cancelled' : 'failed');
      },
    });
  });
}

/** Opens WeChat's scanner. */
export function scan(): Promise<Scan> {
  return new Promise((resolve) => {
    wx.scanCode({
      scanType: ['barCode', 'qrCode'],
      success: ({ result }) => {
        resolve(scanned(result));
      },
      fail: ({ errMsg }) => {
        resolve({ kind: cancelled(errMsg) ? 'cancelled' : 'failed' });
      },
    });
  });
}

/** Whether the person has yet to agree to the privacy terms; nothing when this WeChat doesn't know such a thing. */
export function agreementNeeded(): Promise<boolean | null> {
  return within<boolean | null>(ASK_LIMIT, null, (done) => {
    if (maybe.getPrivacySetting === undefined) {
      done(null);
      return;
    }
    maybe.getPrivacySetting({
      success: ({ needAuthorization }) => {
        done(needAuthorization);
      },
      fail: () => {
        done(null);
      },
    });
  });
}

/** Hears of calls that WeChat holds back until the person has agreed. */
export function onHeld(listener: (resolve: Resolve) => void): void {
  maybe.onNeedPrivacyAuthorization?.((resolve: unknown) => {
    listener(resolve as Resolve);
  });
}

/** Opens the privacy terms that were given in WeChat's console; false when there are none to open. */
export function openContract(): Promise<boolean> {
  return within(ASK_LIMIT, true, (done) => {
    if (maybe.openPrivacyContract === undefined) {
      done(false);
      return;
    }
    maybe.openPrivacyContract({
      success: () => {
        done(true);
      },
      fail: () => {
        done(false);
      },
    });
  });
}

/** WeChat's language, and how much larger than usual the person wants text. */
export function setting(): { readonly language: string; readonly scale: number } {
  const about: { language: string; fontSizeScaleFactor?: number; fontSizeSetting?: number } =
    // Versions before 2.20.1 have only the older one.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    maybe.getAppBaseInfo === undefined ? wx.getSystemInfoSync() : maybe.getAppBaseInfo();
  return { language: about.language, scale: about.fontSizeScaleFactor ?? (about.fontSizeSetting ?? 16) / 16 };
}

/** Whether this is a card that is looked at in Moments. */
export function inMoments(): boolean {
  return maybe.getLaunchOptionsSync?.().scene === IN_MOMENTS;
}

/** What fails here has no better way: the person presses again. */
const quietly = { fail: (): void => undefined };

/** Lets the page be passed on to friends and to Moments. */
export function allowSharing(): void {
  wx.showShareMenu({ menus: ['shareAppMessage', 'shareTimeline'], ...quietly });
}

/** What was kept under a name; nothing when there is none. */
export function kept(name: string): unknown {
  try {
    return wx.getStorageSync<unknown>(name);
  } catch {
    return undefined;
  }
}

/** Keeps something under a name; where the phone has no room left, it isn't kept. */
export function keep(name: string, value: unknown): void {
  wx.setStorage({ key: name, data: value, ...quietly });
}

/** The title in WeChat's bar. */
export function title(text: string): void {
  wx.setNavigationBarTitle({ title: text, ...quietly });
}

/** Opens one of our pages above this one. `otherwise`: when there is no room for it, or it isn't allowed. */
export function open(page: string, otherwise?: () => void): void {
  wx.navigateTo({ url: page, fail: otherwise ?? quietly.fail });
}

/** One page back. */
export function back(): void {
  wx.navigateBack({ delta: 1, ...quietly });
}

/** Back to the portal as it was left; where there is none below this page it is opened anew. */
export function backToPortal(): void {
  const pages = getCurrentPages();
  const below = pages.length < 2 ? -1 : pages.map((page) => page.route).lastIndexOf(PORTAL, pages.length - 2);
  if (below >= 0) {
    wx.navigateBack({ delta: pages.length - 1 - below, ...quietly });
  } else {
    wx.reLaunch({ url: `/${PORTAL}`, ...quietly });
  }
}
