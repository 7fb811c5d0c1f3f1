import { readArguments } from '../../src/cli/arguments.ts';

const UP = ['up', 'cdk.out', '--data', 'state'];

describe('the command line of local-aws', () => {
  it('takes the folder, the data and the default ports', () => {
    expect(readArguments(UP)).toEqual({
      cdkOut: 'cdk.out',
      dataDir: 'state',
      port: 3000,
      allowHosts: [],
      awsPort: 4566,
      parameters: {},
      account: 'default',
      limits: {},
      keptHistories: 1_000,
      keptExecutions: 1_000,
    });
  });

  it('takes a stack, ports, parameters and limits', () => {
    const options = [
      '--stack',
      'Prod/Shop',
      '--port',
      '0',
      '--aws-port',
      '0',
      '--parameter',
      'A=1=2',
      '--parameter',
      'B=',
      '--account',
      'new',
      '--allow-host',
      'shop.example',
      '--limits',
      'off=states.ListMapRuns',
      '--limits',
      'sqs.batchEntries=5',
    ];
    expect(readArguments([...UP, ...options])).toEqual({
      cdkOut: 'cdk.out',
      dataDir: 'state',
      allowHosts: ['shop.example'],
      stackName: 'Prod/Shop',
      port: 0,
      awsPort: 0,
      parameters: { A: '1=2', B: '' },
      account: 'new',
      keptHistories: 1_000,
      keptExecutions: 1_000,
      limits: { 'states.ListMapRuns': false, 'sqs.batchEntries': 5 },
    });
  });

  it('asks for help', () => {
    expect(readArguments(['--help'])).toBeUndefined();
    expect(readArguments([...UP, '-h'])).toBeUndefined();
  });

  it.each([
    [[], 'Name a command: up CDK_OUT --data DIR'],
    [['start'], '"start" is not a command: the command is up'],
    [['up', '--data', 'x'], 'Name the folder that cdk synth wrote: up cdk.out --data DIR'],
    [['up', 'cdk.out'], '--data is missing: name a folder for the local state, --data .local-aws'],
    [[...UP, 'more'], '"more" is one argument too many'],
    [[...UP, '--prot', '1'], "Unknown option '--prot'"],
    [[...UP, '--port'], "Option '--port <value>' argument missing"],
    [[...UP, '--port', 'x'], '--port takes a port from 0 to 65535, not "x"'],
    [[...UP, '--aws-port', '70000'], '--aws-port takes a port from 0 to 65535, not "70000"'],
    [[...UP, '--port', '80', '--aws-port', '80'], '--port and --aws-port must be two different ports'],
    [[...UP, '--account', 'old'], '--account takes default or new, not "old"'],
    [[...UP, '--stack='], '--stack takes the name of a stack'],
    [[...UP, '--histories', '0'], '--histories takes a number from 1, not "0"'],
    [[...UP, '--limits', 'off'], '--limits: "off" is not off=NAME,… or NAME=VALUE'],
    [[...UP, '--limits', 'off=states.X'], '--limits: There is no limit "states.X"'],
    [[...UP, '--parameter', 'A'], '--parameter takes NAME=VALUE, not "A"'],
  ])('refuses %j and says what to do', (args, message) => {
    expect(() => readArguments(args)).toThrow(`${message}. See npx local-aws --help`);
  });
});
