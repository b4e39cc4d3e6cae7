import type { Work } from '../engine.ts'
import { type Message, message, SYNC, withFields } from '../wire.ts'
import { Backend, type Until } from './backend.ts'
import type { Home, Server } from './launch.ts'
import type { Finished, Reply, Request } from './request.ts'
import { SESSION, tellTime } from './virtual.ts'

type Session = {
  readonly id: number
  readonly backend: Backend
  /** What it waits for an answer to. */
  pending: Promise<readonly Message[]> | undefined
  /** It waits for a lock since this step of the run; its process is stopped. */
  lockedSince: number | undefined
  listens: boolean
}

/** How a step of a backend ended: with its answer, or with the proof that it waits for a lock. */
type Rest = { readonly kind: 'answer'; readonly messages: readonly Message[] } | { readonly kind: 'locked' }

/**
 * Steps a server so that never two of its backends work at once. A backend that waits for a lock has said so in the log, after it
 * looked for a deadlock, and is in `pg_locks`; its process is stopped, and goes on when the lock is its own and its turn has come.
 */
export class Stepper {
  readonly #server: Server
  readonly #observer: Backend
  readonly #sessions = new Map<number, Session>()
  readonly #onLocked = new Map<number, () => void>()
  #steps = 0

  private constructor(server: Server, observer: Backend) {
    this.#server = server
    this.#observer = observer
  }

  static async start(home: Home, name: string): Promise<Stepper> {
    let stepper: Stepper | undefined
    const server = await home.start(name, (line) => stepper?.logged(line))
    const { backend } = await Backend.open(server.path, { application_name: 'backlot' })
    stepper = new Stepper(server, backend)
    return stepper
  }

  /** `process 42 still waiting for ShareLock on transaction 740 after 5.033 ms` */
  logged(line: string): void {
    const pid = /process (\d+) still waiting for/.exec(line)?.[1]
    if (pid !== undefined) this.#onLocked.get(Number(pid))?.()
  }

