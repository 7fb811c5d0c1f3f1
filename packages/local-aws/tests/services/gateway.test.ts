import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { AwsError, ConnectionDropped } from '../../src/gateway/errors.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { jsonResponse } from '../../src/gateway/protocols.ts';
import type { AwsRequest, Principal, ServiceHandler } from '../../src/gateway/types.ts';
import { accessKeyFor } from '../../src/identity.ts';

const ROLE = 'arn:aws:iam::000000000000:role/worker';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0)) await resource.close();
});

async function gatewayWith(
  services: Record<string, ServiceHandler>,
  onError?: (error: unknown) => void,
): Promise<Gateway> {
  const principal: Principal = { kind: 'role', accessKeyId: accessKeyFor(ROLE), roleArn: ROLE };
  const gateway = await startGateway({
    port: 0,
    services: new Map(Object.entries(services)),
    identities: new Map([[principal.accessKeyId, principal]]),
    ...(onError ? { onError } : {}),
  });
  open.push(gateway);
  return gateway;
}

function dynamodb(gateway: Gateway, accessKeyId = 'anyone'): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  open.push({ close: () => client.destroy() });
  return client;
}

describe('accessKeyFor', () => {
  it('is the same for the same role and looks like an access key', () => {
    expect(accessKeyFor(ROLE)).toBe(accessKeyFor(ROLE));
    expect(accessKeyFor(ROLE)).toMatch(/^LKIA[A-Z2-7]{16}$/);
    expect(accessKeyFor(`${ROLE}2`)).not.toBe(accessKeyFor(ROLE));
  });
});

describe('the gateway', () => {
  it('tells a service who calls which operation', async () => {
    const seen: AwsRequest[] = [];
    const gateway = await gatewayWith({
      dynamodb: async (request) => {
        seen.push(request);
        return jsonResponse('dynamodb', { TableNames: [] }, request.requestId);
      },
    });
    await dynamodb(gateway, accessKeyFor(ROLE)).send(new ListTablesCommand({}));
    await dynamodb(gateway).send(new ListTablesCommand({}));
    expect(seen.map((request) => [request.service, request.operation, request.principal.kind])).toEqual([
      ['dynamodb', 'ListTables', 'role'],
      ['dynamodb', 'ListTables', 'administrator'],
    ]);
    expect(seen[0]?.principal.roleArn).toBe(ROLE);
  });

  it('answers an error of a service in the words of its protocol', async () => {
    const gateway = await gatewayWith({
      dynamodb: async () => {
        throw new AwsError('ResourceNotFoundException', 'No such table', 400);
      },
    });
    await expect(dynamodb(gateway).send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'No such table',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('masks a fault of its own and reports it', async () => {
    const reported: unknown[] = [];
    const gateway = await gatewayWith(
      {
        dynamodb: async () => {
          throw new Error('secret path');
        },
      },
      (error) => reported.push(error),
    );
    await expect(dynamodb(gateway).send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'InternalFailure',
      message: expect.not.stringContaining('secret'),
    });
    expect(reported).toHaveLength(1);
  });

  it('breaks the connection where a service asks for it', async () => {
    const gateway = await gatewayWith({
      dynamodb: async () => {
        throw new ConnectionDropped();
      },
    });
    await expect(dynamodb(gateway).send(new ListTablesCommand({}))).rejects.toThrow('socket hang up');
  });

  it('names the services that it has when asked for another', async () => {
    const gateway = await gatewayWith({ sqs: async () => ({ status: 200, headers: {} }) });
    await expect(dynamodb(gateway).send(new ListTablesCommand({}))).rejects.toThrow(
      'The service dynamodb is not part of this local AWS (it has sqs)',
    );
  });

  it('refuses pages from elsewhere', async () => {
    const gateway = await gatewayWith({});
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${gateway.url}/_local/mailbox`, { headers })).status;
    expect(await status({ origin: 'https://example.com' })).toBe(403);
    expect(await status({ origin: 'http://localhost:3000' })).toBe(404);
  });
});
