import type { AwsError } from './errors.ts';
import type { AwsRequest, AwsResponse } from './types.ts';

export type Protocol = 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml' | 'query' | 'ec2-query';

/** The protocols of the services here, and of the rest-xml services, whose requests look like those of rest-json. */
const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  dynamodb: 'json-1.0',
  sqs: 'json-1.0',
  states: 'json-1.0',
  secretsmanager: 'json-1.1',
  events: 'json-1.1',
  logs: 'json-1.1',
  ses: 'rest-json',
  lambda: 'rest-json',
  scheduler: 'rest-json',
  s3: 'rest-xml',
  cloudfront: 'rest-xml',
  route53: 'rest-xml',
  sts: 'query',
};

export const protocolOf = (service: string): Protocol => PROTOCOLS[service] ?? 'rest-json';

/** The protocol of the caller. A client can read errors only in its own protocol, also if the service is missing here. */
function protocolOfRequest({ service, headers, body }: AwsRequest): Protocol {
  const type = headers['content-type'] ?? '';
  if (headers['x-amz-target'] !== undefined) return type.endsWith('json-1.1') ? 'json-1.1' : 'json-1.0';
  const isQuery = type.startsWith('application/x-www-form-urlencoded') && /(^|&)Action=/.test(body.toString());
  if (isQuery) return service === 'ec2' ? 'ec2-query' : 'query';
  return protocolOf(service);
}

/** The namespace that some services put before the name of an error. */
const NAMESPACES: Readonly<Record<string, string>> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#',
  sqs: 'com.amazonaws.sqs#',
};

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Writes an error in the protocol of the caller. */
export function renderError(request: AwsRequest, error: AwsError): AwsResponse {
  const { service, requestId } = request;
  const { code, message, status, headers } = error;
  const fault = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  const typed = `<Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>${fault}</Error>`;
  const wrapped = `<ErrorResponse>${typed}<RequestId>${requestId}</RequestId></ErrorResponse>`;
  switch (protocolOfRequest(request)) {
    case 'rest-xml':
      return {
        status,
        headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...headers },
        // S3 is the only service without an element around the error.
        body: XML + (service === 's3' ? `<Error>${fault}<RequestId>${requestId}</RequestId></Error>` : wrapped),
      };
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...headers },
        body: wrapped,
      };
    case 'ec2-query':
      return {
        status,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...headers },
        body: `${XML}<Response><Errors><Error>${fault}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
      };
    case 'rest-json':
      return json(status, 'application/json', { message }, requestId, { 'x-amzn-errortype': code, ...headers });
    case 'json-1.1':
      return json(status, 'application/x-amz-json-1.1', { __type: code, message }, requestId, headers);
    case 'json-1.0': {
      const __type = code.includes('#') ? code : `${NAMESPACES[service] ?? ''}${code}`;
      return json(status, 'application/x-amz-json-1.0', { __type, message }, requestId, headers);
    }
  }
}

/** A response in one of the JSON protocols. */
export function jsonResponse({ service, requestId }: AwsRequest, value: unknown): AwsResponse {
  const protocol = protocolOf(service);
  const type = protocol === 'rest-json' ? 'application/json' : `application/x-amz-${protocol}`;
  return json(200, type, value, requestId, {});
}

function json(
  status: number,
  contentType: string,
  value: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>>,
): AwsResponse {
  return {
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(value),
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

export const escapeXml = (text: string): string => text.replace(/[&<>"'\r]/g, (char) => ENTITIES[char] ?? char);
