import Button from '@cloudscape-design/components/button';
import { usePageTitle } from './Breadcrumbs.tsx';
import { Empty } from './PageStates.tsx';
import { HOME } from './pages.ts';

export function UnknownPage() {
  usePageTitle([{ text: 'Not found', href: HOME }]);
  return (
    <Empty title="There is no such page" action={<Button href={HOME}>Go to executions</Button>}>
      The address may have been mistyped.
    </Empty>
  );
}
