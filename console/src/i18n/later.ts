import { en } from './en/later.ts';
import { language } from './texts.ts';

/** The texts that are loaded with their pages and not with the first one. */
export type LaterTexts = typeof en;

/** Texts of executions, of Map Runs and of email batches in the language of the page. */
export const later: LaterTexts = language === 'es' ? (await import('./es/later.ts')).es : en;
