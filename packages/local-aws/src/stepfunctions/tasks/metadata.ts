import type { JsonObject } from '../../json.ts';
import type { AwsAnswer } from './http.ts';

/** The metadata of the HTTP response, which the optimized integrations add to a result. */
export function sdkMetadata({ status, headers, rawHeaders }: AwsAnswer): JsonObject {
  const single: JsonObject = {};
  const all: JsonObject = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    const value = rawHeaders[i + 1];
    if (name === undefined || value === undefined) continue;
    single[name] = value;
    all[name] = [value];
  }
  const id = headers['x-amzn-requestid'] ?? headers['x-amz-request-id'];
  return {
    SdkHttpMetadata: { AllHttpHeaders: all, HttpHeaders: single, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId: typeof id === 'string' ? id : '' },
  };
}

/** The text of a result with the metadata of the response. The result is not parsed. */
export function withMetadata(answer: AwsAnswer): string {
  const text = answer.body.toString().trim();
  const metadata = JSON.stringify(sdkMetadata(answer));
  const members = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : '';
  return members.trim() === '' ? metadata : `{${members},${metadata.slice(1)}`;
}

/** The cause of a service's error, in the format of the SDK inside Step Functions. */
export function serviceCause(service: string, answer: AwsAnswer, code: string, message: string): string {
  const { RequestId } = sdkMetadata(answer).SdkResponseMetadata as JsonObject;
  return `${message} (Service: ${service}; Status Code: ${answer.status}; Error Code: ${code}; Request ID: ${RequestId}; Proxy: null)`;
}
