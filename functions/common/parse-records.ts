import type { SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import type { Telemetry } from '../../core/telemetry.ts';

export interface Parsed<Message> {
  messages: { messageId: string; message: Message }[];
  /** Ids of messages that are none of ours: they go back to the queue, and after their receives to the dead letters. */
  poison: string[];
}

/** Reads the messages of a batch. */
export function parseRecords<Schema extends z.ZodType>(
  records: readonly SQSRecord[],
  schema: Schema,
  telemetry: Telemetry,
): Parsed<z.output<Schema>> {
  const read: Parsed<z.output<Schema>> = { messages: [], poison: [] };
  for (const { messageId, body } of records) {
    const parsed = schema.safeParse(jsonOf(body));
    if (parsed.success) read.messages.push({ messageId, message: parsed.data });
    else {
      telemetry.error('A message is none of ours', { messageId, problem: parsed.error.message });
      telemetry.count('Poison');
      read.poison.push(messageId);
    }
  }
  return read;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
