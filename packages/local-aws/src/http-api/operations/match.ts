import { type RouteSpec, segmentsOf } from '../definitions.ts';

export interface RouteMatch {
  route: RouteSpec;
  /** Decoded values. */
  pathParameters: Record<string, string>;
}

/** A literal segment is preferred to a parameter, and a parameter to a greedy one. */
const SCORE = { literal: 3, parameter: 2, greedy: 1 };

/** The most specific route for a request, as API Gateway selects it; undefined if none matches. */
export function matchRoute(routes: readonly RouteSpec[], method: string, path: string): RouteMatch | undefined {
  const actual = segmentsOf(path);
  let best: (RouteMatch & { score: number[] }) | undefined;
  for (const route of routes) {
    if (route.routeKey === '$default') continue;
    if (route.method !== 'ANY' && route.method !== method) continue;
    const match = matchSegments(route.segments, actual);
    if (!match) continue;
    const score = [...match.score, route.method === 'ANY' ? 0 : 1];
    if (!best || compare(score, best.score) > 0) best = { route, pathParameters: match.pathParameters, score };
  }
  if (best) return { route: best.route, pathParameters: best.pathParameters };
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  return fallback && { route: fallback, pathParameters: {} };
}

function matchSegments(
  pattern: readonly string[],
  actual: readonly string[],
): { pathParameters: Record<string, string>; score: number[] } | undefined {
  const pathParameters: Record<string, string> = {};
  const score: number[] = [];
  for (const [index, segment] of pattern.entries()) {
    const name = /^\{(.+?)(\+?)\}$/.exec(segment);
    const value = actual[index];
    if (name?.[1] && name[2] === '+') {
      const rest = actual.slice(index).join('/');
      if (rest === '') return undefined;
      pathParameters[name[1]] = decode(rest);
      score.push(SCORE.greedy);
      return { pathParameters, score };
    }
    if (value === undefined) return undefined;
    if (name?.[1]) {
      if (value === '') return undefined;
      pathParameters[name[1]] = decode(value);
      score.push(SCORE.parameter);
    } else if (decode(value) === segment) score.push(SCORE.literal);
    else return undefined;
  }
  return pattern.length === actual.length ? { pathParameters, score } : undefined;
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign stays as it is.
    return text;
  }
}
