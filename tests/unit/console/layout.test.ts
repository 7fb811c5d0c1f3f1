import { type AslDefinition, definitionOfChild, parseDefinition } from '../../../console/src/graph/definition.ts';
import { type Drawing, layOut, type PlacedNode } from '../../../console/src/graph/layout.ts';
import { type RowCounts, rowNotes } from '../../../console/src/graph/notes.ts';
import { neighbourOf } from '../../../console/src/graph/walk.ts';
import { campaignDefinition } from '../../../statemachines/compile.ts';

const CAMPAIGN = parseDefinition(campaignDefinition());

/** A node's corner in the whole drawing. */
function cornerOf(drawing: Drawing, node: PlacedNode): { x: number; y: number } {
  const around = drawing.nodes.find(({ id }) => id === node.container);
  if (around === undefined) return { x: node.x, y: node.y };
  const outer = cornerOf(drawing, around);
  return { x: outer.x + node.x, y: outer.y + node.y };
}

function parallelOf(branches: number): AslDefinition {
  const branch = (index: number) => ({ StartAt: `B${index}`, States: { [`B${index}`]: { Type: 'Pass', End: true } } });
  return parseDefinition(
    JSON.stringify({
      StartAt: 'All',
      States: { All: { Type: 'Parallel', End: true, Branches: Array.from({ length: branches }, (_, i) => branch(i)) } },
    }),
  );
}

describe('the drawing of a workflow', () => {
  test('every state of the campaign has a place inside the drawing and inside its container', () => {
    const drawing = layOut(CAMPAIGN);
    const placed = new Set(drawing.nodes.map(({ id }) => id));
    expect([...CAMPAIGN.byName.keys()].filter((name) => !placed.has(name))).toEqual([]);
    for (const node of drawing.nodes) {
      const around = drawing.nodes.find(({ id }) => id === node.container) ?? drawing;
      expect(node.x).toBeGreaterThanOrEqual(0);
      expect(node.y).toBeGreaterThanOrEqual(0);
      expect(node.x + node.width).toBeLessThanOrEqual(around.width);
      expect(node.y + node.height).toBeLessThanOrEqual(around.height);
    }
  });

  test('no two states overlap', () => {
    const drawing = layOut(CAMPAIGN);
    const boxes = drawing.nodes
      .filter(({ kind }) => kind !== 'container')
      .map((node) => ({ ...cornerOf(drawing, node), width: node.width, height: node.height, id: node.id }));
    const overlapping = boxes.flatMap((a, index) =>
      boxes
        .slice(index + 1)
        .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
        .map((b) => `${a.id} ${b.id}`),
    );
    expect(overlapping).toEqual([]);
  });

  test('each transition is a line with an arrow from its state to the next', () => {
    const drawing = layOut(CAMPAIGN);
    const kinds = drawing.edges.filter(({ from }) => from === 'IsScheduled').map(({ kind, to }) => `${kind} ${to}`);
    expect(kinds.sort()).toEqual(['choice WaitForSchedule', 'default ReadRate']);
    expect(drawing.edges.every(({ points }) => points.length >= 2)).toBe(true);
    expect(drawing.edges.some(({ kind }) => kind === 'catch')).toBe(true);
  });

  test('the branches of a Parallel stand side by side', () => {
    const drawing = layOut(parallelOf(3));
    const xs = drawing.nodes.filter(({ container }) => container === 'All').map(({ x }) => x);
    expect(new Set(xs).size).toBe(3);
  });
});

describe('a folded Map', () => {
  test('is drawn without its states, and the drawing is smaller', () => {
    const [whole, folded] = [layOut(CAMPAIGN), layOut(CAMPAIGN, new Set(['RegisterRows']))];
    expect(folded.nodes.find(({ id }) => id === 'RegisterRows')?.kind).toBe('folded');
    expect(folded.nodes.some(({ container }) => container === 'RegisterRows')).toBe(false);
    expect(folded.height).toBeLessThan(whole.height);
  });

  test('is by default one whose children leave no record', () => {
    const express = [...CAMPAIGN.byName.values()].filter((state) => state.express).map(({ name }) => name);
    expect(express).toEqual(['RegisterRows']);
  });
});

