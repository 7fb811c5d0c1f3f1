import { type ChildProcess, fork, type SendHandle } from 'node:child_process';
import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Descriptors } from '../../descriptors.ts';

/** Free file descriptors that the functions of a request and their connections may need. */
const REQUEST_NEEDS = 48;
/** With fewer, no connection is accepted, not even to refuse its request. */
const REFUSAL_NEEDS = 12;
/** So many connections are admitted while functions that work for something else, such as queues, hold the descriptors. */
const ALWAYS_ADMITTED = 4;
const CHECK_EVERY_MS = 50;

export interface AdmissionOptions {
  descriptors: Descriptors;
  /** Ends an idle instance of a function, which frees descriptors. Resolves to false if none is idle. */
  endIdleInstance(): Promise<boolean>;
}

/**
 * Decides which connections of a server are served while file descriptors are scarce. Requests beyond what the free ones allow are
 * refused, and connections beyond those wait in the queue of the operating system until they can be refused.
 *
 * Node accepts every connection at once, and closes those for which no descriptor is left without an answer (`uv__emfile_trick` in libuv's
 * src/unix/stream.c). So the server closes its listening socket while hardly any is left. A child process keeps the socket open meanwhile,
 * because the connections that wait would be lost with it.
 */
export class Admission {
  readonly #server: Server;
  readonly #options: AdmissionOptions;
  readonly #keeper: ChildProcess;
  /** The connections that came while descriptors were free. */
  readonly #admitted = new Set<Socket>();
  #kept = false;
  #check: NodeJS.Timeout | undefined;

  /** The server must be listening. */
  constructor(server: Server, options: AdmissionOptions) {
    this.#server = server;
    this.#options = options;
    this.#keeper = fork(new URL('./keeper.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // The server itself would accept connections in the child: https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback
    const { _handle: socket } = server as unknown as { _handle: SendHandle };
    this.#keeper.send('keep', socket, (error) => {
      this.#kept = !error;
      if (this.#options.descriptors.free() < REFUSAL_NEEDS) this.#pause();
    });
    this.#keeper.on('message', (_message, listener) => {
      if (this.#keeper.connected) server.listen(listener);
    });
    // It ends with this process, which need not wait for it.
    this.#keeper.unref();
    this.#keeper.channel?.unref();
    this.#keeper.on('exit', () => {
      this.#kept = false;
    });
    // An idle connection would hold a descriptor, and its end could meet a request that is on its way.
    server.maxRequestsPerSocket = 1;
    server.on('connection', (socket) => this.#accepted(socket));
  }

  close(): void {
    clearTimeout(this.#check);
    if (this.#keeper.connected) this.#keeper.disconnect();
  }

  /** Whether a request must be refused, and its connection closed, because it holds a descriptor. */
  async refuses(socket: Socket): Promise<boolean> {
    return !this.#admitted.has(socket) && !(await this.#makeRoom());
  }

  #accepted(socket: Socket): void {
    const free = this.#options.descriptors.free();
    if (free >= REQUEST_NEEDS || (this.#admitted.size < ALWAYS_ADMITTED && free >= REFUSAL_NEEDS)) {
      this.#admitted.add(socket);
      socket.once('close', () => this.#admitted.delete(socket));
    }
    if (free < REFUSAL_NEEDS) this.#pause();
  }

  /** Whether enough file descriptors are free for another request, if need be after idle instances have ended. */
  async #makeRoom(): Promise<boolean> {
    const { descriptors, endIdleInstance } = this.#options;
    for (;;) {
      const free = descriptors.free();
      if (free >= REQUEST_NEEDS) return true;
      if (free < REFUSAL_NEEDS) return false;
      if (!(await endIdleInstance())) return false;
    }
  }

  #pause(): void {
    if (!this.#kept || !this.#server.listening) return;
    // The close of an HTTP server would also stop its timeouts of the requests that it has accepted.
    NetServer.prototype.close.call(this.#server);
    this.#resumeLater();
  }

  #resumeLater(): void {
    this.#check = setTimeout(() => void this.#resume(), CHECK_EVERY_MS);
  }

  /** Listens again. Refused connections end by themselves. If others hold the descriptors, idle instances end. */
  async #resume(): Promise<void> {
    const { descriptors, endIdleInstance } = this.#options;
    if (descriptors.free() < REFUSAL_NEEDS) await endIdleInstance();
    if (!this.#keeper.connected) return;
    if (descriptors.free() < REFUSAL_NEEDS) this.#resumeLater();
    else this.#keeper.send('hand back');
  }
}
