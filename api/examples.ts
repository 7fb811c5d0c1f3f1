import type { CampaignAnswer, CampaignDetailAnswer, CampaignListAnswer, RedriveAnswer } from './campaigns.ts';
import type { PreflightAnswer } from './preflight.ts';
import type { RateAnswer } from './rate.ts';
import type { SendListAnswer } from './sends.ts';
import type { UploadAnswer } from './upload.ts';
import type { UploadLinkAnswer, UploadStateAnswer } from './uploads.ts';

/** Answers as the OpenAPI page shows them; a test holds them to their schemas. */
const BATCH = 'spring-sale-9f86d081884c7d659a2feaa0c55ad015';
const EXECUTION = `arn:aws:states:us-east-1:123456789012:execution:pregon-dev-campaign:${BATCH}`;

export const UPLOADED: UploadAnswer = {
  batchId: BATCH,
  total: 25,
  enqueued: 24,
  skipped: 1,
  campaignId: 'spring-sale',
  executionArn: EXECUTION,
  statusUrl: `/campaigns/${BATCH}`,
  skippedRows: [
    {
      row: 7,
      email: 'not-an-address',
      reason: '"not-an-address" is not a valid email address.',
      code: 'email_invalid',
    },
  ],
  warnings: [],
  dryRun: false,
};

export const UPLOADED_BEFORE: UploadAnswer = {
  ...UPLOADED,
  enqueued: 0,
  skipped: 25,
  skippedRows: [],
  duplicate: true,
  counts: { PENDING: 0, QUEUED: 0, SENT: 23, ERROR: 1 },
};

const UPLOAD = '5f0e5a3c-0f3f-4a58-9d0b-5a2f3c1b7e11';

export const LARGE_UPLOAD: UploadLinkAnswer = {
  uploadId: UPLOAD,
  url: `https://pregon-dev-campaigns.s3.us-east-1.amazonaws.com/uploads/${UPLOAD}?X-Amz-Signature=…`,
  method: 'PUT',
  headers: {},
  expiresAt: '2026-11-22T11:00:00.000Z',
  maxBytes: 1024 ** 3,
};

export const LARGE_UPLOAD_STATE: UploadStateAnswer = {
  uploadId: UPLOAD,
  status: 'INGESTING',
  rows: 412_000,
  progress: 0.71,
};

export const CAMPAIGN: CampaignAnswer = {
  batchId: BATCH,
  campaignId: 'spring-sale',
  fileName: 'spring-sale.csv',
  subject: 'Ana, 20 % off until Sunday',
  status: 'RUNNING',
  total: 25,
  enqueued: 24,
  skipped: 1,
  counts: { PENDING: 4, QUEUED: 10, SENT: 9, ERROR: 1 },
  unconfirmed: 0,
  feedback: { delivered: 141, bounced: 2, complained: 0, unsubscribed: 1 },
  createdAt: '2026-11-22T10:00:00.000Z',
  startedAt: '2026-11-22T10:00:00.120Z',
  finishedAt: null,
  executionArn: EXECUTION,
  redriveCount: 0,
  dryRun: false,
  format: 'text',
  warnings: [],
};

export const CAMPAIGN_DETAIL: CampaignDetailAnswer = {
  ...CAMPAIGN,
  redriveUntil: null,
  errors: [{ code: 'MessageRejected', count: 1 }],
  perMinute: [{ minute: '2026-11-22T10:00:00.000Z', sent: 9, error: 1 }],
};

export const REDRIVEN: RedriveAnswer = { ...CAMPAIGN, redriveCount: 1, retrying: 14 };

export const CAMPAIGNS: CampaignListAnswer = { campaigns: [CAMPAIGN], next: 'MjAyNi0xMS0yMlQxMDowMDowMC4wMDBa' };

export const FAILED_CSV =
  '"email","subject","content","reason"\n"ana@example.com","Hello","…","MessageRejected: No such user"\n';

export const SKIPPED_CSV = '"row","email","reason","code"\n"7","not-an-address","…","email_invalid"\n';

export const SENDS_CSV =
  '"row","email","subject","status","attempts","provider","messageId","errorCode","errorMessage","lastAttemptAt"\n' +
  '"1","ana@example.com","Hola","SENT","1","ses","0100018f…","","","2026-11-22T10:00:01.250Z"\n';

export const SENDS: SendListAnswer = {
  sends: [
    {
      sendId: `${BATCH}-12`,
      batchId: BATCH,
      campaignId: 'spring-sale',
      rowNumber: 12,
      email: 'eva@example.com',
      subject: 'Eva, 20 % off until Sunday',
      status: 'ERROR',
      channel: 'campaign',
      attempts: 1,
      provider: 'ses',
      messageId: null,
      error: {
        code: 'MessageRejected',
        class: 'recipient',
        message: 'SES refused the message: Email address is on the suppression list.',
        retryable: false,
      },
      feedback: null,
      feedbackAt: null,
      feedbackReason: null,
      feedbackEvents: [],
      createdAt: '2026-11-22T10:00:00.000Z',
      updatedAt: '2026-11-22T10:00:01.310Z',
      lastAttemptAt: '2026-11-22T10:00:01.250Z',
      cursor: 'MjAyNi0xMS0yMlQxMDowMDowMC4wMDBaIzAwMDAwMDEy',
    },
  ],
};

export const RATE: RateAnswer = {
  perSecond: 45,
  source: 'ses',
  allowed: 50,
  usedPerSecond: 44.9,
  max24HourSend: 50_000,
  sentLast24Hours: 12_345,
  sendingEnabled: true,
  stage: 'dev',
};

export const PREFLIGHT: PreflightAnswer = {
  batchId: BATCH,
  total: 25,
  enqueued: 24,
  skipped: 1,
  skippedRows: UPLOADED.skippedRows,
  warnings: [],
  from: { email: 'news@shop.example', name: 'La tienda' },
  samples: [{ row: 1, to: 'ana@example.com', subject: 'Ana, 20 % off until Sunday', text: 'Hola Ana …' }],
  estimate: { seconds: 1, perSecond: 45, usd: 0.004 },
  quota: { max24HourSend: 50_000, sentLast24Hours: 12_345, enough: true },
};
