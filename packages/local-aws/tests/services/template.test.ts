// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's placeholders
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateMachineDefinition } from '../../src/template/definition.ts';
import { loadTemplate } from '../../src/template/load.ts';
import type { Template } from '../../src/template/template.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function load(template: object, parameters: Record<string, string> = {}, assets?: object): Template {
  const cdkOut = mkdtempSync(join(tmpdir(), 'template-'));
  folders.push(cdkOut);
  writeFileSync(join(cdkOut, 'shop.template.json'), JSON.stringify(template));
  if (assets) writeFileSync(join(cdkOut, 'shop.assets.json'), JSON.stringify(assets));
  return loadTemplate({ cdkOut, stackName: 'shop', parameters, awsEndpoint: 'http://127.0.0.1:4566' });
}

const queue = (properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: properties });

describe('loadTemplate', () => {
  it('resolves references, attributes, joins and substitutions to names of this machine', () => {
    const template = load({
      Resources: {
        Dead: queue({ QueueName: 'jobs-dlq' }),
        Jobs: queue({
          QueueName: { 'Fn::Sub': 'jobs-${AWS::Region}' },
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
        }),
        Worker: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'worker',
            Environment: {
              Variables: {
                QUEUE_URL: { Ref: 'Jobs' },
                ARN: {
                  'Fn::Join': [
                    ':',
                    ['arn', { Ref: 'AWS::Partition' }, { 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b-c'] }] }],
                  ],
                },
                LITERAL: { 'Fn::Sub': ['${!kept} ${own}', { own: { Ref: 'AWS::AccountId' } }] },
                GONE: { Ref: 'AWS::NoValue' },
              },
            },
          },
          Metadata: { 'aws:asset:path': 'asset.1234' },
        },
      },
      Outputs: { queueUrl: { Value: { Ref: 'Jobs' } } },
    });
    expect(template.byLogicalId('Jobs')?.properties).toEqual({
      QueueName: 'jobs-us-east-1',
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:jobs-dlq', maxReceiveCount: 5 },
    });
    const worker = template.ofType('AWS::Lambda::Function')[0];
    expect(worker?.properties.Environment).toEqual({
      Variables: {
        QUEUE_URL: 'http://127.0.0.1:4566/000000000000/jobs-us-east-1',
        ARN: 'arn:aws:b',
        LITERAL: '${kept} 000000000000',
      },
    });
    expect(worker?.assetPath).toMatch(/asset\.1234$/);
    expect(template.outputs).toEqual({ queueUrl: 'http://127.0.0.1:4566/000000000000/jobs-us-east-1' });
    expect(template.unsupported).toEqual([]);
  });

  it('evaluates conditions, mappings and parameters', () => {
    const document = {
      Parameters: { Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] } },
      Mappings: { Delay: { dev: { seconds: 0 }, prod: { seconds: 5 } } },
      Conditions: { IsProd: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] }] } },
      Resources: {
        Main: queue({ DelaySeconds: { 'Fn::FindInMap': ['Delay', { Ref: 'Stage' }, 'seconds'] } }),
        Extra: { ...queue({ QueueName: { 'Fn::If': ['IsProd', 'big', 'small'] } }), Condition: 'IsProd' },
      },
    };
    expect(load(document).resources.map((resource) => resource.logicalId)).toEqual(['Main']);
    const production = load(document, { Stage: 'prod' });
    expect(production.byLogicalId('Main')?.properties.DelaySeconds).toBe(5);
    expect(production.byLogicalId('Extra')?.properties.QueueName).toBe('big');
    expect(() => load(document, { Stage: 'test' })).toThrow('it must be one of dev, prod');
    expect(() => load(document, { Unknown: 'x' })).toThrow('The template has no parameter Unknown');
  });

  it('names every type and property that is not emulated', () => {
    const template = load({
      Resources: {
        Stream: { Type: 'AWS::Kinesis::Stream', Properties: {} },
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: { TableName: 't', StreamSpecification: { StreamViewType: 'NEW_IMAGE' }, Tags: [] },
        },
        Alarms: { Type: 'AWS::SNS::Subscription', Properties: { Protocol: 'email', Endpoint: 'me@example.com' } },
        Jobs: { Type: 'AWS::SNS::Subscription', Properties: { Protocol: 'sqs' } },
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            Targets: [
              { Id: 'a', SqsParameters: {} },
              { Id: 'b', SqsParameters: {} },
            ],
          },
        },
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { ScalingConfig: { MaximumConcurrency: 2, Other: 1 } },
        },
      },
    });
    expect(template.unsupported).toEqual([
      'Stream: the resource type AWS::Kinesis::Stream is not emulated',
      'Table (AWS::DynamoDB::Table): the property StreamSpecification is not emulated',
      'Jobs (AWS::SNS::Subscription): the protocol sqs is not emulated',
      'Rule (AWS::Events::Rule): the property Targets.SqsParameters is not emulated',
      'Mapping (AWS::Lambda::EventSourceMapping): the property ScalingConfig.Other is not emulated',
    ]);
  });

  it('leaves out a value that is not emulated, and names its location', () => {
    const importedUrl = { 'Fn::Join': ['/', ['https:', { 'Fn::ImportValue': 'host' }]] };
    const template = load({
      Parameters: {
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
        Limit: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shop/limit' },
      },
      Resources: {
        Custom: { Type: 'Custom::Lookup', Properties: {} },
        Jobs: queue({ QueueName: { 'Fn::ImportValue': 'name' }, DelaySeconds: 1 }),
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'f',
            Environment: {
              Variables: {
                URL: importedUrl,
                LIMIT: { Ref: 'Limit' },
                NAME: { 'Fn::GetAtt': ['Custom', 'Name'] },
                OWN: '1',
              },
            },
          },
        },
      },
      Outputs: { url: { Value: importedUrl }, jobs: { Value: { 'Fn::GetAtt': ['Jobs', 'Arn'] } } },
    });
    expect(template.byLogicalId('F')?.properties.Environment).toEqual({ Variables: { OWN: '1' } });
    expect(template.byLogicalId('Jobs')?.properties).toEqual({ DelaySeconds: 1 });
    expect(template.outputs).toEqual({ jobs: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:shop-Jobs-/) });
    const importValue = 'the intrinsic function Fn::ImportValue is not emulated';
    expect(template.unsupported).toEqual([
      'Custom: the resource type Custom::Lookup is not emulated',
      `Jobs.Properties.QueueName is left out: ${importValue}`,
      `F.Properties.Environment.Variables.URL is left out: ${importValue}`,
      'F.Properties.Environment.Variables.LIMIT is left out: the parameter Limit is in the SSM Parameter Store, ' +
        'which is not emulated (give it with --parameter Limit=VALUE)',
      'F.Properties.Environment.Variables.NAME is left out: the attribute Custom.Name is not emulated',
      `Outputs.url is left out: ${importValue}`,
    ]);
  });

  it('fits a pattern to each value of a list, and says in the template’s words what it must be', () => {
    const document = {
      Parameters: {
        Names: {
          Type: 'CommaDelimitedList',
          Default: 'a,b',
          AllowedPattern: '[a-z]+',
          ConstraintDescription: 'each name is in lower case',
        },
      },
      Resources: {},
    };
    expect(() => load(document, { Names: 'a, bc' })).not.toThrow();
    expect(() => load(document, { Names: 'a,B' })).toThrow(
      'The parameter Names is "a,B": each name is in lower case (it must match [a-z]+)',
    );
    expect(() => load(document, { Names: '' })).toThrow('The parameter Names is ""');
  });

  it('uses the given value of an SSM parameter', () => {
    const document = {
      Parameters: { Names: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/names' } },
      Resources: { Q: queue({ QueueName: { 'Fn::Select': [1, { Ref: 'Names' }] } }) },
    };
    expect(load(document, { Names: 'a,b' }).byLogicalId('Q')?.properties.QueueName).toBe('b');
  });

  it('reports every parameter that is missing, unknown or wrong at once', () => {
    const Parameters = { Stage: { Type: 'String' }, Size: { Type: 'Number', MaxValue: 5 } };
    expect(() => load({ Parameters, Resources: {} }, { Size: '9', Sice: '1' })).toThrow(
      'The template has no parameter Sice\n' +
        'The parameter Stage has no default: give it a value with --parameter Stage=VALUE\n' +
        'The parameter Size is "9": it must be at most 5',
    );
  });

  it('refuses a reference to something that is not in the template', () => {
    expect(() => load({ Resources: { Q: queue({ QueueName: { Ref: 'Nothing' } }) } })).toThrow(
      'Nothing is not in the template',
    );
  });

  it('maps the AWS addresses of the stack to this machine', () => {
    const address = (api: object | string, path: string) => ({
      'Fn::Join': [
        '',
        ['https://', api, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, path],
      ],
    });
    const { outputs } = load({
      Resources: { Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } } },
      Outputs: {
        joined: { Value: address({ Ref: 'Api' }, '/jobs') },
        substituted: { Value: { 'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/' } },
        other: { Value: address('abc123', '/') },
      },
    });
    expect(outputs).toEqual({
      joined: 'http://127.0.0.1:3000/jobs',
      substituted: 'http://127.0.0.1:3000/',
      other: 'https://abc123.execute-api.us-east-1.amazonaws.com/',
    });
  });

  it('generates the same name at every load', () => {
    const document = { Resources: { Jobs: queue() } };
    expect(load(document).resources[0]?.physicalId).toBe(load(document).resources[0]?.physicalId);
  });

  it('generates names with .fifo for FIFO queues, and valid bucket names', () => {
    const { resources } = load({
      Resources: {
        Jobs: queue({ FifoQueue: true }),
        ['Files'.repeat(20)]: { Type: 'AWS::S3::Bucket' },
      },
    });
    expect(resources[0]?.physicalId).toMatch(/\/shop-Jobs-[0-9a-f]{12}\.fifo$/);
    expect(resources[1]?.physicalId).toMatch(/^[a-z0-9-]{1,63}$/);
  });

  it('fills a state machine definition with its substitutions', () => {
    const template = load({
      Resources: {
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'm',
            DefinitionString: '{"Url":"${QueueUrl}","Kept":"${Other}"}',
            DefinitionSubstitutions: { QueueUrl: { Ref: 'Jobs' } },
          },
        },
        Jobs: queue({ QueueName: 'jobs' }),
      },
    });
    const machine = template.byLogicalId('Machine');
    if (!machine) throw new Error('no machine');
    expect(stateMachineDefinition(machine)).toBe('{"Url":"http://127.0.0.1:4566/000000000000/jobs","Kept":"${Other}"}');
    expect(machine.arn).toBe('arn:aws:states:us-east-1:000000000000:stateMachine:m');
  });

  it('finds an asset by its upload key if the metadata does not name it', () => {
    const template = load(
      {
        Resources: { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'b', S3Key: 'abc.zip' } } } },
      },
      {},
      {
        files: {
          abc: {
            source: { path: 'asset.abc', packaging: 'zip' },
            destinations: { here: { bucketName: 'b', objectKey: 'abc.zip' } },
          },
        },
      },
    );
    expect(template.resources[0]?.assetPath).toMatch(/asset\.abc$/);
  });
});
