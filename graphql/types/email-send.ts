import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from './connection.ts';
import { DateTimeScalar } from './date-time.ts';
import { FeedbackEnum, SendStatusEnum } from './enums.ts';

@ObjectType('SendError', { description: 'Why a send is in ERROR.' })
export class SendErrorType {
  @Field(() => String, { description: 'Of the error catalogue, such as MessageRejected.' })
  declare readonly code: string;

  @Field(() => String, { description: 'recipient, transient, account, unconfirmed …' })
  declare readonly class: string;

  @Field(() => String)
  declare readonly message: string;

  @Field(() => Boolean, { description: 'Whether a redrive sends the row again.' })
  declare readonly retryable: boolean;
}

@ObjectType('FeedbackEvent', { description: 'Something that was heard of an email after it was sent.' })
export class FeedbackEvent {
  @Field(() => FeedbackEnum)
  declare readonly kind: string;

  @Field(() => DateTimeScalar)
  declare readonly at: string;

  @Field(() => String, { nullable: true, description: 'What the recipient’s mail server said.' })
  declare readonly reason?: string | undefined;
}

/** `feedback` has resolvers of its own, because lists come without it. */
@ObjectType('EmailSend', { description: 'One email to one recipient.' })
export class EmailSend {
  @Field(() => ID, { description: '`<batchId>-<rowNumber>`' })
  declare readonly sendId: string;

  @Field(() => ID)
  declare readonly batchId: string;

  @Field(() => ID, { nullable: true })
  declare readonly campaignId?: string;

  @Field(() => Int, { description: 'Data row of the uploaded file, counted from 1.' })
  declare readonly rowNumber: number;

  @Field(() => String)
  declare readonly email: string;

  @Field(() => String)
  declare readonly subject: string;

  @Field(() => SendStatusEnum)
  declare readonly status: keyof typeof SendStatusEnum;

  @Field(() => String, { description: 'The channel of the send, such as campaign.' })
  declare readonly channel: string;

  @Field(() => Int, { description: 'Attempts; throttled ones do not count.' })
  declare readonly attempts: number;

  @Field(() => String, { nullable: true })
  declare readonly provider?: string;

  @Field(() => String, { nullable: true, description: 'The provider’s id of the accepted message.' })
  declare readonly messageId?: string;

  @Field(() => SendErrorType, { nullable: true })
  declare readonly error?: SendErrorType;

  @Field(() => DateTimeScalar, { description: 'When its campaign was created: `from` and `to` filter by it.' })
  declare readonly createdAt: string;

  @Field(() => DateTimeScalar)
  declare readonly updatedAt: string;

  @Field(() => DateTimeScalar, { nullable: true })
  declare readonly lastAttemptAt?: string;

  @Field(() => String, { description: 'The `after` of the page that begins after this send.' })
  declare readonly cursor: string;
}

export const SendConnection = connectionType('Send', EmailSend);
