import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDir } from '../compose/lock.ts';
import { StartFailure } from '../compose/ports.ts';
import { startGateway } from '../gateway/gateway.ts';
import { AWS_LIMITS } from '../limits/limits.ts';
import { secretsApi } from './protocol.ts';
import { Secrets } from './state.ts';

export interface OpenSecrets {
  /** Base address of an AWS endpoint that has Secrets Manager only. */
  readonly awsEndpoint: string;
  close(): Promise<void>;
}

/** Opens the secrets of a stack that is not running, to read and change them. Throws StartFailure or DataDirInUse with a message for the user. */
export async function openSecrets(dataDir: string): Promise<OpenSecrets> {
  if (!existsSync(join(dataDir, 'secrets'))) throw new StartFailure(`No stack has run on ${dataDir}`);
  const lock = lockDataDir(dataDir);
  try {
    const secrets = new Secrets(join(dataDir, 'secrets'), [], {}, Date.now);
    const gateway = await startGateway({
      port: 0,
      services: new Map([['secretsmanager', secretsApi(secrets, AWS_LIMITS.max)]]),
      identities: new Map(),
    });
    return {
      awsEndpoint: gateway.url,
      async close() {
        await gateway.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
