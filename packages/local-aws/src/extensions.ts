import type { Chance } from './faults/step.ts';
import type { LocalRoute } from './gateway/local-routes.ts';
import type { ServiceHandler } from './gateway/types.ts';
import type { SecretSource } from './secrets/state.ts';
import type { EmailOutbox } from './ses/state/outbox.ts';

/** What an extension can build on. */
export interface ExtensionContext {
  /** Base address of the AWS endpoint, without a trailing slash. */
  readonly awsEndpoint: string;
  /** Folder of all local state; this process holds its lock. */
  readonly dataDir: string;
  readonly chance: Chance;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What a product adds to local AWS. Every member is optional. */
export interface Extensions {
  /** Values of template parameters, by name. They replace those given as an option. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Values of the template's secrets, by name or logical id; a function makes the value of the stored one. */
  readonly secrets?: Readonly<Record<string, SecretSource>>;
  /** Stand-ins of services outside AWS, by name: each answers the requests to `/_providers/<name>/…` of the AWS endpoint. */
  readonly providers?: Readonly<Record<string, ServiceHandler>>;
  /** Further addresses of the AWS endpoint, by path; each path begins with `/_local/`. */
  readonly routes?: Readonly<Record<string, LocalRoute>>;
  /** Keeps the messages that SES accepts, and may refuse recipients. By default messages are counted and dropped. */
  readonly outbox?: EmailOutbox;
  /** Called when everything else has stopped. */
  close?(): unknown;
}
