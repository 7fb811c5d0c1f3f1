import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PregonStack } from '../../infra/pregon-stack.ts';
import { STAGES } from '../../infra/stages.ts';

/**
 * Findings of cdk-nag's AwsSolutions rules that stay, each with its reason. `finding` matches "<rule> <path of the construct>", without
 * the name of the stack. The actions that are granted on `*` are listed, with their reasons, in tests/infra.
 */
const EXCEPTIONS: readonly { finding: RegExp; reason: string }[] = [
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\] /,
    reason: 'Some actions take no ARN. A test of the template lists them.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::<CampaignsObjects\w+\.Arn>\/(campaigns|results|uploads)\/\*\] Campaigns\//,
    reason: "An object's key begins with the batchId, so the keys are not known at deploy time.",
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:.*:states:.*:(execution|mapRun):pregon-prod-campaign[:/]\*\] (Campaigns|Feedback)\//,
    reason: 'Executions and Map Runs of this one state machine are created at run time.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:.*:ses:.*:(identity|configuration-set)\/\*\] /,
    reason:
      "SES also checks the recipient's identity where that is verified, and the account's default configuration set. ses:FromAddress limits the sender.",
  },
  {
    finding: /^AwsSolutions-S1 Campaigns\/Objects\//,
    reason:
      'Nobody but the functions of the stack reads the bucket; CloudTrail data events record reads where an auditor asks for them.',
  },
  {
    finding: /^AwsSolutions-SF1 Campaigns\/Workflow\//,
    reason:
      'The histories of Standard executions stay readable for 90 days. Logging every event of every row costs more than sending, and would log addresses.',
  },
  {
    finding: /^AwsSolutions-SMG4 /,
    reason:
      "The keys of external providers are issued by them, and the product's own are added and revoked by npm run keys: Secrets Manager cannot rotate either.",
  },
  {
    finding: /^AwsSolutions-APIG4 Edge\/Http\/GET--(|health|openapi\.json|(docs|graphql|console)(|--\{proxy\+\}))\//,
    reason: 'Pages and documents that show no data. The pages send the API key with each request.',
  },
  {
    finding: /^AwsSolutions-APIG4 Edge\/AnyPath\//,
    reason: 'Paths that no route has: the answer says so, and shows no data.',
  },
  {
    finding: /^AwsSolutions-APIG4 Edge\/Http\/(GET|HEAD|POST)--unsubscribe--\{token\}\//,
    reason: 'Mail clients unsubscribe without a key, as RFC 8058 says. The signed token says who may.',
  },
];

test("cdk-nag's AwsSolutions rules find nothing but the exceptions, and each exception is needed", () => {
  const app = new App();
  const stage = STAGES.prod;
  if (!stage) throw new Error('There is no stage prod');
  const stack = new PregonStack(app, 'stack', { stage });
  app.synth();
  const findings = new AwsSolutionsChecks(app)
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath?.replace(/^stack\//, '')}`),
    );

  expect(findings.filter((finding) => !EXCEPTIONS.some((exception) => exception.finding.test(finding)))).toEqual([]);
  expect(EXCEPTIONS.filter((exception) => !findings.some((finding) => exception.finding.test(finding)))).toEqual([]);
});
