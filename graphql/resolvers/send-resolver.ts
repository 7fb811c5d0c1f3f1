import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { feedbackName } from '../../core/ledger/feedback.ts';
import { listSends } from '../../core/ledger/list-sends.ts';
import { getSend } from '../../core/ledger/listed-send.ts';
import type { Send } from '../../core/ledger/send.ts';
import type { GraphqlContext } from '../context.ts';
import { COST, fixedCost, pageCost } from '../limits/cost.ts';
import { listFully, pageRequest } from '../paging.ts';
import { DEFAULT_SENDS, EmailSendsArguments, ListEmailStatusArguments, SendsArguments } from '../types/arguments.ts';
import { connectionOf } from '../types/connection.ts';
import { DateTimeScalar } from '../types/date-time.ts';
import { EmailSend, FeedbackEvent, SendConnection } from '../types/email-send.ts';
import { FeedbackEnum } from '../types/enums.ts';
import { checkEmpty, filterOf } from './send-filter.ts';
import { textualFilter } from './textual-filter.ts';

/** emailSends has no paging and answers this many. */
const NEWEST = 100;

@Resolver(() => EmailSend)
export class SendResolver {
  @Query(() => [EmailSend], {
    name: 'listEmailStatus',
    description: 'Sends by status, time, batch, campaign or address, newest first.',
    complexity: pageCost('limit', DEFAULT_SENDS),
  })
  async listEmailStatus(
    @Ctx() context: GraphqlContext,
    @Args(() => ListEmailStatusArguments) { limit, after, ...filter }: ListEmailStatusArguments,
  ): Promise<readonly EmailSend[]> {
    const wanted = filterOf(filter);
    const sends = await listFully(context.tables, wanted, pageRequest('limit', limit, DEFAULT_SENDS, after));
    if (sends.length === 0 && !after) await checkEmpty(context.tables, wanted);
    return sends;
  }

  @Query(() => [EmailSend], {
    name: 'emailSends',
    description: `The newest ${NEWEST} sends, by status and dates given as text.`,
    complexity: pageCost(undefined, NEWEST),
  })
  async emailSends(
    @Ctx() context: GraphqlContext,
    @Args(() => EmailSendsArguments) filter: EmailSendsArguments,
  ): Promise<readonly EmailSend[]> {
    return listFully(context.tables, textualFilter(filter), { limit: NEWEST });
  }

  @Query(() => SendConnection, {
    name: 'sends',
    description: 'Sends as a Relay connection, newest first.',
    complexity: pageCost('first', DEFAULT_SENDS),
  })
  async sends(@Ctx() context: GraphqlContext, @Args(() => SendsArguments) { filter, first, after }: SendsArguments) {
    const page = pageRequest('first', first, DEFAULT_SENDS, after);
    const wanted = filterOf(filter ?? {});
    const { sends, next } = await listSends(context.tables, wanted, page);
    if (sends.length === 0 && next === undefined && !after) await checkEmpty(context.tables, wanted);
    return connectionOf(sends, next);
  }

  @Query(() => EmailSend, {
    name: 'send',
    nullable: true,
    description: 'One send by its id.',
    complexity: fixedCost(COST.lookup),
  })
  async send(@Ctx() context: GraphqlContext, @Arg('sendId', () => ID) sendId: string): Promise<EmailSend | undefined> {
    return getSend(context.tables.sends, sendId);
  }

  @FieldResolver(() => FeedbackEnum, {
    name: 'feedback',
    nullable: true,
    description: 'What was heard of it after it was sent: the strongest of its events.',
  })
  async feedback(@Ctx() context: GraphqlContext, @Root() send: Send): Promise<string | undefined> {
    const { feedback } = await context.feedback(send);
    return feedback && feedbackName(feedback.kind);
  }

  @FieldResolver(() => DateTimeScalar, { name: 'feedbackAt', nullable: true })
  async feedbackAt(@Ctx() context: GraphqlContext, @Root() send: Send): Promise<string | undefined> {
    return (await context.feedback(send)).feedback?.at;
  }

  @FieldResolver(() => String, {
    name: 'feedbackReason',
    nullable: true,
    description: 'What the recipient’s mail server said.',
  })
  async feedbackReason(@Ctx() context: GraphqlContext, @Root() send: Send): Promise<string | undefined> {
    return (await context.feedback(send)).feedback?.diagnostic;
  }

  @FieldResolver(() => [FeedbackEvent], {
    name: 'feedbackEvents',
    description: 'The first event of each kind, in the order of their times.',
  })
  async feedbackEvents(@Ctx() context: GraphqlContext, @Root() send: Send): Promise<FeedbackEvent[]> {
    const { feedbackEvents = [] } = await context.feedback(send);
    return feedbackEvents.map(({ kind, at, diagnostic }) => ({ kind: feedbackName(kind), at, reason: diagnostic }));
  }
}
