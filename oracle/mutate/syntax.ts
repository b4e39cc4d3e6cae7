import { type NodePath, types as t } from '@babel/core'

/** A deep copy: a replacement shares no node with the original. */
export const copy = <N extends t.Node>(node: N): N => t.cloneNode(node, true)

export const number = (value: number): t.Expression =>
  value < 0 ? t.unaryExpression('-', t.numericLiteral(-value)) : t.numericLiteral(value)
export const nothing = (): t.Expression => t.unaryExpression('void', t.numericLiteral(0))
export const member = (object: string, property: string): t.MemberExpression =>
  t.memberExpression(t.identifier(object), t.identifier(property))
export const callOf = (object: string, property: string, ...args: t.Expression[]): t.CallExpression =>
  t.callExpression(member(object, property), args)

/** The last name of what is called or read: `create` of `stripe.refunds.create(…)`. */
export function lastName(node: t.Node | null | undefined): string {
  if (t.isIdentifier(node)) return node.name
  if (t.isStringLiteral(node)) return node.value
  if (t.isMemberExpression(node) || t.isOptionalMemberExpression(node)) return lastName(node.property)
  if (t.isCallExpression(node) || t.isOptionalCallExpression(node)) return lastName(node.callee)
  return ''
}

/** The names in a dotted expression, first to last: `stripe.refunds.create` of its call. */
export function dotted(node: t.Node | null | undefined): string {
  if (t.isMemberExpression(node) || t.isOptionalMemberExpression(node))
    return `${dotted(node.object)}.${lastName(node.property)}`
  if (t.isCallExpression(node) || t.isOptionalCallExpression(node)) return dotted(node.callee)
  if (t.isThisExpression(node)) return 'this'
  return lastName(node)
}

/** Whether any name inside the node matches. */
export function mentions(node: t.Node | null | undefined, name: RegExp): boolean {
  if (node === null || node === undefined) return false
  let found = false
  t.traverseFast(node, (one) => {
    if (t.isIdentifier(one) && name.test(one.name)) found = true
  })
  return found
}

/** A call whose last name matches. */
export const isCall = (path: NodePath, name: RegExp): path is NodePath<t.CallExpression> =>
  path.isCallExpression() && name.test(lastName(path.node.callee))

/** A call of a method: `x.name(…)`. */
export const methodOf = (node: t.Node, name: RegExp): t.MemberExpression | undefined =>
  t.isCallExpression(node) &&
  t.isMemberExpression(node.callee) &&
  !node.callee.computed &&
  name.test(lastName(node.callee))
    ? node.callee
    : undefined

/** The value of a property with a name that matches, when it is an expression. */
export function propertyValue(node: t.Node, key: RegExp): t.Expression | undefined {
  if (!t.isObjectProperty(node) || node.computed || !key.test(lastName(node.key))) return undefined
  return t.isExpression(node.value) ? node.value : undefined
}

/** The same property with another value. */
export const withValue = (node: t.ObjectProperty, value: t.Expression): t.ObjectProperty =>
  t.objectProperty(copy(node.key), value)

export const inAsync = (path: NodePath): boolean => path.getFunctionParent()?.node.async === true

export const inCatch = (path: NodePath): NodePath<t.CatchClause> | undefined => {
  const found = path.findParent((one) => one.isCatchClause() || one.isFunction())
  return found?.isCatchClause() === true ? found : undefined
}

export const inLoop = (path: NodePath): boolean => path.findParent((one) => one.isLoop()) !== null

/** Whether an `if` leaves: its first branch throws, returns, breaks or continues. */
export function leaves(node: t.Statement): boolean {
  if (t.isBlockStatement(node)) {
    const last = node.body.at(-1)
    return last !== undefined && leaves(last)
  }
  return (
    t.isThrowStatement(node) || t.isReturnStatement(node) || t.isBreakStatement(node) || t.isContinueStatement(node)
  )
}

/** The `if` whose test this expression is, or is a part of by `&&`, `||` and `!`. */
export function testedBy(path: NodePath): t.IfStatement | undefined {
  let at: NodePath = path
  while (at.parentPath?.isLogicalExpression() === true || at.parentPath?.isUnaryExpression({ operator: '!' }) === true)
    at = at.parentPath
  return at.parentPath?.isIfStatement() === true && at.key === 'test' ? at.parentPath.node : undefined
}

export const MONEY: RegExp =
  /(amount|total|price|cents|subtotal|fee|refund(ed)?|balance|discount)$|^(unitAmount|unit_amount|sum|tax|vat)$/i
export const ATTEMPT: RegExp = /attempt|retr(y|ies)|tries/i
