import type { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow } from './access.ts';

/**
 * Puts the events of a rule, or `input` made of them, on a queue. The target class of CDK would grant more than EventBridge needs.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
 */
export function ruleToQueue(rule: Rule, queue: IQueue, input?: RuleTargetInput): void {
  rule.addTarget({ bind: () => ({ arn: queue.queueArn, ...(input && { input }) }) });
  const mayQueue = allow('sqs', ['SendMessage'], queue.queueArn);
  mayQueue.addServicePrincipal('events.amazonaws.com');
  mayQueue.addCondition('ArnEquals', { 'aws:SourceArn': rule.ruleArn });
  queue.addToResourcePolicy(mayQueue);
}
