import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../api/call.ts';
import { askProduct } from '../api/product.ts';
import { t } from '../i18n/texts.ts';
import { usePageTitle } from './Breadcrumbs.tsx';
import { keepApiKey } from './key.ts';
import { HOME } from './pages.ts';

/** Asks for the API key once, on a deployed stack. A key that is not accepted is not kept. */
export function KeyForm() {
  usePageTitle([{ text: t.key.title, href: HOME }]);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const key = text.trim();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (key === '' || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await askProduct('/campaigns?limit=1', { key });
      keepApiKey(key);
    } catch (error) {
      const isRefused = error instanceof ApiError && (error.status === 401 || error.status === 403);
      setProblem(isRefused ? t.key.refused : error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Container header={<Header variant="h1">{t.key.title}</Header>}>
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          <FormField
            label={t.key.label}
            description={t.key.description}
            {...(problem !== undefined && { errorText: problem })}
          >
            <Input
              type="password"
              value={text}
              autoFocus
              autoComplete={false}
              onChange={({ detail }) => setText(detail.value)}
            />
          </FormField>
          <Button variant="primary" formAction="submit" loading={busy} disabled={key === ''}>
            {t.key.use}
          </Button>
          <Box variant="p" color="text-body-secondary">
            {t.key.how}
          </Box>
        </SpaceBetween>
      </form>
    </Container>
  );
}
