import type { IncomingMessage } from 'node:http';

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

/** Providers outside AWS have their stand-ins beside the services: `/_providers/mailgun/v3/…` is for `mailgun`. */
const PROVIDER = /^\/_providers\/([a-z0-9-]+)\//;

/** The service of a request: of its signature's scope, else of its target, else of its path; else S3. */
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
