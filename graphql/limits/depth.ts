import { type ASTVisitor, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from 'graphql';

/** The deepest useful query, `sends { edges { node { error { code } } } }`, has five levels. */
export const MAX_DEPTH = 8;

/** A validation rule that refuses operations nested deeper than `max`. A rule of graphql-js limits introspection. */
export const depthLimit =
  (max: number) =>
  (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, context, new Map());
      if (depth > max) {
        context.reportError(
          new GraphQLError(`The query is ${depth} levels deep; at most ${max} are allowed`, {
            nodes: operation,
            extensions: { code: 'QueryTooDeep' },
          }),
        );
      }
    },
  });

/** `known` keeps the depth of each fragment, so that it is measured once. It is 0 while the fragment is measured, which ends cycles. */
function depthOf(set: SelectionSetNode | undefined, context: ValidationContext, known: Map<string, number>): number {
  let deepest = 0;
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue;
      deepest = Math.max(deepest, 1 + depthOf(selection.selectionSet, context, known));
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      deepest = Math.max(deepest, depthOf(selection.selectionSet, context, known));
    } else {
      deepest = Math.max(deepest, depthOfFragment(selection.name.value, context, known));
    }
  }
  return deepest;
}

function depthOfFragment(name: string, context: ValidationContext, known: Map<string, number>): number {
  const measured = known.get(name);
  if (measured !== undefined) return measured;
  known.set(name, 0);
  const depth = depthOf(context.getFragment(name)?.selectionSet, context, known);
  known.set(name, depth);
  return depth;
}
