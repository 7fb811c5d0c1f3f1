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
        Dead: queue({ QueueName: 'orders-dlq' }),
        Orders: queue({
          QueueName: { 'Fn::Sub': 'orders-${AWS::Region}' },
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
        }),
        Worker: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'worker',
            Environment: {
              Variables: {
                QUEUE_URL: { Ref: 'Orders' },
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
      Outputs: { queueUrl: { Value: { Ref: 'Orders' } } },
    });
    expect(template.byLogicalId('Orders')?.properties).toEqual({
      QueueName: 'orders-us-east-1',
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:orders-dlq', maxReceiveCount: 5 },
    });
    const worker = template.ofType('AWS::Lambda::Function')[0];
    expect(worker?.properties.Environment).toEqual({
      Variables: {
        QUEUE_URL: 'http://127.0.0.1:4566/000000000000/orders-us-east-1',
        ARN: 'arn:aws:b',
        LITERAL: '${kept} 000000000000',
      },
    });
    expect(worker?.assetPath).toMatch(/asset\.1234$/);
    expect(template.outputs).toEqual({ queueUrl: 'http://127.0.0.1:4566/000000000000/orders-us-east-1' });
    expect(template.unsupported).toEqual([]);
  });

  it('follows conditions, mappings and parameters', () => {
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
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { ScalingConfig: { MaximumConcurrency: 2, Other: 1 } },
        },
      },
    });
    expect(template.unsupported).toEqual([
      'Stream: the resource type AWS::Kinesis::Stream is not emulated',
      'Table (AWS::DynamoDB::Table): the property StreamSpecification is not emulated',
      'Mapping (AWS::Lambda::EventSourceMapping): the property ScalingConfig.Other is not emulated',
    ]);
  });

  it('refuses an intrinsic function that it does not know, naming the place', () => {
    expect(() => load({ Resources: { Q: queue({ QueueName: { 'Fn::ImportValue': 'x' } }) } })).toThrow(
      'Q.Properties.QueueName: the intrinsic function Fn::ImportValue is not emulated',
    );
  });

  it('gives the same generated name at every load', () => {
    const document = { Resources: { Jobs: queue() } };
    expect(load(document).resources[0]?.physicalId).toBe(load(document).resources[0]?.physicalId);
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

  it('finds an asset by the key it would be uploaded under where the metadata does not name it', () => {
    const template = load(
      {
        Resources: { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'b', S3Key: 'abc.zip' } } } },
      },
      {},
      { files: { abc: { source: { path: 'asset.abc', packaging: 'zip' } } } },
    );
    expect(template.resources[0]?.assetPath).toMatch(/asset\.abc$/);
  });
});
