import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  steps?: { uses?: string; with?: Record<string, unknown> }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const FILES = globSync('.github/workflows/*.yml').sort();
const workflow = (file: string): Workflow => parse(readFileSync(file, 'utf8'));

describe.each(FILES)('%s', (file) => {
  it('may only read the repository, apart from the OIDC token of the deployment', () => {
    const { permissions, jobs } = workflow(file);
    const more = Object.entries(jobs).filter(([, job]) => job.permissions);

    expect(permissions).toEqual({ contents: 'read' });
    expect(more.map(([name, job]) => [name, job.permissions, job.environment])).toEqual(
      file.endsWith('deploy.yml')
        ? [['deploy', { contents: 'read', 'id-token': 'write' }, expect.stringContaining('inputs.stage')]]
        : [],
    );
  });

  it('pins every action by its hash, with the version as a comment', () => {
    const uses = [...readFileSync(file, 'utf8').matchAll(/^ *(?:- )?uses: (.+)$/gm)].map(([, action = '']) => action);

    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
  });

  it('leaves no token behind in the checkout', () => {
    const steps = Object.values(workflow(file).jobs).flatMap(({ steps: all = [] }) => all);
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))) {
      expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });
});

it('has the workflows that the documentation describes', () => {
  expect(FILES.map((file) => file.slice('.github/workflows/'.length))).toEqual([
    'ci.yml',
    'dependency-review.yml',
    'deploy.yml',
  ]);
});

describe('.github/dependabot.yml', () => {
  interface Update {
    'package-ecosystem': string;
    groups?: Record<string, { patterns?: string[]; 'exclude-patterns'?: string[] }>;
    ignore?: { 'dependency-name': string }[];
  }
  const { updates }: { updates: Update[] } = parse(readFileSync('.github/dependabot.yml', 'utf8'));
  const npm = updates.find((update) => update['package-ecosystem'] === 'npm');

  it('names packages that the repository has', () => {
    const manifests = ['package.json', ...globSync('packages/*/package.json')];
    const installed = manifests.flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8'));
      return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    });
    const named = [
      ...Object.values(npm?.groups ?? {}).flatMap((group) => [
        ...(group.patterns ?? []),
        ...(group['exclude-patterns'] ?? []),
      ]),
      ...(npm?.ignore ?? []).map((rule) => rule['dependency-name']),
    ];
    const isInstalled = (name: string) =>
      name.endsWith('*') ? installed.some((one) => one.startsWith(name.slice(0, -1))) : installed.includes(name);

    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !isInstalled(name))).toEqual([]);
  });

  it('updates the CDK library and its CLI together, and everything that has versions', () => {
    expect(npm?.groups?.['aws-cdk']?.patterns).toEqual(expect.arrayContaining(['aws-cdk', 'aws-cdk-lib']));
    expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions', 'docker']);
  });
});

describe('infra/deploy-role.yaml', () => {
  const text = readFileSync('infra/deploy-role.yaml', 'utf8');

  it('trusts the jobs of one environment of one repository, and lets them assume the roles of the bootstrap only', () => {
    const subject =
      'token.actions.githubusercontent.com:sub: !Sub repo:$' + '{Repository}:environment:$' + '{Environment}';
    const granted = [...text.matchAll(/^ +- !Sub (arn:.+)$/gm)].map(([, arn = '']) => arn);

    expect(text).toContain(subject);
    expect(text).not.toMatch(/StringLike|repo:[^\n]*\*/);
    expect(granted).toHaveLength(3);
    for (const arn of granted) {
      expect(arn).toMatch(/:role\/cdk-\$\{Qualifier\}-[a-z-]+-role-\$\{AWS::AccountId\}-\$\{AWS::Region\}$/);
    }
  });
});
