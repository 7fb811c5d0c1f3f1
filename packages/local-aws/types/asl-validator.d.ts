/** The package's entry point declares no types for ES modules. */
declare module 'asl-validator' {
  interface ValidationResult {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
    readonly errorsText: (separator?: string) => string;
  }
  export default function validate(definition: unknown, options?: Record<string, unknown>): ValidationResult;
}
