import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { type CampaignChannelDeps, type CampaignJob, createCampaignChannel } from '../../core/campaigns/channel.ts';
import { sendMessageSchema } from '../../core/campaigns/messages.ts';
import { type AnswerDeps, CampaignAnswers } from '../../core/campaigns/task-answers.ts';
import { deliver } from '../../core/delivery/pipeline.ts';
import type { DeliveryDeps } from '../../core/delivery/steps.ts';

export type WorkerDeps = DeliveryDeps & CampaignChannelDeps & AnswerDeps;

/** Delivers a batch of messages within the time left; answers those that must stay in the queue. */
export function createWorker(
  deps: WorkerDeps,
): (records: readonly SQSRecord[], remainingMs: number) => Promise<SQSBatchResponse> {
  const channel = createCampaignChannel(deps);
  return async (records, remainingMs) => {
    const deadline = deps.clock.now() + remainingMs - SHUTDOWN_MARGIN_MS;
    const { jobs, poison } = parse(records, deps);
    const answers = new CampaignAnswers(deps);
    await deliver(jobs, channel, deps, { deadline, done: (job, outcome) => answers.add(job, outcome) });
    const kept = await answers.end();
    return {
      batchItemFailures: [...poison, ...kept.map((job) => job.messageId)].map((itemIdentifier) => ({ itemIdentifier })),
    };
  };
}

/** What the runtime needs to answer before it is stopped. */
const SHUTDOWN_MARGIN_MS = 300;

/** A message that is none of ours goes back to the queue, and after its receives to the dead letters. */
function parse(records: readonly SQSRecord[], { telemetry }: WorkerDeps): { jobs: CampaignJob[]; poison: string[] } {
  const jobs: CampaignJob[] = [];
  const poison: string[] = [];
  for (const { messageId, body } of records) {
    const parsed = sendMessageSchema.safeParse(jsonOf(body));
    if (parsed.success) {
      const { batchId, rowNumber } = parsed.data;
      jobs.push({ messageId, message: parsed.data, row: { batchId, rowNumber } });
    } else {
      telemetry.error('A message is none of ours', { messageId, problem: parsed.error.message });
      telemetry.count('Poison');
      poison.push(messageId);
    }
  }
  return { jobs, poison };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
