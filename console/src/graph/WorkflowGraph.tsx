import '@xyflow/react/dist/base.css';
import './graph.css';
import {
  Controls,
  type FitViewOptions,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useReactFlow,
} from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { MapRun } from '../api/types.ts';
import { later } from '../i18n/later.ts';
import { useNarrow } from '../live/useMedia.ts';
import { type AslDefinition, mapAround } from './definition.ts';
import { type Drawing, END, layOut, type PlacedEdge, START } from './layout.ts';
import { type StateNote, tallyOf } from './notes.ts';
import { StateEdge, type StateFlowEdge } from './StateEdge.tsx';
import { type StateFlowNode, StateNode } from './StateNode.tsx';
import { summarize, type Trace, transitionKey } from './trace.ts';
import { type Direction, neighbourOf } from './walk.ts';

const NODE_TYPES = { state: StateNode };
const EDGE_TYPES = { transition: StateEdge };
const MAX_ZOOM = 0.9;
/** The labels of the lines at the sides need the padding: only states are fitted. */
const FIT: FitViewOptions = { padding: 0.09, maxZoom: MAX_ZOOM, minZoom: 0.15 };

const texts = later.graph;
const { controls } = texts;
/** The texts of React Flow's buttons. Its hints for states that can be moved do not apply: the states are buttons of our own. */
const LABELS = {
  'node.a11yDescription.default': '',
  'node.a11yDescription.keyboardDisabled': '',
  'edge.a11yDescription.default': '',
  'controls.ariaLabel': controls.title,
  'controls.zoomIn.ariaLabel': controls.zoomIn,
  'controls.zoomOut.ariaLabel': controls.zoomOut,
  'controls.fitView.ariaLabel': controls.fit,
};

interface WorkflowGraphProps {
  readonly definition: AslDefinition;
  readonly trace: Trace;
  /** The newest Map Run of each Distributed Map, by the state's name. */
  readonly mapRuns: ReadonlyMap<string, MapRun>;
  readonly notes: ReadonlyMap<string, StateNote>;
  /** Containers whose states are not drawn. */
  readonly folded: ReadonlySet<string>;
  readonly onFold: (state: string) => void;
  readonly ended: boolean;
  readonly selected: string | undefined;
  /** The state to scroll to when it becomes known. */
  readonly reveal: string | undefined;
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

function Flow(props: WorkflowGraphProps) {
  const { definition, trace, mapRuns, notes, folded, onFold, ended, selected, reveal, onSelect } = props;
  const drawing = useMemo(() => layOut(definition, folded), [definition, folded]);
  const box = useRef<HTMLDivElement>(null);
  const { tabStop, walk } = useArrowKeys(box, drawing, selected ?? definition.startAt);
  const nodes = useMemo(
    () =>
      drawing.nodes.map((placed): StateFlowNode => {
        const visits = trace.byState.get(placed.id) ?? [];
        const inChildren = mapAround(definition, placed.id) !== undefined;
        const note = notes.get(placed.id);
        const status = summarize(visits);
        return {
          id: placed.id,
          type: 'state',
          position: { x: placed.x, y: placed.y },
          width: placed.width,
          height: placed.height,
          ...(placed.container !== undefined && { parentId: placed.container }),
          data: {
            placed,
            // A Map that succeeded although some of its rows are in ERROR, and a state of which the ledger knows the rows.
            status: note !== undefined && (inChildren || status === 'succeeded') ? note.status : status,
            selected: placed.id === selected,
            visits: visits.length,
            inChildren,
            note: note?.text ?? tallyOf(visits),
            mapRun: mapRuns.get(placed.id),
            tabStop: placed.id === tabStop,
            onSelect,
            onFold,
          },
        };
      }),
    [definition, drawing, trace, mapRuns, notes, selected, tabStop, onSelect, onFold],
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
          ariaLabel: texts.edge(nameOf(placed.from), nameOf(placed.to)),
          data: { placed, taken, moving },
        };
      }),
    [drawing, trace, ended],
  );
  const width = useFitOnResize(box, drawing);
  useReveal(box, reveal);
  const narrow = useNarrow();
  return (
    <section
      className="pg-graph"
      ref={box}
      aria-label={texts.title}
      style={{ blockSize: heightFor(drawing, width) }}
      onKeyDown={walk}
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
        ariaLabelConfig={LABELS}
      >
        {!narrow && <Controls showInteractive={false} fitViewOptions={FIT} />}
      </ReactFlow>
    </section>
  );
}

/** The name of a state, of the start or of the end. */
const nameOf = (id: string) => (id === START ? texts.start : id === END ? texts.end : id);

/** Whether the execution took this transition. The one to the end is taken only from the last state, if that succeeded or is a Fail state. */
function isTaken(edge: PlacedEdge, trace: Trace, ended: boolean): boolean {
  if (edge.from === START) return trace.visits.length > 0;
  if (edge.to !== END) return trace.taken.has(transitionKey(edge.from, edge.to, edge.kind === 'catch'));
  const last = trace.visits.findLast((visit) => visit.parent === undefined);
  return ended && last?.state === edge.from && (last.status === 'succeeded' || last.type === 'Fail');
}

/** The height that makes the drawing readable. A very long drawing is scaled down and can be zoomed. */
function heightFor(drawing: Drawing, width: number): number {
  const zoom = Math.min(MAX_ZOOM, (0.82 * width) / Math.max(1, drawing.width));
  return Math.round(Math.min(1400, Math.max(320, (drawing.height * zoom) / 0.82 + 8)));
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** One stop of the Tab key for the whole drawing. The arrow keys go from state to state. */
function useArrowKeys(box: Box, drawing: Drawing, initial: string) {
  const [at, setAt] = useState<string>();
  const isDrawn = drawing.nodes.some(({ id }) => id === at);
  const tabStop = at !== undefined && isDrawn ? at : initial;
  const walk = (event: React.KeyboardEvent) => {
    const direction = ARROWS[event.key];
    const from = event.target instanceof HTMLElement ? event.target.dataset.state : undefined;
    if (direction === undefined || from === undefined) return;
    event.preventDefault();
    const to = neighbourOf(drawing, from, direction);
    if (to === undefined) return;
    setAt(to);
    buttonOf(box, to)?.focus();
  };
  return { tabStop, walk };
}

/** Scrolls to a state once it is drawn. */
function useReveal(box: Box, state: string | undefined): void {
  const isDrawn = useNodesInitialized();
  useEffect(() => {
    if (isDrawn && state !== undefined) buttonOf(box, state)?.scrollIntoView({ block: 'nearest' });
  }, [box, isDrawn, state]);
}

type Box = React.RefObject<HTMLDivElement | null>;

const buttonOf = (box: Box, state: string) =>
  box.current?.querySelector<HTMLElement>(`[data-state="${CSS.escape(state)}"]`);

/** Fits the whole drawing into its container, and returns the container's width. */
function useFitOnResize(box: Box, drawing: Drawing): number {
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: another drawing is fitted anew, when its states are placed
  useEffect(() => {
    const frame = window.requestAnimationFrame(() => void fitView(FIT));
    return () => window.cancelAnimationFrame(frame);
  }, [drawing, fitView]);
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
