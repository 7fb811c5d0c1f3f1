import { isObject, parseJson } from '../../json.ts';
import { internalFailure } from '../../threads/worker-main.ts';
import type { WorkerAnswer } from '../../threads/worker-protocol.ts';
import type { Engine } from '../engine.ts';
import { ApiError } from '../errors.ts';
import { OPERATIONS } from '../operations/operations.ts';

/** A response in AWS JSON 1.0. */
export type ApiAnswer = Omit<WorkerAnswer, 'id'>;

/** Handles one call of the API. Never rejects. */
export async function answerCall(engine: Engine, name: string, text: string): Promise<ApiAnswer> {
  try {
    const operation = OPERATIONS.get(name);
    if (!operation) throw new ApiError('UnknownOperationException', `The operation '${name}' is not known`);
    const params = text === '' ? {} : parseJson(text);
    if (!isObject(params)) throw new ApiError('SerializationException', 'The request is not a JSON object');
    return { status: 200, body: JSON.stringify(await operation(engine, params)) };
  } catch (error) {
    if (error instanceof ApiError) return refusal(error);
    return internalFailure('com.amazonaws.sfn#InternalServerError', error);
  }
}

export const refusal = ({ code, message }: ApiError): ApiAnswer => ({
  status: 400,
  body: JSON.stringify({ __type: `com.amazonaws.sfn#${code}`, message }),
});
