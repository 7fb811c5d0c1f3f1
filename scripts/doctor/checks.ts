import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  type ServiceQuota,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import {
  GetAccountCommand,
  type GetAccountResponse,
  GetEmailIdentityCommand,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

/** The clients of an account in one Region. */
export interface AccountClients {
  sts: Pick<STSClient, 'send'>;
  ssm: Pick<SSMClient, 'send'>;
  ses: Pick<SESv2Client, 'send'>;
  quotas: Pick<ServiceQuotasClient, 'send'>;
}

/** What is to be deployed, and where. */
export interface Target {
  stage: string;
  region: string;
  /** What the synthesized stack asks of the CDK bootstrap. */
  bootstrap: { parameter: string; version: number };
  /** The parameters of the stack: those of this command, and the defaults of the others. */
  parameters: Readonly<Record<string, string>>;
}

/** `fail`: the deployment or sending would fail. `warn`: it works, but less than expected, or it could not be checked. */
export interface Line {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** The command or the page that mends it. */
  mend?: string;
}

/** Checks an account. Without credentials nothing else can be checked, so theirs is then the only line. */
export async function checkAccount(clients: AccountClients, target: Target): Promise<Line[]> {
  const credentials = await checkCredentials(clients, target);
  if (credentials.account === undefined) return [credentials.line];
  const [bootstrap, account, identity] = await Promise.all([
    attempt('CDK bootstrap', 'ssm:GetParameter', () => checkBootstrap(clients, target, credentials.account)),
    attempt('SES account', 'ses:GetAccount', () => checkSesAccount(clients, target)),
    attempt('SES sender', 'ses:GetEmailIdentity', () => checkSender(clients, target)),
  ]);
  const perSecond = account.maxSendRate;
  const [lambda, states] = await Promise.all([
    attempt('Lambda concurrency', 'servicequotas:GetServiceQuota', () => checkLambda(clients, target)),
    attempt('Step Functions', 'servicequotas:ListServiceQuotas', () => checkStepFunctions(clients, target, perSecond)),
  ]);
  return [credentials.line, ...[bootstrap, identity, account, lambda, states].flatMap(({ lines }) => lines)];
}

interface Checked {
  lines: Line[];
  /** Emails per second that SES allows. */
  maxSendRate?: number;
}

/** A check that the credentials may not make, or that gets no answer, is a warning: the deployment may have other credentials. */
async function attempt(check: string, action: string, make: () => Promise<Checked>): Promise<Checked> {
  try {
    return await make();
  } catch (error) {
    const detail = `could not be checked: ${textOf(error)}`;
    const denied = error instanceof Error && /AccessDenied|NotAuthorized/.test(error.name);
    const mend = denied ? `allow these credentials ${action}, and run it again` : 'run it again';
    return { lines: [{ check, status: 'warn', detail, mend }] };
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html needs no permission. */
async function checkCredentials(
  { sts }: AccountClients,
  { region }: Target,
): Promise<{ line: Line; account?: string }> {
  const check = 'credentials';
  try {
    const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { line: { check, status: 'ok', detail: `${arn} in account ${account}, Region ${region}` }, account };
  } catch (error) {
    const mend =
      'aws configure sso, then export AWS_PROFILE and AWS_REGION; or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    return { line: { check, status: 'fail', detail: textOf(error), mend } };
  }
}

/** https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
async function checkBootstrap(
  { ssm }: AccountClients,
  { bootstrap: { parameter, version: required }, region }: Target,
  account: string | undefined,
): Promise<Checked> {
  const check = 'CDK bootstrap';
  const mend = `npx cdk bootstrap aws://${account}/${region}`;
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: parameter }));
    const version = Number(Parameter?.Value);
    if (version >= required)
      return { lines: [{ check, status: 'ok', detail: `version ${version}, ${required} is needed` }] };
    return {
      lines: [{ check, status: 'fail', detail: `version ${Parameter?.Value}, but ${required} is needed`, mend }],
    };
  } catch (error) {
    if (!isNamed(error, 'ParameterNotFound')) throw error;
    return { lines: [{ check, status: 'fail', detail: `not done in ${region}: there is no ${parameter}`, mend }] };
  }
}

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html */
async function checkSesAccount({ ses }: AccountClients, target: Target): Promise<Checked> {
  const account = await ses.send(new GetAccountCommand({}));
  const lines = [sandboxLine(account, target), sendingLine(account), quotaLine(account)];
  const rate = account.SendQuota?.MaxSendRate;
  return { lines, ...(rate !== undefined && { maxSendRate: rate }) };
}

function sandboxLine({ ProductionAccessEnabled }: GetAccountResponse, { stage, region }: Target): Line {
  const check = 'SES sandbox';
  if (ProductionAccessEnabled) return { check, status: 'ok', detail: 'the account has production access' };
  return {
    check,
    // A dev stage may well send to verified recipients only.
    status: stage === 'prod' ? 'fail' : 'warn',
    detail: 'the account is in the sandbox: it sends to verified recipients only',
    mend: `https://${region}.console.aws.amazon.com/ses/home?region=${region}#/account, "Request production access"`,
  };
}

function sendingLine({ SendingEnabled, EnforcementStatus = 'HEALTHY' }: GetAccountResponse): Line {
  const check = 'SES sending';
  const page = 'https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-messages.html';
  if (EnforcementStatus === 'SHUTDOWN')
    return { check, status: 'fail', detail: 'SES has suspended sending', mend: page };
  if (!SendingEnabled) {
    const mend = 'aws sesv2 put-account-sending-attributes --sending-enabled';
    return { check, status: 'fail', detail: 'sending is paused for this account', mend };
  }
  if (EnforcementStatus !== 'HEALTHY')
    return { check, status: 'warn', detail: `under review: ${EnforcementStatus}`, mend: page };
  return { check, status: 'ok', detail: 'enabled' };
}

function quotaLine({ SendQuota = {} }: GetAccountResponse): Line {
  const check = 'SES daily quota';
  const { Max24HourSend: max = 0, SentLast24Hours: sent = 0, MaxSendRate: rate = 0 } = SendQuota;
  const mend = 'https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-request-increase.html';
  const perSecond = `${rate} a second`;
  if (max < 0) return { check, status: 'ok', detail: `no limit, ${perSecond}` };
  const detail = `${max} emails in 24 hours, ${sent} used, ${perSecond}`;
  if (max === 0) return { check, status: 'fail', detail, mend };
  return sent >= max ? { check, status: 'warn', detail, mend } : { check, status: 'ok', detail };
}

/** The address, or else its domain, is a verified identity. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentity.html */
async function checkSender({ ses }: AccountClients, { parameters }: Target): Promise<Checked> {
  const check = 'SES sender';
  const address = parameters.SenderEmail ?? '';
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const found: string[] = [];
  for (const identity of [address, domain]) {
    const verified = await isVerified(ses, identity);
    if (verified) return { lines: [{ check, status: 'ok', detail: `${address}: ${identity} is verified` }] };
    if (verified === false) found.push(identity);
  }
  const known =
    found.length > 0 ? `${found.join(' and ')} is not verified yet` : 'neither it nor its domain is an identity';
  const mend =
    found.length > 0
      ? `follow the email or the DNS records of: aws sesv2 get-email-identity --email-identity ${found[0]}`
      : `aws sesv2 create-email-identity --email-identity ${domain}; or name another sender, with --parameters as for npm run deploy`;
  return { lines: [{ check, status: 'fail', detail: `${address}: ${known}`, mend }] };
}

/** Undefined when there is no such identity. */
async function isVerified(ses: AccountClients['ses'], EmailIdentity: string): Promise<boolean | undefined> {
  try {
    return (await ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).VerifiedForSendingStatus ?? false;
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

/** Concurrent executions of the account in the Region. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LAMBDA_CONCURRENCY = 'L-B99A9384';
/** From here on the stack may use its usual concurrency: see the runbook. */
const LARGE_ACCOUNT = 200;

async function checkLambda({ quotas }: AccountClients, { parameters }: Target): Promise<Checked> {
  const check = 'Lambda concurrency';
  const value = await appliedQuota(quotas, 'lambda', LAMBDA_CONCURRENCY);
  const detail = `${value} concurrent executions`;
  const increase = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code ${LAMBDA_CONCURRENCY} --desired-value 1000`;
  const isLarge = parameters.LambdaConcurrency === '1000';
  const reserved = Number(parameters.SendReservedConcurrency || 0);
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html; a small account needs to leave 10.
  const left = value > 100 ? 100 : 10;
  if (reserved > 0 && value - reserved < left) {
    const mend = `${increase}; or leave SendReservedConcurrency empty`;
    return {
      lines: [
        { check, status: 'fail', detail: `${detail}: ${reserved} cannot be reserved, ${left} must be left`, mend },
      ],
    };
  }
  if (value < LARGE_ACCOUNT) {
    if (!isLarge)
      return { lines: [{ check, status: 'warn', detail: `${detail}: campaigns share them`, mend: increase }] };
    const mend = `${increase}; or deploy with --parameters LambdaConcurrency=10`;
    return { lines: [{ check, status: 'fail', detail: `${detail}, too few for LambdaConcurrency=1000`, mend }] };
  }
  if (isLarge) return { lines: [{ check, status: 'ok', detail }] };
  const mend = 'deploy with --parameters LambdaConcurrency=1000';
  return { lines: [{ check, status: 'warn', detail: `${detail}, of which the stack uses 10`, mend }] };
}

/** The value in force. Service Quotas has none for a quota that was never changed: then the default is. */
async function appliedQuota(quotas: AccountClients['quotas'], ServiceCode: string, QuotaCode: string): Promise<number> {
  try {
    return amountOf((await quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota);
  } catch (error) {
    if (!isNamed(error, 'NoSuchResourceException')) throw error;
    return amountOf((await quotas.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota);
  }
}

function amountOf(quota: ServiceQuota | undefined): number {
  if (quota?.Value === undefined) throw new Error('Service Quotas returned no value');
  return quota.Value;
}

/** An email is two state transitions and one task token. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const STEP_FUNCTIONS = [
  { check: 'Step Functions transitions', name: /state ?transition/i, perEmail: 2 },
  { check: 'Step Functions SendTask', name: /SendTaskSuccess/i, perEmail: 1 },
] as const;

/**
 * Quotas of Step Functions by a part of their names, because AWS documents the names of the calls and not the codes of the quotas. A quota
 * that is not found is a warning with the page that lists them.
 */
async function checkStepFunctions(
  { quotas }: AccountClients,
  { region }: Target,
  emailsPerSecond: number | undefined,
): Promise<Checked> {
  const all = await quotasOf(quotas, 'states');
  const mend = `https://${region}.console.aws.amazon.com/servicequotas/home/services/states/quotas`;
  const lines = STEP_FUNCTIONS.map(({ check, name, perEmail }): Line => {
    const values = all
      .filter(({ QuotaName = '' }) => name.test(QuotaName) && /refill|per second/i.test(QuotaName))
      .flatMap(({ Value }) => Value ?? []);
    if (values.length === 0) return { check, status: 'warn', detail: 'Service Quotas lists no such quota', mend };
    // The least is right whichever of them is meant.
    const value = Math.min(...values);
    const needed = (emailsPerSecond ?? 0) * perEmail;
    if (value >= needed) return { check, status: 'ok', detail: `${value} a second` };
    const detail = `${value} a second, but ${needed} for the ${emailsPerSecond} emails that SES allows: campaigns are slower`;
    return { check, status: 'warn', detail, mend };
  });
  return { lines };
}

/** The defaults of a service, and over them the values that are in force. */
async function quotasOf(quotas: AccountClients['quotas'], ServiceCode: string): Promise<ServiceQuota[]> {
  const byCode = new Map<string, ServiceQuota>();
  for (const List of [ListAWSDefaultServiceQuotasCommand, ListServiceQuotasCommand]) {
    let NextToken: string | undefined;
    do {
      const page = await quotas.send(new List({ ServiceCode, ...(NextToken !== undefined && { NextToken }) }));
      for (const quota of page.Quotas ?? []) byCode.set(quota.QuotaCode ?? '', quota);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }
  return [...byCode.values()];
}
