/** The document's own key: what the stand-in asks for, and what the product has unless `--notify-key` says otherwise. */
export const LOCAL_NOTIFY_KEY = 'test-dev-2026';

/** The external notification provider that the product calls. */
export interface NotifyTarget {
  /** Base address; the stand-in of this machine where it is missing. */
  url?: string;
  key?: string;
}

export const notifyParameters = (awsEndpoint: string, { url }: NotifyTarget): Record<string, string> => ({
  NotifyUrl: url ?? `${awsEndpoint}/_providers/notify`,
});

export const notifySecret = (stackName: string, { key }: NotifyTarget): Record<string, string> => ({
  [`${stackName}/notify-key`]: key ?? LOCAL_NOTIFY_KEY,
});
