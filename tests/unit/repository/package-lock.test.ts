import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const { packages } = z
  .object({ packages: z.record(z.string(), Package) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

/** Links are this project's own workspaces; bundled packages come in the tarball of another one. */
const downloaded = Object.entries(packages).filter(
  ([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle,
);

/** Whether a package at `path` finds `name` in its own node_modules or in those of a folder above it. */
function finds(path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (`${folder ? `${folder}/` : ''}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

describe('package-lock.json', () => {
  test('every package names its tarball in the public registry and has a checksum', () => {
    const incomplete = downloaded.filter(
      ([, { resolved, integrity }]) => !resolved?.startsWith('https://registry.npmjs.org/') || !integrity,
    );
    expect(incomplete.map(([path]) => path)).toEqual([]);
  });

  test('optional packages of other platforms are listed, so that npm ci works there too', () => {
    const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !finds(path, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(absent).toEqual([]);
  });
});
