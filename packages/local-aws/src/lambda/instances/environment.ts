import { LOCAL_SECRET_KEY } from '../../identity.ts';
import type { FunctionSpec } from '../definitions.ts';

export interface EnvironmentOptions {
  region: string;
  awsEndpoint: string;
  /** Access key id of the function's role. */
  accessKeyId: string;
}

/** The `process.env` of a function: the template's variables, those that Lambda adds, and PATH and TZ of the host. */
export function functionEnvironment(spec: FunctionSpec, options: EnvironmentOptions): Record<string, string> {
  return {
    ...spec.environment,
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    TZ: process.env.TZ ?? ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_ENDPOINT_URL: options.awsEndpoint,
    AWS_ACCESS_KEY_ID: options.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_SECRET_KEY,
    // Without an X-Ray daemon Powertools would fill the log with errors.
    POWERTOOLS_TRACE_ENABLED: 'false',
    // The SDK looks for missing settings in the instance metadata service, which does not exist here.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: spec.codeDir,
    _HANDLER: spec.handler,
  };
}
