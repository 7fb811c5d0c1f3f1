import { isAddress, unwrapAddress } from './address.ts';
import { nameOf } from './cell.ts';
import type { RequiredColumn } from './limits.ts';

/** What files call the columns, in the forms in which names are compared, without spaces, hyphens and underscores. */
const OTHER_NAMES: Readonly<Record<RequiredColumn, readonly string[]>> = {
  email:
    'mail,emailaddress,mailaddress,emailid,useremail,contactemail,primaryemail,recipient,to,address,correo,correoelectrónico,correoelectronico,adresseemail,courriel,emailadresse,mailadresse,endereçodeemail,indirizzoemail'.split(
      ',',
    ),
  subject: 'subjectline,title,asunto,betreff,objet,oggetto,assunto,onderwerp'.split(','),
  content:
    'body,message,text,html,emailbody,messagebody,contents,contenido,mensaje,cuerpo,inhalt,nachricht,contenu,corps,contenuto,conteúdo,mensagem,inhoud'.split(
      ',',
    ),
};

const squeezed = (name: string) => name.replace(/[\s._-]/g, '');
/** Quotes that RFC 4180 does not know. */
const OTHER_QUOTES = /^['‘’“”„«`](.*)['‘’“”„«»`]$/u;
const DELIMITERS = /[,;\t|]/;
/** Between the names of a header that has none of the delimiters. */
const OTHER_DELIMITERS = /(?:(?![\p{L}\p{N}\p{M}"_-]).)+/u;
/** Titles and notes above a header are hardly longer. */
const MAX_ABOVE = 20;

/**
 * What its author can do about a header that lacks columns: a sentence about the mistake that it looks like, or nothing. `below` are the
 * records that follow it.
 */
export function headerHint(
  record: readonly string[],
  missing: readonly RequiredColumn[],
  below: readonly (readonly string[])[],
): string | undefined {
  const found = record.filter((cell) => cell !== '');
  const names = found.map(nameOf);
  const hasMissing = (others: readonly string[]) => missing.every((name) => others.includes(name));
  const [only = ''] = found;
  if (found.length === 1) {
    if (hasMissing(namesIn(only, DELIMITERS))) {
      return 'The whole line is one quoted cell: write each cell in quotes of its own, or none.';
    }
    if (hasMissing(namesIn(only, OTHER_DELIMITERS))) {
      return 'The cells must be separated by a comma, a semicolon, a tab or "|"; a first line "sep=" with another character sets that.';
    }
  }
  const unquoted = names.map((name) => OTHER_QUOTES.exec(name)?.[1] ?? name);
  if (hasMissing([...names, ...unquoted])) return 'Quotes around a cell must be straight double quotes (").';
  if (found.some((cell) => isAddress(unwrapAddress(cell)))) {
    return 'The first line looks like a row: put a line with the names of the columns above it.';
  }
  if (below.slice(0, MAX_ABOVE).some((later) => hasMissing(namesIn(later.join(','), DELIMITERS)))) {
    return 'A later line has these names: delete the lines above it.';
  }
  const renamed = missing.flatMap((name) => {
    const other = names.find((given) => [name, ...OTHER_NAMES[name]].includes(squeezed(given)));
    return other === undefined ? [] : [`"${other}" to "${name}"`];
  });
  return renamed.length ? `Rename the column ${renamed.join(' and ')}.` : undefined;
}

const namesIn = (text: string, between: RegExp) => text.split(between).map((part) => nameOf(part.replaceAll('"', '')));
