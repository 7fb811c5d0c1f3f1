import { Graph, layout as runDagre } from '@dagrejs/dagre';
import type { AslDefinition, AslGraph, AslState, Transition } from './definition.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box of the drawing. `x` and `y` are relative to the corner of its container, or of the drawing. */
export interface PlacedNode extends Point {
  readonly id: string;
  readonly kind: 'state' | 'container' | 'folded' | 'start' | 'end';
  readonly width: number;
  readonly height: number;
  readonly container?: string;
  readonly state?: AslState;
}

/** A line of the drawing. Its points are relative to the drawing's corner. */
export interface PlacedEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly kind: Transition['kind'];
  readonly points: readonly Point[];
  readonly label?: string;
  readonly labelAt?: Point;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const START = '@start';
export const END = '@end';

const STATE = { width: 190, height: 52 };
/** A folded container has room for its bar and its button. */
const FOLDED = { width: 236, height: 62 };
const DOT = { width: 58, height: 26 };
/** Padding inside a container, with space for the title at the top. */
const PADDING = { top: 66, side: 18, bottom: 18 };
const BRANCH_GAP = 18;
const MARGIN = 4;
const LABEL_HEIGHT = 16;
const LABEL_CHARACTER = 6.2;
/** Longer labels are truncated. The state's definition shows the whole condition. */
export const LABEL_LENGTH = 26;

/** Places the states of a definition from top to bottom. Containers surround the states in them, but for `folded` ones. */
export function layOut(definition: AslDefinition, folded: ReadonlySet<string> = new Set()): Drawing {
  return layOutGraph(definition, undefined, folded);
}

/**
 * Containers are laid out first and are plain boxes in the graph around them, because dagre's compound graphs fail on
 * edges from or to a cluster, and every transition of a Map is such an edge.
 */
function layOutGraph(graph: AslGraph, container: string | undefined, folded: ReadonlySet<string>): Drawing {
  const dagre = new Graph({ multigraph: true });
  dagre.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 34, edgesep: 18 });
  dagre.setDefaultEdgeLabel(() => ({}));

  const insides = new Map(graph.states.map((state) => [state.name, layOutInside(state, folded)]));
  const kindOf = (id: string): PlacedNode['kind'] => {
    if (id === START) return 'start';
    if (id === END) return 'end';
    if (insides.get(id) !== undefined) return 'container';
    return folded.has(id) ? 'folded' : 'state';
  };
  for (const { name } of graph.states) {
    const { width, height } = insides.get(name) ?? (folded.has(name) ? FOLDED : STATE);
    dagre.setNode(name, { width, height });
  }
  const edges = edgesOf(graph, container === undefined);
  if (container === undefined) {
    dagre.setNode(START, { ...DOT });
    if (edges.some((edge) => edge.to === END)) dagre.setNode(END, { ...DOT });
  }
  for (const edge of edges) {
    const width = labelWidth(edge.label);
    dagre.setEdge(edge.from, edge.to, { width, height: width === 0 ? 0 : LABEL_HEIGHT, labelpos: 'c' }, edge.id);
  }
  runDagre(dagre);

  const nodes: PlacedNode[] = [];
  const lines: PlacedEdge[] = [];
  const states = new Map(graph.states.map((state) => [state.name, state]));
  for (const id of dagre.nodes()) {
    const { x, y, width, height } = dagre.node(id) as Box;
    const corner = { x: x - width / 2, y: y - height / 2 };
    const state = states.get(id);
    const inside = insides.get(id);
    nodes.push({
      id,
      kind: kindOf(id),
      ...corner,
      width,
      height,
      ...(container !== undefined && { container }),
      ...(state !== undefined && { state }),
    });
    if (inside === undefined) continue;
    nodes.push(...inside.nodes);
    lines.push(...inside.edges.map((edge) => moved(edge, corner)));
  }
  for (const edge of edges) {
    const placed = dagre.edge(edge.from, edge.to, edge.id) as Partial<Box> & { points: Point[] };
    const { x, y, points } = placed;
    const labelled = edge.label !== undefined && x !== undefined && y !== undefined;
    lines.push({ ...edge, points, ...(labelled && { labelAt: { x, y } }) });
  }
  return framed(nodes, lines, container);
}

