// On one machine the page comes with the key; deployed, the user types it under "Authorize".
const key = globalThis.PREGON_LOCAL?.apiKey;

const ui = globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  // The badge would ask a server elsewhere.
  validatorUrl: null,
  onComplete: () => {
    if (key) ui.preauthorizeApiKey('apiKey', key);
  },
});
