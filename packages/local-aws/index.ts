/**
 * AWS on one machine, from the template and assets that `cdk synth` writes. `startLocalAws` runs a stack; an extension adds
 * what lies outside AWS, such as simulated recipients and stand-ins of providers. See README.md.
 */
export { type AccountProfile, isAccountProfile } from './src/account.ts';
export { messageForUser, uncaughtError } from './src/cli/failure.ts';
export { interruptSignal } from './src/cli/interrupt.ts';
export { type Lock, takeLock } from './src/compose/lock.ts';
export { StartFailure } from './src/compose/ports.ts';
export { startDynamoDb } from './src/dynamodb/dynamodb.ts';
export type { ExtensionContext, Extensions } from './src/extensions.ts';
export { type FaultSet, Faults, faultMilliseconds, faultRate } from './src/faults/faults.ts';
export type { Chance } from './src/faults/step.ts';
export { AwsError, ConnectionDropped } from './src/gateway/errors.ts';
export { type Gateway, type GatewayOptions, startGateway } from './src/gateway/gateway.ts';
export { type LocalAnswer, type LocalRequest, type LocalRoute, problem } from './src/gateway/local-routes.ts';
export type { AwsRequest, AwsResponse, ServiceHandler } from './src/gateway/types.ts';
export type { PageSettings } from './src/http-api/protocol/inject.ts';
export { LimitError, type LimitName, type LimitSettings } from './src/limits/limits.ts';
export { readLimits } from './src/limits/option.ts';
export { type LocalAws, type LocalAwsOptions, type LocalResource, startLocalAws } from './src/local-aws.ts';
export { type OpenSecrets, openSecrets } from './src/secrets/offline.ts';
export type { OutgoingMessage } from './src/ses/protocol/message.ts';
export { decodeWords, type MimeMessage, readMime } from './src/ses/protocol/mime.ts';
export { ses } from './src/ses/ses.ts';
export { type AcceptedMessage, countingOutbox, type EmailOutbox } from './src/ses/state/outbox.ts';
export { keepTimeSteady } from './src/steady-time.ts';
export { startStepFunctions } from './src/stepfunctions/protocol/server.ts';
export { GroupCommit } from './src/storage/group-commit.ts';
export { openDatabase } from './src/storage/sqlite.ts';
export { type LoadOptions, loadTemplate } from './src/template/load.ts';
export type { Template, TemplateResource } from './src/template/template.ts';
export type { UsageGroups } from './src/usage/meter.ts';
