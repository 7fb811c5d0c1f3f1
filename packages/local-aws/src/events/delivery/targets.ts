import type { InternalCall } from '../../gateway/gateway.ts';
import type { AwsResponse, Principal } from '../../gateway/types.ts';
import { LOCAL_ACCOUNT } from '../../identity.ts';
import type { Sender } from '../state/delivery-queue.ts';

type Call = (call: InternalCall) => Promise<AwsResponse>;

export interface TargetCall {
  readonly arn: string;
  readonly payload: string;
  readonly sender: Sender;
  readonly awsEndpoint: string;
}

/** The sender may not call the target. */
export class TargetDenied extends Error {
  override readonly name = 'TargetDenied';
}

/** Sends an event's payload to a function, a queue or a state machine. Throws if the call fails; TargetDenied without permission. */
export async function callTarget(call: Call, { arn, payload, sender, awsEndpoint }: TargetCall): Promise<void> {
  const [, , service, , , ...rest] = arn.split(':');
  const principal = principalOf(sender);
  const response = await call({ ...callFor(String(service), arn, rest, payload, awsEndpoint), principal });
  if (response.status < 300) return;
  const message = `${arn} answered ${response.status}: ${String(response.body)}`;
  throw isDenial(response) ? new TargetDenied(message) : new Error(message);
}

/** A target is called with the role that it names, or else by the service itself, which a policy of the target must allow. */
function principalOf({ service, sourceArn, roleArn }: Sender): Principal {
  if (roleArn === undefined) return { kind: 'service', accessKeyId: '', service, sourceArn };
  return { kind: 'role', accessKeyId: '', roleArn, sessionName: sourceArn.slice(sourceArn.lastIndexOf('/') + 1) };
}

const isDenial = ({ headers, body }: AwsResponse) =>
  /\bAccessDenied/.test(`${headers['x-amzn-errortype'] ?? ''} ${typeof body === 'string' ? body : ''}`);

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
