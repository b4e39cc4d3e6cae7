import { lstatSync, readdirSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

/** Says why to stop, or undefined to go on. Looked at before every dispatch and every release. */
export type StopSwitch = () => Promise<string | undefined>

/** Reads a page within a few seconds; throws when it cannot. */
export type FetchPage = (url: string) => Promise<{ readonly status: number; readonly text: string }>

/** Where the switch is unless backlot.yaml says otherwise. */
export const STOP_FILE = '.backlot/STOP'

/**
 * A file that is there means stop; so does a place that cannot be looked at. A URL must answer 200 and `go`; anything else means
 * stop. `place` is relative to the project.
 */
export function stopSwitch(project: string, place: string | undefined, fetchPage: FetchPage): StopSwitch {
  const where = place ?? STOP_FILE
  if (/^https?:\/\//.test(where)) return () => askPage(where, fetchPage)
  const path = isAbsolute(where) ? where : join(project, where)
  return async () => {
    try {
      lstatSync(path)
      return `${where} is there. Remove it to go on.`
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return `${where} cannot be looked at (${codeOf(error)}): that means stop.`
    }
    try {
      // A folder that is gone or locked would hide the file.
      readdirSync(dirname(path))
      return undefined
    } catch (error) {
      return `${dirname(where)} cannot be looked at (${codeOf(error)}): that means stop.`
    }
  }
}

async function askPage(url: string, fetchPage: FetchPage): Promise<string | undefined> {
  try {
    const { status, text } = await fetchPage(url)
    return status === 200 && text.trim() === 'go'
      ? undefined
      : `${url} answers ${status} and not "go": that means stop.`
  } catch (error) {
    return `${url} cannot be read (${error instanceof Error ? error.message : String(error)}): that means stop.`
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
