import { en } from './en/index.ts';

/** Every text of the console. The compiler refuses a language in which one is missing. */
export type Texts = typeof en;

/** The languages of the console, each by its own name. */
export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

/** The texts in the language of the page. They never change while the page is open, so a module may read them when it is loaded. */
export let t: Texts = en;
export let language: Language = 'en';

/** Sets the language of the page. Called once, before any module is loaded that reads a text. */
export function setLanguage(chosen: Language, texts: Texts): void {
  language = chosen;
  t = texts;
}
