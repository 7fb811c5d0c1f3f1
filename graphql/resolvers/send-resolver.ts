import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { PregonError } from '../../core/errors.ts';
import { SEND_STATUSES, type SendStatus } from '../../core/ledger/send.ts';
import type { GraphqlContext, SendFilter } from '../context.ts';
import { COST, fixedCost, pageCost } from '../limits/cost.ts';
import { listFully, pageRequest } from '../paging.ts';
import { connectionOf } from '../types/connection.ts';
import { DateTimeScalar } from '../types/date-time.ts';
import { EmailSend, SendConnection } from '../types/email-send.ts';
import { SendStatusEnum } from '../types/enums.ts';
import { SendFilterInput } from '../types/send-filter.ts';
import { textualFilter } from './textual-filter.ts';

const DEFAULT_PAGE = 50;
/** emailSends has no paging: it answers this many. */
const NEWEST = 100;

@Resolver()
export class SendResolver {
  @Query(() => [EmailSend], {
    name: 'listEmailStatus',
    description: 'Sends by status, time, batch, campaign or address, newest first.',
    complexity: pageCost('limit', DEFAULT_PAGE),
  })
  listEmailStatus(
    @Ctx() context: GraphqlContext,
    @Arg('status', () => [SendStatusEnum], { nullable: true, description: 'One or several.' })
    status: SendStatus[] | null | undefined,
    @Arg('from', () => DateTimeScalar, { nullable: true, description: 'Created at this time or later.' })
    from: string | null | undefined,
    @Arg('to', () => DateTimeScalar, { nullable: true, description: 'Created before this time.' })
    to: string | null | undefined,
    @Arg('batchId', () => ID, { nullable: true }) batchId: string | null | undefined,
    @Arg('campaignId', () => ID, { nullable: true }) campaignId: string | null | undefined,
    @Arg('email', () => String, { nullable: true, description: 'The recipient’s address, in any case.' })
    email: string | null | undefined,
    @Arg('limit', () => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: 'At most 1,000.' })
    limit: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last send of the page before.' })
    after: string | null | undefined,
  ): Promise<readonly EmailSend[]> {
    const filter = filterOf({ status, from, to, batchId, campaignId, email });
    return listFully(context.sends, filter, pageRequest('limit', limit, DEFAULT_PAGE, after));
  }

  @Query(() => [EmailSend], {
    name: 'emailSends',
    description: `The newest ${NEWEST} sends, by status and dates given as text.`,
    complexity: fixedCost(COST.list + NEWEST),
  })
  emailSends(
    @Ctx() context: GraphqlContext,
    @Arg('status', () => String, { nullable: true, description: 'In any case.' }) status: string | null | undefined,
    @Arg('startDate', () => String, { nullable: true, description: 'A date or a time, UTC where no zone is given.' })
    startDate: string | null | undefined,
    @Arg('endDate', () => String, {
      nullable: true,
      description: 'A time, excluded, or a date, the whole day included.',
    })
    endDate: string | null | undefined,
  ): Promise<readonly EmailSend[]> {
    return listFully(context.sends, textualFilter({ status, startDate, endDate }), { limit: NEWEST });
  }

  @Query(() => SendConnection, {
    name: 'sends',
    description: 'Sends as a Relay connection, newest first.',
    complexity: pageCost('first', DEFAULT_PAGE),
  })
  async sends(
    @Ctx() context: GraphqlContext,
    @Arg('filter', () => SendFilterInput, { nullable: true }) filter: SendFilterInput | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: 'At most 1,000.' })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
  ): Promise<SendConnection> {
    const page = await context.sends.list(filterOf(filter ?? {}), pageRequest('first', first, DEFAULT_PAGE, after));
    return connectionOf(page.sends, page.next);
  }

  @Query(() => EmailSend, {
    name: 'send',
    nullable: true,
    description: 'One send by its id.',
    complexity: fixedCost(COST.lookup),
  })
  async send(@Ctx() context: GraphqlContext, @Arg('sendId', () => ID) sendId: string): Promise<EmailSend | undefined> {
    return context.sends.get(sendId);
  }
}

type FilterArguments = { [Field in keyof SendFilterInput]: SendFilterInput[Field] | undefined };

/** GraphQL's null and absence both mean: not filtered by. An empty list of statuses matches none of them, so it is refused. */
function filterOf({ status, from, to, batchId, campaignId, email }: FilterArguments): SendFilter {
  if (status?.length === 0) {
    throw new PregonError('BadRequest', `status must name at least one of ${SEND_STATUSES.join(', ')}, or be left out`);
  }
  return {
    ...(status ? { statuses: status } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(batchId ? { batchId } : {}),
    ...(campaignId ? { campaignId } : {}),
    ...(email ? { email } : {}),
  };
}
