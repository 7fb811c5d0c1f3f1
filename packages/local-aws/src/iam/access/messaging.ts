import { objectOf } from '../../json.ts';
import type { Access } from '../evaluate.ts';
import type { Names } from '../names.ts';
import type { Context } from '../patterns.ts';
import { type AccessOf, bodyOf, objects, text } from './request.ts';

/** SQS has no actions for batches: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
const SQS_ACTIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessageBatch: 'DeleteMessage',
  SendMessageBatch: 'SendMessage',
};
const MOVES = new Set(['StartMessageMoveTask', 'ListMessageMoveTasks']);

export const sqsAccess: AccessOf = (request, names) => {
  const { operation } = request;
  const body = bodyOf(request);
  const action = `sqs:${SQS_ACTIONS[operation] ?? operation}`;
  if (operation === 'ListQueues') return [{ action, resource: '*' }];
  if (operation === 'StartMessageMoveTask') return moveAccess(text(body, 'SourceArn'), text(body, 'DestinationArn'));
  if (MOVES.has(operation)) return [{ action, resource: text(body, 'SourceArn') }];
  // The handle names the queue, in a form that only SQS reads.
  if (operation === 'CancelMessageMoveTask') return [{ action, resource: '*' }];
  const url = text(body, 'QueueUrl');
  const queue = url === '' ? text(body, 'QueueName') : url.slice(url.lastIndexOf('/') + 1);
  return [{ action, resource: names.arn('sqs', queue) }];
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
function moveAccess(source: string, destination: string): Access[] {
  const onSource = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  return [
    ...onSource.map((name) => ({ action: `sqs:${name}`, resource: source })),
    ...(destination === '' ? [] : [{ action: 'sqs:SendMessage', resource: destination }]),
  ];
}

/** `Ana <ana@example.com>` → name and address. */
function addressParts(from: string): { address: string; name: string } {
  const [, name, address] = /^(.*?)<([^<>]*)>\s*$/s.exec(from) ?? [];
  return { address: (address ?? from).trim(), name: (name ?? '').trim().replace(/^"(.*)"$/, '$1') };
}

/**
 * SES v2: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html. SendEmail is checked for
 * the identity of the sender, for the configuration set, and for a recipient that is an identity of this account.
 */
export const sesAccess: AccessOf = (request, names) => {
  const { operation } = request;
  const action = `ses:${operation}`;
  if (operation === 'GetAccount' || operation === 'ListEmailIdentities') return [{ action, resource: '*' }];
  if (operation === 'GetEmailIdentity') {
    const identity = decodeURIComponent(request.path.slice(request.path.lastIndexOf('/') + 1));
    return [{ action, resource: names.arn('ses', `identity/${identity}`) }];
  }
  if (operation !== 'SendEmail') return undefined;
  const body = bodyOf(request);
  const { Raw, Template } = objectOf(body.Content);
  const { ToAddresses, CcAddresses, BccAddresses } = objectOf(body.Destination);
  const { address, name } = addressParts(text(body, 'FromEmailAddress'));
  const recipients = [ToAddresses, CcAddresses, BccAddresses]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map((recipient) => addressParts(String(recipient)).address);
  const context: Context = {
    'ses:apiversion': '2',
    'ses:fromaddress': address,
    'ses:recipients': recipients,
    ...(name !== '' && { 'ses:fromdisplayname': name }),
    ...(body.FeedbackForwardingEmailAddress !== undefined && {
      'ses:feedbackaddress': text(body, 'FeedbackForwardingEmailAddress'),
    }),
  };
  const sender = names.identityOf(address) ?? address.slice(address.indexOf('@') + 1);
  const set = text(body, 'ConfigurationSetName');
  const identities = [sender, ...recipients.flatMap((recipient) => names.identityOf(recipient) ?? [])];
  const resources = [
    ...new Set(identities.map((identity) => names.arn('ses', `identity/${identity}`))),
    ...(set === '' ? [] : [names.arn('ses', `configuration-set/${set}`)]),
  ];
  const kind = Raw !== undefined ? 'SendRawEmail' : Template !== undefined ? 'SendTemplatedEmail' : 'SendEmail';
  return resources.map((resource) => ({ action: `ses:${kind}`, resource, context }));
};

const RULE_OPERATIONS = new Set([
  'DeleteRule',
  'DescribeRule',
  'ListTargetsByRule',
  'PutRule',
  'PutTargets',
  'RemoveTargets',
]);

/** EventBridge: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
export const eventsAccess: AccessOf = (request, names) => {
  const { operation } = request;
  const body = bodyOf(request);
  const action = `events:${operation}`;
  if (operation === 'PutEvents') {
    return objects(body.Entries).map((entry) => ({
      action,
      resource: busArn(text(entry, 'EventBusName'), names),
      context: { 'events:source': text(entry, 'Source'), 'events:detail-type': text(entry, 'DetailType') },
    }));
  }
  if (RULE_OPERATIONS.has(operation)) {
    const bus = text(body, 'EventBusName');
    const name = text(body, 'Name') || text(body, 'Rule');
    return [
      { action, resource: names.arn('events', `rule/${bus === '' || bus === 'default' ? '' : `${bus}/`}${name}`) },
    ];
  }
  if (operation === 'DescribeEventBus') return [{ action, resource: busArn(text(body, 'Name'), names) }];
  if (['ListEventBuses', 'ListRules', 'TestEventPattern'].includes(operation)) return [{ action, resource: '*' }];
  return undefined;
};

const busArn = (bus: string, names: Names) =>
  bus.startsWith('arn:') ? bus : names.arn('events', `event-bus/${bus === '' ? 'default' : bus}`);
