import pc from 'picocolors'
import type { Run } from '../../scenarios/run.ts'
import type { Json, TraceEvent } from '../../twins/trace.ts'
import { printable } from '../gate/intake.ts'

/** `+2:05:11.188`. */
export const clock = (ms: number): string => {
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
  return `+${h}:${String(m).padStart(2, '0')}:${String(s).padStart(2, '0')}.${String(ms % 1000).padStart(3, '0')}`
}

const SKIP = new Set(['key', 'id', 'method', 'path'])
const details = (fields: TraceEvent['fields']): string =>
  Object.entries(fields)
    .filter(([name, value]) => value !== undefined && !SKIP.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value as Json)}`)
    .join(' ')

const MARK: Readonly<Record<string, string>> = {
  'app.request': '→',
  'app.answer': '←',
  'app.log': '·',
  fault: '⚡',
  'cost.line': '$',
  escape: '!',
}

/** A run as a timeline: virtual time, the step on whose account it happened, what happened. */
export function printTimeline(
  run: Run,
  options: { readonly colour: boolean; readonly width: number; readonly untilMs: number | undefined },
): string {
  const colours = pc.createColors(options.colour)
  const events = run.trace.filter(
    ({ atMs }) => options.untilMs === undefined || atMs - run.startsAtMs <= options.untilMs,
  )
  const steps = Math.min(24, Math.max(4, ...events.map(({ step }) => step.length)))
  const lines = events.map((event) => {
    const { type, fields, step, atMs } = event
    const mark = MARK[type] ?? (fields.method === undefined ? ' ' : '⇢')
    const what = type === 'app.request' ? `${String(fields.method)} ${String(fields.path)}` : type
    const text = printable(`${mark} ${what} ${details(fields)}`, options.width - steps - 18)
    const shown =
      type === 'fault' || type === 'escape'
        ? colours.yellow(text)
        : type === 'cost.line'
          ? colours.magenta(text)
          : type.startsWith('app.')
            ? colours.cyan(text)
            : text
    return `${clock(atMs - run.startsAtMs)}  ${colours.dim((step.length > steps ? `${step.slice(0, steps - 1)}…` : step).padEnd(steps))}  ${shown}`
  })
  for (const { what, step, sinceMs } of run.pending)
    lines.push(
      `${clock(run.endedAtMs - run.startsAtMs)}  ${step.slice(0, steps).padEnd(steps)}  … pending since ${clock(sinceMs - run.startsAtMs)}: ${printable(what, 120)}`,
    )
  return `${lines.join('\n')}\n`
}
