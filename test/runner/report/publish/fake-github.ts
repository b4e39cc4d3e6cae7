import { Missing, type Send } from '../../../../runner/report/publish/github.ts'

/** As much of GitHub as `publish` asks for, with its own limits. */
export type FakeGitHub = {
  readonly send: Send
  readonly asked: string[]
  readonly checks: { conclusion: string; head_sha: string; output: { summary: string; annotations: unknown[] } }[]
  readonly comments: { id: number; body: string; user: { login: string } }[]
  readonly commits: Map<string, { tree: string; parents: string[] }>
  readonly blobs: Map<string, string>
  pulls: { number: number; head: { sha: string }; base: { ref: string }; merge_commit_sha: string | null }[]
  /** Commits that main has. */
  readonly main: Set<string>
}
export const HEAD: string = 'c'.repeat(40)
export const MERGE: string = 'd'.repeat(40)
export const BASE: string = 'a'.repeat(40)
export const WORKFLOW = '.github/workflows/backlot.yml'

export function fakeGitHub(): FakeGitHub {
  const world = {
    asked: [] as string[],
    checks: [] as FakeGitHub['checks'],
    comments: [] as FakeGitHub['comments'],
    commits: new Map([
      [HEAD, { tree: '9'.repeat(40), parents: [BASE] }],
      [MERGE, { tree: '2'.repeat(40), parents: [BASE, HEAD] }],
      [BASE, { tree: '1'.repeat(40), parents: [] as string[] }],
    ]),
    blobs: new Map([
      [MERGE, 'w1'],
      [HEAD, 'w1'],
      [BASE, 'w1'],
      ['main', 'w1'],
    ]),
    pulls: [{ number: 7, head: { sha: HEAD }, base: { ref: 'main' }, merge_commit_sha: MERGE as string | null }],
    main: new Set([BASE]),
  }
  const answer = (method: string, path: string, body: Record<string, unknown>): unknown => {
    const url = new URL(path, 'https://api.test')
    const [, , , , kind = '', ...rest] = url.pathname.split('/')
    const last = rest.at(-1) ?? ''
    if (kind === 'git') {
      const commit = world.commits.get(last)
      if (commit === undefined) throw new Missing(path)
      return { sha: last, tree: { sha: commit.tree }, parents: commit.parents.map((sha) => ({ sha })) }
    }
    if (kind === 'contents') {
      const blob = world.blobs.get(url.searchParams.get('ref') ?? '')
      if (blob === undefined || rest.join('/') !== WORKFLOW) throw new Missing(path)
      return { sha: blob }
    }
    if (kind === 'compare') {
      const [of = ''] = last.split('...')
      return { status: world.main.has(of) ? 'ahead' : 'diverged', merge_base_commit: { sha: BASE } }
    }
    if (kind === 'pulls') return last === '' || Number.isNaN(Number(last)) ? world.pulls : world.pulls[0]
    if (kind === 'check-runs') {
      const check = body as unknown as FakeGitHub['checks'][number]
      if (check.output.summary.length > 65_535 || check.output.annotations.length > 50) throw new Error('422')
      world.checks.push(check)
      return { id: world.checks.length }
    }
    if (kind === 'issues' && method === 'GET') {
      const page = Number(url.searchParams.get('page'))
      return world.comments.slice((page - 1) * 100, page * 100)
    }
    const text = String(body.body)
    if (text.length > 65_536) throw new Error('422')
    if (method === 'POST')
      world.comments.push({ id: world.comments.length + 1, body: text, user: { login: 'github-actions[bot]' } })
    else Object.assign(world.comments.find(({ id }) => id === Number(last)) ?? {}, { body: text })
    return {}
  }
  const send: Send = async (method, path, body = {}) => {
    world.asked.push(`${method} ${path}`)
    return answer(method, path, JSON.parse(JSON.stringify(body)))
  }
  return Object.assign(world, { send })
}

/** The event by which a trusted job is told of the run. */
export const eventText = (more: object = {}): string =>
  JSON.stringify({
    action: 'completed',
    repository: { full_name: 'acme/shop', default_branch: 'main' },
    workflow_run: {
      path: WORKFLOW,
      head_sha: HEAD,
      head_branch: 'topic',
      head_repository: { owner: { login: 'someone' } },
      html_url: 'https://github.com/acme/shop/actions/runs/1',
      pull_requests: [],
      ...more,
    },
  })
