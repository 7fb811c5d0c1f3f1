/** Saves a blob as a file of the user. */
export function saveAs(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun the download by then.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
