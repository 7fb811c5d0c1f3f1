import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { Suspense, useEffect } from 'react';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Frame } from './Frame.tsx';
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
    <I18nProvider locale="en" messages={[messages]}>
      <NotificationProvider>
        <Frame>
          <ErrorBoundary key={path}>
            <Suspense fallback={<Loading what="page" />}>{!isBare && <CurrentPage path={path} />}</Suspense>
          </ErrorBoundary>
        </Frame>
      </NotificationProvider>
    </I18nProvider>
  );
}

function CurrentPage({ path }: { path: string }) {
  const found = findPage(path);
  if (found === undefined) return <UnknownPage />;
  if (local === undefined) return <NotDeployed arn={found.rest.startsWith('arn:') ? found.rest : undefined} />;
  return <found.Page rest={found.rest} />;
}
