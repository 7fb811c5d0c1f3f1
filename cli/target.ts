import { readFileSync } from 'node:fs';
import { type Outputs, outputsFile } from '../dev/outputs.ts';
import { UsageError } from './arguments.ts';
import { ProductClient } from './client.ts';

/** Which stack an operator's command talks to: one running on this machine, or a deployed one by its address. */
export const TARGET_OPTIONS = {
  data: { type: 'string', default: '.pregon' },
  url: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const TARGET_OPTIONS_HELP = `  --data .pregon   data directory of the running local stack to talk to
  --url URL        address of a deployed API instead; its key in PREGON_API_KEY
  --json           one JSON document, for scripts
  --help           this text`;

/** A client of the stack that the options name. Throws UsageError where none is running. */
export function targetClient(values: { data: string; url?: string | undefined }): ProductClient {
  if (values.url !== undefined) {
    const apiKey = process.env.PREGON_API_KEY;
    if (!apiKey) throw new UsageError('--url needs the API key in PREGON_API_KEY');
    return new ProductClient(values.url, apiKey);
  }
  const outputs = readOutputs(values.data);
  return new ProductClient(outputs.apiUrl, outputs.apiKey);
}

/** What a running local stack wrote about itself. Throws UsageError where none is running. */
export function readOutputs(dataDir: string): Outputs {
  try {
    return JSON.parse(readFileSync(outputsFile(dataDir), 'utf8')) as Outputs;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    throw new UsageError(`No stack runs on ${dataDir}: start one with npm run up, or give --data or --url`);
  }
}
