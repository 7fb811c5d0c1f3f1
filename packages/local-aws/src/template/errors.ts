/** The synthesized template is invalid. The message names the resource and the path. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** A value of the template is valid on AWS but not emulated here. The message names it. */
export class NotEmulated extends TemplateError {}
