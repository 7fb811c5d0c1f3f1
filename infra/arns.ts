import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { physicalName, type Stage } from './stages.ts';

/** ARNs of the campaign state machine and what runs under it. The name is fixed, so nobody has to wait for the resource. */
export function campaignArns(scope: Construct, stage: Stage) {
  const stack = Stack.of(scope);
  const name = physicalName(stage, 'campaign');
  const arn = (rest: string) => `arn:${stack.partition}:states:${stack.region}:${stack.account}:${rest}`;
  return {
    name,
    stateMachine: arn(`stateMachine:${name}`),
    executions: arn(`execution:${name}:*`),
    childExecutions: arn(`execution:${name}/*`),
    mapRuns: arn(`mapRun:${name}/*`),
  };
}
