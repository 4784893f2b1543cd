import { HOME, httpsAddress, pagePath, pageQuery, plainText, portalPath } from './address';
import { member } from './answer';

/** The most characters of a card's title; WeChat shows fewer. */
export const LONGEST_TITLE = 60;
/** How many of the newest messages are looked at. */
const MESSAGES = 50;

/** What is passed on: a title, a path of the portal, a picture. */
export interface Card {
  readonly title: string;
  readonly path: string;
  readonly image: string;
}

/** What WeChat shows of a card to a friend. */
export interface Message {
  title: string;
  path: string;
  imageUrl?: string;
}

/** What WeChat shows of a card in Moments. */
export interface Timeline {
  title: string;
  query: string;
  imageUrl?: string;
}

/** A message of the portal, `{type: 'share', title, path, image}`; nothing when it is another or its path isn't the portal's. */
export function cardOf(message: unknown): Card | null {
  const path = portalPath(member(message, 'path'));
  if (member(message, 'type') !== 'share' || path === null) {
    return null;
  }
  const image = httpsAddress(member(message, 'image')) ?? '';
  return { title: plainText(member(message, 'title'), LONGEST_TITLE), path, image };
}

/**
 * The newest card after messages came. They come late and together: WeChat keeps them until somebody goes back, shares or leaves,
 * so the last one is where the member is.
 */
export function newest(messages: unknown, known: Card | null): Card | null {
  const list: unknown[] = Array.isArray(messages) ? messages.slice(-MESSAGES) : [messages];
  return list.reduce<Card | null>((card, message) => cardOf(message) ?? card, known);
}

/** The card for a friend; without one of the portal's it is the portal itself. */
export function messageOf(card: Card | null, name: string, picture: string): Message {
  const image = card === null || card.image === '' ? picture : card.image;
  const message: Message = { title: titleOf(card, name), path: pagePath(card?.path ?? HOME) };
  return image === '' ? message : { ...message, imageUrl: image };
}

/** The card for Moments. */
export function timelineOf(card: Card | null, name: string, picture: string): Timeline {
  const image = card === null || card.image === '' ? picture : card.image;
  const timeline: Timeline = { title: titleOf(card, name), query: pageQuery(card?.path ?? HOME) };
  return image === '' ? timeline : { ...timeline, imageUrl: image };
}

function titleOf(card: Card | null, name: string): string {
  return card === null || card.title === '' ? name : card.title;
}
