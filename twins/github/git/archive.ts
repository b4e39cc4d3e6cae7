import { gzipSync, type Zippable, zipSync } from 'fflate'
import type { GitHub } from '../github.ts'
import { type Row, text } from '../store.ts'
import { filesAt } from './history.ts'
import { contentOf, personOf } from './objects.ts'

const BLOCK = 512

/** One header of a POSIX tar. */
function header(name: string, size: number, mode: string, kind: string, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`
  const put = (value: string, at: number): void => void block.write(value, at, 'latin1')
  const cut = name.length > 100 ? name.lastIndexOf('/', 154) : -1
  put(cut === -1 ? name : name.slice(cut + 1), 0)
  put(octal(Number.parseInt(mode, 8), 8), 100)
  put(octal(0, 8), 108)
  put(octal(0, 8), 116)
  put(octal(size, 12), 124)
  put(octal(seconds, 12), 136)
  put(' '.repeat(8), 148)
  put(kind, 156)
  put('ustar\0' + '00', 257)
  put('root', 265)
  put('root', 297)
  if (cut !== -1) put(name.slice(0, cut), 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** All files of a commit in one, below a folder named for the repository and the commit, as GitHub packs them. */
export function archiveOf(
  github: GitHub,
  repo: Row,
  commit: Row,
  kind: 'tar.gz' | 'zip',
): { readonly folder: string; readonly bytes: Uint8Array } {
  const folder = `${text(repo.full_name).replace('/', '-')}-${text(commit.sha).slice(0, 7)}`
  const at = new Date(personOf(commit, 'committer').date)
  const files = [...filesAt(github, repo, commit)].map(([path, { sha, mode }]) => ({
    path: `${folder}/${path}`,
    mode,
    content: contentOf(github, repo, sha),
  }))
  if (kind === 'zip') {
    // A zip knows no time before 1980.
    const mtime = new Date(Math.max(at.getTime(), Date.UTC(1980, 0, 2)))
    const entries: Zippable = Object.fromEntries(
      files.map(({ path, content }) => [path, [content, { mtime }] as const]),
    )
    return { folder, bytes: zipSync({ [`${folder}/`]: [new Uint8Array(), { mtime }], ...entries }) }
  }
  const seconds = Math.floor(at.getTime() / 1000)
  const blocks = files.flatMap(({ path, mode, content }) => {
    const bits = mode === '100755' ? '0775' : '0664'
    return [
      header(path, content.length, bits, '0', seconds),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    ]
  })
  const tar = Buffer.concat([header(`${folder}/`, 0, '0775', '5', seconds), ...blocks, Buffer.alloc(2 * BLOCK)])
  return { folder, bytes: gzipSync(tar, { mtime: at }) }
}
