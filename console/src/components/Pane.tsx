import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import { useNarrow } from '../live/useMedia.ts';

/** A detail's frame beside its master; in a dialogue the dialogue is its frame and has its title. */
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
