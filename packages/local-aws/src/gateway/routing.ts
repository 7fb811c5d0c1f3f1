import type { IncomingMessage } from 'node:http';
import { s3Operation } from '../s3/protocol/operation.ts';
import { sesOperation } from '../ses/protocol/operation.ts';
import { AwsError } from './errors.ts';
import type { ServiceHandler } from './types.ts';

const BY_TARGET: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  AWSStepFunctions: 'states',
  AWSEvents: 'events',
  secretsmanager: 'secretsmanager',
  Logs_20140328: 'logs',
};

const BY_PATH: readonly (readonly [string, string])[] = [
  ['/v2/email/', 'ses'],
  ['/2015-03-31/', 'lambda'],
  ['/2020-06-30/', 'lambda'],
];

/** Stand-ins of services outside AWS are reached beside the services: `/_providers/NAME/…` belongs to the service NAME. */
const PROVIDER = /^\/_providers\/([a-z0-9-]+)(\/.*)/;

/** Names the service of a request by the scope of its signature, its target or its path. The default is S3. */
export function serviceOf(request: IncomingMessage, path: string, signedFor: string): string {
  const provider = PROVIDER.exec(path)?.[1];
  if (provider !== undefined) return provider;
  if (signedFor !== '') return signedFor === 'email' ? 'ses' : signedFor;
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = ''] = target.split('.');
    return BY_TARGET[prefix] ?? prefix;
  }
  for (const [prefix, service] of BY_PATH) if (path.startsWith(prefix)) return service;
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return request.method === 'POST' && path === '/' && isForm ? 'sts' : 's3';
}

/** Names the API operation of a request, for the meter and for the service. */
export function operationOf(
  service: string,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1);
  const method = request.method ?? 'GET';
  const providerPath = PROVIDER.exec(path)?.[2];
  if (providerPath !== undefined) return `${method} ${providerPath}`;
  switch (service) {
    case 's3':
      return s3Operation(method, path, query, request.headers);
    case 'ses':
      return sesOperation(method, path);
    case 'lambda':
      return path.endsWith('/invocations') ? 'Invoke' : `${method} ${path}`;
    default:
      return new URLSearchParams(body.toString()).get('Action') ?? query.get('Action') ?? `${method} ${path}`;
  }
}

/** The last link of the chain: calls the service that the request names. */
export const route =
  (services: ReadonlyMap<string, ServiceHandler>): ServiceHandler =>
  (request) => {
    const service = services.get(request.service);
    if (service) return service(request);
    throw new AwsError(
      'UnknownOperationException',
      `The service ${request.service} is not part of this local AWS (it has ${[...services.keys()].join(', ')})`,
      501,
    );
  };
