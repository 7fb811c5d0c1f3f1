import { z } from 'zod';
import { isObject, type Json } from '../../json.ts';
import { busName } from '../definitions.ts';
import type { EventBus } from '../delivery/event-bus.ts';
import { checked, type EventsDeps, invalid } from './requests.ts';

const entrySchema = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  Time: z.union([z.number(), z.string()]).optional(),
});
const putEventsSchema = z.object({ Entries: z.array(entrySchema).min(1) });
type Entry = z.infer<typeof entrySchema>;

export async function putEvents({ bus, rules: { buses }, max }: EventsDeps, body: Json): Promise<unknown> {
  const { Entries: entries } = checked(putEventsSchema, body);
  const most = max['events.entries'];
  if (entries.length > most) {
    const rule = `Member must have length less than or equal to ${most}`;
    throw invalid(`1 validation error detected: Value at 'entries' failed to satisfy constraint: ${rule}`);
  }
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > max['events.requestBytes']) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  const Entries = entries.map((entry) => put(bus, buses, entry));
  await bus.settled();
  return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
}

/** Bytes as EventBridge counts them: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
function sizeOf({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

function put(bus: EventBus, buses: readonly string[], entry: Entry): Record<string, string> {
  const { Source, DetailType, Detail, EventBusName, Resources, Time } = entry;
  if (!Source) return refused('Parameter Source is not valid. Reason: Source is a required argument.');
  if (!DetailType) return refused('Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  if (!Detail) return refused('Parameter Detail is not valid. Reason: Detail is a required argument.');
  let detail: Json;
  try {
    detail = JSON.parse(Detail) as Json;
  } catch {
    return MALFORMED;
  }
  if (!isObject(detail)) return MALFORMED;
  const name = busName(EventBusName);
  const time = typeof Time === 'number' ? Time * 1000 : Time === undefined ? undefined : Date.parse(Time);
  // AWS accepts an event for a bus that does not exist, and drops it.
  const EventId = bus.publish({
    bus: buses.includes(name) ? name : '',
    source: Source,
    detailType: DetailType,
    detail,
    ...(Resources ? { resources: Resources } : {}),
    ...(time === undefined ? {} : { time }),
  });
  return { EventId };
}

const MALFORMED = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
const refused = (ErrorMessage: string) => ({ ErrorCode: 'InvalidArgument', ErrorMessage });
