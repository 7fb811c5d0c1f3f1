import { executionInputOf } from '../../../core/campaigns/identity.ts';
import { campaignRecord } from './record.ts';

it('the input of a campaign names the file of keys, and for a record from before it the only file there is', () => {
  const { rowsPerChild: _, ...old } = campaignRecord();
  const files = [campaignRecord({ rowsPerChild: 25 }), old].map((record) => executionInputOf(record, 'bucket'));
  expect(files).toMatchObject([
    { rowsKey: 'campaigns/b1/u1/rows.csv', sendRowsKey: 'campaigns/b1/u1/send.csv', rowsPerChild: 25 },
    { rowsKey: 'campaigns/b1/u1/rows.csv', sendRowsKey: 'campaigns/b1/u1/rows.csv', rowsPerChild: 1 },
  ]);
});
