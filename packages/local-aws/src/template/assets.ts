import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { objectIn, readJson, type StackFiles } from './assembly.ts';

/** Finds the files and folders that `cdk synth` wrote beside the template. */
export class Assets {
  readonly #folder: string;
  /** Paths by the S3 key that a deployment would upload to. */
  readonly #byKey = new Map<string, string>();

  constructor({ folder, assetsFile }: StackFiles) {
    this.#folder = folder;
    if (!existsSync(assetsFile)) return;
    for (const file of Object.values(objectIn(readJson(assetsFile), 'files'))) {
      const { path } = objectIn(file, 'source');
      if (typeof path !== 'string') continue;
      for (const destination of Object.values(objectIn(file, 'destinations'))) {
        if (isObject(destination)) this.#byKey.set(String(destination.objectKey), path);
      }
    }
  }

  /** The folder or file of a resource's asset, which its metadata or its S3 key names. */
  pathFor(metadata: JsonObject, objectKey: Json | undefined): string | undefined {
    const path = metadata['aws:asset:path'] ?? this.#byKey.get(String(objectKey));
    return typeof path === 'string' ? resolve(this.#folder, path) : undefined;
  }
}
