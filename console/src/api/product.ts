import { local } from '../frame/local.ts';
import { ApiError } from './call.ts';

/** Gets a document of the product's API. Undefined when there is none. */
export async function getProduct<T>(path: string, signal: AbortSignal): Promise<T | undefined> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { authorization: `Bearer ${local?.apiKey ?? ''}` }, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError('NoAnswer', 'The local stack does not answer. Is it still running?', 0);
  }
  if (response.status === 404) return undefined;
  const text = await response.text();
  if (!response.ok)
    throw new ApiError('Error', `The API answered ${response.status}: ${text.slice(0, 200)}`, response.status);
  return JSON.parse(text) as T;
}
