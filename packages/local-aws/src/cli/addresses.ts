import type { LocalAws } from '../local-aws.ts';

/** The resources that are shown, by type. Their physical ids are what a client needs: an ARN, a URL or a name. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'State machines': ['AWS::StepFunctions::StateMachine'],
  Functions: ['AWS::Lambda::Function'],
  Queues: ['AWS::SQS::Queue'],
  Tables: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
  Buckets: ['AWS::S3::Bucket'],
};

/** The addresses of a running stack, to be read by a person. */
export function addressesOf(aws: LocalAws): string {
  const { awsEndpoint, region, account, outputs, resources } = aws;
  const sections = [
    section(`The stack ${aws.stackName} runs`, [
      ['HTTP API', aws.apiUrl ?? 'none in this stack'],
      ['AWS endpoint', awsEndpoint],
      ['Account and Region', `${account}, ${region}; any credentials are accepted`],
    ]),
    section('Outputs', Object.entries(outputs)),
    ...Object.entries(SHOWN).map(([title, types]) => {
      const shown = resources.filter(({ type }) => types.includes(type));
      return section(
        title,
        shown.map(({ logicalId, physicalId }) => [logicalId, physicalId] as const),
      );
    }),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}

Try: aws --endpoint-url ${awsEndpoint} --region ${region} s3 ls
Ctrl-C stops it; the next start continues from the saved state.`;
}

function section(title: string, rows: readonly (readonly [name: string, value: string])[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
}
