import { type AccountClients, checkAccount, type Line, type Target } from '../../../scripts/doctor/checks.ts';

const named = (name: string, message = name) => Object.assign(new Error(message), { name });

type Answer = unknown | ((input: Record<string, string>) => unknown);

/** An account that lacks nothing. */
const HEALTHY: Record<string, Answer> = {
  GetCallerIdentityCommand: { Account: '123456789012', Arn: 'arn:aws:sts::123456789012:assumed-role/admin/ana' },
  GetParameterCommand: { Parameter: { Value: '27' } },
  GetAccountCommand: {
    ProductionAccessEnabled: true,
    SendingEnabled: true,
    EnforcementStatus: 'HEALTHY',
    SendQuota: { Max24HourSend: 50_000, SentLast24Hours: 120, MaxSendRate: 14 },
  },
  GetEmailIdentityCommand: { VerifiedForSendingStatus: true },
  GetServiceQuotaCommand: { Quota: { Value: 1_000 } },
  ListAWSDefaultServiceQuotasCommand: {
    Quotas: [
      { QuotaCode: 'L-1', QuotaName: 'StateTransition throttle token refill rate per second', Value: 5_000 },
      { QuotaCode: 'L-2', QuotaName: 'SendTaskSuccess throttle token refill rate per second', Value: 500 },
      { QuotaCode: 'L-3', QuotaName: 'SendTaskSuccess throttle token bucket size', Value: 3 },
    ],
  },
  ListServiceQuotasCommand: { Quotas: [] },
};

const TARGET: Target = {
  stage: 'dev',
  region: 'eu-west-1',
  bootstrap: { parameter: '/cdk-bootstrap/hnb659fds/version', version: 6 },
  parameters: { SenderEmail: 'news@shop.example', LambdaConcurrency: '1000' },
};

/** The lines for an account that differs from the healthy one. An answer may be an error, or depend on the command's input. */
async function check(changes: Record<string, Answer> = {}, target: Partial<Target> = {}): Promise<Line[]> {
  const answers = { ...HEALTHY, ...changes };
  const send = async (command: object & { input: Record<string, string> }) => {
    const answer = answers[command.constructor.name];
    const given = typeof answer === 'function' ? answer(command.input) : answer;
    if (given instanceof Error) throw given;
    if (given === undefined) throw new Error(`${command.constructor.name} was not expected`);
    return given;
  };
  const client = { send } as never;
  const clients: AccountClients = { sts: client, ssm: client, ses: client, quotas: client };
  return checkAccount(clients, { ...TARGET, ...target });
}

const lineOf = async (name: string, changes: Record<string, Answer>, target: Partial<Target> = {}) =>
  (await check(changes, target)).find(({ check: of }) => of === name);

