import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import {
  type CampaignRecord,
  type Counts,
  type FeedbackCounts,
  feedbackOf,
  type UnconfirmedPolicy,
} from '../../core/campaigns/campaign.ts';
import { redriveCampaign } from '../../core/campaigns/redrive.ts';
import { listCampaigns, refreshCampaign } from '../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../core/campaigns/stop.ts';
import type { GraphqlContext } from '../context.ts';
import { COST, fixedCost, pageCost } from '../limits/cost.ts';
import { pageRequest } from '../paging.ts';
import { CampaignsArguments, DEFAULT_CAMPAIGNS, RedriveArguments } from '../types/arguments.ts';
import { Campaign, CampaignConnection, FeedbackCountsType, SendCounts } from '../types/campaign.ts';
import { connectionOf } from '../types/connection.ts';

const POLICY: Readonly<Record<string, UnconfirmedPolicy>> = { RESEND: 'resend', ACCEPT: 'accept' };

@Resolver(() => Campaign)
export class CampaignResolver {
  @Query(() => Campaign, {
    name: 'campaign',
    nullable: true,
    description: 'One campaign, brought up to date with its execution.',
    complexity: fixedCost(COST.lookup),
  })
  async campaign(
    @Ctx() context: GraphqlContext,
    @Arg('batchId', () => ID) batchId: string,
  ): Promise<CampaignRecord | undefined> {
    return refreshCampaign(context, batchId);
  }

  @Query(() => CampaignConnection, {
    name: 'campaigns',
    description: 'Campaigns as a Relay connection, newest first.',
    complexity: pageCost('first', DEFAULT_CAMPAIGNS),
  })
  async campaigns(
    @Ctx() context: GraphqlContext,
    @Args(() => CampaignsArguments) { first, after }: CampaignsArguments,
  ) {
    const page = await listCampaigns(context, pageRequest('first', first, DEFAULT_CAMPAIGNS, after));
    return connectionOf(page.campaigns, page.next);
  }

  @Mutation(() => Campaign, {
    name: 'redriveCampaign',
    description: 'Continues the campaign: sends the rows that are left, and failed ones that can be tried again.',
    complexity: fixedCost(COST.command),
  })
  async redriveCampaign(
    @Ctx() context: GraphqlContext,
    @Args(() => RedriveArguments) { batchId, unconfirmed }: RedriveArguments,
  ): Promise<CampaignRecord> {
    const { campaign } = await redriveCampaign(context, batchId, {
      unconfirmed: unconfirmed ? POLICY[unconfirmed] : undefined,
      keyName: context.caller.keyName,
    });
    return context.commanded(campaign);
  }

  @Mutation(() => Campaign, {
    name: 'stopCampaign',
    description: 'Stops sending within five seconds. A redrive resumes it.',
    complexity: fixedCost(COST.command),
  })
  async stopCampaign(
    @Ctx() context: GraphqlContext,
    @Arg('batchId', () => ID) batchId: string,
  ): Promise<CampaignRecord> {
    return context.commanded(await stopCampaign(context, batchId, context.caller.keyName));
  }

  @FieldResolver(() => SendCounts, { name: 'counts', complexity: fixedCost(COST.counts) })
  async counts(@Ctx() context: GraphqlContext, @Root() campaign: CampaignRecord): Promise<Counts> {
    return (await context.progress(campaign)).counts;
  }

  @FieldResolver(() => Int, {
    name: 'unconfirmed',
    description: 'Rows in ERROR that a provider may have accepted.',
    complexity: COST.counts,
  })
  async unconfirmed(@Ctx() context: GraphqlContext, @Root() campaign: CampaignRecord): Promise<number> {
    return (await context.progress(campaign)).unconfirmed;
  }

  @FieldResolver(() => FeedbackCountsType, { name: 'feedback' })
  feedback(@Root() campaign: CampaignRecord): Required<FeedbackCounts> {
    return feedbackOf(campaign);
  }

  @FieldResolver(() => ID, { name: 'executionArn', description: 'The ARN of its Step Functions execution.' })
  executionArn(@Ctx() context: GraphqlContext, @Root() campaign: CampaignRecord): string {
    return context.executions.arnOf(campaign.batchId);
  }
}
