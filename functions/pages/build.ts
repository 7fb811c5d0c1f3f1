import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const OURS = ['index.html', 'docs.js', 'docs.css'];
const SWAGGER_UI = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'];

/** Builds the API page: Swagger UI from its package, and the script that opens it with the product's document. */
export async function buildDocs(outdir: string): Promise<void> {
  const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    ...OURS.map((name) => copyFile(join(import.meta.dirname, 'docs', name), join(outdir, name))),
    ...SWAGGER_UI.map((name) => copyFile(join(swaggerUi, name), join(outdir, name))),
  ]);
}
