/** The thread that steps a real server. It answers one request after another. */
import { workerData } from 'node:worker_threads'
import { answerBridge, type BridgeEnd } from '../bridge.ts'
import { type Home, openHome } from './launch.ts'
import type { Reply, Request } from './request.ts'
import { Stepper } from './stepper.ts'
import { VIRTUAL } from './virtual.ts'

const { end, programs } = workerData as { readonly end: BridgeEnd; readonly programs: string }
const BARE = 'bare'
const RUN = 'run'
const templates = new Set<string>()
/** The server of the run that is on; it keeps what the stepper knows. */
const now: { stepper: Stepper | undefined } = { stepper: undefined }
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

async function reset({ template, sql, nowMs }: Extract<Request, { kind: 'reset' }>): Promise<void> {
  await now.stepper?.stop('now')
  now.stepper = undefined
  const home = await opened
  const name = `template-${template.slice(0, 20)}`
  if (!templates.has(name)) {
    home.copy(BARE, name)
    await make(home, name, sql, nowMs)
    templates.add(name)
  }
  home.copy(name, RUN)
  now.stepper = await Stepper.start(home, RUN)
}

const NOTHING: Reply = { finished: [], notified: [], rows: [] }

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'reset') {
    await reset(request)
    return NOTHING
  }
  const { stepper } = now
  if (stepper === undefined) throw new Error('expected a server to have been started, got none.')
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
      await stepper.run(request.sql, request.nowMs)
      return NOTHING
    default:
      return request satisfies never
  }
}

answerBridge<Request, Reply>(end, answer)
