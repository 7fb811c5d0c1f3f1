import type { Texts } from '../texts.ts';
import { account } from './account.ts';
import { campaigns } from './campaigns.ts';
import { create } from './create.ts';
import { api, common, frame, key, rate } from './frame.ts';
import { lookUp, orders, requests, sends } from './lookUp.ts';
import { mailbox } from './mailbox.ts';
import { suppressions } from './suppressions.ts';

export const es: Texts = {
  account,
  api,
  campaigns,
  common,
  create,
  frame,
  key,
  lookUp,
  mailbox,
  orders,
  rate,
  requests,
  sends,
  suppressions,
};
