import { originOf, type Run } from './run.ts'

const LINE_MAX = 200

/** The first line that a program printed to stderr on account of a step: why it failed there, in its own words. */
export function complaintOf(run: Run, step: string): string | undefined {
  const log = run.trace.find(
    ({ type, fields, step: at }) => type === 'app.log' && fields.stream === 'stderr' && originOf(run, at) === step,
  )
  return String(log?.fields.text ?? '')
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.slice(0, LINE_MAX)
}
