import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStack } from '../../src/template/assembly.ts';
import { loadTemplate } from '../../src/template/load.ts';
import { closing, temporaryFolder } from './support.ts';

const track = closing();

/** Writes a file of a CDK output. */
function write(folder: string, file: string, content: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), JSON.stringify(content));
}

const stack = (templateFile: string, stackName: string, displayName: string, environment?: string) => ({
  type: 'aws:cloudformation:stack',
  environment: environment ?? 'aws://unknown-account/unknown-region',
  properties: { templateFile, stackName },
  displayName,
});

/** An app with a stack whose name differs from its artifact id, and two stages with one stack each. */
function appWithStages(): string {
  const folder = track(temporaryFolder()).path;
  write(folder, 'manifest.json', {
    artifacts: {
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      'Shop.assets': { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } },
      Shop: stack('Shop.template.json', 'shop-main', 'Shop', 'aws://123456789012/eu-west-1'),
      'assembly-Blue': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Blue' } },
      'assembly-Green': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Green' } },
    },
  });
  write(folder, 'Shop.template.json', {
    Resources: {
      Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs-123456789012-eu-west-1' } },
      F: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: 'arn:aws:iam::123456789012:role/f', Code: { S3Bucket: 'assets', S3Key: 'code/abc.zip' } },
      },
    },
  });
  write(folder, 'Shop.assets.json', {
    files: { abc: { source: { path: 'asset.abc' }, destinations: { here: { objectKey: 'code/abc.zip' } } } },
  });
  write(folder, 'ShopNested.nested.template.json', { Resources: {} });
  for (const stage of ['Blue', 'Green']) {
    const inner = join(folder, `assembly-${stage}`);
    write(inner, 'manifest.json', {
      artifacts: { [`${stage}Mail123`]: stack('mail.template.json', 'mail', `${stage}/Mail`) },
    });
    write(inner, 'mail.template.json', { Resources: { Mails: { Type: 'AWS::SQS::Queue' } } });
  }
  return folder;
}

describe('findStack', () => {
  it('finds a stack by its name, artifact id or path in the app, also in nested assemblies', () => {
    const folder = appWithStages();
    for (const name of ['shop-main', 'Shop']) expect(findStack(folder, name)).toMatchObject({ id: 'Shop', folder });
    const blue = findStack(folder, 'Blue/Mail');
    expect(blue).toMatchObject({ stackName: 'mail', id: 'BlueMail123', folder: join(folder, 'assembly-Blue') });
    expect(findStack(folder, 'GreenMail123').displayName).toBe('Green/Mail');
  });

  it('asks to choose one of several stacks', () => {
    const folder = appWithStages();
    const choices = 'Blue/Mail (stack name mail), Green/Mail (stack name mail)';
    expect(() => findStack(folder)).toThrow(
      `${folder} holds 3 stacks: choose one with --stack: Shop (stack name shop-main), ${choices}`,
    );
    expect(() => findStack(folder, 'mail')).toThrow(`${folder} holds 2 stacks: choose one with --stack: ${choices}`);
    expect(() => findStack(folder, 'other')).toThrow(
      `${folder} has no stack other: it has Shop (stack name shop-main), ${choices}`,
    );
  });

  it('uses the only stack of a folder without a manifest', () => {
    const folder = track(temporaryFolder()).path;
    expect(() => findStack(folder)).toThrow(`${folder} holds no stack: run cdk synth first`);
    write(folder, 'app.template.json', {});
    write(folder, 'appN.nested.template.json', {});
    expect(findStack(folder).stackName).toBe('app');
    expect(() => findStack(join(folder, 'none'))).toThrow('does not exist: run cdk synth first');
  });
});

describe('loadTemplate of a CDK output', () => {
  it('uses the stack name of the manifest, and finds the assets', () => {
    const template = loadTemplate({ cdkOut: appWithStages(), stackName: 'Shop' });
    expect(template.stackName).toBe('shop-main');
    expect(template.byLogicalId('F')?.assetPath).toMatch(/asset\.abc$/);
  });

  it('replaces the account and Region of a stack by those of local AWS', () => {
    const template = loadTemplate({ cdkOut: appWithStages(), stackName: 'Shop' });
    expect(template.byLogicalId('Jobs')?.arn).toBe('arn:aws:sqs:us-east-1:000000000000:jobs-000000000000-us-east-1');
    expect(template.byLogicalId('F')?.properties.Role).toBe('arn:aws:iam::000000000000:role/f');
  });

  it('names the file that cannot be read', () => {
    const folder = track(temporaryFolder()).path;
    writeFileSync(join(folder, 'app.template.json'), '{');
    expect(() => loadTemplate({ cdkOut: folder })).toThrow(/app\.template\.json cannot be read .*run cdk synth again/);
  });
});
