/** The synthesized template says something that cannot be read; the message names the resource and the place. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
