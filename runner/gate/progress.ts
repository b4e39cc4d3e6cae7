/** Where long work tells how far it is. */
export interface Progress {
  /** What starts, and how much of it there is. */
  begin(what: string, total: number): void
  step(failed: boolean): void
  note(text: string): void
  end(): void
}

const DRAW_MS = 100
const HEARTBEAT_MS = 10_000

/** On a terminal one line that is rewritten; elsewhere a line now and then, so that a log shows that it lives. */
export function createProgress(stream: NodeJS.WriteStream, now: () => number): Progress {
  const live = stream.isTTY === true
  let what = ''
  let total = 0
  let done = 0
  let failed = 0
  let startedMs = now()
  let drawnMs = 0
  const line = (): string => {
    const width = 24
    const filled = total === 0 ? 0 : Math.round((done / total) * width)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
    return `${what} ${live ? `${bar} ` : ''}${done}/${total}${failed > 0 ? `, ${failed} odd` : ''}, ${((now() - startedMs) / 1000).toFixed(1)} s`
  }
  const draw = (force: boolean): void => {
    if (!force && now() - drawnMs < (live ? DRAW_MS : HEARTBEAT_MS)) return
    drawnMs = now()
    stream.write(live ? `\r\x1b[2K${line()}` : `${line()}\n`)
  }
  return {
    begin(name, count) {
      what = name
      total = count
      done = 0
      failed = 0
      startedMs = now()
      drawnMs = now()
      if (live) draw(true)
    },
    step(odd) {
      done += 1
      if (odd) failed += 1
      draw(false)
    },
    note(text) {
      stream.write(live ? `\r\x1b[2K${text}\n` : `${text}\n`)
      if (live && total > 0 && done < total) draw(true)
    },
    end() {
      if (live) stream.write('\r\x1b[2K')
      total = 0
    },
  }
}
