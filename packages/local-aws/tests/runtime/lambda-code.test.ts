import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { functionsOf } from '../../src/lambda/definitions.ts';
import type { LambdaRuntime } from '../../src/lambda/runtime.ts';
import { loadTemplate } from '../../src/template/load.ts';
import { codeOf, functionOf, runtimeOf, tempDir } from './support/functions.ts';

const running: LambdaRuntime[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.close()));
});

/** Calls a function with these files once and returns its response. */
async function answerOf(
  files: Readonly<Record<string, string>>,
  { handler = 'index.handler', runtime = 'nodejs24.x', codeDir = codeOf(files) } = {},
): Promise<unknown> {
  const lambda = runtimeOf([functionOf('f', '', { codeDir, handler, runtime })]);
  running.push(lambda);
  return JSON.parse((await lambda.invoke('f', '{"n":1}')).payload);
}

describe('the code of a function', () => {
  it('may be CommonJS, even if a package.json in a parent folder says "module"', async () => {
    const codeDir = codeOf({
      'index.js': "const { twice } = require('./lib/twice'); exports.handler = async ({ n }) => twice(n);",
      'lib/twice.js': 'module.exports.twice = (n) => 2 * n;',
    });
    writeFileSync(join(dirname(codeDir), 'package.json'), '{"type":"module"}');
    expect(await answerOf({}, { codeDir })).toBe(2);
  });

  it.each([
    ['index.mjs', { 'index.mjs': 'export const handler = async () => "esm";' }],
    ['index.cjs', { 'index.cjs': 'exports.handler = async () => "cjs";' }],
    [
      'index.js of a module package',
      { 'index.js': 'export const handler = async () => "esm";', 'package.json': '{"type":"module"}' },
    ],
  ])('may be %s', async (_, files: Record<string, string>) => {
    expect(['esm', 'cjs']).toContain(await answerOf(files));
  });

  it('may be in a folder, with the handler in an exported object', async () => {
    const files = { 'src/jobs.js': 'exports.handlers = { main: async () => "found" };' };
    expect(await answerOf(files, { handler: 'src/jobs.handlers.main' })).toBe('found');
  });

  it.each(['nodejs18.x', 'nodejs20.x', 'nodejs22.x'])('may use a callback on %s', async (runtime) => {
    const files = {
      'index.js': 'exports.handler = (event, context, done) => { setImmediate(done, null, event.n + 1); };',
    };
    expect(await answerOf(files, { runtime })).toBe(2);
    const failing = { 'index.js': 'exports.handler = (event, context, done) => { done(new Error("no")); };' };
    expect(await answerOf(failing, { runtime })).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
  });

  it('may not use a callback on nodejs24.x', async () => {
    const files = { 'index.js': 'exports.handler = (event, context, done) => done(null, 1);' };
    expect(await answerOf(files)).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });

  it('finds the AWS SDK that the runtime provides', async () => {
    const answer = 'async () => typeof SQSClient';
    const imported = `import { SQSClient } from '@aws-sdk/client-sqs'; export const handler = ${answer};`;
    expect(await answerOf({ 'index.mjs': imported })).toBe('function');
    const required = `const { SQSClient } = require('@aws-sdk/client-sqs'); exports.handler = ${answer};`;
    expect(await answerOf({ 'index.js': required })).toBe('function');
  });

  it.each([
    [{ 'other.js': '' }, 'Runtime.ImportModuleError', "Cannot find module 'index'"],
    [{ 'index.js': "require('left-out')" }, 'Runtime.ImportModuleError', "Cannot find module 'left-out'"],
    [{ 'index.js': 'exports.main = 1' }, 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
  ])(
    'fails the call with the reason if the code cannot be loaded: %j',
    async (files: Record<string, string>, errorType, message) => {
      expect(await answerOf(files)).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    },
  );
});

describe('functionsOf', () => {
  const functions = (Resources: object) => {
    const cdkOut = tempDir();
    writeFileSync(join(cdkOut, 'app.template.json'), JSON.stringify({ Resources }));
    const template = loadTemplate({ cdkOut });
    return { template, specs: functionsOf(template, join(cdkOut, 'inline')) };
  };
  const lambda = (Properties: object) => ({ Type: 'AWS::Lambda::Function', Properties });

  it('writes inline code of the template to a file at every start', () => {
    const { specs } = functions({ F: lambda({ Runtime: 'nodejs22.x', Code: { ZipFile: 'exports.handler = 1' } }) });
    expect(specs).toMatchObject([{ logicalId: 'F', runtime: 'nodejs22.x' }]);
    expect(readFileSync(join(specs[0]?.codeDir ?? '', 'index.js'), 'utf8')).toBe('exports.handler = 1');
  });

  it('leaves out and names functions that cannot run here', () => {
    const { template, specs } = functions({
      Python: lambda({ Runtime: 'python3.13', Code: { ZipFile: 'pass' } }),
      Elsewhere: lambda({ Runtime: 'nodejs24.x', Code: { S3Bucket: 'b', S3Key: 'k' } }),
      Zipped: { ...lambda({ Runtime: 'nodejs24.x' }), Metadata: { 'aws:asset:path': 'asset.zip' } },
    });
    expect(specs).toEqual([]);
    expect(template.unsupported).toEqual([
      'Python (AWS::Lambda::Function): the runtime python3.13 is not emulated',
      'Elsewhere (AWS::Lambda::Function): code that is not an asset of this CDK output is not emulated',
      expect.stringMatching(
        /^Zipped \(AWS::Lambda::Function\): the code must be a folder, but \S+asset\.zip is not one$/,
      ),
    ]);
  });

  it('leaves out the function behind a custom resource that is emulated', () => {
    const { template, specs } = functions({
      Files: { Type: 'AWS::S3::Bucket' },
      Notifications: {
        Type: 'Custom::S3BucketNotifications',
        Properties: {
          ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] },
          BucketName: { Ref: 'Files' },
          NotificationConfiguration: { EventBridgeConfiguration: {} },
        },
      },
      Handler: lambda({ Runtime: 'python3.13', Code: { ZipFile: 'pass' } }),
    });
    expect(specs).toEqual([]);
    expect(template.unsupported).toEqual([]);
  });
});
