/** Writes the tables of operations, resource properties and limits into the README, between the markers: `npm run support-table`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATION_NAMES as DYNAMODB_OPERATIONS } from '../src/dynamodb/operations/operate.ts';
import { OPERATIONS as EVENTS_OPERATIONS } from '../src/events/protocol.ts';
import { OPERATIONS as LAMBDA_OPERATIONS } from '../src/lambda/protocol.ts';
import { CALL_LIMITS, PACE_LIMITS, SIZE_LIMITS } from '../src/limits/limits.ts';
import { OPERATIONS as S3_OPERATIONS } from '../src/s3/operations/operations.ts';
import { OPERATIONS as SECRETS_OPERATIONS } from '../src/secrets/operations.ts';
import { OPERATIONS as SES_OPERATIONS } from '../src/ses/ses.ts';
import { sqsOperations } from '../src/sqs/operations/operations.ts';
import { loadFaux } from '../src/sqs/state/fauxqs.ts';
import { OPTIMIZED } from '../src/stepfunctions/asl/resources.ts';
import { OPERATIONS as STATES_OPERATIONS } from '../src/stepfunctions/operations/operations.ts';
import { OPERATIONS as STS_OPERATIONS } from '../src/sts/sts.ts';
import { RESOURCE_TYPES } from '../src/template/registry.ts';

export const README = join(import.meta.dirname, '../README.md');

/** The README with its tables as the code has them. Throws where the markers are missing. */
export async function withSupportTable(readme: string): Promise<string> {
  return withTable(withTable(readme, 'support-table', await supportTables()), 'limits-table', limitTables());
}

function withTable(readme: string, name: string, text: string): string {
  const [BEGIN, END] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`The README needs the markers ${BEGIN} and ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${readme.slice(end)}`;
}

function limitTables(): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const calls = Object.entries(CALL_LIMITS).map(([name, { bucket, perSecond, answer, source }]) => [
    `\`${name}\``,
    `${number(bucket)}, refilled at ${number(perSecond)} a second`,
    `[${answer}](${source})`,
  ]);
  const paces = Object.entries(PACE_LIMITS).map(([name, { bucket, perSecond, of, source }]) => [
    `\`${name}\``,
    `${number(bucket)}, refilled at ${number(perSecond)} a second`,
    `[${of}](${source})`,
  ]);
  const sizes = Object.entries(SIZE_LIMITS).map(([name, limit]) => [
    `\`${name}\`${'fixed' in limit ? ' (fixed)' : ''}`,
    `${number(limit.value)} ${limit.unit}`,
    limit.of,
    `[${limit.answer}](${limit.source})`,
  ]);
  return [
    table(['quota of calls', 'calls at once', 'answer beyond it'], calls),
    table(['pace', 'at once', 'what waits beyond it'], paces),
    table(['limit', 'value', 'of', 'answer beyond it'], sizes),
  ].join('\n\n');
}

async function supportTables(): Promise<string> {
  const faux = await loadFaux();
  const sqs = sqsOperations(faux, new faux.Store());
  sqs.close();
  const services: [service: string, operations: Iterable<string>][] = [
    ['DynamoDB', DYNAMODB_OPERATIONS],
    ['EventBridge', EVENTS_OPERATIONS.keys()],
    ['Lambda', LAMBDA_OPERATIONS],
    ['S3', S3_OPERATIONS.keys()],
    ['Secrets Manager', Object.keys(SECRETS_OPERATIONS)],
    ['SES v2', SES_OPERATIONS.keys()],
    ['SQS', sqs.names],
    // Those of its own are not of AWS.
    ['Step Functions', [...STATES_OPERATIONS.keys()].filter((name) => !name.startsWith('Local'))],
    ['STS', STS_OPERATIONS],
  ];
  const tasks = [...OPTIMIZED].flatMap(([service, actions]) => actions.map((action) => `${service}:${action}`));
  return [
    table(
      ['service', 'operations'],
      services.map(([service, operations]) => [service, listOf(operations)]),
    ),
    `A Task of Step Functions calls a function by its ARN, ${listOf(tasks)}, or \`aws-sdk:SERVICE:ACTION\` where the SDK client of the service is installed.`,
    table(
      ['resource type', 'properties that work', 'properties accepted without effect'],
      [...RESOURCE_TYPES]
        .sort(([a], [b]) => a.localeCompare(b, 'en'))
        .map(([type, { honoured, withoutMeaning }]) => [`\`${type}\``, listOf(honoured), listOf(withoutMeaning)]),
    ),
  ].join('\n\n');
}

const listOf = (names: Iterable<string>): string =>
  [...names]
    .sort((a, b) => a.localeCompare(b, 'en'))
    .map((name) => (name === '*' ? 'all' : `\`${name}\``))
    .join(', ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

if (import.meta.main) writeFileSync(README, await withSupportTable(readFileSync(README, 'utf8')));