/** Moves a drawing to the origin and measures it. dagre's own size ignores lines outside the boxes. */
function framed(nodes: readonly PlacedNode[], edges: readonly PlacedEdge[], container: string | undefined): Drawing {
  const own = nodes.filter((node) => node.container === container);
  const lines = edges.flatMap((edge) => [...edge.points.map(({ x }) => x), ...labelSpan(edge)]);
  const left = Math.min(...own.map(({ x }) => x), ...lines) - MARGIN;
  const top = Math.min(...own.map(({ y }) => y)) - MARGIN;
  const right = Math.max(...own.map(({ x, width }) => x + width), ...lines) + MARGIN;
  const bottom = Math.max(...own.map(({ y, height }) => y + height)) + MARGIN;
  const by = { x: -left, y: -top };
  return {
    width: right - left,
    height: bottom - top,
    nodes: nodes.map((node) => (node.container === container ? shifted(node, by) : node)),
    edges: edges.map((edge) => moved(edge, by)),
  };
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** The layout of the inside of a Map or Parallel state, branches side by side. Undefined for other states and for folded ones. */
function layOutInside(state: AslState, folded: ReadonlySet<string>): Drawing | undefined {
  if (state.inner.length === 0 || folded.has(state.name)) return undefined;
  let x = PADDING.side;
  let height = 0;
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  for (const branch of state.inner) {
    const drawing = layOutGraph(branch, state.name, folded);
    const offset = { x, y: PADDING.top };
    for (const node of drawing.nodes) nodes.push(node.container === state.name ? shifted(node, offset) : node);
    edges.push(...drawing.edges.map((edge) => moved(edge, offset)));
    x += drawing.width + BRANCH_GAP;
    height = Math.max(height, drawing.height);
  }
  const width = Math.max(STATE.width + 2 * PADDING.side, x - BRANCH_GAP + PADDING.side);
  const spare = (width - (x - BRANCH_GAP + PADDING.side)) / 2;
  return {
    width,
    height: height + PADDING.top + PADDING.bottom,
    nodes: nodes.map((node) => (node.container === state.name ? shifted(node, { x: spare, y: 0 }) : node)),
    edges: edges.map((edge) => moved(edge, { x: spare, y: 0 })),
  };
}

function edgesOf(graph: AslGraph, isWhole: boolean): Omit<PlacedEdge, 'points'>[] {
  const edges: Omit<PlacedEdge, 'points'>[] = [];
  if (isWhole) edges.push({ id: START, from: START, to: graph.startAt, kind: 'next' });
  for (const state of graph.states) {
    state.transitions.forEach(({ to, kind, label }, index) => {
      edges.push({ id: `${state.name} ${index}`, from: state.name, to, kind, ...(label !== undefined && { label }) });
    });
    if (isWhole && state.ends) edges.push({ id: `${state.name} end`, from: state.name, to: END, kind: 'next' });
  }
  return edges;
}

/** The position of a line's label. */
function labelSpan({ label, labelAt }: PlacedEdge): number[] {
  if (labelAt === undefined) return [];
  const half = labelWidth(label) / 2;
  return [labelAt.x - half, labelAt.x + half];
}

function labelWidth(label: string | undefined): number {
  return label === undefined ? 0 : cut(label).length * LABEL_CHARACTER + 8;
}

/** The label, truncated. */
export function cut(label: string): string {
  return label.length <= LABEL_LENGTH ? label : `${label.slice(0, LABEL_LENGTH - 1)}…`;
}

function shifted<T extends Point>(point: T, by: Point): T {
  return { ...point, x: point.x + by.x, y: point.y + by.y };
}

function moved(edge: PlacedEdge, by: Point): PlacedEdge {
  return {
    ...edge,
    points: edge.points.map((point) => shifted(point, by)),
    ...(edge.labelAt && { labelAt: shifted(edge.labelAt, by) }),
  };
}
