import type { Texts } from '../texts.ts';
import { campaigns } from './campaigns.ts';
import { api, common, frame, key, rate } from './frame.ts';

export const es: Texts = { api, campaigns, common, frame, key, rate };
