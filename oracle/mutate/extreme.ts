import { type NodePath, types as t } from '@babel/core'
import { dotted, lastName } from './syntax.ts'

/** A function's own name, or the name it is kept under; undefined for what has none. */
function nameOf(path: NodePath<t.Function>): string | undefined {
  const { node, parentPath } = path
  const own =
    t.isFunctionDeclaration(node) || t.isFunctionExpression(node)
      ? lastName(node.id)
      : t.isObjectMethod(node) || t.isClassMethod(node)
        ? lastName(node.key)
        : ''
  if (own !== '') return own
  if (parentPath?.isVariableDeclarator() === true) return dotted(parentPath.node.id)
  if (parentPath?.isObjectProperty() === true || parentPath?.isClassProperty() === true)
    return lastName(parentPath.node.key)
  if (parentPath?.isAssignmentExpression() === true) return dotted(parentPath.node.left)
  return undefined
}

function gives(path: NodePath<t.Function>): boolean {
  let found = false
  path.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement: ({ node }) => {
      if (node.argument != null) found = true
    },
  })
  return found
}

export const EXTREME = 'ExtremeBody'

/**
 * A named function that does nothing at all, or gives a constant: when no check notices any of these, the function is run and not
 * tested. `onFunction` is told where each such body stands and what its function is called.
 */
export function extremeMutator(onFunction: (program: t.Node, place: string, name: string) => void): {
  readonly name: string
  readonly mutate: (path: NodePath) => Iterable<t.Node>
} {
  return {
    name: EXTREME,
    *mutate(path) {
      const { parentPath } = path
      if (!path.isBlockStatement() || path.key !== 'body' || parentPath?.isFunction() !== true) return
      const name = nameOf(parentPath)
      const { loc } = path.node
      if (name === undefined || path.node.body.length === 0 || loc == null) return
      if (t.isClassMethod(parentPath.node, { kind: 'constructor' })) return
      onFunction(path.scope.getProgramParent().path.node, placeKey(loc.start), name)
      yield t.blockStatement([])
      if (!gives(parentPath) || parentPath.node.generator === true) return
      const constants = [t.numericLiteral(0), t.stringLiteral(''), t.arrayExpression([]), t.booleanLiteral(true)]
      for (const one of constants) yield t.blockStatement([t.returnStatement(one)])
    },
  }
}

/** `line:column`, lines from 1. */
export const placeKey = ({ line, column }: { readonly line: number; readonly column: number }): string =>
  `${line}:${column}`
