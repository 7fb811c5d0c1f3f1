import Button from '@cloudscape-design/components/button';
import { awsConsoleUrl, executionPath } from '../api/arn.ts';
import { local } from '../frame/local.ts';
import { t } from '../i18n/texts.ts';

/** Leads to the execution of a campaign: to its page here on a local stack, to the Step Functions console on AWS. */
export function TraceLink({ arn }: { arn: string }) {
  if (local !== undefined) return <Button href={executionPath(arn)}>{t.campaigns.trace}</Button>;
  return (
    <Button href={awsConsoleUrl(arn)} external target="_blank" iconAlign="right">
      {t.campaigns.traceAws}
    </Button>
  );
}
