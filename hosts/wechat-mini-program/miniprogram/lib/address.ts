/** The portal's first screen. */
export const HOME = '/';

const PORTAL_PAGE = '/pages/portal/portal';
/** The most characters of a path of the portal. */
const LONGEST_PATH = 512;
/** The most characters of a whole address. */
const LONGEST_ADDRESS = 1024;
/** What the backend answers itself: an address that signs in, or one of its resources, is no screen. */
const NOT_SCREENS = ['wx', 'api'];

/** Percent-encodes all but RFC 3986's unreserved characters: on iOS an address that isn't ASCII gives a white screen. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => '%' + mark.charCodeAt(0).toString(16).toUpperCase());
}

/** Undoes one percent-encoding; nothing when it isn't one. */
function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Encodes what isn't ASCII and leaves the rest; nothing when it is no text (half of a surrogate pair). */
function ascii(text: string): string | null {
  try {
    return text.replace(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part));
  } catch {
    return null;
  }
}

/** Whether there are characters in it that an address can't hold, and that parsers disagree on. */
function unclean(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- they are what it looks for
  return /[\u0000-\u0020\u007f\\"<>^`{|}]/.test(text);
}

/**
 * A path of the portal, from a page's query or a message; nothing when it is none.
 *
 * It may be percent-encoded once as a whole, or not at all: WeChat hands a query on as it was written. The answer is ASCII, has
 * no fragment and no ticket, stays in the portal's origin, and never is an address that signs somebody in.
 */
export function portalPath(raw: unknown): string | null {
  if (typeof raw !== 'string' || raw.length > 3 * LONGEST_PATH) {
    return null;
  }
  const whole = raw.startsWith('/') ? raw : unescaped(raw);
  if (whole?.startsWith('/') !== true || unclean(whole)) {
    return null;
  }
  const plain = ascii(whole);
  if (plain === null || plain.length > LONGEST_PATH) {
    return null;
  }
  const [path = '', ...rest] = (plain.split('#')[0] ?? '').split('?');
  const read = unescaped(path);
  if (read === null || unclean(read) || read.includes('//')) {
    return null;
  }
  const parts = read.split('/').slice(1);
  if (parts.some((part) => part === '.' || part === '..') || NOT_SCREENS.includes((parts[0] ?? '').toLowerCase())) {
    return null;
  }
  const query = rest
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && unescaped(pair.split('=')[0] ?? '')?.toLowerCase() !== 'ticket')
    .join('&');
  return query === '' ? path : `${path}?${query}`;
}

/** An address over https, in ASCII; nothing when it is none. It may be percent-encoded once as a whole. */
export function httpsAddress(raw: unknown): string | null {
  if (typeof raw !== 'string' || raw.length > 3 * LONGEST_ADDRESS) {
    return null;
  }
  const whole = raw.startsWith('https://') ? raw : unescaped(raw);
  if (whole === null || unclean(whole)) {
    return null;
  }
  const plain = ascii(whole);
  const fits = plain !== null && plain.length <= LONGEST_ADDRESS;
  return fits && /^https:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#]|$)/.test(plain) ? plain : null;
}

/** Where a portal's document is: a path of the portal or a page over https; nothing when it is neither. */
export function documentAddress(portal: string, raw: unknown): string | null {
  const path = typeof raw === 'string' && raw.startsWith('/') ? portalPath(raw) : null;
  return path === null ? httpsAddress(raw) : portal + path;
}

/** The address that a ticket is handed in at. It is good once: whoever needs it again asks for a new ticket. */
export function enterAddress(portal: string, ticket: string, to: string): string {
  return `${portal}/wx/enter?ticket=${escaped(ticket)}&to=${escaped(to)}`;
}

/** The query of the portal's page for a shared card. */
export function pageQuery(to: string): string {
  return to === HOME ? '' : `to=${escaped(to)}`;
}

/** The portal's page for a shared card. */
export function pagePath(to: string): string {
  const query = pageQuery(to);
  return query === '' ? PORTAL_PAGE : `${PORTAL_PAGE}?${query}`;
}

/** A text on one line and no longer than `most` characters, without what hides or turns text round. */
export function plainText(raw: unknown, most: number): string {
  if (typeof raw !== 'string') {
    return '';
  }
  // eslint-disable-next-line no-control-regex -- they are what it looks for
  const hidden = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/g;
  const line = raw.slice(0, 16 * most).replace(hidden, ' ').replace(/\s+/g, ' ').trim();
  return Array.from(line).slice(0, most).join('');
}

/** Like {@link plainText}, for a value of a page's query, which is percent-encoded. */
export function queryText(raw: unknown, most: number): string {
  // WeChat writes "undefined" for a name without a value.
  return typeof raw === 'string' && raw !== 'undefined' ? plainText(unescaped(raw) ?? raw, most) : '';
}

/** An identifier of the contract; nothing when it is none. */
export function identifier(raw: unknown): string | null {
  return typeof raw === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(raw) ? raw : null;
}

/** The secret name of a handoff, 128 random bits in whatever alphabet; nothing when it is none. */
export function handoffId(raw: unknown): string | null {
  return typeof raw === 'string' && /^[A-Za-z0-9_-]{16,64}$/.test(raw) ? raw : null;
}
