import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { MapRun } from '../api/types.ts';
import { MapRunBar } from '../map-runs/MapRunBar.tsx';
import type { PlacedNode } from './layout.ts';
import { STATE_STATUS } from './status.ts';
import type { StateStatus } from './trace.ts';

export interface StateNodeData extends Record<string, unknown> {
  readonly placed: PlacedNode;
  readonly status: StateStatus;
  readonly selected: boolean;
  readonly visits: number;
  /** The state runs in the children of a Map Run, so this execution's history has no events of it. */
  readonly inChildren: boolean;
  readonly mapRun: MapRun | undefined;
  readonly onSelect: (state: string) => void;
}

export type StateFlowNode = Node<StateNodeData, 'state'>;

/** A state of the workflow. It is a button, so that the drawing can be used with the keyboard. */
export const StateNode = memo(function StateNode({ data }: NodeProps<StateFlowNode>) {
  const { placed, status, selected, visits, inChildren, mapRun, onSelect } = data;
  if (placed.kind === 'start' || placed.kind === 'end') {
    return (
      <div className="pg-dot">
        {placed.kind === 'start' ? 'Start' : 'End'}
        <Anchors />
      </div>
    );
  }
  const type = placed.state?.distributed ? 'Distributed Map' : (placed.state?.type ?? '');
  const text = inChildren ? 'runs in the children' : STATE_STATUS[status].text;
  return (
    <div
      className={`pg-state pg-state-${inChildren ? 'inChildren' : status} ${placed.kind === 'container' ? 'pg-container' : ''}`}
    >
      <button
        type="button"
        className="pg-state-button"
        aria-pressed={selected}
        aria-label={`${placed.id}, ${type}, ${text}`}
        data-state={placed.id}
        data-status={status}
        onClick={() => onSelect(placed.id)}
      >
        <span className="pg-state-mark" aria-hidden="true" />
        <span className="pg-state-text">
          <span className="pg-state-name" title={placed.id}>
            {placed.id}
          </span>
          <span className="pg-state-type">
            {type}
            {visits > 1 && ` · ${visits}×`}
          </span>
        </span>
        {mapRun !== undefined && (
          <span className="pg-state-run">
            <MapRunBar counts={mapRun.itemCounts} thin />
          </span>
        )}
      </button>
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
