/**
 * The programs of the library's incidents: `node main.ts NAME bug|fix`. Where the library is proven, one warm process plays all of
 * them, and the runtime's switch says which is on: `NAME/bug/LIFE`.
 */
import { chosen } from './serve.ts'

const [name = '', , life = ''] = chosen()
const extension = import.meta.url.includes('.ts') ? 'ts' : 'js'
// A life of its own for each: what a package has loaded once would not run again.
await import(`./${name}.${extension}?life=${life}`)
