import { type NodePath, types as t } from '@babel/core'
import type { DomainMutator } from '../mutator.ts'
import { copy, dotted, inCatch, isCall, lastName, methodOf, number, propertyValue, withValue } from '../syntax.ts'

const OWNER = /^(account|tenant|owner|customer|user|org|organisation|organization|team|workspace|project)(_?id)?$/i
const LOG = /^(console\.(log|info|warn|error|debug)|log(ger)?(\.\w+)?|.*\.log(ger)?\.\w+)$/
const TELL = /^(emit|publish|track|record|notify)$/
const PERSONAL = /^(email|e_?mail|phone|address|name|token|secret|password|authorization|card|iban|ssn|birth_?date)$/i

/** A personal field that the function around reads off a name which is in scope here. */
function personal(path: NodePath): t.Expression | undefined {
  const within = path.getFunctionParent()
  let found: t.Expression | undefined
  within?.traverse({
    MemberExpression({ node }) {
      if (found !== undefined || node.computed || !PERSONAL.test(lastName(node.property))) return
      if (t.isIdentifier(node.object) && path.scope.hasBinding(node.object.name)) found = copy(node)
    },
  })
  if (found !== undefined) return found
  const name = ['email', 'phone', 'address', 'token', 'secret', 'password'].find((one) =>
    path.scope.hasBinding(one, true),
  )
  return name === undefined ? undefined : t.identifier(name)
}

