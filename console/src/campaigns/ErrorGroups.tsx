import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import type { CampaignDetail } from '../api/campaigns.ts';
import { ListTable } from '../components/ListTable.tsx';
import { formatCount } from '../format/number.ts';
import { t } from '../i18n/texts.ts';
import { wordsOf } from './errorWords.ts';

/** The errors of a campaign, grouped by reason, with what to do about each. Nothing while there are none. */
export function ErrorGroups({ campaign }: { campaign: CampaignDetail }) {
  const groups = campaign.errors ?? [];
  if (groups.length === 0) return null;
  const texts = t.campaigns.errors;
  return (
    <ListTable
      items={groups}
      trackBy="code"
      label={texts.title}
      heading="code"
      sections={{ count: 100, todo: 100 }}
      header={<Header variant="h2">{texts.title}</Header>}
      columns={[
        {
          id: 'count',
          header: t.campaigns.rows.title,
          minWidth: 80,
          width: 100,
          cell: ({ count }) => formatCount(count),
        },
        {
          id: 'code',
          header: texts.reason,
          isRowHeader: true,
          minWidth: 220,
          cell: ({ code }) => (
            <>
              <div>{wordsOf(code).what}</div>
              <Box variant="small" color="text-body-secondary">
                {code}
              </Box>
            </>
          ),
        },
        { id: 'todo', header: texts.todo, minWidth: 260, cell: ({ code }) => wordsOf(code).todo },
      ]}
    />
  );
}
