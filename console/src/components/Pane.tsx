import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import { useNarrow } from '../live/useMedia.ts';

/** The frame of a detail beside its list. In a dialogue the dialogue itself is the frame and has the title. */
export function Pane({ title, description, children }: { title: string; description: string; children: ReactNode }) {
  const narrow = useNarrow();
  if (narrow) return children;
  return (
    <Container
      header={
        <Header variant="h2" description={description}>
          <span className="pg-title">{title}</span>
        </Header>
      }
    >
      {children}
    </Container>
  );
}
