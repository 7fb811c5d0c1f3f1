import { escapeXml } from '../../gateway/protocols.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Content of an element: text, members, or a list of elements with the same name. */
export type XmlValue = string | number | boolean | undefined | XmlMembers | readonly (string | XmlMembers)[];
export interface XmlMembers {
  readonly [name: string]: XmlValue;
}

/** Writes a document in S3's namespace. Members without a value are omitted. */
export function xmlDocument(root: string, members: XmlMembers): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${writeMembers(members)}</${root}>`;
}

function writeMembers(members: XmlMembers): string {
  return Object.entries(members)
    .map(([name, value]) =>
      Array.isArray(value) ? value.map((item) => element(name, item)).join('') : element(name, value),
    )
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  const content = typeof value === 'object' ? writeMembers(value as XmlMembers) : escapeXml(String(value));
  return `<${name}>${content}</${name}>`;
}

/** The raw content of every `<name>` element. */
export function elementsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}>`, 'g'));
  return [...found].map((match) => match[1] ?? '');
}

/** The text of the first `<name>` element. */
export function textOf(xml: string, name: string): string | undefined {
  const [content] = elementsOf(xml, name);
  return content === undefined ? undefined : unescapeXml(content);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name = '') => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name] ?? whole;
  });
}
