import { type JsonObject, parseJson } from '../../json.ts';
import type { Engine } from '../engine.ts';
import { ApiError } from '../errors.ts';
import type { Answer } from '../execution/thread.ts';
import { answerToken, heartbeat } from '../state-types/task.ts';
import type { TokenSubject } from '../tokens.ts';
import { optionalString, requiredString } from './params.ts';

/** Maximum lengths of a token and a cause, in characters. */
const TOKEN_LIMIT = 2048;
const CAUSE_LIMIT = 32_768;

function subjectOf(engine: Engine, params: JsonObject): TokenSubject {
  const subject = engine.tokens.read(requiredString(params, 'taskToken', TOKEN_LIMIT));
  if (subject === undefined) throw new ApiError('InvalidToken', `Invalid Token: 'Invalid token'`);
  return subject;
}

/** The task has an answer, was retried, or its execution has ended. */
function timedOut(engine: Engine, subject: TokenSubject): ApiError {
  const row = engine.executions.get(subject.execution);
  const arn = row ? engine.load(row).arn : 'unknown';
  return new ApiError('TaskTimedOut', `Task Timed Out: '${arn}'`);
}

async function answer(engine: Engine, subject: TokenSubject, given: Answer): Promise<JsonObject> {
  const execution = engine.interpreter.live.get(subject.execution);
  const thread = execution?.threads.get(subject.thread);
  const isTaken = execution && thread && answerToken(engine.interpreter, execution, thread, subject.attempt, given);
  if (!isTaken) throw timedOut(engine, subject);
  await engine.commits.committed();
  return {};
}

export async function sendTaskSuccess(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const subject = subjectOf(engine, params);
  const output = requiredString(params, 'output', engine.max['states.dataBytes']);
  const isLive = engine.interpreter.live.get(subject.execution)?.threads.has(subject.thread);
  if (isLive && parseJson(output) === undefined) {
    throw new ApiError('InvalidOutput', `Invalid Output: 'The output is not valid JSON'`);
  }
  return await answer(engine, subject, { output });
}

export async function sendTaskFailure(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const subject = subjectOf(engine, params);
  const error = optionalString(params, 'error');
  const cause = optionalString(params, 'cause', CAUSE_LIMIT);
  return await answer(engine, subject, {
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  });
}

export async function sendTaskHeartbeat(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const subject = subjectOf(engine, params);
  const execution = engine.interpreter.live.get(subject.execution);
  const thread = execution?.threads.get(subject.thread);
  if (!execution || !thread || !heartbeat(engine.interpreter, execution, thread, subject.attempt)) {
    throw timedOut(engine, subject);
  }
  await engine.commits.committed();
  return {};
}
