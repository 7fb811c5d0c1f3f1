import { readFileSync } from 'node:fs';
import { htmlOf } from '../../../console/markdown.ts';
import { LINKED_SECTIONS, runbookPath } from '../../../console/src/runbook/links.ts';

test.each([
  ['CampaignIncomplete', false, '/console/runbook#a-campaign-ended-failed'],
  ['CampaignIncomplete', true, '/console/runbook#unconfirmed-rows'],
  ['DailyQuotaExceeded', true, '/console/runbook#the-daily-quota'],
  ['TooManyBounces', false, '/console/runbook#alarm-protection-stopped'],
  [undefined, false, '/console/runbook#a-campaign-ended-failed'],
])('the error %s, with unconfirmed rows: %s, is explained at %s', (error, hasUnconfirmed, path) => {
  expect(runbookPath(error, hasUnconfirmed)).toBe(path);
});

test('the runbook has every section that the console links to', () => {
  const html = htmlOf(readFileSync('docs/runbook.md', 'utf8'));
  expect(LINKED_SECTIONS.filter((section) => !html.includes(` id="${section}"`))).toEqual([]);
});

test('a document keeps its links to its sections and to the web, and those to other files become text', () => {
  const html = htmlOf('## One & two\n\n[here](#one--two) [web](https://a.example) [file](events.md#x)\n');
  expect(html).toContain('<h2 id="one--two">One &amp; two</h2>');
  expect(html).toContain('<a href="#one--two">here</a> <a href="https://a.example">web</a> <span>file</span>');
});

test('a document cannot bring HTML of its own', () => {
  expect(htmlOf('<script>alert(1)</script>')).not.toContain('<script>');
});
