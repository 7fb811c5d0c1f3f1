import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway/gateway.ts';
import type { ServiceHandler } from '../../src/gateway/types.ts';

/** A table `rows` of a template, with the key `id`. */
export const ROWS_TABLE = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'rows',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  },
};

export type Closeable = { close(): unknown };

/** Resources that a test opens. All are closed after each test, the newest first. */
export function closing(): <T extends Closeable>(resource: T) => T {
  const open: Closeable[] = [];
  afterEach(async () => {
    for (const resource of open.splice(0).reverse()) await resource.close();
  });
  return (resource) => {
    open.push(resource);
    return resource;
  };
}

/** A temporary folder, removed when it is closed. */
export function temporaryFolder(): Closeable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'local-aws-'));
  return { path, close: () => rmSync(path, { recursive: true, force: true }) };
}

export function gatewayFor(
  services: Record<string, ServiceHandler>,
  options: Partial<GatewayOptions> = {},
): Promise<Gateway> {
  return startGateway({
    port: 0,
    services: new Map(Object.entries(services)),
    identities: new Map(),
    onError: (error) => console.error(error),
    ...options,
  });
}

/** The configuration of every SDK client of these tests. */
export const clientOptions = (gateway: { url: string }, accessKeyId = 'test') => ({
  endpoint: gateway.url,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey: 'test' },
  maxAttempts: 1,
});

const WITHIN_MS = 120_000;

/** Waits until `probe` returns a value. The wait normally takes milliseconds; the deadline allows for a busy machine. */
export async function eventually<T>(probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
