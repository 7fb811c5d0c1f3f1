import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useState } from 'react';
import { preflight } from '../api/upload.ts';
import { t } from '../i18n/texts.ts';
import { useStored } from '../live/useStored.ts';
import { type Draft, optionsOf } from './draft.ts';
import { checkedPart } from './usePreflight.ts';

/** Sends the first row's mail to the user's own address, before anything is sent to the recipients. */
export function TestSend({ draft }: { draft: Draft }) {
  const [address, setAddress] = useStored('testTo', '');
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ readonly to?: string; readonly error?: Error }>();
  const texts = t.create.test;
  const to = address.trim();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (to === '' || draft.file === undefined || busy) return;
    setBusy(true);
    setResult(undefined);
    try {
      const file = await checkedPart(draft.file);
      if (file === undefined) throw new Error(texts.notPossible);
      const { tests = [] } = await preflight(file, optionsOf(draft), to);
      const refused = tests.find(({ error }) => error !== undefined)?.error;
      if (refused !== undefined) throw new Error(refused.message);
      setResult({ to });
    } catch (cause) {
      setResult({ error: cause instanceof Error ? cause : new Error(String(cause)) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Container
      header={
        <Header variant="h2" description={texts.description}>
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <form onSubmit={send} className="pg-look-up">
          <FormField label={texts.address} stretch>
            <Input
              type="email"
              value={address}
              placeholder="me@example.com"
              onChange={({ detail }) => setAddress(detail.value)}
            />
          </FormField>
          <Button formAction="submit" loading={busy} disabled={to === ''}>
            {texts.send}
          </Button>
        </form>
        {result?.to !== undefined && <Alert type="success">{texts.sent(result.to)}</Alert>}
        {result?.error !== undefined && (
          <Alert type="error" header={texts.failed}>
            {result.error.message}
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}
