/** Where hardening tells how far it is, how fast it goes, and when it will be done. */
export interface HardenProgress {
  begin(what: string, total: number): void
  /** One more; `alive` when it was not noticed. */
  step(alive: boolean): void
  note(text: string): void
  end(): void
}

const DRAW_MS = 100
const HEARTBEAT_MS = 10_000
const WIDTH = 24

/** `12 s`, `3 min 5 s`. */
export const span = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** On a terminal one line that is rewritten; elsewhere a line now and then. */
export function createHardenProgress(stream: NodeJS.WriteStream, now: () => number): HardenProgress {
  const live = stream.isTTY === true
  const at = { what: '', total: 0, done: 0, alive: 0, startedMs: now(), drawnMs: 0 }
  const line = (): string => {
    const seconds = Math.max(0.001, (now() - at.startedMs) / 1000)
    const rate = at.done / seconds
    const left = at.done === 0 ? '' : `, ${span(((at.total - at.done) / rate) * 1000)} left`
    const filled = at.total === 0 ? 0 : Math.round((at.done / at.total) * WIDTH)
    const bar = live ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ` : ''
    const alive = at.what === 'mutants' ? `, ${at.alive} alive` : at.alive > 0 ? `, ${at.alive} odd` : ''
    return `${at.what} ${bar}${at.done}/${at.total}${alive}, ${rate.toFixed(rate < 10 ? 1 : 0)}/s${left}`
  }
  const draw = (force: boolean): void => {
    if (!force && now() - at.drawnMs < (live ? DRAW_MS : HEARTBEAT_MS)) return
    at.drawnMs = now()
    stream.write(live ? `\r\x1b[2K${line()}` : `${line()}\n`)
  }
  return {
    begin(what, total) {
      Object.assign(at, { what, total, done: 0, alive: 0, startedMs: now(), drawnMs: now() })
      if (live) draw(true)
    },
    step(alive) {
      at.done += 1
      if (alive) at.alive += 1
      draw(false)
    },
    note(text) {
      stream.write(live ? `\r\x1b[2K${text}\n` : `${text}\n`)
    },
    end() {
      if (live) stream.write('\r\x1b[2K')
      else if (at.what === 'mutants' && at.total > 0) stream.write(`${line()}\n`)
    },
  }
}
