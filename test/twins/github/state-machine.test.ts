import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACME, APP, type Hub, openHub } from './support.ts'

// Random acts against a small model: the twin and the model must agree on files, issues and pull requests, whatever the order.

type Issue = { state: 'open' | 'closed'; comments: number; readonly branch?: string; merged: boolean }
type Model = {
  readonly issues: Map<number, Issue>
  /** Files by branch. */
  readonly branches: Map<string, Map<string, string>>
}
type Command = fc.AsyncCommand<Model, Hub>

const statusOf = async (act: Promise<{ readonly status: number }>): Promise<number> => {
  try {
    return (await act).status
  } catch (error) {
    return (error as { readonly status?: number }).status ?? 0
  }
}
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const chosen = <T>(items: readonly T[], pick: number): T | undefined => items[pick % Math.max(items.length, 1)]

const command = (name: string, run: (model: Model, hub: Hub) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
})

const open = (fault: boolean): Command =>
  command(`open${fault ? ' (503)' : ''}`, async ({ issues }, { octokit, world }) => {
    // The vendor fails; nothing must have happened.
    if (fault) world.faults.add({ on: 'github.issues.create', kind: 'status', status: 503, times: 1 })
    const act = octokit.rest.issues.create({ ...APP, title: 'a' })
    if (fault) return expect(await statusOf(act)).toBe(503)
    const { data } = await act
    expect(data.number).toBe(issues.size + 1)
    issues.set(data.number, { state: 'open', comments: 0, merged: false })
  })

const lost: Command = command('open (answer lost)', async ({ issues }, { octokit, world }) => {
  world.faults.add({ on: 'github.issues.create', kind: 'answer-lost', times: 1 })
  await expect(octokit.rest.issues.create({ ...APP, title: 'a' })).rejects.toMatchObject({ status: 500 })
  issues.set(issues.size + 1, { state: 'open', comments: 0, merged: false })
})

const comment = (pick: number): Command =>
  command(`comment(${pick})`, async ({ issues }, { octokit }) => {
    const [number, issue] = chosen([...issues], pick) ?? []
    if (number === undefined || issue === undefined) return
    await octokit.rest.issues.createComment({ ...APP, issue_number: number, body: 'b' })
    issue.comments += 1
  })

const turn = (pick: number, state: 'open' | 'closed'): Command =>
  command(`${state}(${pick})`, async ({ issues }, { octokit }) => {
    const [number, issue] = chosen([...issues], pick) ?? []
    if (number === undefined || issue === undefined) return
    const allowed = !(issue.merged && state === 'open')
    const status = await statusOf(octokit.rest.issues.update({ ...APP, issue_number: number, state }))
    expect(status).toBe(allowed ? 200 : 422)
    if (allowed) issue.state = state
  })

const branch = (name: string): Command =>
  command(`branch ${name}`, async ({ branches }, { octokit }) => {
    const { data } = await octokit.rest.git.getRef({ ...APP, ref: 'heads/main' })
    const status = await statusOf(
      octokit.rest.git.createRef({ ...APP, ref: `refs/heads/${name}`, sha: data.object.sha }),
    )
    expect(status).toBe(branches.has(name) ? 422 : 201)
    if (status === 201) branches.set(name, new Map(branches.get('main')))
  })

const write = (name: string, path: string, content: string): Command =>
  command(`write ${name}:${path}`, async ({ branches }, { octokit }) => {
    const files = branches.get(name)
    const put = { ...APP, path, branch: name, message: 'm', content: base64(content) }
    if (files === undefined) return expect(await statusOf(octokit.rest.repos.createOrUpdateFileContents(put))).toBe(404)
    if (files.has(path)) {
      expect(await statusOf(octokit.rest.repos.createOrUpdateFileContents(put))).toBe(422)
      const { data } = await octokit.rest.repos.getContent({ ...APP, path, ref: name })
      if (Array.isArray(data)) throw new Error('expected a file')
      await octokit.rest.repos.createOrUpdateFileContents({ ...put, sha: data.sha })
    } else expect(await statusOf(octokit.rest.repos.createOrUpdateFileContents(put))).toBe(201)
    files.set(path, content)
  })

