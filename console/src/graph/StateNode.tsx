import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { MapRun } from '../api/types.ts';
import { later } from '../i18n/later.ts';
import { MapRunBar } from '../map-runs/MapRunBar.tsx';
import type { PlacedNode } from './layout.ts';
import type { StateStatus } from './trace.ts';

const texts = later.graph;

export interface StateNodeData extends Record<string, unknown> {
  readonly placed: PlacedNode;
  readonly status: StateStatus;
  readonly selected: boolean;
  readonly visits: number;
  /** The state runs in the children of a Map Run, so this execution's history has no events of it. */
  readonly inChildren: boolean;
  /** More than the status says, such as how many rows are in the state. */
  readonly note: string | undefined;
  /** The state that the Tab key reaches. The arrow keys go from it to the others. */
  readonly tabStop: boolean;
  readonly onFold: (state: string) => void;
  readonly mapRun: MapRun | undefined;
  readonly onSelect: (state: string) => void;
}

export type StateFlowNode = Node<StateNodeData, 'state'>;

/** A state of the workflow. It is a button, so that the drawing can be used with the keyboard. */
export const StateNode = memo(function StateNode({ data }: NodeProps<StateFlowNode>) {
  const { placed, status, selected, visits, inChildren, note, mapRun, tabStop, onSelect, onFold } = data;
  if (placed.kind === 'start' || placed.kind === 'end') {
    return (
      <div className="pg-dot">
        {placed.kind === 'start' ? texts.start : texts.end}
        <Anchors />
      </div>
    );
  }
  const type = placed.state?.distributed ? texts.distributedMap : (placed.state?.type ?? '');
  const text = inChildren ? texts.inChildren : texts.statuses[status];
  const foldable = placed.kind === 'container' || placed.kind === 'folded';
  const typeText = note === undefined && visits > 1 ? `${type} · ${visits}×` : type;
  const isTypeShown = note === undefined || foldable;
  const shown = [isTypeShown && typeText, note].filter(Boolean).join(' · ');
  return (
    <div
      className={`pg-state pg-state-${inChildren && note === undefined ? 'inChildren' : status} ${placed.kind === 'container' ? 'pg-container' : ''}`}
    >
      <button
        type="button"
        className="pg-state-button"
        aria-pressed={selected}
        tabIndex={tabStop ? 0 : -1}
        // It begins with what is seen, so that a user can say what they see.
        aria-label={[placed.id, shown, !isTypeShown && type, text].filter(Boolean).join(', ')}
        data-state={placed.id}
        data-status={status}
        onClick={() => onSelect(placed.id)}
      >
        <span className="pg-state-mark" aria-hidden="true" />
        <span className="pg-state-text">
          <span className="pg-state-name" title={placed.id}>
            {placed.id}
          </span>{' '}
          <span className="pg-state-type">
            {isTypeShown && typeText}
            {note !== undefined && foldable && ' · '}
            {note !== undefined && <strong>{note}</strong>}
          </span>
        </span>
        {mapRun !== undefined && (
          <span className="pg-state-run">
            <MapRunBar counts={mapRun.itemCounts} thin />
          </span>
        )}
      </button>
      {foldable && (
        <button
          type="button"
          className="pg-fold"
          // The panel of the state has the same button for the keyboard.
          tabIndex={-1}
          aria-expanded={placed.kind === 'container'}
          aria-label={texts.statesOf(placed.id)}
          data-fold={placed.id}
          onClick={() => onFold(placed.id)}
        >
          {placed.kind === 'container' ? '−' : '+'}
        </button>
      )}
      <Anchors />
    </div>
  );
});

/** React Flow attaches lines to handles. dagre computes their course. */
function Anchors() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}
