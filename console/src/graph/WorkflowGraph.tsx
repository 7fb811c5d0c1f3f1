import '@xyflow/react/dist/base.css';
import './graph.css';
import { Controls, type FitViewOptions, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { MapRun } from '../api/types.ts';
import { useNarrow } from '../live/useMedia.ts';
import { type AslDefinition, mapAround } from './definition.ts';
import { type Drawing, END, layOut, type PlacedEdge, START } from './layout.ts';
import { StateEdge, type StateFlowEdge } from './StateEdge.tsx';
import { type StateFlowNode, StateNode } from './StateNode.tsx';
import { summarize, type Trace, transitionKey } from './trace.ts';

const NODE_TYPES = { state: StateNode };
const EDGE_TYPES = { transition: StateEdge };
const MAX_ZOOM = 0.9;
const FIT: FitViewOptions = { padding: 0.03, maxZoom: MAX_ZOOM, minZoom: 0.15 };

interface WorkflowGraphProps {
  readonly definition: AslDefinition;
  readonly trace: Trace;
  /** The newest Map Run of each Distributed Map, by the state's name. */
  readonly mapRuns: ReadonlyMap<string, MapRun>;
  readonly ended: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (state: string) => void;
}

/** Draws the workflow. The colour of a state shows its status. */
export function WorkflowGraph(props: WorkflowGraphProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ definition, trace, mapRuns, ended, selected, onSelect }: WorkflowGraphProps) {
  const drawing = useMemo(() => layOut(definition), [definition]);
  const nodes = useMemo(
    () =>
      drawing.nodes.map((placed): StateFlowNode => {
        const visits = trace.byState.get(placed.id) ?? [];
        return {
          id: placed.id,
          type: 'state',
          position: { x: placed.x, y: placed.y },
          width: placed.width,
          height: placed.height,
          ...(placed.container !== undefined && { parentId: placed.container }),
          data: {
            placed,
            status: summarize(visits),
            selected: placed.id === selected,
            visits: visits.length,
            inChildren: mapAround(definition, placed.id) !== undefined,
            mapRun: mapRuns.get(placed.id),
            onSelect,
          },
        };
      }),
    [definition, drawing, trace, mapRuns, selected, onSelect],
  );
  const edges = useMemo(
    () =>
      drawing.edges.map((placed): StateFlowEdge => {
        const taken = isTaken(placed, trace, ended);
        const moving = taken && summarize(trace.byState.get(placed.to) ?? []) === 'running';
        return {
          id: placed.id,
          type: 'transition',
          source: placed.from,
          target: placed.to,
          data: { placed, taken, moving },
        };
      }),
    [drawing, trace, ended],
  );
  const box = useRef<HTMLDivElement>(null);
  const width = useFitOnResize(box);
  const narrow = useNarrow();
  return (
    <section
      className="pg-graph"
      ref={box}
      aria-label="Workflow graph"
      style={{ blockSize: heightFor(drawing, width) }}
    >
      <Arrows />
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        // The mouse wheel scrolls the page. The buttons and the pinch gesture zoom.
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        // On a phone a finger scrolls the page, also over the drawing.
        panOnDrag={!narrow}
        minZoom={0.15}
        fitView
        fitViewOptions={FIT}
      >
        {!narrow && <Controls showInteractive={false} fitViewOptions={FIT} />}
      </ReactFlow>
    </section>
  );
}

/** Whether the execution took this transition. The one to the end is taken only from the last state, if that succeeded or is a Fail state. */
function isTaken(edge: PlacedEdge, trace: Trace, ended: boolean): boolean {
  if (edge.from === START) return trace.visits.length > 0;
  if (edge.to !== END) return trace.taken.has(transitionKey(edge.from, edge.to, edge.kind === 'catch'));
  const last = trace.visits.findLast((visit) => visit.parent === undefined);
  return ended && last?.state === edge.from && (last.status === 'succeeded' || last.type === 'Fail');
}

/** The height that makes the drawing readable. A very long drawing is scaled down and can be zoomed. */
function heightFor(drawing: Drawing, width: number): number {
  const zoom = Math.min(MAX_ZOOM, (0.94 * width) / Math.max(1, drawing.width));
  return Math.round(Math.min(1400, Math.max(320, (drawing.height * zoom) / 0.94 + 8)));
}

/** Fits the whole drawing into its container, and returns the container's width. */
function useFitOnResize(box: React.RefObject<HTMLDivElement | null>): number {
  const { fitView } = useReactFlow();
  const [width, setWidth] = useState(800);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(entry.contentRect.width);
      void fitView(FIT);
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box, fitView]);
  return width;
}

function Arrows() {
  return (
    <svg className="pg-arrows" aria-hidden="true">
      <defs>
        {['', '-taken'].map((suffix) => (
          <marker
            key={suffix}
            id={`pg-arrow${suffix}`}
            className={`pg-arrow${suffix}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            markerUnits="userSpaceOnUse"
            orient="auto-start-reverse"
          >
            <path d="M0,0.5 L8,4 L0,7.5 Z" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
