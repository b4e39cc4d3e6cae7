import { types as t } from '@babel/core'
import type { DomainMutator } from '../mutator.ts'
import { callOf, copy, dotted, isCall, lastName, mentions, methodOf, number } from '../syntax.ts'

const OFFSET = /offset|tz|zone/i
const base = { class: 'time', severity: 'major' } as const
const zone = 'a scenario in another zone, near the end of a day or month'

/** Clocks, zones and units. */
export const timeMutators: readonly DomainMutator[] = [
  {
    ...base,
    severity: 'critical',
    name: 'LocalTime',
    does: 'local time for UTC',
    detector: zone,
    *mutate(path) {
      const callee = methodOf(path.node, /^[gs]etUTC/)
      if (callee === undefined || !path.isCallExpression()) return
      const local = t.identifier(lastName(callee).replace('UTC', ''))
      yield t.callExpression(t.memberExpression(copy(callee.object), local), path.node.arguments.map(copy))
    },
  },
  {
    ...base,
    name: 'LocalFormat',
    does: 'a date is written as the machine sees it',
    detector: zone,
    *mutate({ node }) {
      const callee = methodOf(node, /^toISOString$/)
      if (callee !== undefined)
        yield t.callExpression(t.memberExpression(copy(callee.object), t.identifier('toString')), [])
    },
  },
  {
    ...base,
    severity: 'critical',
    name: 'SecondsForMs',
    does: 'seconds where milliseconds are meant',
    detector: 'a scenario that waits for it',
    *mutate(path) {
      if (isCall(path, /^(now|getTime)$/)) yield t.binaryExpression('/', copy(path.node), number(1000))
    },
  },
  {
    ...base,
    name: 'EpochUnits',
    does: 'a conversion between seconds and milliseconds is left out',
    detector: 'a scenario that waits for it',
    *mutate({ node }) {
      if (!t.isBinaryExpression(node) || !t.isExpression(node.left)) return
      const unit = t.isNumericLiteral(node.right) && [1000, 60_000, 3_600_000, 86_400_000].includes(node.right.value)
      if (unit && /^[*/]$/.test(node.operator)) yield copy(node.left)
    },
  },
  {
    ...base,
    name: 'RealClock',
    does: 'the wall clock for the clock that was handed in',
    detector: 'any scenario that looks at a time',
    *mutate(path) {
      if (isCall(path, /^now$/) && t.isMemberExpression(path.node.callee) && dotted(path.node.callee) !== 'Date.now')
        yield callOf('Date', 'now')
    },
  },
  {
    ...base,
    name: 'OffsetSign',
    does: 'forwards for backwards',
    detector: zone,
    *mutate({ node }) {
      if (!t.isBinaryExpression(node) || !t.isExpression(node.left) || !/^[-+]$/.test(node.operator)) return
      const timely = mentions(node, OFFSET) || /^(Date\.now|.*\.getTime|.*\.now)$/.test(dotted(node.left))
      if (timely) yield t.binaryExpression(node.operator === '+' ? '-' : '+', copy(node.left), copy(node.right))
    },
  },
  {
    ...base,
    name: 'OffsetIgnored',
    does: 'a shift in time is left out',
    detector: zone,
    *mutate({ node }) {
      if (!t.isBinaryExpression(node) || !t.isExpression(node.left) || !/^[-+]$/.test(node.operator)) return
      if (mentions(node.right, OFFSET) || /^(Date\.now|.*\.getTime|.*\.now)$/.test(dotted(node.left)))
        yield copy(node.left)
    },
  },
  {
    ...base,
    name: 'MonthOffByOne',
    does: 'months counted from nought',
    detector: 'the name of a month in a mail or a record',
    *mutate({ node }) {
      if (
        t.isBinaryExpression(node, { operator: '+' }) &&
        methodOf(node.left, /^get(UTC)?Month$/) !== undefined &&
        t.isExpression(node.left)
      )
        yield copy(node.left)
    },
  },
  {
    ...base,
    name: 'ExpiryIgnored',
    does: 'what has run out counts as good, or the other way round',
    detector: 'a scenario that comes back later',
    *mutate({ node }) {
      if (!t.isBinaryExpression(node) || !/^[<>]=?$/.test(node.operator)) return
      if (!/^(Date\.now|.*\.now|.*\.getTime)$/.test(dotted(node.left)) && !mentions(node, /until|expir|deadline/i))
        return
      yield t.booleanLiteral(true)
      yield t.booleanLiteral(false)
    },
  },
]
