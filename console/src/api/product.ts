import { apiKey } from '../frame/key.ts';
import { t } from '../i18n/texts.ts';
import { ApiError } from './call.ts';

export interface ProductRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A form and a blob are sent as they are, everything else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** By default that of the session. */
  readonly key?: string;
}

/** Calls the product's API. Throws an ApiError with the title and the detail of its problem document. */
export async function askProduct(path: string, request: ProductRequest = {}): Promise<Response> {
  const { method = 'GET', body, signal, key = apiKey() ?? '' } = request;
  const isJson = body !== undefined && !(body instanceof FormData) && !(body instanceof Blob);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(isJson && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as FormData | Blob) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('NoAnswer', t.api.noAnswer, 0);
  }
  if (!response.ok) throw problemOf(response.status, await response.text());
  return response;
}

/** Gets a document of the product's API. Undefined when there is none. */
export async function getProduct<T>(path: string, signal?: AbortSignal): Promise<T | undefined> {
  try {
    return (await (await askProduct(path, signal && { signal })).json()) as T;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Sends a request with a body, and gives the document of the answer. */
export async function sendProduct<T>(method: 'POST' | 'PUT', path: string, body?: unknown): Promise<T> {
  return (await (await askProduct(path, { method, body })).json()) as T;
}

/** A problem document of the product, or the `message` of API Gateway. */
function problemOf(status: number, text: string): ApiError {
  if (status === 401 || status === 403) return new ApiError(t.api.refused, t.api.refusedWhy, status);
  try {
    const { title, detail, message } = JSON.parse(text) as { title?: string; detail?: string; message?: string };
    return new ApiError(title ?? t.api.failed, detail ?? message ?? t.api.status(status), status);
  } catch {
    return new ApiError(t.api.failed, t.api.status(status), status);
  }
}
