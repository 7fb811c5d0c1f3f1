import { I18nProvider } from '@cloudscape-design/components/i18n';
import { Suspense, useEffect } from 'react';
import { libraryMessages } from '../i18n/library.ts';
import { language, t } from '../i18n/texts.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Frame } from './Frame.tsx';
import { KeyForm } from './KeyForm.tsx';
import { useApiKey } from './key.ts';
import { local } from './local.ts';
import { NotDeployed } from './NotDeployed.tsx';
import { NotificationProvider } from './notifications.tsx';
import { Loading } from './PageStates.tsx';
import { findPage, HOME } from './pages.ts';
import { BASE, interceptLinks, navigate, usePath } from './router.ts';
import { UnknownPage } from './UnknownPage.tsx';

export function App() {
  const path = usePath();
  useEffect(interceptLinks, []);
  const isBare = path.replace(/\/+$/, '') === BASE;
  useEffect(() => {
    if (isBare) navigate(HOME, 'replace');
  }, [isBare]);
  return (
    <I18nProvider locale={language} messages={[libraryMessages]}>
      <NotificationProvider>
        <Frame>
          <ErrorBoundary key={path}>
            <Suspense fallback={<Loading what={t.frame.page} />}>{!isBare && <CurrentPage path={path} />}</Suspense>
          </ErrorBoundary>
        </Frame>
      </NotificationProvider>
    </I18nProvider>
  );
}

function CurrentPage({ path }: { path: string }) {
  const key = useApiKey();
  const found = findPage(path);
  if (found === undefined) return <UnknownPage />;
  if (found.localOnly && local === undefined) {
    return <NotDeployed arn={found.rest.startsWith('arn:') ? found.rest : undefined} />;
  }
  if (key === undefined && !found.open) return <KeyForm />;
  return <found.Page rest={found.rest} />;
}
