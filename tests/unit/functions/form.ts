import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** What an HTTP API hands on of a request with a form. */
export async function formEvent(form: FormData): Promise<APIGatewayProxyEventV2> {
  const request = new Request('http://api/upload', { method: 'POST', body: form });
  const body = Buffer.from(await request.arrayBuffer());
  return httpEvent({ 'content-type': request.headers.get('content-type') ?? '' }, body);
}

export function httpEvent(headers: Record<string, string>, body?: Buffer): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: 'POST /upload',
    rawPath: '/upload',
    rawQueryString: '',
    headers,
    isBase64Encoded: body !== undefined,
    ...(body ? { body: body.toString('base64') } : {}),
  } as APIGatewayProxyEventV2;
}

export const lambdaContext = { awsRequestId: 'request-1', functionName: 'test' } as Context;
