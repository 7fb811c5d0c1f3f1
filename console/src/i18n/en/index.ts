import { campaigns } from './campaigns.ts';
import { api, common, frame, key, rate } from './frame.ts';

export const en = { api, campaigns, common, frame, key, rate };
