import type { Progress } from '../gate/progress.ts'

/** What an attempt is at. */
export type Phase = 'generate' | 'critique' | 'gate'

/** Where a run of the factory tells how far it is. */
export interface FactoryProgress {
  note(text: string): void
  /** A phase begins; the answer ends it with what came of it. `said` is what the agent or the gate says meanwhile. */
  begin(attempt: number, phase: Phase): { said(text: string): void; end(text: string): void }
}

/** A gate's own progress as what a phase says. */
export function gateProgress(said: (text: string) => void): Progress {
  let what = ''
  let total = 0
  let done = 0
  let odd = 0
  return {
    begin(name, count) {
      what = name
      total = count
      done = 0
      odd = 0
    },
    step(failed) {
      done += 1
      if (failed) odd += 1
      said(`${what} ${done}/${total}${odd > 0 ? `, ${odd} odd` : ''}`)
    },
    note: said,
    end() {},
  }
}

const HEARTBEAT_MS = 15_000
const DRAW_MS = 200

/**
 * One line a phase: `attempt 2  gate      12.3 s  fail: PAY-1`. On a terminal the phase that goes on is drawn below and grows;
 * elsewhere it shows now and then that it lives. `every` calls back until it is told to end.
 */
export function createFactoryProgress(
  stream: NodeJS.WriteStream,
  now: () => number,
  every: (ms: number, task: () => void) => () => void,
): FactoryProgress {
  const live = stream.isTTY === true
  const open: { line(): string }[] = []
  const clear = (): void => {
    if (live) stream.write('\r\x1b[2K')
  }
  const draw = (): void => {
    const [first] = open
    if (first === undefined) return
    const more = open.length > 1 ? `  (+${open.length - 1} more)` : ''
    stream.write(
      live ? `\r\x1b[2K${`${first.line()}${more}`.slice(0, (stream.columns ?? 100) - 1)}` : `${first.line()}\n`,
    )
  }
  const write = (text: string): void => {
    clear()
    stream.write(`${text}\n`)
    if (live) draw()
  }
  let stopDrawing: (() => void) | undefined
  return {
    note: write,
    begin(attempt, phase) {
      const startedMs = now()
      let saying = ''
      const head = (): string =>
        `attempt ${attempt}  ${phase.padEnd(8)}  ${`${((now() - startedMs) / 1000).toFixed(1)} s`.padStart(8)}`
      const entry = { line: () => `${head()}  ${saying}`.trimEnd() }
      open.push(entry)
      stopDrawing ??= every(live ? DRAW_MS : HEARTBEAT_MS, draw)
      if (live) draw()
      return {
        said(text) {
          saying = text
        },
        end(text) {
          open.splice(open.indexOf(entry), 1)
          write(`${head()}  ${text}`)
          if (open.length > 0) return
          stopDrawing?.()
          stopDrawing = undefined
        },
      }
    },
  }
}
