import 'reflect-metadata';
import { buildSchemaSync } from 'type-graphql';
import { CampaignResolver } from './resolvers/campaign-resolver.ts';
import { SendResolver } from './resolvers/send-resolver.ts';

/**
 * The executable schema. Every type and name is written out in the decorators: neither esbuild nor SWC emits the
 * metadata from which TypeGraphQL would guess them.
 */
export const createSchema = () => buildSchemaSync({ resolvers: [SendResolver, CampaignResolver], validate: false });
