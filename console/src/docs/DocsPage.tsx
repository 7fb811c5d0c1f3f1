import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import { useEffect, useRef } from 'react';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { apiKey } from '../frame/key.ts';
import { DOCS } from '../frame/router.ts';
import { useTheme } from '../frame/theme.ts';
import { t } from '../i18n/texts.ts';

/** The HTTP API in Swagger UI, with the key of the session. */
export default function DocsPage() {
  usePageTitle([{ text: t.frame.apiReference, href: DOCS }]);
  const root = useRef<HTMLDivElement>(null);
  const { dark } = useTheme();
  useEffect(() => {
    document.documentElement.classList.toggle('dark-mode', dark);
    return () => document.documentElement.classList.remove('dark-mode');
  }, [dark]);
  useEffect(() => {
    const ui = SwaggerUIBundle({
      url: '/openapi.json',
      domNode: root.current,
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // The badge would ask a server elsewhere.
      validatorUrl: null,
      onComplete: () => {
        const key = apiKey();
        if (key !== undefined) ui.preauthorizeApiKey('apiKey', key);
      },
    });
  }, []);
  return <div ref={root} className="pg-docs" />;
}
