import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from './connection.ts';
import { DateTimeScalar } from './date-time.ts';
import { CampaignStatusEnum } from './enums.ts';

@ObjectType('SendCounts', { description: 'How many sends have each status; the four add up to `enqueued`.' })
export class SendCounts {
  @Field(() => Int)
  declare readonly PENDING: number;

  @Field(() => Int)
  declare readonly QUEUED: number;

  @Field(() => Int)
  declare readonly SENT: number;

  @Field(() => Int)
  declare readonly ERROR: number;
}

@ObjectType('FeedbackCounts', {
  description:
    'What was heard of the emails after they were sent. One that was delivered and complained about is in both.',
})
export class FeedbackCountsType {
  @Field(() => Int)
  declare readonly delivered: number;

  @Field(() => Int)
  declare readonly bounced: number;

  @Field(() => Int)
  declare readonly complained: number;

  @Field(() => Int)
  declare readonly unsubscribed: number;
}

/** `counts` and `unconfirmed` have resolvers of their own, because those of a running campaign are counted. */
@ObjectType('Campaign', { description: 'One uploaded file and its Step Functions execution.' })
export class Campaign {
  @Field(() => ID)
  declare readonly batchId: string;

  @Field(() => ID, { nullable: true })
  declare readonly campaignId?: string;

  @Field(() => String, { nullable: true, description: 'The name of the uploaded file.' })
  declare readonly fileName?: string;

  @Field(() => String, { nullable: true, description: 'Of the first row that is sent.' })
  declare readonly subject?: string;

  @Field(() => CampaignStatusEnum)
  declare readonly status: keyof typeof CampaignStatusEnum;

  @Field(() => String, { nullable: true, description: 'Why it did not end as SUCCEEDED.' })
  declare readonly reason?: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The daily quota stopped it: it continues by itself then, or earlier when half of the quota is free.',
  })
  declare readonly nextRetryAt?: string;

  @Field(() => Int, { description: 'Data rows in the file = enqueued + skipped.' })
  declare readonly total: number;

  @Field(() => Int)
  declare readonly enqueued: number;

  @Field(() => Int)
  declare readonly skipped: number;

  @Field(() => DateTimeScalar)
  declare readonly createdAt: string;

  @Field(() => DateTimeScalar, { nullable: true })
  declare readonly startedAt?: string;

  @Field(() => DateTimeScalar, { nullable: true })
  declare readonly finishedAt?: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When sending begins, if it was scheduled.' })
  declare readonly sendAt?: string;

  @Field(() => Int)
  declare readonly redriveCount: number;

  @Field(() => Boolean, { description: 'Every step runs, but no email is sent.' })
  declare readonly dryRun: boolean;

  @Field(() => String, { description: 'text or html.' })
  declare readonly format: string;

  @Field(() => [String], { description: 'Warnings about the file.' })
  declare readonly warnings: readonly string[];

  @Field(() => String, { nullable: true, description: 'The name of the API key that uploaded it.' })
  declare readonly uploadedBy?: string;

  @Field(() => String, { nullable: true, description: 'The name of the API key that stopped it last.' })
  declare readonly stoppedBy?: string;

  @Field(() => String, { nullable: true, description: 'The name of the API key that redrove it last.' })
  declare readonly redrivenBy?: string;
}

export const CampaignConnection = connectionType('Campaign', Campaign);
