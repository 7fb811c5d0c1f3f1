/** A call of the engine with this service is not one of AWS: it asks whether a role has a permission. */
export const PERMISSION_SERVICE = 'local-permissions';

export interface PermissionQuestion {
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
}

/** The message of a denied call in AWS's words; missing if it is allowed. */
export interface PermissionAnswer {
  readonly refusal?: string;
}
