import { domainToASCII, domainToUnicode } from 'node:url';
import { trimInvisible } from './cell.ts';
import { remembered } from './remembered.ts';

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const MAX_LOCAL = 64;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Says whether SES can deliver to an address: a plain ASCII local part of 64 characters at most (RFC 5321) and a domain name of two
 * labels or more, international ones in valid punycode.
 * https://docs.aws.amazon.com/ses/latest/dg/send-email-concepts-email-format.html
 */
export function isAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(0, at));
  return local.length <= MAX_LOCAL && LOCAL.test(local) && isDomain(address.slice(at + 1));
}

/** Most addresses of a list have one of few domains. */
const isDomain = remembered((domain) => {
  const labels = domain.split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label) && isDecodable(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
});

/** False for a label that says it is punycode and is not. `domainToASCII` of Node 24 does not decode what is ASCII. */
const isDecodable = (label: string) => !/^xn--/i.test(label) || !isAscii(domainToUnicode(label));

/**
 * The address as mail servers take it: an international domain in its ASCII form. The local part stays as it is. Answers the address
 * unchanged where the domain has no such form.
 */
export function asciiAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  // `domainToASCII` reads a URL, of which these would end the domain.
  if (at < 0 || isAscii(domain) || /[/\\?#:@]/.test(domain)) return address;
  const ascii = domainToASCII(domain);
  return ascii === '' ? address : `${address.slice(0, at)}@${ascii}`;
}

/** An address as it is compared and looked up: the same for every way to write it. */
export const addressKey = (email: string): string => asciiAddress(email.trim()).toLowerCase();

/** An address with nothing around it and no character beyond ASCII, as most are. */
const BARE = /^[a-z0-9._+-]+@[a-z0-9.-]+$/i;

/** More layers than any address book writes around an address. */
const MAX_LAYERS = 5;
/** Nothing longer than this is unwrapped: patterns need not look at megabytes. */
const MAX_WRAPPED = 2048;

/**
 * Takes an address out of what spreadsheets and address books write around it: `Name <a@x>`, `mailto:a@x` or Exchange's `SMTP:a@x`, quotes, a spreadsheet's
 * leading apostrophe, a comment in brackets, a trailing comma or semicolon. A list of several addresses stays as it is.
 */
export function unwrapAddress(cell: string): string {
  if (BARE.test(cell)) return cell;
  let address = trimInvisible(cell);
  if (address.length > MAX_WRAPPED) return address;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const inner = trimInvisible(unwrapOnce(address));
    if (inner === address) break;
    address = inner;
  }
  return address;
}

function unwrapOnce(text: string): string {
  const separated = text.replace(/[,;]+$/, '').trimEnd();
  const named = /^([^<>]*)<([^<>]*)>$/.exec(separated);
  // An address before a comma is the first of several.
  if (named) return /@[^"]*[,;]/.test(named[1] ?? '') ? text : (named[2] ?? '');
  const commented = /^(?:\([^()]*\)\s*)?(\S+@[^\s()]+)\s*(?:\([^()]*\))?$/.exec(separated);
  if (commented && commented[1] !== separated) return commented[1] ?? '';
  const mailto = /^(?:mailto|smtp):(?:\/\/)?([^?]*)/i.exec(separated);
  if (mailto) return decoded(mailto[1] ?? '');
  const quoted = /^(?:"([^"]*)"|'([^']*)'|“([^”]*)”|‘([^’]*)’)$/.exec(separated);
  if (quoted) return quoted.slice(1).find((part) => part !== undefined) ?? '';
  return separated.replace(/^'/, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const NAMES: Readonly<Record<number, string>> = {
  9: 'tab',
  10: 'line feed',
  13: 'carriage return',
  32: 'space',
  160: 'no-break space',
  173: 'soft hyphen',
  8203: 'zero width space',
  8204: 'zero width non-joiner',
  8205: 'zero width joiner',
  8206: 'left-to-right mark',
  8207: 'right-to-left mark',
  8288: 'word joiner',
  65279: 'zero width no-break space',
};

/** Says what is wrong with an address where it can be said: the character, or the part, that SES does not deliver to. */
export function addressFault(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(0, at));
  const domain = address.slice(at + 1);
  if (at > 0 && /^".*"$/.test(local)) return 'SES takes no name in quotes before "@"';
  const odd = oddCharacter(address);
  if (odd !== undefined) return `it has the character ${odd}`;
  if (at < 0) return undefined;
  if (local.length > MAX_LOCAL) return `it has ${local.length} characters before "@", at most ${MAX_LOCAL} are allowed`;
  if (/^\[.*\]$|^\d+(?:\.\d+){3}$/.test(domain)) return 'its domain is an IP address';
  if (/^\.|\.\.|\.$/.test(local) || /^\.|\.\.|\.$/.test(domain)) return 'it has a dot at the wrong place';
  return undefined;
}

/** Names the first character that no address may have, such as `U+00AD (soft hyphen)`: it may look right, or not show at all. */
export function oddCharacter(address: string): string | undefined {
  if (BARE.test(address)) return undefined;
  const at = address.lastIndexOf('@');
  const local = at < 0 ? address : address.slice(0, at);
  const found = /[\s\p{Default_Ignorable_Code_Point}\p{Cc}]/u.exec(address)?.[0] ?? /[^\p{ASCII}]/u.exec(local)?.[0];
  const code = found?.codePointAt(0);
  if (found === undefined || code === undefined) return undefined;
  const name = NAMES[code] ?? (/[\p{L}\p{N}\p{P}\p{S}]/u.test(found) ? `"${found}"` : undefined);
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}${name === undefined ? '' : ` (${name})`}`;
}

/** Whether a cell lists several addresses, with or without names: an at sign on both sides of a comma, a semicolon, a slash or white space. */
export const hasSeveralAddresses = (cell: string): boolean =>
  cell.split(/[,;/|\s]+/).filter((part) => /[^\s@]@[^\s@]/.test(part)).length > 1;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
const isAscii = (text: string) => /^[\x00-\x7f]*$/.test(text);
