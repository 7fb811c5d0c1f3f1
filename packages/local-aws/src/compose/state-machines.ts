import type { Gateway } from '../gateway/gateway.ts';
import { stateMachineDefinition } from '../template/definition.ts';
import type { Template, TemplateResource } from '../template/template.ts';

/**
 * Gives the engine the template's state machines: a new one is created, a changed one updated; executions stay. One that the
 * engine refuses is left out of the template.
 */
export async function provisionStateMachines(gateway: Gateway, template: Template): Promise<void> {
  await Promise.all(
    template.ofType('AWS::StepFunctions::StateMachine').map(async (resource) => {
      const refusal = await provision(gateway, resource);
      if (refusal !== undefined) template.leaveOut(resource, `the state machine is refused: ${refusal}`);
    }),
  );
}

/** Answers why the engine refused, undefined if it did not. */
async function provision(gateway: Gateway, resource: TemplateResource): Promise<string | undefined> {
  const { arn, properties } = resource;
  const definition = stateMachineDefinition(resource);
  const roleArn = String(properties.RoleArn);
  const created = await call(gateway, 'CreateStateMachine', {
    name: arn?.slice(arn.lastIndexOf(':') + 1),
    type: properties.StateMachineType ?? 'STANDARD',
    definition,
    roleArn,
  });
  if (created.ok) return undefined;
  // Created by an earlier start from a template that has changed since.
  const known = /StateMachineAlreadyExists/.test(created.body);
  const answer = known
    ? await call(gateway, 'UpdateStateMachine', { stateMachineArn: arn, definition, roleArn })
    : created;
  return answer.ok ? undefined : messageIn(answer.body);
}

function messageIn(body: string): string {
  const error = JSON.parse(body) as { message?: string };
  return error.message ?? body;
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
