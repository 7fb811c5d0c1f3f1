import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rulesOf } from '../../src/events/definitions.ts';
import { httpApiOf } from '../../src/http-api/definitions.ts';
import { functionsOf } from '../../src/lambda/definitions.ts';
import { eventSourcesOf } from '../../src/lambda/event-sources/event-sources.ts';
import { LambdaRuntime } from '../../src/lambda/runtime.ts';
import { loadTemplate } from '../../src/template/load.ts';
import type { Template } from '../../src/template/template.ts';
import { closing, temporaryFolder } from './support.ts';

const track = closing();

function load(Resources: object): Template {
  const cdkOut = track(temporaryFolder()).path;
  writeFileSync(join(cdkOut, 'app.template.json'), JSON.stringify({ Resources }));
  return loadTemplate({ cdkOut });
}

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const F = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Role: 'r', Code: { ZipFile: '' } } };

describe('parts of a template that are not emulated are named, and the rest runs', () => {
  it('routes of an HTTP API', () => {
    const integration = (Properties: object) => ({
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Api' }, PayloadFormatVersion: '2.0', ...Properties },
    });
    const route = (RouteKey: string, target: string, more: object = {}) => ({
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey,
        Target: { 'Fn::Sub': `integrations/\${${target}}` },
        ...more,
      },
    });
    const template = load({
      Socket: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
      Second: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: 'v1' } },
      F,
      Lambda: integration({ IntegrationType: 'AWS_PROXY', IntegrationUri: arn('F') }),
      Queue: integration({ IntegrationType: 'AWS_PROXY', IntegrationSubtype: 'SQS-SendMessage' }),
      Site: integration({ IntegrationType: 'HTTP_PROXY', IntegrationUri: 'https://example.com' }),
      Old: integration({ IntegrationType: 'AWS_PROXY', IntegrationUri: arn('F'), PayloadFormatVersion: '1.0' }),
      R1: route('GET /ok', 'Lambda'),
      R2: route('GET /queue', 'Queue'),
      R3: route('GET /site', 'Site'),
      R4: route('GET /old', 'Old'),
      R5: route('GET /private', 'Lambda', { AuthorizationType: 'JWT', AuthorizerId: 'x' }),
      R6: route('GET /other', 'Lambda', { ApiId: { Ref: 'Second' } }),
    });
    expect(httpApiOf(template)?.routes.map(({ routeKey }) => routeKey)).toEqual(['GET /ok']);
    expect(template.unsupported.filter((line) => /Stage|Second|R\d/.test(line))).toEqual([
      'Second (AWS::ApiGatewayV2::Api): a second HTTP API in one stack is not emulated',
      'Stage (AWS::ApiGatewayV2::Stage): the name of a stage in the path is not emulated: requests have none',
      'R2 (AWS::ApiGatewayV2::Route): the route GET /queue is left out: only an integration with a function is emulated',
      'R3 (AWS::ApiGatewayV2::Route): the route GET /site is left out: only an integration with a function is emulated',
      'R4 (AWS::ApiGatewayV2::Route): the route GET /old is left out: only payload format 2.0 is emulated',
      'R5 (AWS::ApiGatewayV2::Route): the route GET /private is left out: the authorization type JWT is not emulated',
    ]);
    expect(template.unsupported).toContain('Socket (AWS::ApiGatewayV2::Api): the protocol WEBSOCKET is not emulated');
  });

  it('targets of rules, and schedules', () => {
    const template = load({
      F,
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'rule',
          EventPattern: { source: ['shop'] },
          Targets: [
            { Id: 'f', Arn: arn('F') },
            { Id: 'topic', Arn: 'arn:aws:sns:us-east-1:000000000000:topic' },
          ],
        },
      },
      Odd: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: [{ sounds: 'x' }] }, Targets: [] } },
      Weekdays: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 9 ? * 2#1 *)', Targets: [] } },
      Madrid: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(1 hour)',
          ScheduleExpressionTimezone: 'Europe/Madrid',
          Target: { Arn: arn('F'), RoleArn: 'r' },
        },
      },
    });
    expect(rulesOf(template)).toMatchObject([{ name: 'rule', targets: [{ id: 'f' }] }]);
    expect(template.unsupported).toEqual([
      'Rule (AWS::Events::Rule): the target arn:aws:sns:us-east-1:000000000000:topic is not emulated',
      expect.stringMatching(/^Odd \(AWS::Events::Rule\): .*sounds/),
      expect.stringMatching(/^Weekdays \(AWS::Events::Rule\): .*2#1 is not emulated$/),
      'Madrid (AWS::Scheduler::Schedule): a schedule in Europe/Madrid is not emulated: schedules are in UTC',
    ]);
  });

  it('event sources', () => {
    const mapping = (EventSourceArn: object | string, FunctionName: object | string) => ({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn, FunctionName },
    });
    const stream = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
    const template = load({
      F,
      Jobs: { Type: 'AWS::SQS::Queue' },
      M1: mapping(arn('Jobs'), { Ref: 'F' }),
      M2: mapping(stream, { Ref: 'F' }),
      M3: mapping(arn('Jobs'), 'elsewhere'),
    });
    const dataDir = track(temporaryFolder()).path;
    const common = { awsEndpoint: 'http://127.0.0.1:1', accessKeyFor: () => 'key' };
    const gateway = { call: async () => ({ status: 200, headers: {} }) };
    const functions = functionsOf(template, dataDir);
    const runtime = track(new LambdaRuntime({ functions, dataDir, region: 'us-east-1', ...common }));
    expect(eventSourcesOf({ template, runtime, gateway, onProblem: () => undefined, ...common })).toHaveLength(1);
    expect(template.unsupported).toEqual([
      `M2 (AWS::Lambda::EventSourceMapping): the event source ${stream} is not emulated`,
      'M3 (AWS::Lambda::EventSourceMapping): the function elsewhere is not emulated',
    ]);
  });
});
