import { accessKeyFor } from '../../identity.ts';
import type { Json, JsonObject } from '../../json.ts';
import { sdkPackage } from '../asl/resources.ts';
import { Payload } from '../payload.ts';
import type { CallResult, TaskCall } from './caller.ts';
import type { AwsHttp } from './http.ts';
import { callJson, DYNAMODB, exceptionName, type JsonService, jsonError, SQS } from './json-protocol.ts';
import { serviceCause } from './metadata.ts';

/** The names of services in the error names of aws-sdk integrations. */
const ERROR_PREFIX = new Map([
  ['dynamodb', 'DynamoDb'],
  ['sqs', 'Sqs'],
  ['s3', 'S3'],
  ['sesv2', 'SesV2'],
  ['sns', 'Sns'],
  ['sfn', 'Sfn'],
  ['eventbridge', 'EventBridge'],
  ['secretsmanager', 'SecretsManager'],
  ['lambda', 'Lambda'],
]);
const DIRECT = new Map<string, JsonService>([
  ['dynamodb', DYNAMODB],
  ['sqs', SQS],
]);

const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
export const errorPrefix = (service: string) => ERROR_PREFIX.get(service) ?? pascal(service);

/** `aws-sdk:<service>:<action>`. DynamoDB and SQS are called directly, other services through their SDK clients. */
export async function callSdk(http: AwsHttp, call: TaskCall): Promise<CallResult> {
  const direct = DIRECT.get(call.target.service);
  return direct ? await callDirect(http, direct, call) : await callClient(http, call);
}

async function callDirect(
  http: AwsHttp,
  service: JsonService,
  { target, args, roleArn }: TaskCall,
): Promise<CallResult> {
  const answer = await callJson(http, service, pascal(target.action), args.text, roleArn);
  const text = answer.body.toString();
  if (answer.status < 300) return { output: text === '' ? '{}' : text };
  const { code, message } = jsonError(answer);
  const prefix = errorPrefix(target.service);
  const name = service.errors.has(code) ? exceptionName(code) : `${prefix}Exception`;
  return { error: `${prefix}.${name}`, cause: serviceCause(prefix, answer, code, message) };
}

interface SdkError {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

type ClientConstructor = new (options: object) => { send(command: object): Promise<object>; destroy(): void };
type CommandConstructor = new (input: unknown) => object;

async function callClient(http: AwsHttp, { target, args, roleArn }: TaskCall): Promise<CallResult> {
  const { service, action } = target;
  const library = (await import(sdkPackage(service))) as Record<string, unknown>;
  const clientName = Object.keys(library).find((name) => name.endsWith('Client') && !name.startsWith('__'));
  const Client = library[clientName ?? ''] as ClientConstructor | undefined;
  const Command = library[`${pascal(action)}Command`] as CommandConstructor | undefined;
  const prefix = errorPrefix(service);
  if (Client === undefined || Command === undefined) {
    return { error: 'States.Runtime', cause: `The service ${service} has no action ${action}` };
  }
  const client = new Client({
    endpoint: http.endpoint.href,
    region: http.region,
    credentials: {
      accessKeyId: roleArn === '' ? 'LOCALADMINISTRATOR' : accessKeyFor(roleArn),
      secretAccessKey: 'local',
    },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  try {
    const { $metadata: _, ...result } = (await client.send(new Command(args.value))) as Record<string, unknown>;
    return { output: Payload.of(await plain(result)).text };
  } catch (error) {
    const { name = 'Error', message = '', $metadata } = error as SdkError;
    if ($metadata?.httpStatusCode === undefined) return { error: `${prefix}.SdkClientException`, cause: message };
    const cause = `${message} (Service: ${prefix}, Status Code: ${$metadata.httpStatusCode}, Request ID: ${$metadata.requestId})`;
    return { error: `${prefix}.${exceptionName(name)}`, cause };
  } finally {
    client.destroy();
  }
}

interface Readable {
  transformToString(): Promise<string>;
}

/** Converts a result of an SDK client to JSON: dates to ISO 8601, streams and bytes to text. */
async function plain(value: unknown): Promise<Json> {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return await Promise.all(value.map(plain));
  if (typeof value === 'object' && value !== null) {
    if ('transformToString' in value) return await (value as Readable).transformToString();
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    const converted: JsonObject = {};
    for (const [key, member] of entries) converted[key] = await plain(member);
    return converted;
  }
  return value as Json;
}
