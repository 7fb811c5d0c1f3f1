import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { shorten } from '../format/text.ts';
import { t } from '../i18n/texts.ts';
import { useNarrow } from '../live/useMedia.ts';
import { CopyableText } from './CopyableText.tsx';

/** A page's heading with the ARN of its resource. The ARN can be copied, and is written out where there is room. */
export function Title({ name, arn, actions }: { name: string; arn: string; actions: ReactNode }) {
  const narrow = useNarrow();
  return (
    <Header
      variant="h1"
      {...(!narrow && { description: <CopyableText text={arn} what="ARN" /> })}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {actions}
          {narrow && (
            <CopyToClipboard
              textToCopy={arn}
              copyButtonText="ARN"
              copySuccessText={t.common.copied}
              copyErrorText={t.common.notCopied}
            />
          )}
        </SpaceBetween>
      }
    >
      <span className="pg-title" title={name}>
        {narrow ? shorten(name) : name}
      </span>
    </Header>
  );
}