  async stop(how: 'clean' | 'now'): Promise<void> {
    for (const session of this.#sessions.values()) if (session.lockedSince !== undefined) signal(session, 'SIGCONT')
    for (const { backend } of this.#sessions.values()) backend.destroy()
    this.#observer.close()
    await this.#server.stop(how)
  }

  async open({ session: id, parameters, chance }: Extract<Request, { kind: 'open' }>): Promise<Finished> {
    const [there] = await this.#observer.rows('select pg_catalog.current_database() as name')
    const { backend, said } = await Backend.open(this.#server.path, {
      ...parameters,
      database: there?.name ?? 'postgres',
    })
    const refused = said.some(({ type }) => type === 'E')
    if (refused) backend.destroy()
    else {
      await backend.rows(`set ${SESSION} = '${id}'`)
      await backend.rows(`select setseed(${chance})`)
      this.#sessions.set(id, { id, backend, pending: undefined, lockedSince: undefined, listens: false })
    }
    const bytes = said.map((one) => (one.type === 'K' ? message('K', id, id) : one.bytes))
    return { session: id, bytes: Buffer.concat(bytes), status: 'I' }
  }

  async send({ session: id, bytes, count, listens, nowMs }: Extract<Request, { kind: 'send' }>): Promise<Reply> {
    const session = this.#known(id)
    const { backend } = session
    if (listens) session.listens = true
    // In a transaction that has failed nothing looks at the time, and nothing can be set.
    if (backend.status !== 'E') {
      const time = tellTime(nowMs, {
        begins: backend.status === 'I' && !backend.pipelined,
        pipelined: backend.pipelined,
      })
      backend.write(time.bytes)
      await backend.skip(time.answers)
    }
    backend.pipelined = count !== undefined
    backend.write(bytes)
    const until: Until = count === undefined ? { kind: 'ready' } : { kind: 'count', count }
    session.pending = backend.answer(until)
    return this.#settle(session)
  }

  /** Waits for one backend to come to rest, then lets those go on, one by one, whose locks have become theirs. */
  async #settle(first: Session | undefined): Promise<Reply> {
    const finished: Finished[] = []
    for (let next = first; next !== undefined; next = await this.#released()) {
      const rest = await this.#rest(next)
      if (rest.kind === 'locked') continue
      next.pending = undefined
      const kept = rest.messages.map((one) => (one.type === 'E' || one.type === 'N' ? this.#renamed(one) : one.bytes))
      finished.push({ session: next.id, bytes: Buffer.concat(kept), status: next.backend.status })
    }
    return { finished, notified: await this.#notified(), rows: [] }
  }

  /** The one that waits longest of those that wait no more. */
  async #released(): Promise<Session | undefined> {
    const locked = [...this.#sessions.values()]
      .filter(({ lockedSince }) => lockedSince !== undefined)
      .sort((a, b) => (a.lockedSince ?? 0) - (b.lockedSince ?? 0))
    if (locked.length === 0) return undefined
    const still = await this.#waiting()
    const free = locked.find(({ backend }) => !still.has(backend.pid))
    if (free !== undefined) this.#wake(free)
    return free
  }

  #wake(session: Session): void {
    session.lockedSince = undefined
    signal(session, 'SIGCONT')
  }

  async #rest(session: Session): Promise<Rest> {
    const { backend } = session
    for (;;) {
      const locked = new Promise<'locked'>((resolve) => this.#onLocked.set(backend.pid, () => resolve('locked')))
      const first = await Promise.race([session.pending ?? Promise.resolve([]), locked])
      this.#onLocked.delete(backend.pid)
      if (first !== 'locked') return { kind: 'answer', messages: first }
      if (!(await this.#waiting()).has(backend.pid)) continue
      signal(session, 'SIGSTOP')
      session.lockedSince = ++this.#steps
      return { kind: 'locked' }
    }
  }

  /** The processes that wait for a lock. */
  async #waiting(): Promise<ReadonlySet<number>> {
    const rows = await this.#observer.rows('select distinct pid from pg_catalog.pg_locks where not granted')
    return new Set(rows.map(({ pid }) => Number(pid)))
  }

  /** Asks the sessions that listen whether they have heard something. */
  async #notified(): Promise<Reply['notified']> {
    const heard: { session: number; bytes: Uint8Array }[] = []
    for (const { id, backend, listens, pending } of this.#sessions.values()) {
      if (!listens || pending !== undefined) continue
      if (backend.status === 'I' && !backend.pipelined) {
        backend.write(SYNC)
        await backend.answer({ kind: 'ready' })
      }
      const messages = backend.notifications.splice(0)
      if (messages.length === 0) continue
      const bytes = messages.map(({ body }) => message('A', this.#idOf(body.readInt32BE(0)), body.subarray(4)))
      heard.push({ session: id, bytes: Buffer.concat(bytes) })
    }
    return heard
  }

  async close(id: number): Promise<Reply> {
    const session = this.#sessions.get(id)
    if (session === undefined) return NOTHING
    this.#sessions.delete(id)
    const { backend } = session
    if (session.lockedSince !== undefined) this.#wake(session)
    if (session.pending === undefined) backend.close()
    else await this.#observer.rows(`select pg_catalog.pg_terminate_backend(${backend.pid})`)
    for (;;) {
      const left = await this.#observer.rows(`select 1 from pg_catalog.pg_stat_activity where pid = ${backend.pid}`)
      if (left.length === 0) break
      // A pause of the observer's own: the server's real sleep.
      await this.#observer.rows('select pg_catalog.backlot_real_pg_sleep(0.001)')
    }
    backend.destroy()
    return this.#settle(await this.#released())
  }

  async cancel(id: number): Promise<Reply> {
    const session = this.#sessions.get(id)
    if (session?.lockedSince === undefined) return NOTHING
    await this.#observer.rows(`select pg_catalog.pg_cancel_backend(${session.backend.pid})`)
    this.#wake(session)
    return this.#settle(session)
  }

  async rows(sql: string): Promise<Reply> {
    return { ...NOTHING, rows: await this.#observer.rows(sql) }
  }

  async run(work: readonly Work[], nowMs: number): Promise<void> {
    const { bytes, answers } = tellTime(nowMs, { begins: true, pipelined: false })
    this.#observer.write(bytes)
    await this.#observer.skip(answers)
    try {
      for (const one of work)
        if (typeof one === 'string') await this.#observer.rows(one)
        else await this.#observer.copy(one.copy, one.data)
    } catch (error) {
      await this.#observer.rows('rollback')
      throw error
    }
  }

  #known(id: number): Session {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new Error(`postgres: expected an open session, got ${id}.`)
    return session
  }

  #idOf(pid: number): number {
    return [...this.#sessions.values()].find(({ backend }) => backend.pid === pid)?.id ?? 0
  }

  /** Process numbers differ from run to run: sessions are told by their own. */
  #renamed(one: Message): Buffer {
    return withFields(one, (text) =>
      text.replaceAll(/(process |PID )(\d+)/gi, (_, word, pid) => `${word}${this.#idOf(Number(pid))}`),
    )
  }
}

const NOTHING: Reply = { finished: [], notified: [], rows: [] }

function signal({ backend }: Session, name: 'SIGSTOP' | 'SIGCONT'): void {
  process.kill(backend.pid, name)
}
