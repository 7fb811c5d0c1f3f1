import type { InternalCall } from '../../gateway/gateway.ts';
import type { AwsResponse } from '../../gateway/types.ts';
import { LOCAL_ACCOUNT } from '../../identity.ts';

type Call = (call: InternalCall) => Promise<AwsResponse>;

/** Sends an event's payload to a function, a queue or a state machine. Throws if the call fails. */
export async function callTarget(call: Call, arn: string, payload: string, awsEndpoint: string): Promise<void> {
  const [, , service, , , ...rest] = arn.split(':');
  const response = await call(callFor(String(service), arn, rest, payload, awsEndpoint));
  if (response.status >= 300) throw new Error(`${arn} answered ${response.status}: ${String(response.body)}`);
}

function callFor(
  service: string,
  arn: string,
  rest: readonly string[],
  payload: string,
  awsEndpoint: string,
): InternalCall {
  switch (service) {
    case 'lambda':
      return {
        service,
        operation: 'Invoke',
        path: `/2015-03-31/functions/${encodeURIComponent(rest[1] ?? '')}/invocations`,
        headers: { 'x-amz-invocation-type': 'Event', 'content-type': 'application/json' },
        body: payload,
      };
    case 'sqs': {
      const QueueUrl = `${awsEndpoint}/${LOCAL_ACCOUNT}/${rest[0] ?? ''}`;
      return jsonCall(service, 'AmazonSQS', 'SendMessage', { QueueUrl, MessageBody: payload });
    }
    case 'states':
      return jsonCall(service, 'AWSStepFunctions', 'StartExecution', { stateMachineArn: arn, input: payload });
    default:
      throw new Error(`${arn} is not a supported target`);
  }
}

function jsonCall(service: string, prefix: string, operation: string, body: object): InternalCall {
  return {
    service,
    operation,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${prefix}.${operation}` },
    body: JSON.stringify(body),
  };
}
