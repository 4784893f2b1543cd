import { config } from './config';
import { look } from './lib/brand';
import type { World } from './lib/entering';
import { fetchProgramme, keptProgramme } from './lib/programme';
import type { Programme } from './lib/programme';
import { WORDS, languageOf } from './lib/words';
import type { Language, Words } from './lib/words';
import { keep, kept, login, send, setting } from './wechat';

const PROGRAMME = 'programme';

/** What every screen of ours wears. */
export interface Dress {
  readonly language: Language;
  readonly w: Words;
  /** The style of its outermost element. */
  readonly look: string;
  /** The programme's name. */
  readonly name: string;
}

/** The programme as it was last seen; nothing before it was. */
export function knownProgramme(): Programme | null {
  return keptProgramme(kept(PROGRAMME));
}

/** Language, text size and colours as they are now. */
export function dress(): Dress {
  const { language: wechat, scale } = setting();
  const language = languageOf(wechat);
  const programme = knownProgramme();
  return {
    language,
    w: WORDS[language],
    look: look(programme?.primary ?? '', scale),
    name: programme?.name ?? config.name,
  };
}

/** The world of the flows. */
export function world(): World {
  return { login, send, now: Date.now, api: config.api, language: languageOf(setting().language) };
}

/** The programme as it is now, which is kept for the next start. */
export async function freshProgramme(): ReturnType<typeof fetchProgramme> {
  const { now, api, language } = world();
  const answer = await fetchProgramme(send, now, { api, portal: config.portal, language });
  if (answer.ok) {
    keep(PROGRAMME, answer.programme);
  }
  return answer;
}
