import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { Foundation } from '../foundation.ts';
import { physicalName } from '../stages.ts';
import { MEMORY, ProductFunction, type ProductFunctionProps } from './product-function.ts';

const EVERY = Duration.minutes(1);

/** A function that runs every minute and finishes what a crash or the daily quota left undone. */
export class Sweep extends ProductFunction {
  constructor(
    scope: Construct,
    id: string,
    shared: Foundation,
    props: Omit<ProductFunctionProps, 'timeoutSeconds' | 'memory' | 'routes'>,
  ) {
    // It ends before the next one starts.
    super(scope, id, shared, { ...props, timeoutSeconds: 55, memory: MEMORY.background });
    // Runs that wait because the account is busy must not pile up.
    this.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: EVERY });
    new Rule(this, 'EveryMinute', {
      ruleName: physicalName(shared.stage, props.name),
      description: `Runs ${props.name}`,
      schedule: Schedule.rate(EVERY),
      // A run that failed is not repeated: the next minute's run does the same work.
      targets: [new LambdaFunction(this, { retryAttempts: 0, maxEventAge: EVERY })],
    });
  }
}
