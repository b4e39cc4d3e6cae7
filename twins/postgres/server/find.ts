import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where Debian, Red Hat and hand-made installations keep PostgreSQL's programs. */
const PLACES = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/usr/local/pgsql/bin', '/usr/local/bin', '/usr/bin']

/** The folder of the newest server on this machine. */
export function findServer(): string | undefined {
  const folders = PLACES.flatMap((place) => globSync(place)).filter((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  )
  const version = (folder: string): number => Number(/\d+/.exec(folder)?.[0] ?? 0)
  return folders.sort((a, b) => version(b) - version(a))[0]
}

/** A server refuses to run as root: then it runs as `postgres`, or as nobody. Undefined: as this process does. */
export function plainUser(uid: number | undefined): { readonly uid: number; readonly gid: number } | undefined {
  if (uid !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , id, group] = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? []
  return id === undefined || group === undefined ? undefined : { uid: Number(id), gid: Number(group) }
}
