import type { CallStep } from '../scenario.ts'
import type { Pass } from './pass.ts'
import { withoutSteps } from './records.ts'
import { callsOf } from './refer.ts'

/** A part of a path that names one thing of many: it has a digit or a template in it, or nobody would type it. */
const NAME = /\d|\{\{|^.{24,}$/

/** `POST /orders/:id/refunds`: what a call asks for, without which one. */
export const routeOf = ({ method, path }: Pick<CallStep, 'method' | 'path'>): string =>
  `${method} ${path
    .replace(/\?.*$/, '')
    .split('/')
    .map((part) => (NAME.test(part) ? ':id' : part))
    .join('/')}`

/** All calls of one route, together. */
export const routes: Pass = {
  name: 'routes',
  parts(scenario, layer) {
    const all = [...new Set(callsOf(scenario).map(routeOf))]
    return layer === 0 && all.length > 1 ? all : []
  },
  without: (scenario, gone) => withoutSteps(scenario, (call) => gone.has(routeOf(call))),
}
