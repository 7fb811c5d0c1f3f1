import type { Gateway } from '../gateway/gateway.ts';
import { stateMachineDefinition } from '../template/definition.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import { StartFailure } from './ports.ts';

/** Gives the engine the template's state machines: a new one is created, a changed one updated; executions stay. */
export async function provisionStateMachines(gateway: Gateway, template: Template): Promise<void> {
  await Promise.all(
    template.ofType('AWS::StepFunctions::StateMachine').map((resource) => provision(gateway, resource)),
  );
}

async function provision(gateway: Gateway, resource: TemplateResource): Promise<void> {
  const { arn, properties, logicalId } = resource;
  const definition = stateMachineDefinition(resource);
  const roleArn = String(properties.RoleArn);
  const created = await call(gateway, 'CreateStateMachine', {
    name: arn?.slice(arn.lastIndexOf(':') + 1),
    type: properties.StateMachineType ?? 'STANDARD',
    definition,
    roleArn,
  });
  if (created.ok) return;
  // Created by an earlier start from a template that has changed since.
  const known = /StateMachineAlreadyExists/.test(created.body);
  const answer = known
    ? await call(gateway, 'UpdateStateMachine', { stateMachineArn: arn, definition, roleArn })
    : created;
  if (!answer.ok) throw new StartFailure(`${logicalId}: the state machine was refused: ${answer.body}`);
}

async function call(gateway: Gateway, operation: string, input: object): Promise<{ ok: boolean; body: string }> {
  const response = await gateway.call({
    service: 'states',
    operation,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
    body: JSON.stringify(input),
  });
  return { ok: response.status === 200, body: String(response.body) };
}