const propose = (name: string): Command =>
  command(`propose ${name}`, async ({ issues, branches }, { octokit }) => {
    const status = await statusOf(octokit.rest.pulls.create({ ...APP, title: name, head: name, base: 'main' }))
    const twice = [...issues.values()].some((issue) => issue.branch === name && issue.state === 'open')
    if (!branches.has(name) || twice) expect(status).toBe(422)
    // Whether there is anything to propose is git's business.
    else expect([201, 422]).toContain(status)
    if (status === 201) issues.set(issues.size + 1, { state: 'open', comments: 0, branch: name, merged: false })
  })

const merge = (pick: number): Command =>
  command(`merge(${pick})`, async ({ issues, branches }, { octokit }) => {
    const [number, issue] =
      chosen(
        [...issues].filter(([, one]) => one.branch !== undefined),
        pick,
      ) ?? []
    if (number === undefined || issue?.branch === undefined) return
    const status = await statusOf(octokit.rest.pulls.merge({ ...APP, pull_number: number }))
    if (issue.state === 'closed') return expect(status).toBe(405)
    expect([200, 405]).toContain(status)
    if (status !== 200) return
    issue.state = 'closed'
    issue.merged = true
    // All of the branch is in main now, as it was there or as both sides have it.
    const [main, theirs] = [branches.get('main'), branches.get(issue.branch)]
    for (const path of theirs?.keys() ?? []) {
      const { data } = await octokit.rest.repos.getContent({ ...APP, path, mediaType: { format: 'raw' } })
      expect([theirs?.get(path), main?.get(path)]).toContain(data as unknown as string)
      main?.set(path, data as unknown as string)
    }
  })

/** Everything is put away and taken out again: nothing may be lost. */
const restore: Command = command('restore', async (_, { twin }) => twin.restore(structuredClone(twin.snapshot())))
const wait: Command = command('wait', async (_, { world }) => world.clock.advance(61_000))

const pick = fc.nat(9)
const name = fc.constantFrom('left', 'right')
const commands = fc.commands(
  [
    fc.boolean().map(open),
    fc.constant(lost),
    pick.map(comment),
    fc.tuple(pick, fc.constantFrom('open' as const, 'closed' as const)).map((args) => turn(...args)),
    name.map(branch),
    fc
      .tuple(
        fc.constantFrom('left', 'right', 'main'),
        fc.constantFrom('a', 'd/b'),
        fc.constantFrom('1\n', '2\n', '3\n'),
      )
      .map((args) => write(...args)),
    name.map(propose),
    pick.map(merge),
    fc.constant(restore),
    fc.constant(wait),
  ],
  { maxCommands: 25 },
)

test('whatever is done in whatever order, the twin and a small model agree', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (acts) => {
      const hub = openHub({ ...ACME, repos: [{ full_name: 'acme/app', files: { a: '0\n' } }] })
      const model: Model = { issues: new Map(), branches: new Map([['main', new Map([['a', '0\n']])]]) }
      await fc.asyncModelRun(() => ({ model, real: hub }), acts)
      const { data } = await hub.octokit.rest.issues.listForRepo({
        ...APP,
        state: 'all',
        per_page: 100,
        direction: 'asc',
      })
      const seen = data.map(({ number, state, comments, pull_request }) => [
        number,
        state,
        comments,
        pull_request?.merged_at !== null && pull_request !== undefined,
      ])
      expect(seen).toEqual(
        [...model.issues].map(([number, { state, comments, merged }]) => [number, state, comments, merged]),
      )
      for (const [branchName, files] of model.branches) {
        const tree = await hub.octokit.rest.git.getTree({ ...APP, tree_sha: branchName, recursive: 'true' })
        const paths = tree.data.tree.filter(({ type }) => type === 'blob').map(({ path }) => path)
        expect(paths.sort()).toEqual([...files.keys()].sort())
      }
    }),
    { numRuns: 40, seed: 7, endOnFailure: true },
  )
}, 60_000)