/** Who sees what: other people's rows, personal data, and what operations need to see. */
export const accessMutators: readonly DomainMutator[] = [
  {
    class: 'isolation',
    severity: 'critical',
    name: 'ScopeLeak',
    does: 'rows are not filtered',
    detector: 'a scenario with two tenants',
    *mutate({ node }) {
      const callee = methodOf(node, /^filter$/)
      if (callee !== undefined) yield copy(callee.object)
    },
  },
  {
    class: 'isolation',
    severity: 'critical',
    name: 'PrefixMatch',
    does: 'names that begin alike are the same',
    detector: 'a scenario with two names of which one begins the other',
    *mutate({ node }) {
      if (!t.isBinaryExpression(node) || !/^===?$/.test(node.operator) || !t.isExpression(node.left)) return
      if (!OWNER.test(lastName(node.left)) && !OWNER.test(lastName(node.right))) return
      const text = t.callExpression(t.identifier('String'), [copy(node.left)])
      yield t.callExpression(t.memberExpression(text, t.identifier('startsWith')), [
        t.callExpression(t.identifier('String'), [copy(node.right)]),
      ])
    },
  },
  {
    class: 'isolation',
    severity: 'critical',
    name: 'AuthzSkip',
    does: 'nobody is refused',
    detector: 'a scenario of somebody who may not',
    *mutate({ node }) {
      if (!t.isIfStatement(node)) return
      let refuses = false
      t.traverseFast(node.consequent, (one) => {
        if (t.isNumericLiteral(one) && [401, 403].includes(one.value)) refuses = true
        if (t.isNewExpression(one) && /unauthori[sz]ed|forbidden/i.test(lastName(one.callee))) refuses = true
      })
      if (refuses) yield node.alternate == null ? t.emptyStatement() : copy(node.alternate)
    },
  },
  {
    class: 'data',
    severity: 'major',
    name: 'ValidationDrop',
    does: 'a bound on what clients may send is left out',
    detector: 'a scenario that sends what is out of bounds',
    *mutate({ node }) {
      const callee = methodOf(node, /^(min|max|positive|nonnegative|int|email|uuid|regex|nonempty)$/)
      if (callee !== undefined && t.isCallExpression(callee.object)) yield copy(callee.object)
    },
  },
  {
    class: 'privacy',
    severity: 'critical',
    name: 'PiiInLog',
    does: 'personal data in a log line',
    detector: 'a rule on what is printed',
    *mutate(path) {
      if (!path.isCallExpression() || !LOG.test(dotted(path.node.callee))) return
      const extra = personal(path)
      if (extra !== undefined) yield t.callExpression(copy(path.node.callee), [...path.node.arguments.map(copy), extra])
    },
  },
  {
    class: 'privacy',
    severity: 'major',
    name: 'ErrorDetailLeak',
    does: 'what went wrong inside is told to the client',
    detector: 'an exact body of a failed request',
    *mutate(path) {
      const { node } = path
      const value = t.isObjectProperty(node) ? propertyValue(node, /^(error|message|detail)$/i) : undefined
      const param = inCatch(path)?.node.param
      if (!t.isObjectProperty(node) || !t.isStringLiteral(value) || !t.isIdentifier(param)) return
      yield withValue(node, t.callExpression(t.identifier('String'), [t.identifier(param.name)]))
    },
  },
  {
    class: 'observability',
    severity: 'minor',
    name: 'EventDrop',
    does: 'a log line or an event is missing',
    detector: 'a rule on what is told',
    *mutate(path) {
      const { node } = path
      if (!t.isExpressionStatement(node)) return
      const call = t.isAwaitExpression(node.expression) ? node.expression.argument : node.expression
      if (t.isCallExpression(call) && (LOG.test(dotted(call.callee)) || TELL.test(lastName(call.callee))))
        yield t.emptyStatement()
    },
  },
  {
    class: 'observability',
    severity: 'major',
    name: 'EventBeforeCommit',
    does: 'it is told before it is done',
    detector: 'a rule that something comes first, under a scenario in which it fails',
    *mutate({ node }) {
      if (!t.isBlockStatement(node)) return
      for (const [at, second] of node.body.entries()) {
        const first = node.body[at - 1]
        if (first === undefined || !tells(second) || !waits(first)) continue
        const body = node.body.map(copy)
        const [a, b] = [body[at - 1], body[at]]
        if (a === undefined || b === undefined) continue
        body[at - 1] = b
        body[at] = a
        yield t.blockStatement(body)
      }
    },
  },
  {
    class: 'data',
    severity: 'major',
    name: 'PropertyDrop',
    does: 'a field is missing',
    detector: 'an expectation on the field',
    *mutate({ node }) {
      if (!t.isObjectExpression(node) || node.properties.length < 2) return
      for (const dropped of node.properties)
        yield t.objectExpression(node.properties.filter((one) => one !== dropped).map(copy))
    },
  },
  {
    class: 'data',
    severity: 'major',
    name: 'StaleRead',
    does: 'the newest row is not seen yet',
    detector: 'a scenario that looks right after writing',
    *mutate({ node }) {
      const callee = methodOf(node, /^(values|entries|keys)$/)
      if (callee === undefined || !t.isExpression(node) || dotted(callee.object) === 'Object') return
      const all = t.arrayExpression([t.spreadElement(copy(node))])
      yield t.callExpression(t.memberExpression(all, t.identifier('slice')), [number(0), number(-1)])
    },
  },
  {
    class: 'data',
    severity: 'major',
    name: 'PageLimitIgnored',
    does: 'a page has no end, or there is only one',
    detector: 'a scenario with more rows than a page',
    *mutate({ node }) {
      if (t.isObjectExpression(node)) {
        const kept = node.properties.filter(
          (one) => propertyValue(one, /^(limit|per_?page|page_?size|max_?results)$/i) === undefined,
        )
        if (kept.length < node.properties.length) yield t.objectExpression(kept.map(copy))
      }
      if (
        (t.isMemberExpression(node) || t.isOptionalMemberExpression(node)) &&
        /^(has_?more|next_?page(_?token)?|next_?cursor)$/i.test(lastName(node))
      )
        yield t.booleanLiteral(false)
    },
  },
  {
    class: 'data',
    severity: 'major',
    name: 'OffByOnePage',
    does: 'a page begins one too late',
    detector: 'a scenario with more rows than a page',
    *mutate(path) {
      const { node } = path
      const value = t.isObjectProperty(node) ? propertyValue(node, /^(page|offset|skip|start_?at)$/i) : undefined
      if (t.isObjectProperty(node) && value !== undefined)
        yield withValue(node, t.binaryExpression('+', copy(value), number(1)))
      const callee = methodOf(node, /^slice$/)
      const [from, ...rest] = t.isCallExpression(node) ? node.arguments : []
      if (callee !== undefined && t.isExpression(from) && isCall(path, /^slice$/))
        yield t.callExpression(copy(callee), [
          t.binaryExpression('+', copy(from), number(1)),
          ...rest.map((one) => copy(one)),
        ])
    },
  },
  {
    class: 'data',
    severity: 'minor',
    name: 'NullishZero',
    does: 'nought and the empty text count as missing',
    detector: 'a scenario with nought',
    *mutate({ node }) {
      if (t.isLogicalExpression(node, { operator: '??' }))
        yield t.logicalExpression('||', copy(node.left), copy(node.right))
    },
  },
]

/** Whether a statement tells somebody: a log line, an event, a mail. */
function tells(node: t.Statement): boolean {
  if (!t.isExpressionStatement(node)) return false
  const call = t.isAwaitExpression(node.expression) ? node.expression.argument : node.expression
  if (!t.isCallExpression(call)) return false
  return LOG.test(dotted(call.callee)) || /^(emit|publish|track|record|notify|send\w*)$/.test(lastName(call.callee))
}

const waits = (node: t.Statement): boolean => {
  let found = false
  t.traverseFast(node, (one) => {
    if (t.isAwaitExpression(one)) found = true
  })
  return found
}
