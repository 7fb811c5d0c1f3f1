import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { DateTimeScalar } from './date-time.ts';
import { SendStatusEnum, UnconfirmedPolicyEnum } from './enums.ts';

export const DEFAULT_SENDS = 50;
export const DEFAULT_CAMPAIGNS = 20;

const PAGE_SIZE = 'At most 1,000.';
const AFTER = 'The last cursor of the page before.';

/** Also the arguments of listEmailStatus. */
@ArgsType()
@InputType('SendFilter', { description: 'Which sends to list. Fields that are left out do not filter.' })
export class SendFilterInput {
  @Field(() => [SendStatusEnum], { nullable: true, description: 'One or several.' })
  declare readonly status?: (keyof typeof SendStatusEnum)[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Created at this time or later.' })
  declare readonly from?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Created before this time.' })
  declare readonly to?: string | null;

  @Field(() => ID, { nullable: true })
  declare readonly batchId?: string | null;

  @Field(() => ID, { nullable: true })
  declare readonly campaignId?: string | null;

  @Field(() => String, { nullable: true, description: 'The recipient’s address, in any case.' })
  declare readonly email?: string | null;
}

@ArgsType()
export class ListEmailStatusArguments extends SendFilterInput {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_SENDS, description: PAGE_SIZE })
  declare readonly limit?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  declare readonly after?: string | null;
}

@ArgsType()
export class EmailSendsArguments {
  @Field(() => String, { nullable: true, description: 'In any case.' })
  declare readonly status?: string | null;

  @Field(() => String, { nullable: true, description: 'A date or a time, UTC where no zone is given.' })
  declare readonly startDate?: string | null;

  @Field(() => String, { nullable: true, description: 'A time, exclusive, or a date, the whole day inclusive.' })
  declare readonly endDate?: string | null;
}

@ArgsType()
export class SendsArguments {
  @Field(() => SendFilterInput, { nullable: true })
  declare readonly filter?: SendFilterInput | null;

  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_SENDS, description: PAGE_SIZE })
  declare readonly first?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  declare readonly after?: string | null;
}

@ArgsType()
export class CampaignsArguments {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_CAMPAIGNS, description: PAGE_SIZE })
  declare readonly first?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  declare readonly after?: string | null;
}

@ArgsType()
export class RedriveArguments {
  @Field(() => ID)
  declare readonly batchId: string;

  @Field(() => UnconfirmedPolicyEnum, { nullable: true, description: 'For this one redrive.' })
  declare readonly unconfirmed?: keyof typeof UnconfirmedPolicyEnum | null;
}
