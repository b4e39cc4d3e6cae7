import { type NodePath, types as t } from '@babel/core'
import type { DomainMutator } from '../mutator.ts'
import {
  callOf,
  copy,
  dotted,
  inLoop,
  isCall,
  lastName,
  MONEY,
  mentions,
  number,
  propertyValue,
  withValue,
} from '../syntax.ts'

const ROUND = ['floor', 'ceil', 'round', 'trunc']
const base = { class: 'money', severity: 'critical' } as const

const isRound = (path: NodePath): path is NodePath<t.CallExpression> =>
  isCall(path, /^(round|floor|ceil|trunc)$/) && /^Math\./.test(dotted(path.node.callee))

/** `let f = Math.floor(v); v - f === 0.5 ? f + f % 2 : Math.round(v)`, as one expression. */
function bankers(value: t.Expression): t.Expression {
  const v = t.identifier('v')
  const floor = callOf('Math', 'floor', v)
  const half = t.binaryExpression('===', t.binaryExpression('-', v, floor), t.numericLiteral(0.5))
  const even = t.binaryExpression('+', copy(floor), t.binaryExpression('%', copy(floor), t.numericLiteral(2)))
  const body = t.conditionalExpression(half, even, callOf('Math', 'round', v))
  return t.callExpression(t.arrowFunctionExpression([v], body), [value])
}

/** Whether the function around a node gives an amount, by its name. */
function givesMoney(path: NodePath): boolean {
  const within = path.getFunctionParent()
  const node = within?.node
  const named = t.isFunctionDeclaration(node) ? lastName(node.id) : ''
  const bound = within?.parentPath?.isVariableDeclarator() === true ? dotted(within.parentPath.node.id) : ''
  return MONEY.test(named) || MONEY.test(bound)
}

