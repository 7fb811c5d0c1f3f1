/** Grants that no call here needs, because AWS itself uses them outside what local AWS emulates. Each has the page that asks for it. */
export const GRANTED_FOR_AWS: readonly { action: string; resource: RegExp; role: RegExp; page: string }[] = [
  {
    // Only PutTraceSegments is checked when a function is created.
    action: 'xray:PutTelemetryRecords',
    resource: /^\*$/,
    role: /./,
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html',
  },
  ...['PutTraceSegments', 'GetSamplingRules', 'GetSamplingTargets'].map((action) => ({
    action: `xray:${action}`,
    resource: /^\*$/,
    role: /Workflow/,
    page: 'https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html',
  })),
  ...['DescribeExecution', 'StopExecution'].map((action) => ({
    action: `states:${action}`,
    resource: /:execution:pregon-dev-campaign[:/]\*$/,
    role: /Workflow/,
    page: 'https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html',
  })),
  ...['ListMultipartUploadParts', 'AbortMultipartUpload', 'GetObject'].map((action) => ({
    action: `s3:${action}`,
    resource: /\/results\/\*$/,
    role: /Workflow/,
    page: 'https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html#resultwriter-iam-policies',
  })),
  {
    // The default configuration set of an identity, which the operator chooses.
    action: 'ses:SendEmail',
    resource: /:configuration-set\/\*$/,
    role: /./,
    page: 'https://docs.aws.amazon.com/ses/latest/dg/using-configuration-sets-in-email.html',
  },
  {
    // In an account of 10 concurrent executions, which this run is not, one function processes all changes of orders. The first of
    // them waits for none, the others do.
    action: 'sqs:SendMessage',
    resource: /:pregon-dev-order-received$/,
    role: /^Ordersreceived/,
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
  },
  {
    // Counts the rows of a continued campaign whose execution ended without an event. `countAtEndIfQuiet` of core/campaigns/outcome.ts: the
    // same code runs for upload and graphql, but the sweep comes first only when EventBridge, best effort, loses the event.
    action: 'dynamodb:Query',
    resource: /:table\/pregon-dev-sends(\/index\/byStatus)?$/,
    role: /^CampaignsSweep/,
    page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html',
  },
  // The same code ends leases that have expired.
  ...['GetItem', 'UpdateItem'].map((action) => ({
    action: `dynamodb:${action}`,
    resource: /:table\/pregon-dev-sends$/,
    role: /^CampaignsSweep/,
    page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html',
  })),
  {
    // Removes the record of an upload whose rows another upload took over in the moment between its claim and its start: `ensureStarted`
    // of core/campaigns/ingest-start.ts. tests/unit/campaigns/ingest.test.ts meets that moment.
    action: 'dynamodb:DeleteItem',
    resource: /:table\/pregon-dev-control$/,
    role: /^Campaigns(Upload|Ingest)/,
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html',
  },
];
