import 'reflect-metadata';
import { buildSchemaSync } from 'type-graphql';
import { CampaignResolver } from './resolvers/campaign-resolver.ts';
import { SendResolver } from './resolvers/send-resolver.ts';

/**
 * The executable schema. The decorators state every type and name, because neither esbuild nor SWC emits the metadata from which
 * TypeGraphQL would infer them.
 */
export const createSchema = () => buildSchemaSync({ resolvers: [SendResolver, CampaignResolver], validate: false });
