import { expect, test } from 'vitest'
import { Missing, type Send } from '../../../../runner/report/publish/github.ts'
import { gitlabDoubts, publishToGitLab } from '../../../../runner/report/publish/gitlab.ts'
import { publicationOf } from '../../../../runner/report/publish/publication.ts'
import { forAPerson, passed, verdictOver } from '../sample.ts'

const HEAD = 'c'.repeat(40)
const BASE = 'a'.repeat(40)
const run = { project: 'acme/shop', mergeRequest: 7, detailsUrl: undefined }
const verdict = verdictOver([passed('a')], { candidate: { name: HEAD, tree: '2'.repeat(40), commit: HEAD } })

function fakeGitLab(more: { readonly head?: string; readonly mergeBase?: string; readonly blob?: string } = {}) {
  const notes: { id: number; body: string; author: { id: number } }[] = []
  const statuses: unknown[] = []
  const send: Send = async (method, path, body) => {
    if (!path.startsWith('/user')) expect(path).toMatch(/^\/projects\/acme%2Fshop\//)
    if (path === '/user') return { id: 42 }
    if (path.includes('/statuses/')) return statuses.push(body)
    if (path.includes('/repository/merge_base')) return { id: more.mergeBase ?? BASE }
    if (path.includes('/repository/files/')) {
      const own = path.endsWith('ref=main')
      if (!own && more.blob === 'gone') throw new Missing(path)
      return { blob_id: own ? 'b1' : (more.blob ?? 'b1') }
    }
    if (!path.includes('/notes')) return { sha: more.head ?? HEAD, target_branch: 'main', state: 'opened' }
    if (method === 'GET') return notes
    const { body: text } = body as { body: string }
    if (method === 'POST') return notes.push({ id: notes.length + 1, body: text, author: { id: 42 } })
    return Object.assign(notes.find(({ id }) => path.endsWith(`/${id}`)) ?? {}, { body: text })
  }
  return { send, notes, statuses }
}

test.each([
  ['nothing', {}, []],
  ['another head', { head: 'e'.repeat(40) }, ['It speaks of another commit than the merge request has.']],
  ['a base of its own', { mergeBase: 'f'.repeat(40) }, ['Its base is no commit of the target branch.']],
  ['a changed pipeline', { blob: 'b2' }, ['The change edits the pipeline that judges it.']],
  ['a removed pipeline', { blob: 'gone' }, ['The change edits the pipeline that judges it.']],
])('with %s the doubts are told', async (_, more, doubts) => {
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
