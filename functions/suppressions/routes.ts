import { parseInput, parseJsonBody } from '../../api/parse.ts';
import {
  type SuppressionImportAnswer,
  type SuppressionListAnswer,
  suppressionBodySchema,
  suppressionCsvQuerySchema,
  suppressionPathSchema,
  suppressionQuerySchema,
} from '../../api/suppressions.ts';
import { importSuppressions } from '../../core/consent/import-suppressions.ts';
import type { Suppression, Suppressions } from '../../core/consent/suppressions.ts';
import { addressKey, asciiAddress } from '../../core/csv/address.ts';
import { suppressionsWriter } from '../../core/csv/reports.ts';
import { bufferSource } from '../../core/csv/source.ts';
import { PregonError } from '../../core/errors.ts';
import { bodyText, type HttpEvent, type HttpRoutes, jsonAnswer, refuseCompressed } from '../common/http.ts';

export interface SuppressionDeps {
  suppressions: Suppressions;
  /** Lines of an export; fewer in tests. */
  maxLines?: number;
}

/** A line takes some 150 bytes, and a Lambda's answer has at most 6 MB. */
const MAX_LINES = 20_000;
const PAGE = 1_000;

/** The suppression list. */
export function suppressionRoutes({ suppressions, maxLines = MAX_LINES }: SuppressionDeps): HttpRoutes {
  async function listed(address: string): Promise<SuppressionListAnswer> {
    const found = await suppressions.get(address);
    return { suppressions: found ? [named(address, found)] : [] };
  }

  return {
    async 'GET /suppressions'({ queryStringParameters = {} }) {
      const { address, limit, after } = parseInput(suppressionQuerySchema, queryStringParameters, 'The query');
      return jsonAnswer(
        200,
        address ? await listed(address) : await suppressions.list({ limit, after: after || undefined }),
      );
    },

    async 'GET /suppressions.csv'({ queryStringParameters = {} }) {
      const { after } = parseInput(suppressionCsvQuerySchema, queryStringParameters, 'The query');
      const lines: Suppression[] = [];
      let next = after || undefined;
      do {
        const page = await suppressions.list({ limit: Math.min(PAGE, maxLines - lines.length), after: next });
        lines.push(...page.suppressions.filter(({ address }) => address !== undefined));
        next = page.next;
      } while (next !== undefined && lines.length < maxLines);
      return {
        statusCode: 200,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="suppressions.csv"',
          'cache-control': 'no-store',
          ...(next !== undefined && { link: `</suppressions.csv?after=${next}>; rel="next"` }),
        },
        body: await csvOf(lines),
      };
    },

    async 'POST /suppressions'(event) {
      const imported: SuppressionImportAnswer = await importSuppressions(suppressions, bufferSource(csvIn(event)));
      return jsonAnswer(200, imported);
    },

    async 'PUT /suppressions/{address}'(event) {
      const { reason = 'manual' } = parseJsonBody(suppressionBodySchema, bodyText(event));
      const address = addressIn(event);
      const { suppression } = await suppressions.add(address, { reason });
      return jsonAnswer(200, named(address, suppression));
    },

    async 'DELETE /suppressions/{address}'(event) {
      const address = addressIn(event);
      if (!(await suppressions.remove(address))) {
        throw new PregonError('NotFound', 'The address is not on the suppression list.');
      }
      return { statusCode: 204 };
    },
  };
}

/** Who asks for an address knows it, also where it was erased here. */
const named = (address: string, entry: Suppression): Suppression => ({ ...entry, address: addressKey(address) });

/** Throws BadRequest for a path without a valid address; an international domain may be written in its own letters. */
function addressIn({ pathParameters: { address = '' } = {} }: HttpEvent): string {
  return parseInput(suppressionPathSchema, { address: asciiAddress(address.trim()) }, 'The path').address;
}

/** Throws UnsupportedMedia for another type, BadRequest without a body. */
function csvIn(event: HttpEvent): Buffer {
  refuseCompressed(event);
  const type = event.headers['content-type'] ?? '';
  if (!/^text\/(csv|plain)\b/i.test(type)) {
    throw new PregonError('UnsupportedMedia', 'Send the list as text/csv, such as: curl --data-binary @list.csv.');
  }
  const { body = '', isBase64Encoded } = event;
  if (body === '') throw new PregonError('BadRequest', 'The body is empty: it must be a CSV.');
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}

async function csvOf(lines: readonly Suppression[]): Promise<string> {
  const writer = suppressionsWriter();
  const chunks: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of writer.stream) chunks.push(chunk);
  })();
  for (const line of lines) await writer.write(line);
  writer.end();
  await reading;
  return Buffer.concat(chunks).toString();
}
