import Button from '@cloudscape-design/components/button';
import { t } from '../i18n/texts.ts';
import { usePageTitle } from './Breadcrumbs.tsx';
import { Empty } from './PageStates.tsx';
import { HOME } from './pages.ts';

export function UnknownPage() {
  usePageTitle([{ text: t.frame.noPage, href: HOME }]);
  return (
    <Empty title={t.frame.noPage} action={<Button href={HOME}>{t.frame.toCampaigns}</Button>}>
      {t.frame.noPageHint}
    </Empty>
  );
}
