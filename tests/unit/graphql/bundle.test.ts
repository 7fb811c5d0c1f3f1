import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const INTROSPECT = `
  const { handler } = await import(process.cwd() + '/dist/functions/graphql/index.mjs');
  const body = JSON.stringify({ query: '{ __type(name: "EmailSend") { fields { name } } }' });
  const answer = await handler({ routeKey: 'POST /graphql', headers: { 'content-type': 'application/json' }, body }, { awsRequestId: 'r' });
  process.stdout.write('\\nANSWER ' + answer.body);
`;

test('the minified bundle knows every type and field by its name', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', INTROSPECT], {
    env: {
      AWS_REGION: 'us-east-1',
      SENDS_TABLE: 'sends',
      CONTROL_TABLE: 'control',
      CAMPAIGN_STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:campaign',
      INTROSPECTION: 'true',
      POWERTOOLS_DEV: 'true',
    },
  });

  const { data } = JSON.parse(stdout.slice(stdout.indexOf('ANSWER ') + 'ANSWER '.length));
  const names = data.__type.fields.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['sendId', 'batchId', 'email', 'status', 'error', 'cursor']));
});
