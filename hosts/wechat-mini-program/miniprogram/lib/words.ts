import type { Why } from './answer';
import { en } from './words/en';
import { zhCN } from './words/zh-CN';
import { zhTW } from './words/zh-TW';

/** The name of a text. */
export type Word = keyof typeof zhCN;
/** All texts in one language. */
export type Words = Readonly<Record<Word, string>>;
/** A language, BCP 47. */
export type Language = 'zh-CN' | 'zh-TW' | 'en';

/** The texts by language. */
export const WORDS: Readonly<Record<Language, Words>> = { 'zh-CN': zhCN, 'zh-TW': zhTW, en };

/** The language for what WeChat calls its own: `zh_CN`, `zh_TW`, `zh_HK`, `en`, or another's, which gets English. */
export function languageOf(wechat: unknown): Language {
  const name = typeof wechat === 'string' ? wechat.toLowerCase().replace(/_/g, '-') : 'zh-cn';
  if (!name.startsWith('zh')) {
    return 'en';
  }
  return /^zh-(hant|tw|hk|mo)/.test(name) ? 'zh-TW' : 'zh-CN';
}

/** Title and text of a failure. */
export function failureWords(words: Words, why: Why): { readonly title: string; readonly text: string } {
  return { title: words[`${why}Title`], text: words[`${why}Text`] };
}

/** A wait in words: seconds, then minutes. */
export function againIn(words: Words, seconds: number): string {
  const [pattern, n] = seconds < 100 ? [words.seconds, seconds] : [words.minutes, Math.ceil(seconds / 60)];
  return words.againIn.replace('{time}', pattern.replace('{n}', String(n)));
}
