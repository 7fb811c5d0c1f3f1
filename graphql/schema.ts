import 'reflect-metadata';
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { GRAPHQL_SCOPES } from '../api/scopes.ts';
import type { GraphqlContext } from './context.ts';
import { CampaignResolver } from './resolvers/campaign-resolver.ts';
import { SendResolver } from './resolvers/send-resolver.ts';

/**
 * The executable schema. The decorators state every type and name, because neither esbuild nor SWC emits the metadata from which
 * TypeGraphQL would infer them.
 */
export const createSchema = () =>
  checkingScopes(buildSchemaSync({ resolvers: [SendResolver, CampaignResolver], validate: false }));

/** Lets each field of a root type resolve only for a key with the scope that its type needs. The others get the code FORBIDDEN. */
function checkingScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const operation of [OperationTypeNode.QUERY, OperationTypeNode.MUTATION] as const) {
    const scope = GRAPHQL_SCOPES[operation];
    for (const field of Object.values(schema.getRootType(operation)?.getFields() ?? {})) {
      const { resolve } = field;
      field.resolve = (source, args, context: GraphqlContext, info) => {
        if (!context.caller.scopes.includes(scope)) {
          const message = `This API key may not do that: ${field.name} needs the scope ${scope}.`;
          throw new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
        }
        return resolve?.(source, args, context, info);
      };
    }
  }
  return schema;
}
