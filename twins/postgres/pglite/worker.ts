/** The thread in which PGlite lives. It answers one request after another; in between nothing happens. */
import { workerData } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'
import { answerBridge, type BridgeEnd } from '../bridge.ts'
import { SLEEP } from '../replaced.ts'
import { query, rowsIn } from '../wire.ts'
import { LIBRARIES, loadExtensions } from './extensions.ts'
import { type Image, takeImage } from './image.ts'
import { type Reality, takeOver } from './reality.ts'
import type { Reply, Request } from './request.ts'

/** Every database begins at the same moment with the same chance, or two processes would not have the same one. */
const BORN_MS = Date.UTC(2020, 0, 1)
/** An image is some megabytes more than the one it is built upon. */
const IMAGES_MAX = 8
const SETTINGS = ['shared_buffers=8MB', 'max_wal_size=64MB', 'wal_buffers=256kB', 'timezone=UTC']

const images = new Map<string, Image>()
/** What the world has kept, and the image that memory differs least from. */
const kept = new Map<number, Image>()
const latest: { image: Image | undefined } = { image: undefined }
const NOTHING: Reply = { bytes: new Uint8Array(0) }
// What goes wrong here is told to whoever asks first.
const opened = open()
opened.catch(() => undefined)

type Open = { readonly db: PGlite; readonly reality: Reality; readonly bare: Image }

async function open(): Promise<Open> {
  const reality = takeOver(BORN_MS, 'backlot postgres')
  const { PGlite } = await import('@electric-sql/pglite')
  const extensions = await loadExtensions()
  // PGlite would look for tables in `public` alone; a server looks into the user's schema first.
  const usual = PGlite.defaultStartParams.filter((one, at, all) => ![one, all[at + 1]].includes('search_path=public'))
  const startParams = [...usual, ...SETTINGS.flatMap((setting) => ['-c', setting])]
  const db = await PGlite.create({ startParams, extensions })
  reality.stopTimers()
  reality.serveDevices(db.Module.FS)
  return { db, reality, bare: prepare(db, [...LIBRARIES.map((library) => `load '$libdir/${library}'`), ...SLEEP]) }
}

function prepare(db: PGlite, sql: readonly string[], base?: Image): Image {
  for (const text of sql) rowsIn(db.execProtocolRawSync(query(text)))
  return takeImage(db, base)
}

/** The image of a template, made when it is first asked for. */
function imageOf({ db, reality, bare }: Open, { template, sql, nowMs }: Extract<Request, { kind: 'reset' }>): Image {
  const known = images.get(template)
  if (known !== undefined) return known
  bare.restore()
  reality.set(nowMs, `template ${template}`)
  const image = prepare(db, sql, bare)
  const [oldest] = images.keys()
  if (images.size >= IMAGES_MAX && oldest !== undefined) images.delete(oldest)
  images.set(template, image)
  return image
}

function keptImage(number: number): Image {
  const image = kept.get(number)
  if (image === undefined) throw new Error(`expected the image ${number} to be kept, got none.`)
  return image
}

function goTo(image: Image): Reply {
  image.restore()
  latest.image = image
  return NOTHING
}

async function answer(request: Request): Promise<Reply> {
  const open = await opened
  switch (request.kind) {
    case 'reset':
      return goTo(imageOf(open, request))
    case 'exec':
      open.reality.set(request.nowMs, request.chance)
      return { bytes: open.db.execProtocolRawSync(request.bytes) }
    case 'keep':
      latest.image = takeImage(open.db, latest.image)
      kept.set(request.image, latest.image)
      return NOTHING
    case 'back':
      return goTo(keptImage(request.image))
    case 'drop':
      kept.delete(request.image)
      return NOTHING
    case 'peek': {
      const here = takeImage(open.db, latest.image)
      keptImage(request.image).restore()
      open.reality.set(request.nowMs, request.chance)
      const bytes = open.db.execProtocolRawSync(request.bytes)
      here.restore()
      return { bytes }
    }
    default:
      return request satisfies never
  }
}

answerBridge<Request, Reply>((workerData as { readonly end: BridgeEnd }).end, answer)
