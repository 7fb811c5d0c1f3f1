import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { type FormEvent, useEffect, useState } from 'react';
import { formatCount } from '../format/number.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import { navigate, useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { LOOK_UP_PATH, lookUpPath } from '../sends/links.ts';
import { type Found, lookUp } from './lookUp.ts';
import './look-up.css';

const ONCE_MS = 3_600_000;

/** Finds the page of any id or address. */
export default function LookUpPage() {
  const [query] = useQuery();
  const wanted = query.get('q')?.trim() ?? '';
  const texts = t.lookUp;
  usePageTitle([{ text: texts.title, href: LOOK_UP_PATH }]);
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={texts.description}>
        {texts.title}
      </Header>
      <LookUpForm key={wanted} wanted={wanted} />
      {wanted !== '' && <Results wanted={wanted} />}
    </SpaceBetween>
  );
}

function LookUpForm({ wanted }: { wanted: string }) {
  const [text, setText] = useState(wanted);
  const texts = t.lookUp;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') navigate(lookUpPath(text.trim()));
  };
  return (
    <Container>
      <form onSubmit={submit} className="pg-look-up-form">
        <FormField label={texts.label} description={texts.hint} stretch>
          <Input
            value={text}
            placeholder={texts.placeholder}
            autoComplete={false}
            spellcheck={false}
            autoFocus
            onChange={({ detail }) => setText(detail.value)}
          />
        </FormField>
        <Button variant="primary" formAction="submit" disabled={text.trim() === ''}>
          {texts.title}
        </Button>
      </form>
    </Container>
  );
}

function Results({ wanted }: { wanted: string }) {
  const { data, error, refresh } = useLive(`look up ${wanted}`, (signal) => lookUp(wanted, signal), ONCE_MS);
  const only = data?.length === 1 ? data[0] : undefined;
  useEffect(() => {
    // Replaces this page, so that "back" leads to where the user came from.
    if (only !== undefined) navigate(only.href, 'replace');
  }, [only]);
  const texts = t.lookUp;
  if (data === undefined) {
    if (error === undefined) return <Loading what={wanted} />;
    return <Failure error={error} what={wanted} retry={refresh} />;
  }
  if (data.length === 0) return <Empty title={texts.nothing}>{texts.nothingHint}</Empty>;
  if (only !== undefined) return <Loading what={wanted} />;
  return <FoundTable found={data} />;
}

function FoundTable({ found }: { found: readonly Found[] }) {
  const texts = t.lookUp;
  return (
    <Table
      variant="container"
      items={found}
      trackBy="href"
      wrapLines
      sortingDisabled
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: texts.found }}
      header={
        <Header variant="h2" counter={`(${formatCount(found.length)})`}>
          {texts.found}
        </Header>
      }
      columnDefinitions={[
        { id: 'kind', header: texts.kind, width: 130, cell: ({ kind }) => texts.kinds[kind] },
        {
          id: 'name',
          header: texts.name,
          isRowHeader: true,
          minWidth: 180,
          cell: ({ name, href }) => <Link href={href}>{name}</Link>,
        },
        { id: 'detail', header: texts.detail, minWidth: 150, cell: ({ detail }) => detail ?? '–' },
      ]}
    />
  );
}
