/** The thread that steps a real server. It answers one request after another. */
import { workerData } from 'node:worker_threads'
import { answerBridge, type BridgeEnd } from '../bridge.ts'
import { type Home, openHome } from './launch.ts'
import type { Reply, Request } from './request.ts'
import { Stepper } from './stepper.ts'
import { VIRTUAL } from './virtual.ts'

const { end, programs } = workerData as { readonly end: BridgeEnd; readonly programs: string }
const BARE = 'bare'
const templates = new Set<string>()
/** A server that runs on a copy of a template, in a directory of its own. */
type Running = { readonly template: string; readonly directory: string; readonly stepper: Stepper }
/** The server of the run that is on, and one that gets ready for the next. */
const now: { running: Running | undefined; spare: Promise<Running | undefined> | undefined; count: number } = {
  running: undefined,
  spare: undefined,
  count: 0,
}
// What goes wrong here is told to whoever asks first.
const opened = open()
opened.catch(() => undefined)

async function open(): Promise<Home> {
  const home = await openHome(programs)
  home.create(BARE)
  // One database is enough, and three times as quick to copy.
  const alone = ['template0', 'template1'].flatMap((name) => [
    `update pg_catalog.pg_database set datistemplate = false where datname = '${name}'`,
    `drop database ${name}`,
  ])
  await make(home, BARE, [...VIRTUAL, ...alone], 0)
  return home
}

/** Runs SQL on a data directory of its own, and stops the server again. */
async function make(home: Home, name: string, sql: readonly string[], nowMs: number): Promise<void> {
  const stepper = await Stepper.start(home, name)
  try {
    await stepper.run(sql, nowMs)
  } finally {
    await stepper.stop('clean')
  }
}

async function begin(home: Home, template: string): Promise<Running> {
  const directory = `run-${++now.count}`
  await home.copy(template, directory)
  return { template, directory, stepper: await Stepper.start(home, directory) }
}

async function discard(home: Home, running: Running | undefined): Promise<void> {
  if (running === undefined) return
  await running.stepper.stop('now')
  home.remove(running.directory)
}

async function reset({ template, sql, nowMs }: Extract<Request, { kind: 'reset' }>): Promise<void> {
  const home = await opened
  const [old, spare] = [now.running, await now.spare]
  now.running = undefined
  now.spare = undefined
  await discard(home, old)
  const name = `template-${template.slice(0, 20)}`
  if (!templates.has(name)) {
    await home.copy(BARE, name)
    await make(home, name, sql, nowMs)
    templates.add(name)
  }
  if (spare !== undefined && spare.template !== name) await discard(home, spare)
  now.running = spare?.template === name ? spare : await begin(home, name)
  // While the run is on: the next one will most likely begin in the same way.
  now.spare = begin(home, name).catch(() => undefined)
}

const NOTHING: Reply = { finished: [], notified: [], rows: [] }

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'reset') {
    await reset(request)
    return NOTHING
  }
  const { running } = now
  if (running === undefined) throw new Error('expected a server to have been started, got none.')
  const { stepper } = running
  switch (request.kind) {
    case 'open':
      return { ...NOTHING, finished: [await stepper.open(request)] }
    case 'send':
      return stepper.send(request)
    case 'close':
      return stepper.close(request.session)
    case 'cancel':
      return stepper.cancel(request.session)
    case 'rows':
      return stepper.rows(request.sql)
    case 'run':
      await stepper.run(request.work, request.nowMs)
      return NOTHING
    default:
      return request satisfies never
  }
}

answerBridge<Request, Reply>(end, answer)
