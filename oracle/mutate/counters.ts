import { types as t } from '@babel/core'

/**
 * Puts a call of `tick` into each turn of each loop, and into each function that calls anything: whatever never ends passes one of
 * them again and again. The loop itself cannot swallow what the counter throws: the call stands outside of any `try` within it.
 */
export function addCounters(root: t.Node, tick: string): void {
  const counted = (): t.ExpressionStatement => t.expressionStatement(t.callExpression(t.identifier(tick), []))
  const known = new Map<t.Node, boolean>()

  /** Whether anything is called inside. */
  const visit = (node: t.Node): boolean => {
    const before = known.get(node)
    // Two mutants may share a node.
    if (before !== undefined) return before
    if (isHead(node)) return false
    let calls = isCall(node)
    for (const child of childrenOf(node)) if (visit(child)) calls = true
    known.set(node, calls)
    if (t.isLoop(node)) node.body = inBlock(node.body, counted())
    else if (calls && t.isFunction(node)) {
      if (t.isBlockStatement(node.body)) node.body.body.unshift(counted())
      else node.body = t.sequenceExpression([t.callExpression(t.identifier(tick), []), node.body])
    }
    return calls
  }
  visit(root)
}

/** The instrumenter's own functions, which it has frozen. */
const isHead = (node: t.Node): boolean => t.isFunctionDeclaration(node) && /^stry[A-Z]/.test(node.id?.name ?? '')

/** Everything that may lead back to where one is, but the switch of mutants itself. Getters and conversions end with the stack. */
const isCall = (node: t.Node): boolean =>
  t.isNewExpression(node) ||
  t.isTaggedTemplateExpression(node) ||
  t.isAwaitExpression(node) ||
  t.isYieldExpression(node) ||
  ((t.isCallExpression(node) || t.isOptionalCallExpression(node)) &&
    !(t.isIdentifier(node.callee) && /^stry(?:Cov|MutAct)_/.test(node.callee.name)))

function* childrenOf(node: t.Node): Generator<t.Node> {
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const value = (node as unknown as Readonly<Record<string, t.Node | readonly (t.Node | null)[] | null>>)[key]
    if (Array.isArray(value)) {
      for (const one of value as readonly (t.Node | null)[]) if (one !== null) yield one
    } else if (value !== null && value !== undefined) yield value as t.Node
  }
}

function inBlock(body: t.Statement, first: t.Statement): t.BlockStatement {
  if (!t.isBlockStatement(body)) return t.blockStatement([first, body])
  body.body.unshift(first)
  return body
}
