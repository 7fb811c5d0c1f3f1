/**
 * Where a service is asked: at `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL`, as the SDKs read them, with the
 * environment's credentials. Undefined where neither is set: then a test starts a server of its own.
 */
export function givenService(service: 'DYNAMODB' | 'SQS') {
  const { env } = process;
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] ?? env.AWS_ENDPOINT_URL;
  if (!endpoint) return undefined;
  return { endpoint, region: env.AWS_REGION ?? REGION, ...(env.AWS_ACCESS_KEY_ID ? {} : { credentials: ANYBODY }) };
}

export const REGION = 'us-east-1';
export const ANYBODY = { accessKeyId: 'test', secretAccessKey: 'test' };
