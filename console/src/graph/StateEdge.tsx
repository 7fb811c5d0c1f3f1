import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { cut, type PlacedEdge, type Point } from './layout.ts';

export interface StateEdgeData extends Record<string, unknown> {
  readonly placed: PlacedEdge;
  readonly taken: boolean;
  /** The line leads into a state that is running. */
  readonly moving: boolean;
}

export type StateFlowEdge = Edge<StateEdgeData, 'transition'>;

export const StateEdge = memo(function StateEdge({ id, data }: EdgeProps<StateFlowEdge>) {
  if (data === undefined) return null;
  const { placed, taken, moving } = data;
  const classes = ['pg-edge', `pg-edge-${placed.kind}`, taken && 'pg-edge-taken', moving && 'pg-edge-moving'];
  return (
    <>
      <path
        id={id}
        className={classes.filter(Boolean).join(' ')}
        d={curve(placed.points)}
        markerEnd={`url(#pg-arrow${taken ? '-taken' : ''})`}
      />
      {placed.label !== undefined && placed.labelAt !== undefined && (
        <EdgeLabelRenderer>
          <div
            className={`pg-edge-label pg-edge-label-${placed.kind}`}
            style={{ transform: `translate(-50%, -50%) translate(${placed.labelAt.x}px, ${placed.labelAt.y}px)` }}
            title={placed.label}
          >
            {cut(placed.label)}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** A path through dagre's points with rounded corners. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  let path = `M${first.x},${first.y}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1] ?? last;
    // Each curve ends in the middle between two points and has a point as its control point, so that no corner is sharp.
    const to = index === rest.length - 1 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${point.x},${point.y} ${to.x},${to.y}`;
  });
  return rest.length === 0 ? `${path}L${last.x},${last.y}` : path;
}
