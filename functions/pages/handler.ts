import { join } from 'node:path';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { readEnv } from '../common/env.ts';
import { problemJson } from '../common/problem-json.ts';
import { createPages } from './pages.ts';
import { staticFiles } from './static-files.ts';

const env = readEnv(z.object({ STAGE: z.string().min(1) }));

const pages = createPages({ file: staticFiles(join(import.meta.dirname, 'static')), stage: env.STAGE });

export const handler = middy((event: APIGatewayProxyEventV2) => pages(event)).use(problemJson());
