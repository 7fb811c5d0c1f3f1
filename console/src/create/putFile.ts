import { ApiError } from '../api/call.ts';
import type { LargeUpload } from '../api/upload.ts';
import { t } from '../i18n/texts.ts';

/** Sends a file to its address. `onProgress` gets the part that is sent, from 0 to 1; `fetch` cannot tell it. */
export function putFile(
  { url, headers }: LargeUpload,
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets the length itself, and refuses a script that does.
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onload = () =>
      request.status < 300
        ? resolve()
        : reject(new ApiError(t.create.notStored, t.api.status(request.status), request.status));
    request.onerror = () => reject(new ApiError(t.create.notStored, t.create.connectionLost, 0));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
