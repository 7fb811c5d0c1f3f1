import type { AwsError } from './errors.ts';
import type { AwsResponse } from './types.ts';

export type Protocol = 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml' | 'query';

/** The protocol of each service that this machine speaks. */
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
  sts: 'query',
};

export const protocolOf = (service: string): Protocol => PROTOCOLS[service] ?? 'json-1.0';

/** The namespace that some services put before an error's name, as their own answers do. */
const NAMESPACES: Readonly<Record<string, string>> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#',
  sqs: 'com.amazonaws.sqs#',
};

/** Writes an error as the service's own protocol writes it. */
export function renderError(service: string, error: AwsError, requestId: string): AwsResponse {
  const { code, message, status } = error;
  switch (protocolOf(service)) {
    case 'rest-xml':
      return {
        status,
        headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...error.headers },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`,
      };
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...error.headers },
        body: `<ErrorResponse><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      };
    case 'rest-json':
      return json(status, 'application/json', { message }, requestId, { 'x-amzn-errortype': code, ...error.headers });
    case 'json-1.1':
      return json(status, 'application/x-amz-json-1.1', { __type: code, message }, requestId, error.headers);
    case 'json-1.0': {
      const __type = `${NAMESPACES[service] ?? ''}${code}`;
      return json(status, 'application/x-amz-json-1.0', { __type, message }, requestId, error.headers);
    }
  }
}

/** An answer of one of the JSON protocols. */
export function jsonResponse(service: string, value: unknown, requestId: string, status = 200): AwsResponse {
  const protocol = protocolOf(service);
  const type =
    protocol === 'json-1.0'
      ? 'application/x-amz-json-1.0'
      : protocol === 'json-1.1'
        ? 'application/x-amz-json-1.1'
        : 'application/json';
  return json(status, type, value, requestId, {});
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
