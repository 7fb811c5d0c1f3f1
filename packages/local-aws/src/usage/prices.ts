/** List prices of us-east-1 in dollars, on demand, without free tiers (November 2026). */
export const PRICES = {
  standardTransition: 25 / 1e6,
  expressRequest: 1 / 1e6,
  expressGbSecond: 0.00001667,
  lambdaRequest: 0.2 / 1e6,
  /** arm64 */
  lambdaGbSecond: 0.0000133334,
  sqsRequest: 0.4 / 1e6,
  dynamodbWriteUnit: 0.625 / 1e6,
  dynamodbReadUnit: 0.125 / 1e6,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  sesMessage: 0.1 / 1000,
  httpApiRequest: 1 / 1e6,
  /** PutEvents with own events; those of AWS's services are free. */
  event: 1 / 1e6,
} as const;

/** A request of SQS or EventBridge counts once for each 64 KB. */
export const REQUEST_CHUNK_BYTES = 64 * 1024;
