declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  /** Shows a document of OpenAPI in an element. */
  export default function SwaggerUIBundle(options: Readonly<Record<string, unknown>>): {
    preauthorizeApiKey(scheme: string, key: string): void;
  };
}
