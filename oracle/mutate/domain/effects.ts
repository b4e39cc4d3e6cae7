import { types as t } from '@babel/core'
import type { DomainMutator } from '../mutator.ts'
import {
  callOf,
  copy,
  dotted,
  inAsync,
  isCall,
  methodOf,
  nothing,
  propertyValue,
  testedBy,
  withValue,
} from '../syntax.ts'

const KEY = /^(key|idempotency_?key|idempotency-key)$/i
const SEEN = /handled|seen|processed|done|delivered|received/i
const known = { class: 'idempotency', severity: 'critical' } as const
const twice = 'a rule that counts effects, under a scenario in which an answer is lost'

/** Effects that happen twice, never, or under the wrong key. */
export const effectMutators: readonly DomainMutator[] = [
  {
    ...known,
    name: 'KeyPerAttempt',
    does: 'a new idempotency key on every attempt',
    detector: twice,
    *mutate({ node }) {
      if (t.isObjectProperty(node) && propertyValue(node, KEY) !== undefined)
        yield withValue(node, callOf('crypto', 'randomUUID'))
    },
  },
  {
    ...known,
    name: 'DropIdempotencyKey',
    does: 'no idempotency key',
    detector: twice,
    *mutate({ node }) {
      if (!t.isObjectExpression(node)) return
      const kept = node.properties.filter((one) => propertyValue(one, KEY) === undefined)
      if (kept.length < node.properties.length) yield t.objectExpression(kept.map(copy))
    },
  },
  {
    ...known,
    name: 'TemplateFlat',
    does: 'the values fall out of a composed text, so that keys collide',
    detector: 'a scenario with two of them',
    *mutate({ node }) {
      if (t.isTemplateLiteral(node) && node.expressions.length > 0)
        yield t.stringLiteral(node.quasis.map(({ value }) => value.cooked ?? '').join(''))
    },
  },
  {
    ...known,
    name: 'DuplicateEffect',
    does: 'an awaited call is made twice',
    detector: 'a rule that counts effects',
    *mutate({ node }) {
      // Reading the same body again is no effect.
      if (
        !t.isAwaitExpression(node) ||
        /\.(json|text|formData|arrayBuffer|blob)(\.catch)?$/.test(dotted(node.argument))
      )
        return
      yield t.sequenceExpression([copy(node), copy(node)])
    },
  },
  {
    ...known,
    name: 'WebhookReplay',
    does: 'what has been handled is not remembered',
    detector: 'a scenario in which a webhook arrives twice',
    *mutate(path) {
      const { node } = path
      if (!t.isExpressionStatement(node)) return
      const callee = methodOf(node.expression, /^(add|set)$/)
      if (callee !== undefined && SEEN.test(dotted(callee.object))) yield t.emptyStatement()
    },
  },
  {
    ...known,
    name: 'CacheNever',
    does: 'nothing is ever known already',
    detector: 'a scenario that asks the same twice',
    *mutate(path) {
      if (methodOf(path.node, /^has$/) !== undefined) yield t.booleanLiteral(false)
      const name = path.parentPath?.isVariableDeclarator() === true ? dotted(path.parentPath.node.id) : ''
      if (methodOf(path.node, /^get$/) !== undefined && /known|existing|cached|running|seen|hit|found/i.test(name))
        yield nothing()
    },
  },
  {
    class: 'error',
    severity: 'major',
    name: 'CacheForever',
    does: 'what was remembered is never forgotten',
    detector: 'a scenario that tries again after a failure, or after the time is up',
    *mutate(path) {
      if (methodOf(path.node, /^(delete|clear|invalidate|evict)$/) !== undefined) yield nothing()
    },
  },
  {
    ...known,
    name: 'StatusGuardDrop',
    does: 'the check of a status before an effect is left out',
    detector: 'a scenario that does it in the wrong state',
    *mutate(path) {
      const { node } = path
      if (!t.isBinaryExpression(node) || !/^[!=]==?$/.test(node.operator)) return
      if (!/\.(status|state)$/.test(dotted(node.left)) || testedBy(path) === undefined) return
      yield t.booleanLiteral(false)
    },
  },
  {
    ...known,
    name: 'WebhookSignatureSkip',
    does: 'the signature of a message is not checked',
    detector: 'a scenario with a forged message',
    *mutate(path) {
      if (
        !isCall(
          path,
          /^(constructEvent|constructEventAsync|verify|verifySignature|verifyHeader|timingSafeEqual|unwrap)$/,
        )
      )
        return
      const [body] = path.node.arguments
      if (!t.isExpression(body)) return
      const name = dotted(path.node.callee)
      if (/constructEvent|unwrap/.test(name)) yield callOf('JSON', 'parse', callOf('String', 'raw', templateRaw(body)))
      else yield t.booleanLiteral(true)
    },
  },
  {
    class: 'data',
    severity: 'major',
    name: 'PartialWrite',
    does: 'one of several assignments to the same record is left out',
    detector: 'an expectation on the record',
    *mutate(path) {
      const object = assigned(path.node)
      if (object === undefined || !path.inList || typeof path.key !== 'number') return
      const around = [path.getSibling(path.key - 1), path.getSibling(path.key + 1)]
      if (around.some(({ node }) => node != null && assigned(node) === object)) yield t.emptyStatement()
    },
  },
  {
    class: 'concurrency',
    severity: 'critical',
    name: 'LostUpdate',
    does: 'a value is read before a wait and written after it',
    detector: 'a scenario with two requests at once',
    *mutate(path) {
      const { node } = path
      if (!t.isAssignmentExpression(node) || !/^[-+*]=$/.test(node.operator) || !inAsync(path)) return
      const { left } = node
      if (!t.isMemberExpression(left)) return
      const operator = node.operator === '+=' ? '+' : node.operator === '-=' ? '-' : '*'
      const later = aMomentLater(copy(node.right))
      yield t.assignmentExpression('=', copy(left), t.binaryExpression(operator, copy(left), later))
    },
  },
  {
    class: 'concurrency',
    severity: 'critical',
    name: 'LockAfterAwait',
    does: 'a claim is staked after a wait, when another may have staked it',
    detector: 'a scenario with two requests at once',
    *mutate(path) {
      const { node } = path
      if (!t.isExpressionStatement(node) || !inAsync(path)) return
      const { expression } = node
      // What is added to a set, put in a map, or counted up or down, others may see.
      const counts = t.isAssignmentExpression(expression) && /^[-+]=$/.test(expression.operator)
      if (!counts && methodOf(expression, /^(add|set)$/) === undefined) return
      yield t.blockStatement([t.expressionStatement(aMomentLater()), copy(node)])
    },
  },
  {
    class: 'concurrency',
    severity: 'major',
    name: 'GlobalLock',
    does: 'anything under way counts as this one',
    detector: 'a scenario with two different requests at once',
    *mutate({ node }) {
      const callee = methodOf(node, /^has$/)
      if (callee === undefined) return
      yield t.binaryExpression('>', t.memberExpression(copy(callee.object), t.identifier('size')), t.numericLiteral(0))
    },
  },
  {
    class: 'concurrency',
    severity: 'major',
    name: 'UnboundedConcurrency',
    does: 'a limit on work at once is lifted',
    detector: 'the fitness function in-flight, under a scenario with much work',
    *mutate(path) {
      const parent = path.parentPath
      if (!path.isNumericLiteral() || parent?.isVariableDeclarator() !== true) return
      if (/concurren|parallel|workers|pool|in_?flight/i.test(dotted(parent.node.id))) yield t.numericLiteral(1000)
    },
  },
]

/** `String.raw({ raw: [body] })` is the text whether body is a string or bytes. */
const templateRaw = (body: t.Expression): t.Expression =>
  t.objectExpression([t.objectProperty(t.identifier('raw'), t.arrayExpression([copy(body)]))])

/** The record that a statement assigns to: `order` of `order.status = 'paid'`. */
function assigned(node: t.Node): string | undefined {
  if (!t.isExpressionStatement(node) || !t.isAssignmentExpression(node.expression)) return undefined
  const { left } = node.expression
  return t.isMemberExpression(left) && t.isIdentifier(left.object) ? left.object.name : undefined
}

/** A wait that others get in between: promises alone are done before the next request is looked at. */
function aMomentLater(value?: t.Expression): t.AwaitExpression {
  const done = t.identifier('done')
  const timer = t.callExpression(t.identifier('setTimeout'), [
    copy(done),
    t.numericLiteral(1),
    ...(value === undefined ? [] : [value]),
  ])
  return t.awaitExpression(t.newExpression(t.identifier('Promise'), [t.arrowFunctionExpression([done], timer)]))
}
