import { documentAddress, plainText } from './address';
import { member, read } from './answer';
import type { Failure, Send } from './answer';

/** What the host shows of a programme. */
export interface Programme {
  readonly name: string;
  /** `#RRGGBB`, or nothing. */
  readonly primary: string;
  /** The terms that are accepted by becoming a member. */
  readonly termsVersion: string;
  /** A page over https, or nothing. */
  readonly terms: string;
  readonly privacy: string;
}

/** Reads `GET /programme`; nothing when it is no programme. `portal`: what its paths are relative to. */
export function programmeOf(body: unknown, portal: string): Programme | null {
  const name = plainText(member(body, 'name'), 30);
  const termsVersion = member(body, 'terms_version');
  if (name === '' || typeof termsVersion !== 'string' || termsVersion === '' || termsVersion.length > 64) {
    return null;
  }
  const primary = member(member(body, 'brand'), 'primary');
  return {
    name,
    primary: typeof primary === 'string' && /^#[0-9a-f]{6}$/i.test(primary) ? primary : '',
    termsVersion,
    terms: documentAddress(portal, member(body, 'terms_url')) ?? '',
    privacy: documentAddress(portal, member(body, 'privacy_url')) ?? '',
  };
}

/** What was kept of the programme when it was last seen; nothing when that isn't one any more. */
export function keptProgramme(kept: unknown): Programme | null {
  const text = (name: string): string => {
    const value = member(kept, name);
    return typeof value === 'string' ? value : '';
  };
  const [name, primary, termsVersion] = [text('name'), text('primary'), text('termsVersion')];
  if (name === '' || termsVersion === '' || !/^(#[0-9a-f]{6})?$/i.test(primary)) {
    return null;
  }
  return { name, primary, termsVersion, terms: text('terms'), privacy: text('privacy') };
}

/** The programme as it is now. */
export async function fetchProgramme(
  send: Send,
  now: () => number,
  at: { readonly api: string; readonly portal: string; readonly language: string },
): Promise<{ readonly ok: true; readonly programme: Programme } | { readonly ok: false; readonly failure: Failure }> {
  const answer = read(await send({ method: 'GET', url: `${at.api}/programme`, language: at.language }), now());
  if (!answer.ok) {
    return { ok: false, failure: answer.failure };
  }
  const programme = programmeOf(answer.body, at.portal);
  return programme === null ? { ok: false, failure: { why: 'unreadable', wait: 0 } } : { ok: true, programme };
}
