import type { Json } from '../../trace.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { without } from '../wire.ts'
import { isSha, type Seen } from './read.ts'
import {
  branchOf,
  first,
  learnMilestone,
  type Made,
  needAbove,
  needCommit,
  needIssue,
  needMilestone,
  needWorkflow,
  noteIssue,
  noteRole,
  noteRows,
  noteSides,
  type RepoFound,
  setRef,
} from './repo.ts'

/** Stands for one that no answer names. */
export const SOME_COMMIT: string = 'c0ffee'.repeat(7).slice(0, 40)

/** What a write needs to have been there, and what it makes. */
export function noteWrite(
  found: RepoFound,
  made: Made,
  one: Seen,
  path: string,
  own: string,
  others: (name: string) => RepoFound,
): void {
  const { method, sent, body } = one
  const doc = isRow(body) ? body : {}
  const isNew = method === 'POST' && one.status === 201
  noteRole(found, path, true)
  const [, number = ''] = /^(?:issues|pulls)\/(\d+)\//.exec(path) ?? []
  if (number !== '') needIssue(found, made, Number(number))
  needAbove(found, made, path)
  if (/^(issues|pulls)(\/|$)/.test(path)) {
    needMilestone(found, made, sent.milestone)
    learnMilestone(found, made, doc.milestone)
  }
  noteChanged(found, made, one, path)
  if (/^(issues|pulls)$/.test(path) && isNew && typeof doc.number === 'number') {
    found.lastNumber ??= doc.number - 1
    made.names.add(`issue ${doc.number}`)
  }
  if (path === 'milestones' && isNew) made.names.add(`milestone ${String(doc.number)}`)
  if (path === 'milestones' && isNew && typeof doc.number === 'number') found.lastMilestone ??= doc.number - 1
  if (/^pulls(\/\d+(\/.*)?)?$/.test(path) && doc.head !== undefined) {
    if (!made.names.has(`issue ${String(doc.number)}`) && !isNew)
      first(found.pulls, Number(doc.number), before(doc, sent))
    noteSides(found, made, doc, own, others)
  }
  if (/^issues\/\d+$/.test(path) && !isNew) noteIssue(found, made, before(doc, sent))
  if (path === 'releases' && isNew) made.names.add(`release ${text(doc.tag_name).toLowerCase()}`)
  if (path === 'labels' && isNew) made.names.add(`label ${text(doc.name).toLowerCase()}`)
  for (const name of listOf(sent.labels)) made.names.add(`label ${text(name).toLowerCase()}`)
  const [, branch = ''] = /^branches\/([^/]+)\/protection(?:\/|$)/.exec(path) ?? []
  if (branch !== '' && !made.names.has(`refs/heads/${branch}`)) found.branches.add(decodeURIComponent(branch))
  if (/^branches\/[^/]+\/protection$/.test(path)) made.names.add(`protection ${path.split('/')[1]}`)
  if (path.startsWith('contents/')) {
    made.names.add(`file ${decodeURIComponent(path.slice('contents/'.length))}`)
    const branch = (text(sent.branch) || branchOf(found)).replace(/^refs\/heads\//, '')
    const [parent] = listOf(rowOf(doc.commit).parents)
    setRef(found, made, `refs/heads/${branch}`, rowOf(parent).sha)
    const base = made.bases.get(text(rowOf(parent).sha)) ?? text(rowOf(parent).sha)
    for (const value of [rowOf(doc.commit).sha, rowOf(rowOf(doc.commit).tree).sha]) made.bases.set(text(value), base)
    // What is replaced or deleted by its SHA was there.
    const file = decodeURIComponent(path.slice('contents/'.length))
    const key = `${branch} ${file}`
    if (
      isSha(sent.sha) &&
      !made.shas.has(sent.sha) &&
      ![...found.contents.values()].some(({ path: at }) => at === file)
    )
      found.contents.set(key, { path: file, sha: sent.sha, type: 'file', content: '', ref: branch })
    for (const value of [rowOf(doc.commit).sha, rowOf(doc.content).sha, rowOf(rowOf(doc.commit).tree).sha])
      if (isSha(value)) made.shas.add(value)
  }
  if (path.startsWith('git/')) {
    const [, kind] = path.split('/')
    if (kind === 'refs') made.names.add(text(sent.ref) || `refs/${path.split('/').slice(2).join('/')}`)
    if (kind !== 'trees')
      for (const value of [sent.sha, ...listOf(sent.parents), sent.object]) needCommit(found, made, value)
    if (kind === 'trees') needCommit(found, made, sent.base_tree)
    if (kind === 'commits' && isSha(sent.tree) && !made.shas.has(sent.tree) && !found.trees.has(sent.tree))
      found.trees.set(sent.tree, { sha: sent.tree, tree: [] as Json })
    for (const entry of listOf(sent.tree)) {
      const { sha } = rowOf(entry)
      if (isSha(sha) && !made.shas.has(sha) && !found.blobs.has(sha))
        found.blobs.set(sha, { sha, content: '', size: 0 })
    }
    if (isSha(doc.sha)) made.shas.add(doc.sha)
  }
  const [, workflow = ''] = /^actions\/workflows\/([^/]+)\/(?:dispatches|enable|disable)$/.exec(path) ?? []
  if (workflow !== '') needWorkflow(found, workflow)
  // A workflow runs at a branch that is there.
  const at = `refs/heads/${text(sent.ref)}`
  if (path.endsWith('/dispatches') && text(sent.ref) !== '' && !found.refs.has(at)) found.refs.set(at, SOME_COMMIT)
  needCommit(found, made, sent.head_sha)
  if (/^statuses\//.test(path) || /^commits\//.test(path)) needCommit(found, made, path.split('/')[1])
  if (path.endsWith('/merge') && isSha(doc.sha)) made.shas.add(doc.sha)
  if (path.startsWith('actions/variables'))
    made.ids.add(`actions/variables/${(text(sent.name) || (path.split('/')[2] ?? '')).toLowerCase()}`)
}

/** A thing without what the request gave it: that is for the twin to do. */
const before = (doc: Row, sent: Row): Row =>
  without(doc, ...Object.keys(sent).filter((name) => name !== 'name'), ...(sent.state === undefined ? [] : OUTCOME))
const OUTCOME = ['closed_at', 'closed_by', 'state_reason', 'merged', 'merged_at', 'merged_by']

/** What is changed or taken away was there, though nobody looked before. */
function noteChanged(found: RepoFound, made: Made, { method, body, sent }: Seen, path: string): void {
  const [kind = '', name = ''] = path.split('/')
  const doc = before(isRow(body) ? body : {}, sent)
  if (method === 'PATCH') {
    if (kind === 'labels' && !made.names.has(`label ${name.toLowerCase()}`) && !found.labels.has(name.toLowerCase()))
      found.labels.set(name.toLowerCase(), { ...doc, name })
    if (kind === 'milestones' && !made.ids.has(doc.id)) first(found.milestones, Number(name), doc)
    noteRows(found, made, path, doc)
  }
  if (method !== 'DELETE') return
  if (kind === 'labels' && !made.names.has(`label ${name.toLowerCase()}`) && !found.labels.has(name.toLowerCase()))
    found.labels.set(name.toLowerCase(), { name })
  if (kind === 'milestones' && !found.milestones.has(Number(name)) && !made.names.has(`milestone ${name}`))
    found.milestones.set(Number(name), { number: Number(name) })
  if (
    kind === 'branches' &&
    path.endsWith('/protection') &&
    !found.protections.has(name) &&
    !made.names.has(`protection ${name}`)
  )
    found.protections.set(name, {})
  const id = path.split('/').at(-1) ?? ''
  if (!made.ids.has(/^\d+$/.test(id) ? Number(id) : `actions/variables/${id.toLowerCase()}`))
    noteRows(found, made, path, /^\d+$/.test(id) ? { id: Number(id) } : { name: id })
}
