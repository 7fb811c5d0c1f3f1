import { lambdaAccess, secretsAccess, statesAccess } from './compute.ts';
import { dynamodbAccess } from './dynamodb.ts';
import { eventsAccess, sesAccess, sqsAccess } from './messaging.ts';
import type { AccessOf } from './request.ts';
import { s3Access } from './s3.ts';

/** What the operations of each service need, by SigV4 service name. */
export const ACCESS_OF: ReadonlyMap<string, AccessOf> = new Map(
  Object.entries({
    dynamodb: dynamodbAccess,
    events: eventsAccess,
    lambda: lambdaAccess,
    s3: s3Access,
    secretsmanager: secretsAccess,
    ses: sesAccess,
    sqs: sqsAccess,
    states: statesAccess,
    // GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    sts: () => [],
  } satisfies Record<string, AccessOf>),
);
