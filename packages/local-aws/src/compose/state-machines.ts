import type { Gateway } from '../gateway/gateway.ts';
import { stateMachineDefinition } from '../template/definition.ts';
import type { Template, TemplateResource } from '../template/template.ts';

/** Creates or updates the state machines of the template. One that the engine refuses is removed from the template. */
export async function provisionStateMachines(gateway: Gateway, template: Template): Promise<void> {
  await Promise.all(
    template.ofType('AWS::StepFunctions::StateMachine').map(async (resource) => {
      const refusal = await provision(gateway, resource);
      if (refusal !== undefined) template.leaveOut(resource, `the state machine is refused: ${refusal}`);
    }),
  );
}

/** Returns the reason if the engine refused the state machine. */
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
  // An earlier start created it, and the template has changed since.
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
