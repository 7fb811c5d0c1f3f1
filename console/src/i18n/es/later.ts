import type { LaterTexts } from '../later.ts';
import { emails } from './emails.ts';
import { events, executions } from './executions.ts';
import { graph } from './graph.ts';
import { mapRuns } from './mapRuns.ts';

export const es: LaterTexts = { emails, events, executions, graph, mapRuns };
