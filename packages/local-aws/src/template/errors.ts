/** The synthesized template says something that cannot be read; the message names the resource and the place. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** A value of the template is correct on AWS and not emulated here; the message says what it is. */
export class NotEmulated extends TemplateError {}
