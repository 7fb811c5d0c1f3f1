import { Component, type ReactNode } from 'react';
import { t } from '../i18n/texts.ts';
import { Failure } from './PageStates.tsx';

/** Keeps the frame usable when a page throws. Its key is the route, so another route starts without the error. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Failure error={this.state.error} what={t.frame.thisPage} retry={() => window.location.reload()} />;
  }
}
