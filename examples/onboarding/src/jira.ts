import { z } from 'zod'
import { env } from './env.ts'
import type { Person } from './okta.ts'
import { Refusal } from './refusal.ts'

const CANCELLED = 'Cancelled'
const TODO = ['A desk and a computer', 'Accounts', 'A walk through the house', 'Lunch with the team']

const found = z.object({ issues: z.array(z.object({ key: z.string() })) })
const possible = z.object({ transitions: z.array(z.object({ id: z.string(), to: z.object({ name: z.string() }) })) })

async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${env.JIRA_SITE}/rest/api/3/${path}`, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`${env.JIRA_EMAIL}:${env.JIRA_TOKEN}`).toString('base64')}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Refusal('jira', response)
  return response.status === 204 ? undefined : response.json()
}

/** The checklists of a person that nobody cancelled; a person's issues bear the login as their label. */
async function findChecklists(login: string): Promise<readonly { readonly key: string }[]> {
  const jql = `project = ${env.JIRA_PROJECT} AND labels = "${login}" AND status != ${CANCELLED}`
  return found.parse(await ask('POST', 'search/jql', { jql, fields: ['status'] })).issues
}

/** Makes the checklist of a person, unless there is one. */
export async function openChecklist({ login, name, start }: Person): Promise<void> {
  if ((await findChecklists(login)).length > 0) return
  const line = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] })
  await ask('POST', 'issue', {
    fields: {
      project: { key: env.JIRA_PROJECT },
      issuetype: { name: 'Task' },
      summary: `First day of ${name}, ${start}`,
      labels: [login],
      description: {
        type: 'doc',
        version: 1,
        content: [{ type: 'bulletList', content: TODO.map((text) => ({ type: 'listItem', content: [line(text)] })) }],
      },
    },
  })
}

export async function cancelChecklist(login: string): Promise<void> {
  for (const { key } of await findChecklists(login)) {
    const { transitions } = possible.parse(await ask('GET', `issue/${key}/transitions`))
    const id = transitions.find(({ to }) => to.name === CANCELLED)?.id
    await ask('POST', `issue/${key}/transitions`, { transition: { id } })
  }
}
