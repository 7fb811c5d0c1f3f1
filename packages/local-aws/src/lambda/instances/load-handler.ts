import { existsSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Lambda's Node.js runtimes bring the AWS SDK, so that bundles leave it out. */
const PROVIDED = /^@(aws-sdk|smithy)\//;

/**
 * Loads the export that a handler, `folder/file.export`, names in the code at an absolute path. The file is found as Lambda's runtime finds it: `.js`, `.mjs`,
 * `.cjs`; a `.js` file is an ES module if a package.json of the code says so. Throws where the file cannot be loaded.
 * Source: UserFunction.js in https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export async function loadHandler(codeDir: string, handler: string): Promise<unknown> {
  const { file, exportPath } = splitHandler(handler);
  adaptResolution(codeDir);
  const path = ['.js', '.mjs', '.cjs'].map((ending) => join(codeDir, file + ending)).find((name) => existsSync(name));
  if (path === undefined) throw new Error(`Cannot find module '${file}': the code has no ${file}.js, .mjs or .cjs`);
  const isModule = path.endsWith('.mjs') || (path.endsWith('.js') && isModuleScript(path, codeDir));
  const module: unknown = isModule ? await import(pathToFileURL(path).href) : createRequire(path)(path);
  return exportPath.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], module);
}

/** `folder/index.handlers.main` → the file `folder/index`, the export `handlers`, `main`. */
function splitHandler(handler: string): { file: string; exportPath: string[] } {
  const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
  return { file: handler.slice(0, dot), exportPath: handler.slice(dot + 1).split('.') };
}

/** Whether the package.json of the code makes a `.js` file an ES module. Lambda has no package.json above the code. */
function isModuleScript(path: string, codeDir: string): boolean {
  for (let folder = dirname(path); isWithin(folder, codeDir); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type === 'module';
  }
  return false;
}

const isWithin = (path: string, folder: string) => path === folder || path.startsWith(folder + sep);

/** Makes this thread resolve as Lambda does: `.js` files of the code as above, and the AWS SDK where the code has none. */
function adaptResolution(codeDir: string): void {
  const { resolve: provided } = createRequire(import.meta.url);
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!PROVIDED.test(specifier)) throw error;
        return { url: pathToFileURL(provided(specifier)).href, shortCircuit: true };
      }
    },
    load(url, context, next) {
      const path = url.startsWith('file:') && url.endsWith('.js') ? fileURLToPath(url) : '';
      const isCommonJs = isWithin(path, codeDir) && !isModuleScript(path, codeDir);
      return next(url, isCommonJs ? { ...context, format: 'commonjs' } : context);
    },
  });
}
