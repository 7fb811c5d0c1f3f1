import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalAws, StartFailure } from 'local-aws';

/** The stack's outputs that clients use: `cdk deploy` prints them under the same names. */
const STACK_OUTPUTS = [
  'region',
  'campaignStateMachineArn',
  'bucket',
  'sendsTable',
  'sendQueueUrl',
  'deadLetterQueueUrl',
] as const;

/** The addresses, names and key by which a client uses a running stack. They are in `<data>/outputs.json`. */
export interface Outputs extends Record<(typeof STACK_OUTPUTS)[number], string> {
  apiUrl: string;
  awsEndpoint: string;
  apiKey: string;
}

export const outputsFile = (dataDir: string): string => join(dataDir, 'outputs.json');

/** Throws StartFailure if the template lacks an output or an HTTP API. */
export function outputsOf(aws: LocalAws, apiKey: string): Outputs {
  const { apiUrl, awsEndpoint, outputs } = aws;
  if (apiUrl === undefined) throw new StartFailure('The template has no HTTP API');
  const output = (name: string): string => {
    const value = outputs[name];
    if (value === undefined) throw new StartFailure(`The template has no output ${name}`);
    return value;
  };
  const stack = Object.fromEntries(STACK_OUTPUTS.map((name) => [name, output(name)])) as Record<
    (typeof STACK_OUTPUTS)[number],
    string
  >;
  return { apiUrl, awsEndpoint, apiKey, ...stack };
}

/** Writes the file in one step, so that a reader never finds it incomplete. It holds the key, so only its owner may read it. */
export function writeOutputs(dataDir: string, outputs: Outputs): void {
  const file = outputsFile(dataDir);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(outputs, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

export function removeOutputs(dataDir: string): void {
  rmSync(outputsFile(dataDir), { force: true });
}
