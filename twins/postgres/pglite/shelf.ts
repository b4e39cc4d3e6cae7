import type { At, Kept } from '../engine.ts'
import { query, rowsIn } from '../wire.ts'
import type { Reply, Request } from './request.ts'

/** What sessions and SQL had defined when an image was taken. */
type Held = { readonly catalog: string; readonly prepared: ReadonlyMap<string, Uint8Array> }

/** The images of one PGlite that the world has kept, the last few of them. */
export interface Shelf {
  keep(held: Held, at: At): Kept
  /** What was there then; undefined when `kept` is another shelf's, or was let go. */
  held(kept: Kept): Held | undefined
  /** Memory and files become those of then. */
  goTo(kept: Kept): void
}

/** Each is as large as what a run has written. */
const KEPT_MAX = 4

type Place = { readonly image: number; readonly held: Held; gone: boolean; task: WeakRef<() => void> | undefined }

export function createShelf(ask: (request: Request) => Reply): Shelf {
  const places = new Map<Kept, Place>()
  let count = 0

  const letGo = (kept: Kept, place: Place): void => {
    place.task?.deref()?.()
    places.delete(kept)
    place.gone = true
    ask({ kind: 'drop', image: place.image })
  }

  return {
    keep(held, at) {
      const [oldest] = places
      if (places.size >= KEPT_MAX && oldest !== undefined) letGo(...oldest)
      const place: Place = { image: ++count, held, gone: false, task: undefined }
      ask({ kind: 'keep', image: place.image })
      const kept: Kept = {
        rows(sql) {
          if (place.gone) throw new Error('pglite: expected an image that is kept, got one that was let go.')
          return rowsIn(ask({ kind: 'peek', image: place.image, bytes: query(sql), ...at }).bytes)
        },
        beforeGone(task) {
          place.task = new WeakRef(task)
        },
      }
      places.set(kept, place)
      return kept
    },
    held: (kept) => places.get(kept)?.held,
    goTo(kept) {
      const place = places.get(kept)
      if (place === undefined) throw new Error('pglite: expected an image that is kept, got none.')
      ask({ kind: 'back', image: place.image })
    },
  }
}
