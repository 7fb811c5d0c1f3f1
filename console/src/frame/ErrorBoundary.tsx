import { Component, type ReactNode } from 'react';
import { Failure } from './PageStates.tsx';

/** Keeps the frame alive when a page breaks; another route starts anew by its key. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Failure error={this.state.error} what="this page" retry={() => window.location.reload()} />;
  }
}
