import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Missing, type Send } from '../../../../runner/report/publish/github.ts'
import { gitlabDoubts, publishToGitLab } from '../../../../runner/report/publish/gitlab.ts'
import { publicationOf } from '../../../../runner/report/publish/publication.ts'
import { forAPerson, passed, verdictOver } from '../sample.ts'

const HEAD = 'c'.repeat(40)
const BASE = 'a'.repeat(40)
const run = { project: 'acme/shop', mergeRequest: 7, job: 17, detailsUrl: undefined }

type Entry = { readonly id: string; readonly mode: string; readonly name: string; readonly type: string }
/** A folder with what sorts badly, as GitLab lists it, and the id that git gives it. */
function gitTree(): { readonly entries: readonly Entry[]; readonly tree: string } {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-tree-'))
  const git = (...args: string[]): string => execFileSync('/usr/bin/git', ['-C', folder, ...args], { encoding: 'utf8' })
  try {
    git('init', '--quiet')
    mkdirSync(join(folder, 'src'))
    for (const name of ['src/a.ts', 'src.ts', 'src-b', 'é', 'run.sh']) writeFileSync(join(folder, name), name)
    symlinkSync('run.sh', join(folder, 'link'))
    git('add', '--all')
    git('update-index', '--chmod=+x', 'run.sh')
    const tree = git('write-tree').trim()
    const lines = git('ls-tree', '-z', tree).split('\0').filter(Boolean)
    const entries = lines.map((line) => {
      const [, mode = '', type = '', id = '', name = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/.exec(line) ?? []
      return { id, mode, name, type }
    })
    // Folders come first there.
    return { entries: entries.sort((a, b) => b.type.localeCompare(a.type)), tree }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
const { entries, tree } = gitTree()
const verdict = verdictOver([passed('a')], {
  candidate: { name: HEAD, tree, commit: HEAD },
  base: { name: 'main', tree, commit: BASE },
})

type Fake = {
  readonly head?: string
  readonly mergeBase?: string
  readonly job?: object | 'gone'
  readonly source?: string
  readonly entries?: readonly Entry[]
  /** Files of the target, and those that the change has otherwise; `null` is a file that is gone. */
  readonly files?: Readonly<Record<string, string>>
  readonly changed?: Readonly<Record<string, string | null>>
}

function fakeGitLab(more: Fake = {}) {
  const notes: { id: number; body: string; author: { id: number } }[] = []
  const statuses: unknown[] = []
  const ours = {
    '.gitlab-ci.yml': 'include: [{ local: /ci/one.yml }]\n',
    'ci/one.yml': 'job: { script: [x] }\n',
    ...more.files,
  }
  const send: Send = async (method, path, body) => {
    if (!path.startsWith('/user')) expect(path).toMatch(/^\/projects\/acme%2Fshop\//)
    if (path === '/user') return { id: 42 }
    if (path.includes('/statuses/')) return statuses.push(body)
    if (path.endsWith('/jobs/17')) {
      if (more.job === 'gone') throw new Missing(path)
      const ref = 'refs/merge-requests/7/head'
      return { name: 'backlot', ref, commit: { id: more.head ?? HEAD }, pipeline: { id: 5 }, ...more.job }
    }
    if (path.endsWith('/pipelines/5')) return { source: more.source ?? 'merge_request_event' }
    if (path.includes('/repository/merge_base')) return { id: more.mergeBase ?? BASE }
    if (path.includes('/repository/tree?')) return path.endsWith('&page=1') ? (more.entries ?? entries) : []
    if (path.includes('/repository/files/')) {
      const [, file = '', ref] = /files\/(.*)\?ref=(.*)$/.exec(path) ?? []
      const theirs: Readonly<Record<string, string | null>> = { ...ours, ...(ref === 'main' ? {} : more.changed) }
      const text = theirs[decodeURIComponent(file)] ?? null
      if (text === null) throw new Missing(path)
      return { blob_id: `blob of ${text}`, content: Buffer.from(text).toString('base64') }
    }
    if (!path.includes('/notes')) return { sha: more.head ?? HEAD, target_branch: 'main', state: 'opened' }
    if (method === 'GET') return notes
    const { body: text } = body as { body: string }
    if (method === 'POST') return notes.push({ id: notes.length + 1, body: text, author: { id: 42 } })
    return Object.assign(notes.find(({ id }) => path.endsWith(`/${id}`)) ?? {}, { body: text })
  }
  return { send, notes, statuses }
}

const EDITED = 'The change edits the pipeline that judges it.'
const ANOTHER_JOB = 'Another job made it.'
const ANOTHER_TREE = 'It speaks of another tree than this commit has.'
const NO_BASE = 'Its base is no commit of the target branch.'
const untold = (path: string): string => `What ${path} includes cannot be told.`
const CASES: readonly (readonly [string, Fake, readonly string[]])[] = [
  ['nothing', {}, []],
  ['another head', { head: 'e'.repeat(40) }, ['It speaks of another commit than the merge request has.']],
  ['a base of its own', { mergeBase: 'f'.repeat(40) }, [NO_BASE]],
  ['a changed pipeline', { changed: { '.gitlab-ci.yml': 'x: {}' } }, [EDITED]],
  ['a removed pipeline', { changed: { '.gitlab-ci.yml': null } }, [EDITED]],
  ['no job of that number', { job: 'gone' }, [ANOTHER_JOB]],
  ['a job of another merge request', { job: { ref: 'refs/merge-requests/8/head' } }, [ANOTHER_JOB]],
  ['a job of another commit', { job: { commit: { id: 'e'.repeat(40) } } }, [ANOTHER_JOB]],
  ['a job of another name', { job: { name: 'lint' } }, [ANOTHER_JOB]],
  ['a job of a child pipeline', { source: 'parent_pipeline' }, [ANOTHER_JOB]],
  ['another tree', { entries: entries.slice(1) }, [ANOTHER_TREE, NO_BASE]],
  ['a changed file that the pipeline includes', { changed: { 'ci/one.yml': 'evil: {}' } }, [EDITED]],
  [
    'a changed file that an included one includes',
    { files: { 'ci/one.yml': 'include: ci/two.yml', 'ci/two.yml': 'a: {}' }, changed: { 'ci/two.yml': 'evil: {}' } },
    [EDITED],
  ],
  ['a file that nobody has', { files: { 'ci/one.yml': 'include: { local: ci/none.yml, rules: [{ if: $X }] }' } }, []],
  [
    'a file that only the change has',
    { files: { 'ci/one.yml': 'include: ci/new.yml' }, changed: { 'ci/new.yml': '' } },
    [EDITED],
  ],
  ['a circle of includes', { files: { 'ci/one.yml': 'include: .gitlab-ci.yml' } }, []],
  ['a pattern', { files: { 'ci/one.yml': 'include: ci/*.yml' } }, [untold('ci/one.yml')]],
  [
    'a variable in a path',
    { files: { '.gitlab-ci.yml': 'include: [{ local: "$FILE" }]' } },
    [untold('.gitlab-ci.yml')],
  ],
  [
    'a component of the change itself',
    { files: { '.gitlab-ci.yml': 'include: { component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/backlot@$CI_COMMIT_SHA }' } },
    [untold('.gitlab-ci.yml')],
  ],
  [
    'a component of a release',
    {
      files: {
        '.gitlab-ci.yml':
          'include:\n  - component: $CI_SERVER_FQDN/group/backlot/backlot@1\n    inputs: { parts: 4 }\n',
      },
    },
    [],
  ],
  ['what is no YAML', { files: { '.gitlab-ci.yml': 'include: [' } }, [untold('.gitlab-ci.yml')]],
]
test.each(CASES)('with %s the doubts are told', async (_, more, doubts) => {
  const found = await gitlabDoubts(fakeGitLab(more).send, run, verdict, '.gitlab-ci.yml')
  expect(found.map(({ what }) => what)).toEqual(doubts)
})

test('status and note: a person’s turn is a failed status; one note is written, then replaced, and a planted one left alone', async () => {
  const gitlab = fakeGitLab()
  gitlab.notes.push({ id: 1, body: '<!-- backlot verdict billing -->\nAll is well.', author: { id: 666 } })
  const tell = (of: typeof verdict) =>
    publishToGitLab(gitlab.send, run, of, publicationOf(of, []), { check: 'backlot' })
  expect(await tell(verdict)).toEqual([`status "backlot" on ${HEAD.slice(0, 8)}: success`, 'note on !7: written'])
  expect(await tell({ ...verdict, ...verdictOver([forAPerson]) })).toContain('note on !7: replaced')
  expect(gitlab.statuses).toMatchObject([
    { state: 'success' },
    { state: 'failed', description: 'a person has to decide' },
  ])
  expect(gitlab.notes).toHaveLength(2)
  expect(gitlab.notes[0]?.body).toContain('All is well.')
})