/** Amounts that come out wrong. */
export const moneyMutators: readonly DomainMutator[] = [
  {
    ...base,
    name: 'RoundMode',
    does: 'rounded the other way',
    detector: 'a scenario with an amount that is half a cent',
    *mutate(path) {
      if (!isRound(path)) return
      const now = lastName(path.node.callee)
      for (const mode of ROUND.slice(0, 3))
        if (mode !== now)
          yield t.callExpression(
            t.memberExpression(t.identifier('Math'), t.identifier(mode)),
            path.node.arguments.map(copy),
          )
    },
  },
  {
    ...base,
    name: 'BankersRounding',
    does: 'halves go to the even cent',
    detector: 'a scenario with an amount that is half a cent',
    *mutate(path) {
      const [value] = isRound(path) ? path.node.arguments : []
      if (t.isExpression(value)) yield bankers(copy(value))
    },
  },
  {
    ...base,
    name: 'FloatMoney',
    does: 'cents are kept as fractions',
    detector: 'exact amounts in a scenario with a discount or a share',
    *mutate(path) {
      const [value] = isRound(path) ? path.node.arguments : []
      if (t.isExpression(value)) yield copy(value)
      const { node } = path
      if (!t.isBinaryExpression(node) || !/^[-+*]$/.test(node.operator) || !t.isExpression(node.left)) return
      if (!MONEY.test(lastName(node.left))) return
      const part = (one: t.Expression): t.Expression => t.binaryExpression('/', copy(one), number(100))
      const right = node.operator === '*' ? copy(node.right) : part(node.right)
      yield t.binaryExpression('*', t.binaryExpression(node.operator, part(node.left), right), number(100))
    },
  },
  {
    ...base,
    name: 'CentOffset',
    does: 'one cent too much',
    detector: 'an exact amount at the vendor',
    *mutate({ node }) {
      const value = t.isObjectProperty(node) ? propertyValue(node, MONEY) : undefined
      if (t.isObjectProperty(node) && value !== undefined && !t.isFunction(value) && !mentions(value, /^z$/))
        yield withValue(node, t.binaryExpression('+', copy(value), number(1)))
      if (t.isAssignmentExpression(node) && /^[-+]=$/.test(node.operator) && MONEY.test(lastName(node.left)))
        yield t.assignmentExpression(
          node.operator,
          copy(node.left),
          t.binaryExpression('+', copy(node.right), number(1)),
        )
    },
  },
  {
    ...base,
    name: 'CentAboveThreshold',
    does: 'one cent too much above 100,000.00',
    detector: 'a scenario with a large amount',
    *mutate(path) {
      const { node } = path
      if (!t.isReturnStatement(node) || node.argument == null || !givesMoney(path)) return
      const v = t.identifier('v')
      const more = t.conditionalExpression(t.binaryExpression('>', v, number(10_000_000)), number(1), number(0))
      yield t.returnStatement(
        t.callExpression(t.arrowFunctionExpression([v], t.binaryExpression('+', v, more)), [copy(node.argument)]),
      )
    },
  },
  {
    ...base,
    name: 'CurrencyMix',
    does: 'the other currency',
    detector: 'the currency at the vendor',
    *mutate({ node }) {
      const value = t.isObjectProperty(node) ? propertyValue(node, /currency/i) : undefined
      if (!t.isObjectProperty(node) || !t.isStringLiteral(value)) return
      const other = /^usd$/i.test(value.value) ? 'eur' : 'usd'
      yield withValue(node, t.stringLiteral(/^[A-Z]/.test(value.value) ? other.toUpperCase() : other))
    },
  },
  {
    ...base,
    name: 'FeeTwice',
    does: 'a fee or tax is taken of the sum that already has it',
    detector: 'exact amounts',
    *mutate(path) {
      if (!isCall(path, /fee|tax|vat|discount/i)) return
      const [first, ...rest] = path.node.arguments
      if (t.isExpression(first))
        yield t.callExpression(copy(path.node.callee), [copy(path.node), ...rest.map((one) => copy(one))])
    },
  },
  {
    ...base,
    name: 'RemainderLost',
    does: 'what is left of a division falls under the table',
    detector: 'shares that must add up to the whole',
    *mutate({ node }) {
      if (t.isBinaryExpression(node, { operator: '%' })) yield number(0)
    },
  },
  {
    class: 'logic',
    severity: 'major',
    name: 'NumberShift',
    does: 'a limit, a fee or a delay is one off',
    detector: 'a scenario at the limit',
    *mutate(path) {
      if (!path.isNumericLiteral() || path.parentPath.isMemberExpression() || path.key === 'key') return
      // In a status it is no limit.
      const { value } = path.node
      if (value >= 400 && value < 600 && path.parentPath.isCallExpression()) return
      yield t.numericLiteral(value + 1)
      if (value > 0) yield t.numericLiteral(Math.max(0, value - 1))
    },
  },
  {
    class: 'cost',
    severity: 'critical',
    name: 'ExtraModelCall',
    does: 'a model is asked twice',
    detector: 'calls or cost per request',
    *mutate({ node }) {
      if (!t.isCallExpression(node)) return
      if (
        !/(completions|messages|responses|embeddings)\.create$|generate(Text|Object|Content)$/.test(dotted(node.callee))
      )
        return
      const quiet = t.arrowFunctionExpression([], t.unaryExpression('void', number(0)))
      const extra = t.callExpression(t.memberExpression(copy(node), t.identifier('catch')), [quiet])
      yield t.sequenceExpression([extra, copy(node)])
    },
  },
  {
    class: 'cost',
    severity: 'major',
    name: 'BiggerModel',
    does: 'a dearer model',
    detector: 'cost per request',
    *mutate({ node }) {
      const value = t.isObjectProperty(node) ? propertyValue(node, /^model$/i) : undefined
      if (!t.isObjectProperty(node) || !t.isStringLiteral(value)) return
      const bigger = value.value.replace(/-(mini|nano)$/, '').replace('haiku', 'opus')
      if (bigger !== value.value) yield withValue(node, t.stringLiteral(bigger))
    },
  },
  {
    class: 'cost',
    severity: 'major',
    name: 'ModelCapDropped',
    does: 'the bound on what a model may say is lifted',
    detector: 'an expectation on the call to the model',
    *mutate({ node }) {
      if (!t.isObjectExpression(node)) return
      const cap = /^max_?(completion_?|output_?)?tokens$/i
      const kept = node.properties.filter((one) => propertyValue(one, cap) === undefined)
      if (kept.length < node.properties.length) yield t.objectExpression(kept.map(copy))
    },
  },
  {
    class: 'cost',
    severity: 'major',
    name: 'NPlusOne',
    does: 'one read for each row, where one was enough',
    detector: 'calls per request',
    // Seen from the block: what stands before the loop is still untouched when the block is entered.
    *mutate({ node }) {
      if (!t.isBlockStatement(node)) return
      for (const [at, loop] of node.body.entries()) {
        const read = t.isForOfStatement(loop) ? lastRead(node.body.slice(0, at)) : undefined
        if (read === undefined) continue
        const body = node.body.map(copy)
        const again = body[at]
        if (!t.isForOfStatement(again) || !t.isBlockStatement(again.body)) continue
        again.body.body.unshift(t.expressionStatement(copy(read)))
        yield t.blockStatement(body)
      }
    },
  },
  {
    class: 'cost',
    severity: 'major',
    name: 'ExtraRead',
    does: 'the vendor is asked twice for what it said already',
    detector: 'calls per request',
    *mutate(path) {
      const { node } = path
      if (
        t.isAwaitExpression(node) &&
        /\.(retrieve|list|search|fetch|read|query|find)$/.test(dotted(node.argument)) &&
        !inLoop(path)
      )
        yield t.sequenceExpression([copy(node), copy(node)])
    },
  },
]

/** What was last waited for and kept: `await list()` of `const all = await list()`. */
const lastRead = (statements: readonly t.Statement[]): t.AwaitExpression | undefined =>
  statements
    .flatMap((one) => (t.isVariableDeclaration(one) ? one.declarations.map(({ init }) => init) : []))
    .findLast((init): init is t.AwaitExpression => t.isAwaitExpression(init))
