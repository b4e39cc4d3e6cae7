import { types as t } from '@babel/core'
import type { DomainMutator } from '../mutator.ts'
import {
  ATTEMPT,
  copy,
  dotted,
  isCall,
  lastName,
  leaves,
  mentions,
  nothing,
  number,
  propertyValue,
  testedBy,
  withValue,
} from '../syntax.ts'

const RETRYABLE = /^(retryable|is_?retryable|is_?transient|should_?retry|can_?retry)$/i
const WAIT = /^(sleep|delay|wait|pause|backoff|waitFor)$/i
const RETRY_AFTER = /retry_?after/i
const FALSE = t.booleanLiteral(false)
const TRUE = t.booleanLiteral(true)
const base = { class: 'retry', severity: 'major' } as const
const calls = 'a bound on calls per request, under a scenario in which the vendor stays down'

/** A comparison that counts attempts: `attempt >= options.attempts`. */
function counts(node: t.Node): t.BinaryExpression | undefined {
  if (!t.isBinaryExpression(node) || !/^[<>]=?$/.test(node.operator)) return undefined
  return mentions(node, ATTEMPT) ? node : undefined
}

/** How a service tries again. */
export const retryMutators: readonly DomainMutator[] = [
  {
    ...base,
    severity: 'critical',
    name: 'RetryUnbounded',
    does: 'it never gives up',
    detector: calls,
    *mutate(path) {
      if (counts(path.node) === undefined) return
      const parent = path.parentPath
      if (parent?.isLoop() === true && path.key === 'test') yield copy(TRUE)
      const branch = testedBy(path)
      if (branch !== undefined && leaves(branch.consequent)) yield copy(FALSE)
    },
  },
  {
    ...base,
    name: 'RetryOffByOne',
    does: 'one attempt more or one less',
    detector: 'an exact count of calls',
    *mutate({ node }) {
      const found = counts(node)
      if (found === undefined || !t.isExpression(found.left)) return
      for (const by of [1, -1])
        yield t.binaryExpression(
          found.operator,
          copy(found.left),
          t.binaryExpression('+', copy(found.right), number(by)),
        )
    },
  },
  {
    ...base,
    name: 'RetryAll',
    does: 'it tries again whatever the error',
    detector: 'a scenario with a refusal for good, and a count of calls',
    *mutate(path) {
      if (isCall(path, RETRYABLE)) yield copy(TRUE)
      if (t.isObjectProperty(path.node) && propertyValue(path.node, RETRYABLE) !== undefined)
        yield withValue(path.node, t.arrowFunctionExpression([], copy(TRUE)))
    },
  },
  {
    ...base,
    name: 'RetryNone',
    does: 'it never tries again',
    detector: 'a scenario with one failure that goes away',
    *mutate(path) {
      if (isCall(path, RETRYABLE)) yield copy(FALSE)
      if (t.isObjectProperty(path.node) && propertyValue(path.node, RETRYABLE) !== undefined)
        yield withValue(path.node, t.arrowFunctionExpression([], copy(FALSE)))
    },
  },
  {
    ...base,
    name: 'NoBackoff',
    does: 'it tries again at once',
    detector: 'a least distance between attempts',
    *mutate(path) {
      if (isCall(path, WAIT) && path.node.arguments.length > 0)
        yield t.callExpression(copy(path.node.callee), [number(0), ...path.node.arguments.slice(1).map(copy)])
    },
  },
  {
    ...base,
    name: 'LinearBackoff',
    does: 'the wait grows by steps, not by doubling',
    detector: 'a least distance between late attempts',
    *mutate({ node }) {
      if (t.isBinaryExpression(node, { operator: '**' }) && mentions(node.right, ATTEMPT)) yield copy(node.right)
    },
  },
  {
    ...base,
    severity: 'minor',
    name: 'NoJitter',
    does: 'everybody waits equally long',
    detector: 'a rule over many clients at once',
    *mutate(path) {
      if (isCall(path, /^random$/) && dotted(path.node.callee) === 'Math.random') yield number(0.5)
    },
  },
  {
    ...base,
    name: 'CapIgnored',
    does: 'a bound from above or below is left out',
    detector: 'a scenario beyond the bound',
    *mutate(path) {
      if (!isCall(path, /^(min|max)$/) || !/^Math\./.test(dotted(path.node.callee))) return
      for (const one of path.node.arguments) if (t.isExpression(one)) yield copy(one)
    },
  },
  {
    ...base,
    name: 'IgnoreRetryAfter',
    does: 'the time the vendor asks for is not kept',
    detector: 'a scenario with a rate limit, and a least distance between calls',
    *mutate(path) {
      if (isCall(path, RETRY_AFTER)) yield nothing()
      if (path.isStringLiteral() && /^retry-after$/i.test(path.node.value) && path.key !== 'key')
        yield t.stringLiteral('x-none')
    },
  },
  {
    ...base,
    name: 'TimeoutStretched',
    does: 'a time limit is a thousand times as long',
    detector: 'a scenario in which no answer comes, and a bound on the answer time',
    *mutate({ node }) {
      if (!t.isObjectProperty(node)) return
      const value = propertyValue(node, /^(timeout|timeout_?ms|deadline|request_?timeout)$/i)
      if (value !== undefined) yield withValue(node, t.binaryExpression('*', copy(value), number(1000)))
    },
  },
  {
    class: 'error',
    severity: 'major',
    name: 'WrongErrorClass',
    does: 'an error is taken for another kind',
    detector: 'a scenario for each kind of error',
    *mutate({ node }) {
      if (
        t.isBinaryExpression(node, { operator: 'instanceof' }) &&
        lastName(node.right) !== 'Error' &&
        t.isExpression(node.left)
      )
        yield t.binaryExpression('instanceof', copy(node.left), t.identifier('Error'))
      if (t.isThrowStatement(node) && t.isNewExpression(node.argument) && lastName(node.argument.callee) !== 'Error')
        yield t.throwStatement(t.newExpression(t.identifier('Error'), node.argument.arguments.map(copy)))
    },
  },
  {
    class: 'error',
    severity: 'critical',
    name: 'CatchSwallow',
    does: 'an error is caught and not passed on',
    detector: 'a scenario in which it fails, and its answer',
    *mutate(path) {
      if (path.isThrowStatement() && path.findParent((one) => one.isCatchClause()) !== null) yield t.emptyStatement()
    },
  },
  {
    class: 'error',
    severity: 'critical',
    name: 'ErrorAsSuccess',
    does: 'a failure is told as a success',
    detector: 'an expectation on the status of a refused request',
    *mutate(path) {
      if (!path.isNumericLiteral() || path.key === 'key') return
      const { value } = path.node
      const { parentPath } = path
      const told =
        parentPath.isCallExpression() ||
        (t.isObjectProperty(parentPath.node) && /^(status|code|status_?code)$/i.test(lastName(parentPath.node.key)))
      if (told && Number.isInteger(value) && value >= 400 && value < 600) yield t.numericLiteral(200)
    },
  },
  {
    class: 'error',
    severity: 'major',
    name: 'FinallyDrop',
    does: 'what must happen in any case is left out',
    detector: 'a scenario that comes again after a failure',
    *mutate({ node }) {
      if (t.isTryStatement(node) && node.finalizer != null && node.handler != null)
        yield t.tryStatement(copy(node.block), copy(node.handler))
      if (t.isCallExpression(node) && t.isMemberExpression(node.callee) && lastName(node.callee) === 'finally')
        yield copy(node.callee.object)
    },
  },
  {
    class: 'error',
    severity: 'major',
    name: 'FailureNotStored',
    does: 'a failure leaves no mark on the record',
    detector: 'an expectation on the record after a failure',
    *mutate(path) {
      const { node } = path
      if (!t.isExpressionStatement(node) || path.findParent((one) => one.isCatchClause()) === null) return
      if (t.isAssignmentExpression(node.expression) && t.isMemberExpression(node.expression.left))
        yield t.emptyStatement()
    },
  },
  {
    class: 'error',
    severity: 'critical',
    name: 'AwaitDrop',
    does: 'nobody waits for a result',
    detector: 'a scenario in which it is slow or fails',
    *mutate({ node }) {
      if (t.isAwaitExpression(node)) yield copy(node.argument)
    },
  },
  {
    class: 'error',
    severity: 'major',
    name: 'SignalIgnored',
    does: 'the request to stop is not heard',
    detector: 'a scenario that asks to stop',
    *mutate({ node }) {
      if (!t.isExpressionStatement(node) || !t.isCallExpression(node.expression)) return
      const [signal] = node.expression.arguments
      if (
        dotted(node.expression.callee) === 'process.on' &&
        t.isStringLiteral(signal) &&
        signal.value.startsWith('SIG')
      )
        yield t.emptyStatement()
    },
  },
]
