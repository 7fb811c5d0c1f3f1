import { AwsError } from '../../gateway/errors.ts';
import type { InvokeResult, LambdaRuntime } from '../runtime.ts';

/** A call of Invoke. */
export interface Invocation {
  readonly nameOrArn: string;
  /** JSON text. */
  readonly payload: string;
  /** RequestResponse, Event or DryRun. */
  readonly type: string;
  readonly clientContext?: string;
  readonly traceHeader?: string;
}

/** The result of Invoke: `result` for a synchronous call, the request id of an accepted one, nothing for a dry run. */
export interface Invoked {
  readonly status: 200 | 202 | 204;
  readonly requestId?: string;
  readonly result?: InvokeResult;
}

export async function invoke(runtime: LambdaRuntime, call: Invocation): Promise<Invoked> {
  const { nameOrArn, payload, type, clientContext, traceHeader } = call;
  const traceHeaders = [traceHeader];
  switch (type) {
    case 'RequestResponse': {
      const result = await runtime.invoke(nameOrArn, payload, {
        traceHeaders,
        ...(clientContext !== undefined && { clientContext }),
      });
      return { status: 200, requestId: result.requestId, result };
    }
    case 'Event':
      return { status: 202, requestId: runtime.invokeAsync(nameOrArn, payload, { traceHeaders }) };
    case 'DryRun':
      if (!runtime.find(nameOrArn)) throw functionNotFound(nameOrArn);
      return { status: 204 };
    default:
      throw new AwsError('InvalidParameterValueException', `Unknown invocation type ${type}`, 400);
  }
}

export const functionNotFound = (name: string) =>
  new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