describe('the doctor', () => {
  it('finds nothing in an account that lacks nothing', async () => {
    const lines = await check();
    expect(lines.map(({ check: of }) => of)).toEqual([
      'credentials',
      'CDK bootstrap',
      'SES sender',
      'SES sandbox',
      'SES sending',
      'SES daily quota',
      'Lambda concurrency',
      'Step Functions transitions',
      'Step Functions SendTask',
    ]);
    expect(lines.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(lines.filter(({ mend }) => mend !== undefined)).toEqual([]);
  });

  it('stops without credentials, because nothing else can be asked', async () => {
    const error = named('CredentialsProviderError', 'Could not load credentials from any providers');
    expect(await check({ GetCallerIdentityCommand: error })).toEqual([
      {
        check: 'credentials',
        status: 'fail',
        detail: expect.stringContaining('Could not load credentials'),
        mend: expect.stringContaining('AWS_PROFILE'),
      },
    ]);
  });

  it.each<[string, string, Record<string, Answer>, Partial<Target>, 'warn' | 'fail', RegExp, RegExp]>([
    [
      'no bootstrap',
      'CDK bootstrap',
      { GetParameterCommand: named('ParameterNotFound') },
      {},
      'fail',
      /no \/cdk-bootstrap\/hnb659fds\/version/,
      /^npx cdk bootstrap aws:\/\/123456789012\/eu-west-1$/,
    ],
    [
      'an old bootstrap',
      'CDK bootstrap',
      { GetParameterCommand: { Parameter: { Value: '5' } } },
      {},
      'fail',
      /version 5, but 6/,
      /^npx cdk bootstrap/,
    ],
    [
      'a sender that nobody has verified',
      'SES sender',
      { GetEmailIdentityCommand: named('NotFoundException') },
      {},
      'fail',
      /news@shop\.example: neither/,
      /create-email-identity --email-identity shop\.example/,
    ],
    [
      'a sender whose verification is pending',
      'SES sender',
      { GetEmailIdentityCommand: { VerifiedForSendingStatus: false } },
      {},
      'fail',
      /not verified yet/,
      /get-email-identity --email-identity news@shop\.example/,
    ],
    [
      'the sandbox, in dev',
      'SES sandbox',
      account({ ProductionAccessEnabled: false }),
      {},
      'warn',
      /sandbox/,
      /account/,
    ],
    [
      'the sandbox, in prod',
      'SES sandbox',
      account({ ProductionAccessEnabled: false }),
      { stage: 'prod' },
      'fail',
      /sandbox/,
      /eu-west-1\.console/,
    ],
    ['paused sending', 'SES sending', account({ SendingEnabled: false }), {}, 'fail', /paused/, /--sending-enabled/],
    ['suspended', 'SES sending', account({ EnforcementStatus: 'SHUTDOWN' }), {}, 'fail', /suspended/, /^https/],
    ['a review', 'SES sending', account({ EnforcementStatus: 'PROBATION' }), {}, 'warn', /PROBATION/, /^https/],
    ['no quota', 'SES daily quota', quota({ Max24HourSend: 0 }), {}, 'fail', /^0 emails/, /increase/],
    ['a quota used up', 'SES daily quota', quota({ SentLast24Hours: 50_000 }), {}, 'warn', /50000 used/, /increase/],
    [
      'a new account',
      'Lambda concurrency',
      { GetServiceQuotaCommand: { Quota: { Value: 10 } } },
      { parameters: { LambdaConcurrency: '10' } },
      'warn',
      /^10 concurrent/,
      /request-service-quota-increase --service-code lambda --quota-code L-B99A9384/,
    ],
    [
      'a new account that is deployed as a large one',
      'Lambda concurrency',
      { GetServiceQuotaCommand: { Quota: { Value: 10 } } },
      {},
      'fail',
      /too few/,
      /LambdaConcurrency=10/,
    ],
    [
      'a large account that is deployed as a new one',
      'Lambda concurrency',
      {},
      { parameters: { LambdaConcurrency: '10' } },
      'warn',
      /uses 10/,
      /LambdaConcurrency=1000/,
    ],
    [
      'more reserved than may be',
      'Lambda concurrency',
      {},
      { parameters: { LambdaConcurrency: '1000', SendReservedConcurrency: '950' } },
      'fail',
      /950 cannot be reserved, 100 must/,
      /SendReservedConcurrency/,
    ],
    [
      'more reserved than a small account may',
      'Lambda concurrency',
      { GetServiceQuotaCommand: { Quota: { Value: 50 } } },
      { parameters: { LambdaConcurrency: '10', SendReservedConcurrency: '41' } },
      'fail',
      /41 cannot be reserved, 10 must/,
      /SendReservedConcurrency/,
    ],
    [
      'as much reserved as a small account may',
      'Lambda concurrency',
      { GetServiceQuotaCommand: { Quota: { Value: 50 } } },
      { parameters: { LambdaConcurrency: '10', SendReservedConcurrency: '40' } },
      'warn',
      /^50 concurrent executions: campaigns share them/,
      /increase/,
    ],
    [
      'few transitions',
      'Step Functions transitions',
      {
        ListServiceQuotasCommand: {
          Quotas: [{ QuotaCode: 'L-1', QuotaName: 'StateTransition refill rate', Value: 20 }],
        },
      },
      {},
      'warn',
      /20 a second, but 28/,
      /services\/states\/quotas/,
    ],
    [
      'quotas under other names',
      'Step Functions SendTask',
      { ListAWSDefaultServiceQuotasCommand: { Quotas: [] } },
      {},
      'warn',
      /no such quota/,
      /services\/states\/quotas/,
    ],
  ])('finds %s', async (_, name, changes, target, status, detail, mend) => {
    expect(await lineOf(name, changes, target)).toEqual({
      check: name,
      status,
      detail: expect.stringMatching(detail),
      mend: expect.stringMatching(mend),
    });
  });

  it('accepts the domain of the sender', async () => {
    const identity = ({ EmailIdentity }: Record<string, string>) =>
      EmailIdentity === 'shop.example' ? { VerifiedForSendingStatus: true } : named('NotFoundException');
    expect(await lineOf('SES sender', { GetEmailIdentityCommand: identity })).toMatchObject({ status: 'ok' });
  });

  it('takes the default of a quota that was never changed, and reads every page of a list', async () => {
    const lambda = await lineOf('Lambda concurrency', {
      GetServiceQuotaCommand: named('NoSuchResourceException'),
      GetAWSDefaultServiceQuotaCommand: { Quota: { Value: 1_000 } },
    });
    expect(lambda).toMatchObject({ status: 'ok', detail: '1000 concurrent executions' });
    const pages = ({ NextToken }: Record<string, string>) =>
      NextToken === undefined
        ? { Quotas: [], NextToken: 'more' }
        : (HEALTHY.ListAWSDefaultServiceQuotasCommand as object);
    const states = await lineOf('Step Functions SendTask', { ListAWSDefaultServiceQuotasCommand: pages });
    expect(states).toMatchObject({ status: 'ok', detail: '500 a second' });
  });

  it('warns of what these credentials may not ask, and checks the rest', async () => {
    const lines = await check({ GetParameterCommand: named('AccessDeniedException', 'not authorized') });
    expect(lines.filter(({ status }) => status !== 'ok')).toEqual([
      {
        check: 'CDK bootstrap',
        status: 'warn',
        detail: expect.stringContaining('not authorized'),
        mend: expect.stringContaining('ssm:GetParameter'),
      },
    ]);
  });
});

function account(changes: object): Record<string, Answer> {
  return { GetAccountCommand: { ...(HEALTHY.GetAccountCommand as object), ...changes } };
}

function quota(changes: object): Record<string, Answer> {
  const { SendQuota } = HEALTHY.GetAccountCommand as { SendQuota: object };
  return account({ SendQuota: { ...SendQuota, ...changes } });
}
