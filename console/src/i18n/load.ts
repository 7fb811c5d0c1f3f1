import { read, write } from '../live/useStored.ts';
import { en } from './en/index.ts';
import { type Language, setLanguage } from './texts.ts';

/** Loads the texts of the chosen language, by default that of the browser. */
export async function loadTexts(): Promise<void> {
  const language = languageOf(read<string>('language') ?? navigator.language);
  setLanguage(language, language === 'es' ? (await import('./es/index.ts')).es : en);
  document.documentElement.lang = language;
}

/** Stores the language and loads the page again in it. */
export function chooseLanguage(chosen: Language): void {
  write('language', chosen);
  window.location.reload();
}

const languageOf = (tag: string): Language => (tag.toLowerCase().startsWith('es') ? 'es' : 'en');
