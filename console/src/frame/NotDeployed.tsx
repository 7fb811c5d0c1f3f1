import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { awsConsoleUrl } from '../api/arn.ts';
import { usePageTitle } from './Breadcrumbs.tsx';
import { HOME } from './pages.ts';

/** Shown on a deployed stack: this page has no AWS credentials, so it links to the AWS console. */
export function NotDeployed({ arn }: { arn: string | undefined }) {
  usePageTitle([{ text: 'Executions', href: HOME }]);
  return (
    <Container header={<Header variant="h1">Executions</Header>}>
      <SpaceBetween size="m">
        <Box variant="p">
          This stack runs on AWS. Its executions, Map Runs and redrives are in the AWS Step Functions console, which
          shows them with your own permissions. On a local stack this page shows the same.
        </Box>
        <Button variant="primary" href={awsConsoleUrl(arn)} external target="_blank">
          Open the Step Functions console
        </Button>
      </SpaceBetween>
    </Container>
  );
}
