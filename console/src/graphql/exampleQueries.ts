interface Example {
  query: string;
  variables?: string;
}

/** The tabs of the first visit, filled with this campaign. GraphiQL names a tab after its operation. */
export const exampleQueries = (batchId: string): readonly Example[] => [
  {
    // GraphiQL does not show the variables of the first tab.
    query: `# What happened to each email, newest first:
# by one status or several, by time, batch,
# campaign or address. The last cursor is
# the "after" of the next page.
query EmailStatus {
  listEmailStatus(
    status: [SENT, ERROR]
    from: "2026-01-01T00:00:00Z"
    limit: 20
  ) {
    sendId
    email
    subject
    status
    attempts
    error { code message retryable }
    createdAt
    cursor
  }
}
`,
  },
  {
    query: `# The newest 100, by a status and dates
# given as text.
query EmailSends {
  emailSends(status: "SENT") {
    sendId
    batchId
    email
    subject
    status
    createdAt
  }
}
`,
  },
  {
    query: `# The latest campaigns and how far each one is.
query Campaigns {
  campaigns(first: 5) {
    edges {
      node {
        batchId
        campaignId
        status
        reason
        enqueued
        skipped
        counts { PENDING QUEUED SENT ERROR }
        unconfirmed
        redriveCount
        createdAt
        finishedAt
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: `# A Relay connection: while hasNextPage is true,
# go on with endCursor as $after.
query Sends($filter: SendFilter, $after: String) {
  sends(filter: $filter, first: 50, after: $after) {
    edges {
      cursor
      node { sendId email status provider messageId lastAttemptAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    variables: JSON.stringify(
      { filter: { status: ['ERROR'], ...(batchId && { batchId }) }, after: null },
      undefined,
      2,
    ),
  },
  {
    query: `# One campaign; its batchId is in the variables.
query Campaign($batchId: ID!) {
  campaign(batchId: $batchId) {
    status
    reason
    fileName
    subject
    counts { PENDING QUEUED SENT ERROR }
    unconfirmed
    executionArn
  }
}
`,
    variables: JSON.stringify({ batchId }, undefined, 2),
  },
  {
    query: `# Resends what failed in the campaign of the
# variables. Rows that the provider may have
# accepted: only with unconfirmed: RESEND.
mutation Redrive($batchId: ID!) {
  redriveCampaign(batchId: $batchId) {
    batchId
    status
    redriveCount
  }
}
`,
    variables: JSON.stringify({ batchId }, undefined, 2),
  },
];
