import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf, listOf } from '../../../twins/jira/state.ts'
import type { Json } from '../../../twins/trace.ts'
import { ADA, call, doc, openSite, SEED, type Setup } from './support.ts'

// Random acts against a small model: which issues there are, where they stand, what is said of them, and what webhooks told.

type Issue = {
  status: string
  assignee: string | null
  labels: string[]
  comments: number
  changes: number
}
/** `links` are pairs: who blocks, and whom. */
type Model = { readonly issues: Map<string, Issue>; links: [string, string][]; made: number; told: number }

const V3 = '/rest/api/3'
const STATUSES = ['To Do', 'In Progress', 'Done']

class Act implements fc.AsyncCommand<Model, Setup> {
  readonly #kind: string
  readonly #at: number
  readonly #to: number
  constructor(kind: string, at: number, to: number) {
    this.#kind = kind
    this.#at = at
    this.#to = to
  }

  check(): boolean {
    return true
  }

  toString(): string {
    return `${this.#kind} ${this.#at} ${this.#to}`
  }

  async run(model: Model, setup: Setup): Promise<void> {
    await setup.world.clock.advance(3_000)
    await this.#go(model, setup)
    await agrees(model, setup)
  }

  async #go(model: Model, setup: Setup): Promise<void> {
    const [key = 'ONB-999', issue] = [...model.issues][this.#at] ?? []
    const path = `${V3}/issue/${key}`
    const expectStatus = async (method: string, url: string, body: Json | undefined, status: number): Promise<void> => {
      const answer = await setup.send(call(method, url, body))
      expect(answer.status, `${method} ${url}`).toBe(issue === undefined ? 404 : status)
    }
    switch (this.#kind) {
      case 'create': {
        const fields = { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: `Issue ${model.made}` }
        const body = fieldsOf(await (await setup.send(call('POST', `${V3}/issue`, { fields }))).json())
        model.made += 1
        expect(body.key).toBe(`ONB-${model.made}`)
        model.issues.set(String(body.key), {
          status: 'To Do',
          assignee: null,
          labels: [],
          comments: 0,
          changes: 0,
        })
        model.told += 1
        return
      }
      case 'move': {
        const to = STATUSES[this.#to % 3] ?? ''
        await expectStatus(
          'POST',
          `${path}/transitions`,
          { transition: { id: String(((this.#to % 3) + 1) * 10 + 1) } },
          204,
        )
        if (issue === undefined || issue.status === to) return
        Object.assign(issue, { status: to, changes: issue.changes + 1 })
        model.told += 1
        return
      }
      case 'assign': {
        const assignee = issue?.assignee === null ? ADA : null
        await expectStatus('PUT', `${path}/assignee`, { accountId: assignee }, 204)
        if (issue === undefined) return
        Object.assign(issue, { assignee, changes: issue.changes + 1 })
        model.told += 1
        return
      }
      case 'label': {
        const label = `l${this.#to}`
        await expectStatus('PUT', path, { update: { labels: [{ add: label }] } }, 204)
        if (issue === undefined || issue.labels.includes(label)) return
        issue.labels.push(label)
        issue.changes += 1
        model.told += 1
        return
      }
      case 'spoil':
        await expectStatus('PUT', path, { fields: { summary: '', labels: ['lost'] } }, 400)
        return
      case 'comment':
        await expectStatus('POST', `${path}/comment`, { body: doc('Hello') as never }, 201)
        if (issue !== undefined) issue.comments += 1
        return
      case 'link': {
        const [other = 'ONB-999', target] = [...model.issues][this.#to] ?? []
        const body = { type: { name: 'Blocks' }, inwardIssue: { key }, outwardIssue: { key: other } }
        await expectStatus('POST', `${V3}/issueLink`, body, target === undefined ? 404 : other === key ? 400 : 201)
        if (issue === undefined || target === undefined || other === key) return
        if (!model.links.some(([from, to]) => from === key && to === other)) model.links.push([key, other])
        return
      }
      case 'delete':
        await expectStatus('DELETE', path, undefined, 204)
        if (issue === undefined) return
        model.issues.delete(key)
        model.told += 1
        model.links = model.links.filter((link) => !link.includes(key))
        return
      case 'restore':
        setup.twin.restore(JSON.parse(JSON.stringify(setup.twin.snapshot())))
        return
      case 'fault':
        expect(setup.twin.failure(503).status).toBe(503)
        await setup.world.clock.advance(60_000)
        return
      default:
        throw new Error(`no such act: ${this.#kind}`)
    }
  }
}

const keysOf = (links: Json | undefined, end: string): readonly Json[] =>
  listOf(links).flatMap((link) => fieldsOf(fieldsOf(link)[end]).key ?? [])

async function agrees(model: Model, setup: Setup): Promise<void> {
  const search = { jql: 'project = ONB ORDER BY key ASC', fields: ['*all'], expand: 'changelog', maxResults: 100 }
  const found = listOf(fieldsOf(await (await setup.send(call('POST', `${V3}/search/jql`, search))).json()).issues).map(
    fieldsOf,
  )
  expect(
    found.map(({ key, fields, changelog }) => {
      const { status, assignee, labels, comment, issuelinks, resolution } = fieldsOf(fields)
      expect(resolution === null).toBe(fieldsOf(status).name !== 'Done')
      return [
        key,
        {
          status: fieldsOf(status).name,
          assignee: assignee === null ? null : fieldsOf(assignee).accountId,
          labels,
          comments: fieldsOf(comment).total,
          changes: fieldsOf(changelog).total,
          blocks: keysOf(issuelinks, 'outwardIssue'),
          blocked: keysOf(issuelinks, 'inwardIssue'),
        },
      ]
    }),
  ).toEqual(
    [...model.issues].map(([key, issue]) => [
      key,
      {
        ...issue,
        blocks: model.links.flatMap(([from, to]) => (from === key ? [to] : [])),
        blocked: model.links.flatMap(([from, to]) => (to === key ? [from] : [])),
      },
    ]),
  )
  expect(setup.rows('links').length).toBe(model.links.length)
  expect(setup.rows('comments').length).toBe(
    [...model.issues.values()].reduce((sum, { comments }) => sum + comments, 0),
  )
  for (const status of STATUSES) {
    const { count } = fieldsOf(
      await (await setup.send(call('POST', `${V3}/search/approximate-count`, { jql: `status = "${status}"` }))).json(),
    )
    expect(count).toBe([...model.issues.values()].filter((issue) => issue.status === status).length)
  }
}

const KINDS = [
  'create',
  'create',
  'move',
  'move',
  'assign',
  'label',
  'spoil',
  'comment',
  'link',
  'delete',
  'restore',
  'fault',
]

test('whatever is done to issues, the site is where a small model says', async () => {
  const act = fc.tuple(fc.constantFrom(...KINDS), fc.nat(3), fc.nat(3)).map((of) => new Act(...of))
  await fc.assert(
    fc.asyncProperty(fc.commands([act], { maxCommands: 60, size: 'max' }), async (acts) => {
      const events = ['jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted']
      const setup = openSite({ ...SEED, webhooks: [{ url: 'https://app.test/jira', events }] })
      // The first answer to each delivery is a failure: the retry has to bring it.
      setup.listener = ({ headers }) => {
        const again = headers.some(([name]) => name === 'X-Atlassian-Webhook-Retry')
        return { kind: 'answer', status: again ? 200 : 503, body: '' }
      }
      const model: Model = { issues: new Map(), links: [], made: 0, told: 0 }
      await fc.asyncModelRun(() => ({ model, real: setup }), acts)
      await setup.world.clock.advance(3_600_000)
      const taken = setup.world.trace.events
        .filter(({ type }) => type === 'jira.webhook.taken')
        .map(({ fields }) => fieldsOf(fields).id)
      expect(new Set(taken).size).toBe(model.told)
    }),
    { seed: 20261126, numRuns: 25 },
  )
})
