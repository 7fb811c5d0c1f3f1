import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createErasures } from '../../../core/consent/erasures.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { uploadRoutes } from '../../../functions/upload/routes.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { preflightParts } from '../campaigns/preflight-parts.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';
import { fakeStates } from '../delivery/fake-states.ts';
import { formRequest, type HttpRequest, httpClient } from '../support/http.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

export const CSV = 'email,subject,content\nana@example.com,Hola,uno\nbad,Hola,dos\n';
const clock = { now: () => Date.parse('2026-11-22T10:00:00.000Z'), sleep: async () => undefined };

export const csv = (text: string | Buffer, type = 'text/csv') =>
  new Blob([new Uint8Array(Buffer.from(text))], { type });

/** The route of uploads, with a table, a bucket and a state machine of its own for each test. */
export function uploading() {
  let table: Awaited<ReturnType<typeof openTable>>;
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  /** The names of the executions that were started. */
  const started: string[] = [];
  let failing: Error | undefined;

  beforeEach(async () => {
    table = await openTable();
    s3 = await openFakeS3();
    started.length = 0;
    failing = undefined;
  });
  afterEach(async () => {
    await Promise.all([table.close(), s3.close()]);
  });

  const post = (request: HttpRequest) => send('POST /upload', request);
  const send = (route: string, request: HttpRequest) =>
    httpClient(
      uploadRoutes({
        sends: table.sends,
        control: table.control,
        store: createCampaignStore(table.control),
        ledger: createLedger(table),
        counters: createCampaignCounters(table.control),
        telemetry: silent,
        objects: createCampaignObjects({ s3: s3.client, bucket: 'campaigns' }),
        bucket: 'campaigns',
        clock,
        newUploadId: () => crypto.randomUUID(),
        ...preflightParts(clock),
        sendRate: async () => 50,
        sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
        suppressions: createSuppressions(table),
        erasures: createErasures(table),
        sendTimeoutSeconds: 3600,
        executions: {
          ...fakeStates(clock).executions,
          async start(name) {
            if (failing) throw failing;
            started.push(name);
          },
        },
      }),
    )(route, request);
  const postForm = async (parts: [string, string | Blob, string?][]) => {
    const form = new FormData();
    for (const [name, value, filename] of parts) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value, filename ?? 'file.csv');
    }
    return post(await formRequest(form));
  };
  /** What rows.csv tells the workflow. */
  const writtenRows = () =>
    readAsStatesDoes(String([...s3.objects].find(([key]) => key.endsWith('rows.csv'))?.[1])).map(
      ({ row, content, stateItem = '' }) => {
        const { email, subject } = JSON.parse(stateItem);
        return { row, email: email.S, subject: subject.S, content };
      },
    );

  return {
    started,
    send,
    post,
    postForm,
    writtenRows,
    /** The bucket's objects by their keys. */
    objects: () => s3.objects,
    control: () => table.control,
    /** Whether a start of an execution fails, and how. */
    failStarts(error: Error | undefined) {
      failing = error;
    },
  };
}
