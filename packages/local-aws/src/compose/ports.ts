/** A start failed for a reason outside of local AWS. The message says what to do. */
export class StartFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailure';
  }
}

/** Calls `listen`. If the port is not available, it throws a StartFailure that names the option to change. */
export async function listening<T>(option: string, port: number, host: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new StartFailure(`Port ${port} is in use: choose another with ${option}, or 0 for any free one`, {
        cause: error,
      });
    }
    if (code === 'EACCES')
      throw new StartFailure(`Port ${port} may not be used: choose one from 1024 on with ${option}`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartFailure(`${host} is not an address of this machine`);
    throw error;
  }
}
