/** The name of the state that a Map Run or a child execution belongs to, and the last part of the ARN. */
export interface ArnParts {
  readonly region: string;
  readonly stateMachine: string;
  readonly label?: string;
  readonly name: string;
}

/**
 * Parses the ARN of an execution or a Map Run: `…:execution:<machine>:<name>`,
 * `…:execution:<machine>/<label>:<name>`, `…:express:<machine>/<label>:<name>:<uuid>`, `…:mapRun:<machine>/<label>:<uuid>`.
 */
export function parseArn(arn: string): ArnParts {
  const [, , , region = '', , , resource = '', ...rest] = arn.split(':');
  const [stateMachine = '', label] = resource.split('/');
  return { region, stateMachine, ...(label !== undefined && { label }), name: rest.join(':') };
}

/** Client route of an execution. The ARN is the rest of the path, so its slashes and colons are not encoded. */
export function executionPath(arn: string): string {
  return `/console/executions/${encodeArn(arn)}`;
}

/** Client route of a Map Run. */
export function mapRunPath(arn: string): string {
  return `/console/map-runs/${encodeArn(arn)}`;
}

function encodeArn(arn: string): string {
  return encodeURIComponent(arn).replaceAll('%3A', ':').replaceAll('%2F', '/');
}

/** The page of AWS's own console for this ARN. */
export function awsConsoleUrl(arn: string | undefined): string {
  const { region } = parseArn(arn ?? '');
  if (arn === undefined || region === '') return 'https://console.aws.amazon.com/states/home';
  const view = arn.includes(':mapRun:') ? 'maprun' : 'executions';
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/${view}/details/${arn}`;
}
