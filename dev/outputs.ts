import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a client needs to know of a running stack: `<data>/outputs.json`. */
export interface Outputs {
  apiUrl: string;
  awsEndpoint: string;
  region: string;
  apiKey: string;
  campaignStateMachineArn: string;
  bucket: string;
  sendsTable: string;
  sendQueueUrl: string;
  deadLetterQueueUrl: string;
}

export const outputsFile = (dataDir: string): string => join(dataDir, 'outputs.json');

/** Complete or not there at all: whoever waits for the file may read it at once. Only its owner may: the key is in it. */
export function writeOutputs(dataDir: string, outputs: Outputs): void {
  const file = outputsFile(dataDir);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(outputs, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

export function removeOutputs(dataDir: string): void {
  rmSync(outputsFile(dataDir), { force: true });
}
