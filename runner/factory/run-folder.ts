import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Ended, endOf, type Opened } from './events.ts'
import { readJournal } from './journal.ts'

/** Where everything of the factory is kept, in a project. */
export const factoryFolder = (project: string): string => join(project, '.backlot', 'factory')

/** The files of one run. */
export type RunFolder = {
  readonly path: string
  readonly journal: string
  readonly queue: string
  readonly lock: string
  attempt(attempt: number): AttemptFolder
}
/** The files of one attempt; each is whole or not there. */
export type AttemptFolder = {
  readonly request: string
  readonly answer: string
  readonly patch: string
  readonly critique: string
  readonly verdict: string
  readonly feedback: string
  readonly evidence: string
}

export function runFolder(project: string, run: string): RunFolder {
  const path = join(factoryFolder(project), run)
  return {
    path,
    journal: join(path, 'journal.jsonl'),
    queue: join(path, 'queue.sqlite'),
    lock: join(path, 'lock.sqlite'),
    attempt(attempt) {
      const of = (name: string): string => join(path, `attempt-${attempt}`, name)
      return {
        request: of('request.json'),
        answer: of('answer.json'),
        patch: of('candidate.patch'),
        critique: of('critique.json'),
        verdict: of('verdict.json'),
        feedback: of('feedback.json'),
        evidence: of('evidence'),
      }
    },
  }
}

export type FoundRun = { readonly opened: Opened; readonly ended: Ended | undefined }

/** The latest run of what `matches`; damaged journals are told by throwing, not skipped. */
export function latestRun(project: string, matches: (opened: Opened) => boolean): FoundRun | undefined {
  const folder = factoryFolder(project)
  const names = existsSync(folder) ? readdirSync(folder) : []
  const runs = names.flatMap((name): readonly FoundRun[] => {
    const { journal } = runFolder(project, name)
    if (!existsSync(journal)) return []
    const events = readJournal(journal)
    const [first] = events
    if (first?.kind !== 'opened' || !matches(first)) return []
    return [{ opened: first, ended: endOf(events) }]
  })
  return runs.sort((a, b) => b.opened.atMs - a.opened.atMs)[0]
}
