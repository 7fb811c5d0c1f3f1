import { request as httpRequest } from 'node:http';
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
  it('is the same for the same role and has the form of an access key', () => {
    expect(accessKeyFor(ROLE)).toBe(accessKeyFor(ROLE));
    expect(accessKeyFor(ROLE)).toMatch(/^LKIA[A-Z2-7]{16}$/);
    expect(accessKeyFor(`${ROLE}2`)).not.toBe(accessKeyFor(ROLE));
  });
});

describe('the gateway', () => {
  it('passes the caller and the operation to the service', async () => {
    const seen: AwsRequest[] = [];
    const gateway = await gatewayWith({
      dynamodb: async (request) => {
        seen.push(request);
        return jsonResponse(request, { TableNames: [] });
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

  it('answers an error of a service in the protocol of the service', async () => {
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

  it('hides an internal error from the client and reports it', async () => {
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

  it('closes the connection if a service asks for it', async () => {
    const gateway = await gatewayWith({
      dynamodb: async () => {
        throw new ConnectionDropped();
      },
    });
    await expect(dynamodb(gateway).send(new ListTablesCommand({}))).rejects.toThrow('socket hang up');
  });

  it('names its services when a missing one is called', async () => {
    const gateway = await gatewayWith({ sqs: async () => ({ status: 200, headers: {} }) });
    await expect(dynamodb(gateway).send(new ListTablesCommand({}))).rejects.toThrow(
      'The service dynamodb is not part of this local AWS (it has sqs)',
    );
  });

  describe('answers a call of a missing service in the protocol of the caller', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    /** A request as an SDK sends it, signed for `service`. */
    const call = async (service: string, request: RequestInit & { path?: string }) => {
      const gateway = await gatewayWith({ sqs: async () => ({ status: 200, headers: {} }) });
      const authorization = `AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/${service}/aws4_request, Signature=0`;
      const response = await fetch(`${gateway.url}${request.path ?? '/'}`, {
        ...request,
        headers: { authorization, ...request.headers },
      });
      expect(response.status).toBe(501);
      return {
        type: response.headers.get('content-type'),
        error: response.headers.get('x-amzn-errortype'),
        requestId: response.headers.get('x-amzn-requestid') ?? response.headers.get('x-amz-request-id'),
        body: await response.text(),
      };
    };
    const message = (service: string) => `The service ${service} is not part of this local AWS (it has sqs)`;

    it('query: iam list-roles', async () => {
      const body = 'Action=ListRoles&Version=2010-05-08';
      const answer = await call('iam', { method: 'POST', headers: form, body });
      expect(answer.type).toBe('text/xml');
      expect(answer.body).toBe(
        '<ErrorResponse><Error><Type>Receiver</Type><Code>UnknownOperationException</Code>' +
          `<Message>${message('iam')}</Message></Error><RequestId>${answer.requestId}</RequestId></ErrorResponse>`,
      );
    });

    it('EC2 query, whose XML differs: ec2 describe-instances', async () => {
      const body = 'Action=DescribeInstances&Version=2016-11-15';
      const answer = await call('ec2', { method: 'POST', headers: form, body });
      expect(answer.type).toBe('text/xml');
      expect(answer.body).toBe(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>UnknownOperationException</Code>' +
          `<Message>${message('ec2')}</Message></Error></Errors><RequestID>${answer.requestId}</RequestID></Response>`,
      );
    });

    it('rest-xml: route53 list-hosted-zones', async () => {
      const answer = await call('route53', { path: '/2013-04-01/hostedzone' });
      expect(answer.type).toBe('application/xml');
      expect(answer.body).toContain(
        `<ErrorResponse><Error><Type>Receiver</Type><Code>UnknownOperationException</Code><Message>${message('route53')}`,
      );
    });

    it.each(['1.0', '1.1'])('JSON %s: kms list-keys', async (version) => {
      const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': 'TrentService.ListKeys' };
      const answer = await call('kms', { method: 'POST', headers, body: '{}' });
      expect(answer.type).toBe(`application/x-amz-json-${version}`);
      expect(JSON.parse(answer.body)).toEqual({ __type: 'UnknownOperationException', message: message('kms') });
    });

    it('rest-json: apigatewayv2 get-apis', async () => {
      const answer = await call('apigateway', { path: '/v2/apis' });
      expect(answer).toMatchObject({ type: 'application/json', error: 'UnknownOperationException' });
      expect(JSON.parse(answer.body)).toEqual({ message: message('apigateway') });
    });

    it('an unsigned request: the target header names the service', async () => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.ListKeys' };
      const answer = await call('', { method: 'POST', headers: { ...headers, authorization: '' }, body: '{}' });
      expect(JSON.parse(answer.body).message).toBe(message('TrentService'));
    });
  });

  it('answers 413 to a body that is larger than any service takes, and goes on with the connection', async () => {
    const errors: unknown[] = [];
    const gateway = await gatewayWith({ dynamodb: async (request) => jsonResponse(request, {}) }, (error) =>
      errors.push(error),
    );
    const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' };
    const post = (body: string) => fetch(gateway.url, { method: 'POST', headers, body });

    const refused = await post(`{"a":"${'x'.repeat(17 * 1024 * 1024)}"}`);
    expect([refused.status, await refused.json()]).toEqual([
      413,
      expect.objectContaining({ __type: expect.stringContaining('RequestEntityTooLargeException') }),
    ]);
    expect((await post('{}')).status).toBe(200);
    expect(errors).toEqual([]);
  });

  it('refuses pages of other origins', async () => {
    const gateway = await gatewayWith({});
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${gateway.url}/_local/usage`, { headers })).status;
    expect(await status({ origin: 'https://example.com' })).toBe(403);
    expect(await status({ origin: 'http://localhost:3000' })).toBe(404);
  });

  it.each([
    ['127.0.0.1:4566', 404],
    ['[::1]:4566', 404],
    ['localhost', 404],
    ['bucket.s3.localhost:4566', 404],
    ['host.docker.internal', 404],
    ['sqs.us-east-1.amazonaws.com', 404],
    ['rebound.example', 403],
    ['printer.local:4566', 403],
    ['laptop', 403],
  ])(
    'answers the host name %s with %i, because a page could reach it by other names (DNS rebinding)',
    async (host, status) => {
      const gateway = await gatewayWith({});
      const answered = new Promise((resolve, reject) => {
        httpRequest(`${gateway.url}/_local/usage`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(await answered).toBe(status);
    },
  );
});
