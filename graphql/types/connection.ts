import { type ClassType, Field, ObjectType } from 'type-graphql';

@ObjectType('PageInfo')
export class PageInfo {
  @Field(() => Boolean)
  declare readonly hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Always false: lists go from the newest to the oldest.' })
  declare readonly hasPreviousPage: boolean;

  @Field(() => String, { nullable: true })
  declare readonly startCursor?: string;

  @Field(() => String, { nullable: true, description: 'The `after` of the next page.' })
  declare readonly endCursor?: string;
}

/** The GraphQL types `<name>Connection` and `<name>Edge`, whose nodes are of the given type. */
export function connectionType(name: string, node: ClassType): ClassType {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(() => String)
    declare readonly cursor: string;

    @Field(() => node)
    declare readonly node: object;
  }

  @ObjectType(`${name}Connection`)
  class Connection {
    @Field(() => [Edge])
    declare readonly edges: readonly Edge[];

    @Field(() => PageInfo)
    declare readonly pageInfo: PageInfo;
  }
  return Connection;
}

/** A Relay connection of one page. `next` is the cursor of the next page, which may be later than the page's last item. */
export function connectionOf<T extends { readonly cursor: string }>(nodes: readonly T[], next: string | undefined) {
  const startCursor = nodes[0]?.cursor;
  const endCursor = next ?? nodes.at(-1)?.cursor;
  return {
    edges: nodes.map((node) => ({ cursor: node.cursor, node })),
    pageInfo: {
      hasNextPage: next !== undefined,
      hasPreviousPage: false,
      ...(startCursor === undefined ? {} : { startCursor }),
      ...(endCursor === undefined ? {} : { endCursor }),
    },
  };
}
