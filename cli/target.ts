import { existsSync, readFileSync } from 'node:fs';
import { type Outputs, outputsFile } from '../dev/outputs.ts';
import { UsageError } from './arguments.ts';
import { ProductClient } from './client.ts';

/** Options that choose the stack: one that runs on this machine, or a deployed one by its URL. */
export const TARGET_OPTIONS = {
  data: { type: 'string', default: '.pregon' },
  url: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const TARGET_OPTIONS_HELP = `  --data .pregon   data directory of the running local stack
  --url URL        URL of a deployed API instead, with its key in PREGON_API_KEY
  --json           print one JSON document, for scripts (with npm run --silent)
  --help           this text`;

/** A client of the stack that the options name. Throws UsageError if no stack is running. */
export function targetClient(values: { data: string; url?: string | undefined }): ProductClient {
  if (values.url !== undefined) {
    const apiKey = process.env.PREGON_API_KEY;
    if (!apiKey) throw new UsageError('--url needs the API key in PREGON_API_KEY');
    return new ProductClient(values.url, apiKey);
  }
  const outputs = readOutputs(values.data);
  return new ProductClient(outputs.apiUrl, outputs.apiKey);
}

/** The options that name the same stack again, for a command that is shown. */
export const stackOptionsOf = ({ data, url }: { data: string; url?: string | undefined }): string => {
  if (url !== undefined) return ` --url ${url}`;
  return data === TARGET_OPTIONS.data.default ? '' : ` --data ${data}`;
};

/** Reads the outputs of a running local stack. Throws UsageError if no stack is running. */
export function readOutputs(dataDir: string): Outputs {
  try {
    return JSON.parse(readFileSync(outputsFile(dataDir), 'utf8')) as Outputs;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    throw new UsageError(`No stack runs on ${dataDir}. Start one with npm run up, or name one with --data or --url.`);
  }
}

/** The outputs of a local stack if it is running. A stack that was killed leaves its file behind. */
export async function runningOutputs(dataDir: string): Promise<Outputs | undefined> {
  if (!existsSync(outputsFile(dataDir))) return undefined;
  const outputs = readOutputs(dataDir);
  try {
    await fetch(outputs.awsEndpoint);
    return outputs;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
