import { getProduct } from './product.ts';

/** A notification request, as far as the API tells about it. */
export interface NotificationRequest {
  readonly id: string;
  readonly status: 'queued' | 'processing' | 'sent' | 'failed';
}

/** Undefined when there is no such request. */
export const getRequest = (id: string, signal: AbortSignal): Promise<NotificationRequest | undefined> =>
  getProduct(`/v1/requests/${encodeURIComponent(id)}`, signal);
