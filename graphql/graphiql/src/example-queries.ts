/** The tabs of the first visit. GraphiQL names a tab after its operation. */
export const EXAMPLE_QUERIES: readonly { query: string; variables?: string }[] = [
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
    query: `query MyQuery {
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
    variables: '{ "filter": { "status": ["ERROR"] }, "after": null }',
  },
  {
    query: `# Resends what failed; put a batchId into the
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
    variables: '{ "batchId": "" }',
  },
];
