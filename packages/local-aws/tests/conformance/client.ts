/** Calls an operation of the local engine as any AWS client would, without an SDK in between. */
export async function callEngine(port: number, operation: string, params: object): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
    body: JSON.stringify(params),
  });
  const body = (await response.json()) as Record<string, unknown>;
  if (response.status === 200) return body;
  throw new Error(`${operation}: ${body.__type}: ${body.message}`);
}
