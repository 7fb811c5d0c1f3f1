import type { Drawing, PlacedNode } from './layout.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

interface Spot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** The nearest state in a direction, for the arrow keys. Undefined at the edge of the drawing. */
export function neighbourOf(drawing: Drawing, from: string, direction: Direction): string | undefined {
  const spots = spotsOf(drawing);
  const start = spots.find(({ id }) => id === from);
  if (start === undefined) return undefined;
  const sign = direction === 'down' || direction === 'right' ? 1 : -1;
  const isVertical = direction === 'up' || direction === 'down';
  let best: { id: string; cost: number } | undefined;
  for (const { id, x, y } of spots) {
    const [dx, dy] = [x - start.x, y - start.y];
    const ahead = sign * (isVertical ? dy : dx);
    if (ahead <= 0) continue;
    // What lies aside counts twice, so that a row or a column is walked along.
    const cost = ahead + 2 * Math.abs(isVertical ? dx : dy);
    if (best === undefined || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}

/** Each state's anchor in the whole drawing: the middle of its title, which of a container is at the top. */
function spotsOf(drawing: Drawing): Spot[] {
  const byId = new Map(drawing.nodes.map((node) => [node.id, node]));
  const cornerOf = (node: PlacedNode): { x: number; y: number } => {
    const around = node.container === undefined ? undefined : byId.get(node.container);
    const outer = around === undefined ? { x: 0, y: 0 } : cornerOf(around);
    return { x: outer.x + node.x, y: outer.y + node.y };
  };
  return drawing.nodes
    .filter(({ kind }) => kind !== 'start' && kind !== 'end')
    .map((node) => {
      const { x, y } = cornerOf(node);
      return { id: node.id, x: x + node.width / 2, y: y + 24 };
    });
}
