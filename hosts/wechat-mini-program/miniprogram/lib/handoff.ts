import { read } from './answer';
import type { Failure, Send } from './answer';

/** The most characters that the backend keeps of a result. */
const LONGEST_RESULT = 512;

/** What came of a scan. */
export type Scan = { readonly kind: 'done'; readonly text: string } | { readonly kind: 'cancelled' | 'failed' };

/** What a scan's text is worth: what is empty, too long or binary is a failure, and nothing is cut. */
export function scanned(text: unknown): Scan {
  const fits = typeof text === 'string' && text !== '' && text.length <= LONGEST_RESULT && !text.includes('\0');
  return fits ? { kind: 'done', text } : { kind: 'failed' };
}

/** How handing a result over ended. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** The portal doesn't wait for it any more. */
  | { readonly kind: 'late' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What handing over needs of the world around it. */
export interface DeliveringWorld {
  readonly send: Send;
  readonly now: () => number;
  readonly api: string;
  readonly language: string;
}

/**
 * Hands a result to the portal, through the backend. `before`: whether an earlier attempt may have arrived, in which case an
 * answer that says it is over means that it did.
 */
export async function deliver(world: DeliveringWorld, id: string, scan: Scan, before: boolean): Promise<Delivery> {
  const body = scan.kind === 'done' ? { status: scan.kind, result: scan.text } : { status: scan.kind };
  const url = `${world.api}/wechat-handoffs/${id}`;
  const answer = read(await world.send({ method: 'PUT', url, language: world.language, body }), world.now());
  if (answer.ok) {
    return { kind: 'delivered' };
  }
  if ([404, 409, 410, 422].includes(answer.status)) {
    return { kind: before ? 'delivered' : 'late' };
  }
  return { kind: 'failed', failure: answer.failure };
}