describe('the arrow keys', () => {
  const drawing = layOut(CAMPAIGN);
  const reached = new Set<string>();
  const walk = (from: string) => {
    if (reached.has(from)) return;
    reached.add(from);
    for (const direction of ['up', 'down', 'left', 'right'] as const) {
      const to = neighbourOf(drawing, from, direction);
      if (to !== undefined) walk(to);
    }
  };

  test('reach every state from the first one', () => {
    walk(CAMPAIGN.startAt);
    expect([...CAMPAIGN.byName.keys()].filter((name) => !reached.has(name))).toEqual([]);
  });

  test('lead down from a Map into it', () => {
    expect(neighbourOf(drawing, 'SendRows', 'down')).toBe('MarkQueued');
  });
});

describe('the label of a choice', () => {
  const choice = (rule: object) =>
    parseDefinition(
      JSON.stringify({
        StartAt: 'A',
        States: { A: { Type: 'Choice', Choices: [{ Next: 'B', ...rule }], Default: 'B' }, B: { Type: 'Succeed' } },
      }),
    ).byName.get('A')?.transitions[0]?.label;

  test('is its comment, or else its condition', () => {
    expect(choice({ Condition: '{% $n > 1 %}', Comment: 'several' })).toBe('several');
    expect(choice({ Condition: '{% $n > 1 %}' })).toBe('$n > 1');
  });
});

describe('the notes on the states of a campaign', () => {
  /** A Map whose children mark, send and wait for the answer, and end there or in a Succeed state. */
  const sending = (end: 'Send' | 'Done') => {
    const Resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
    const States = {
      Mark: { Type: 'Task', Next: 'Send' },
      Send: end === 'Send' ? { Type: 'Task', Resource, End: true } : { Type: 'Task', Resource, Next: 'Done' },
      ...(end === 'Done' && { Done: { Type: 'Succeed' } }),
    };
    const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'Mark', States };
    return parseDefinition(
      JSON.stringify({ StartAt: 'Rows', States: { Rows: { Type: 'Map', End: true, ItemProcessor } } }),
    );
  };
  const textOf = (counts: RowCounts, end: 'Send' | 'Done') =>
    Object.fromEntries([...rowNotes(sending(end), 'Rows', counts, true)].map(([name, { text }]) => [name, text]));
  const COUNTS = { PENDING: 7, QUEUED: 3, SENT: 1000, ERROR: 2 };

  test('say where the rows are', () => {
    expect(textOf(COUNTS, 'Done')).toEqual({
      Rows: '2 in ERROR',
      Mark: '7 pending',
      Send: '3 queued',
      Done: '1,000 sent, 2 in ERROR',
    });
    expect(textOf(COUNTS, 'Send')).toEqual({ Rows: '2 in ERROR', Mark: '7 pending', Send: '3 queued, 1,000 sent' });
  });

  test('make a Map amber only when rows are in ERROR', () => {
    expect(textOf({ PENDING: 0, QUEUED: 0, SENT: 9, ERROR: 0 }, 'Send')).toEqual({ Send: '9 sent' });
  });

  test('are there for the campaign of the product', () => {
    expect([...rowNotes(CAMPAIGN, 'SendRows', COUNTS, true).keys()]).toEqual(
      expect.arrayContaining(['SendRows', 'MarkQueued', 'Send']),
    );
  });
});

describe('the definition of a child execution', () => {
  test('is the item processor of the Distributed Map with its label', () => {
    expect(definitionOfChild(CAMPAIGN, 'SendRows').startAt).toBe('MarkQueued');
  });

  test('is what it is where the API gives the item processor itself', () => {
    const processor = definitionOfChild(CAMPAIGN, 'SendRows');
    expect(definitionOfChild(processor, 'SendRows')).toBe(processor);
  });
});
