import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('packages/*/README.md'),
  ...globSync('docs/**/*.md'),
  ...globSync('examples/**/README.md'),
  ...globSync('packages/*/README.md'),
].sort();

/** Made by a build or a run, so they are not in the repository. */
const GENERATED = /^(dist|cdk\.out|node_modules|coverage|\.pregon)\//;
/** Code with a slash that is not a path: media types, names of secrets, and keys of objects. */
const NOT_A_PATH = /^((application|multipart|text|image)\/|pregon-<stage>\/|campaigns\/|results\/)/;

/** The page without blocks of code. */
const proseOf = (page: string): string => readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');

/** The targets of links to files of the repository. */
const linksIn = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));

/** Paths in backticks, such as `core/ledger/keys.ts`. `<name>` stands for any name. */
const pathsIn = (page: string): string[] =>
  [...proseOf(page).matchAll(/`([^`\s]+)`/g)]
    .map(([, code]) => code ?? '')
    .filter((code) => /^[\w.][\w.<>*-]*(\/[\w.<>*-]*)+$/.test(code))
    .filter((code) => !GENERATED.test(code) && !NOT_A_PATH.test(code));

const exists = (path: string): boolean =>
  /[<*]/.test(path) ? globSync(path.replace(/<\w+>/g, '*')).length > 0 : existsSync(path);

/** Paths are relative to the root, but in a package and after `./` to the page. */
const fromRoot = (page: string, path: string): string =>
  page.startsWith('packages/') || path.startsWith('./') ? join(dirname(page), path) : path;

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    String(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(PAGES)('%s', (page) => {
  it('links to files and headings that exist', () => {
    const broken = linksIn(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });

    expect(broken).toEqual([]);
  });

  it('names paths that exist', () => {
    expect(pathsIn(page).filter((path) => !exists(fromRoot(page, path)))).toEqual([]);
  });
});

describe('docs/decisions', () => {
  const index = readFileSync('docs/decisions/README.md', 'utf8');

  it('lists every decision with its number, title, status and date', () => {
    const rows = globSync('docs/decisions/[0-9]*.md')
      .sort()
      .map((file) => {
        const text = readFileSync(file, 'utf8');
        const [, number, title] = /^# (\d+)\. (.+)$/m.exec(text) ?? [];
        const [, status] = /^- Status: (.+)$/m.exec(text) ?? [];
        const [, date] = /^- Date: (\d{4}-\d\d-\d\d)$/m.exec(text) ?? [];
        return `| ${number} | [${title}](${file.slice('docs/decisions/'.length)}) | ${status} | ${date} |`;
      });

    expect(index.split('\n').filter((line) => /^\| \d/.test(line))).toEqual(rows);
  });

  it('says why each dependency is there, and names no other', () => {
    const dependencies = ['package.json', ...globSync('packages/*/package.json')].flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8'));
      return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    });
    const [, section = ''] = index.split('## Dependencies');
    const named = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => String(name)));

    expect(named.toSorted()).toEqual([...new Set(dependencies)].sort());
  });
});
