import { read, member } from './answer';
import type { Failure, Send } from './answer';

/** What signing in needs of the world around it. */
export interface World {
  /** A fresh code of `wx.login`; nothing when WeChat doesn't give one. */
  readonly login: () => Promise<string | null>;
  readonly send: Send;
  readonly now: () => number;
  readonly api: string;
  readonly language: string;
}

/** The phone number that a member lets WeChat tell, and the terms that were accepted with it. */
export interface Phone {
  readonly code: string;
  readonly termsVersion: string;
}

/** How signing in ended. */
export type Entry =
  | { readonly kind: 'ticket'; readonly ticket: string }
  /** This WeChat identity belongs to no member yet. */
  | { readonly kind: 'phone-required' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A code that the backend has seen is used up, so each attempt asks WeChat for a new one. Nothing is asked twice here. */
export async function enter(world: World, phone: Phone | null): Promise<Entry> {
  const code = await world.login();
  if (code === null) {
    return { kind: 'failed', failure: { why: 'wechat', wait: 0 } };
  }
  const more = phone === null ? {} : { phone_code: phone.code, terms_version: phone.termsVersion };
  const sent = await world.send({
    method: 'POST',
    url: `${world.api}/wechat/tickets`,
    language: world.language,
    body: { code, ...more },
  });
  const answer = read(sent, world.now());
  if (!answer.ok) {
    const unknown = answer.code === 'phone-required' && phone === null;
    return unknown ? { kind: 'phone-required' } : { kind: 'failed', failure: answer.failure };
  }
  const ticket = member(answer.body, 'ticket');
  if (typeof ticket !== 'string' || ticket === '' || ticket.length > 1024) {
    return { kind: 'failed', failure: { why: 'unreadable', wait: 0 } };
  }
  return { kind: 'ticket', ticket };
}
