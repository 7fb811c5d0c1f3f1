import { campaignDefinition } from '../../statemachines/compile.ts';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { answerPages, OUR_PAGES } from './support/every-page.ts';
import { textsOf } from './support/page-texts.ts';

let shown: TestConsole;

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

afterEach(() => shown.browser.closePages());

afterAll(async () => {
  await shown.close();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

/** Data of the fakes, and names: ids, addresses and times; event types; words of AWS that Spanish keeps. */
const DATA = [
  /[\d@]/,
  /^[A-Z][a-z]+([A-Z][a-z]+)+$/,
  /^(running|failed|aborted|batches|large|campaign|ses|Hi|Hello|Welcome(, Lucía)?|Mantenimiento|ERROR · Welcome)$/,
  /^(welcome\.csv|failed|b1)( · Pregón)?$/,
  /^(Pregón|GraphQL|React Flow( attribution)?|lambda:invoke)$/,
  /^(Choice|Wait|Task|Succeed|Distributed Map|Map Run( SendRows)?( · Pregón)?|Map Runs|Redrives|Error|ID|Zoom)$/,
  /^(MessageRejected: )?(Address refused|The provider does not answer\.)$/,
];

/** The workflow has its own words on its lines: names, codes and comments. */
const WORKFLOW = JSON.stringify(campaignDefinition());

const isData = (text: string) =>
  DATA.some((pattern) => pattern.test(text)) ||
  text.split(', ').every((part) => WORKFLOW.includes(part.replace(/…$/, '')));

test.each(OUR_PAGES)('%s says nothing in English when it is read in Spanish', async (_name, path, shows) => {
  const said: ReadonlySet<string>[] = [];
  for (const locale of ['en-US', 'es-ES']) {
    const page = await shown.open(path, { locale }, answerPages);
    await page.locator(shows).first().waitFor();
    said.push(await textsOf(page));
  }
  const [english, spanish] = said;
  const same = [...(english ?? [])].filter((text) => spanish?.has(text) && /[A-Za-z]{2}/.test(text) && !isData(text));
  expect(same).toEqual([]);
  expect(spanish?.size).toBeGreaterThan(25);
});
