import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject, type Json, type JsonObject } from './json.ts';

/** Finds the files and folders that `cdk synth` put beside the template. */
export class Assets {
  readonly #folder: string;
  readonly #byHash = new Map<string, string>();

  constructor(cdkOut: string, stackName: string) {
    this.#folder = resolve(cdkOut);
    const manifest = join(this.#folder, `${stackName}.assets.json`);
    if (!existsSync(manifest)) return;
    const parsed: Json = JSON.parse(readFileSync(manifest, 'utf8'));
    const files = isObject(parsed) && isObject(parsed.files) ? parsed.files : {};
    for (const [hash, file] of Object.entries(files)) {
      const source = isObject(file) && isObject(file.source) ? file.source.path : undefined;
      if (typeof source === 'string') this.#byHash.set(hash, source);
    }
  }

  /** The folder or file of a resource's asset: by its metadata, or by the S3 key that it would be uploaded under. */
  pathFor(metadata: JsonObject, objectKey: Json | undefined): string | undefined {
    const named = metadata['aws:asset:path'];
    if (typeof named === 'string') return resolve(this.#folder, named);
    if (typeof objectKey !== 'string') return undefined;
    const hash = objectKey.split('/').at(-1)?.split('.')[0] ?? '';
    const path = this.#byHash.get(hash);
    return path === undefined ? undefined : resolve(this.#folder, path);
  }
}
