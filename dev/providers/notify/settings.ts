/** The key that is published with the provider. The stand-in requires it, and the product uses it unless `--notify-key` is given. */
export const LOCAL_NOTIFY_KEY = 'test-dev-2026';

/** The external notification provider that the product calls. */
export interface NotifyTarget {
  /** Base URL. By default that of the local stand-in. */
  url?: string;
  key?: string;
}

export const notifyParameters = (awsEndpoint: string, { url }: NotifyTarget): Record<string, string> => ({
  NotifyUrl: url ?? `${awsEndpoint}/_providers/notify`,
});

export const notifySecret = (stackName: string, { key }: NotifyTarget): Record<string, string> => ({
  [`${stackName}/notify-key`]: key ?? LOCAL_NOTIFY_KEY,
});
