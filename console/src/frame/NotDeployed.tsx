import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { awsConsoleUrl } from '../api/arn.ts';
import { t } from '../i18n/texts.ts';
import { usePageTitle } from './Breadcrumbs.tsx';
import { EXECUTIONS } from './pages.ts';

/** Shown on a deployed stack: this page has no AWS credentials, so it links to the AWS console. */
export function NotDeployed({ arn }: { arn: string | undefined }) {
  usePageTitle([{ text: t.frame.executions, href: EXECUTIONS }]);
  return (
    <Container header={<Header variant="h1">{t.frame.executions}</Header>}>
      <SpaceBetween size="m">
        <Box variant="p">{t.frame.notDeployed}</Box>
        <Button variant="primary" href={awsConsoleUrl(arn)} external target="_blank">
          {t.frame.openAws}
        </Button>
      </SpaceBetween>
    </Container>
  );
}
