/** The usage of all calls or of one group. */
export interface Tally {
  /** By `service.Operation`. */
  calls: Record<string, number>;
  throttled: number;
  readUnits: number;
  writeUnits: number;
  sqsRequests: number;
  messagesSent: number;
  lambdaRequests: number;
  lambdaGbSeconds: number;
  httpRequests: number;
  events: number;
}

export const emptyTally = (): Tally => ({
  calls: {},
  throttled: 0,
  readUnits: 0,
  writeUnits: 0,
  sqsRequests: 0,
  messagesSent: 0,
  lambdaRequests: 0,
  lambdaGbSeconds: 0,
  httpRequests: 0,
  events: 0,
});
