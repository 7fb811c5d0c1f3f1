import { language } from './texts.ts';

/** The component library's own texts, such as those of its pagination, in the language of the page. */
export const { default: libraryMessages } =
  language === 'es'
    ? await import('@cloudscape-design/components/i18n/messages/all.es')
    : await import('@cloudscape-design/components/i18n/messages/all.en');
