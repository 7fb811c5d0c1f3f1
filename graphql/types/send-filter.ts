import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar } from './date-time.ts';
import { SendStatusEnum } from './enums.ts';

/** Which sends to list; what is left out does not filter. */
@InputType('SendFilter', { description: 'Which sends to list; what is left out does not filter.' })
export class SendFilterInput {
  @Field(() => [SendStatusEnum], { nullable: true })
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
