import { Field, ObjectType } from 'type-graphql';

/** Relay's page info. Lists go one way, from the newest back. */
@ObjectType('PageInfo')
export class PageInfo {
  @Field(() => Boolean)
  declare readonly hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Always false: lists go from the newest back.' })
  declare readonly hasPreviousPage: boolean;

  @Field(() => String, { nullable: true })
  declare readonly startCursor?: string;

  @Field(() => String, { nullable: true, description: 'The `after` of the next page.' })
  declare readonly endCursor?: string;
}
