import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOrg, type Setup, user, withPassword } from './support.ts'

/** What there should be: users by login, and who is in the group. */
type Model = { readonly users: Map<string, { id: string; status: string }>; readonly members: Set<string> }
type Real = { readonly org: Setup; readonly group: string }

const LOGINS = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example']
const idOf = async (answer: Response): Promise<string> => z.object({ id: z.string() }).parse(await answer.json()).id

/** From which statuses a step is let through, and where it leads. */
const STEPS: Readonly<Record<string, { readonly from: readonly string[]; readonly to: string }>> = {
  suspend: { from: ['ACTIVE'], to: 'SUSPENDED' },
  unsuspend: { from: ['SUSPENDED'], to: 'ACTIVE' },
  deactivate: {
    from: ['STAGED', 'PROVISIONED', 'ACTIVE', 'SUSPENDED', 'RECOVERY', 'PASSWORD_EXPIRED'],
    to: 'DEPROVISIONED',
  },
  expire_password: { from: ['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY'], to: 'PASSWORD_EXPIRED' },
  reset_password: { from: ['PROVISIONED', 'ACTIVE', 'SUSPENDED', 'RECOVERY', 'PASSWORD_EXPIRED'], to: 'RECOVERY' },
  activate: { from: ['STAGED', 'DEPROVISIONED'], to: 'ACTIVE' },
}

class Command implements fc.AsyncCommand<Model, Real> {
  readonly #act: string
  readonly #login: string
  constructor(act: string, login: string) {
    this.#act = act
    this.#login = login
  }

  check(): boolean {
    return true
  }

  toString(): string {
    return `${this.#act} ${this.#login}`
  }

  async run(model: Model, real: Real): Promise<void> {
    const known = model.users.get(this.#login)
    await this.#go(model, real, known)
    await agrees(model, real, this.#login)
  }

  async #go(model: Model, { org, group }: Real, known: { id: string; status: string } | undefined): Promise<void> {
    const login = this.#login
    switch (this.#act) {
      case 'create':
      case 'stage': {
        const query = this.#act === 'stage' ? '?activate=false' : ''
        const answer = await org.send('POST', `/api/v1/users${query}`, user(login, withPassword))
        expect(answer.status).toBe(known === undefined ? 200 : 400)
        if (known === undefined)
          model.users.set(login, { id: await idOf(answer), status: query === '' ? 'ACTIVE' : 'STAGED' })
        return
      }
      case 'delete': {
        const answer = await org.send('DELETE', `/api/v1/users/${login}`)
        expect(answer.status).toBe(known === undefined ? 404 : 204)
        if (known === undefined) return
        if (known.status === 'DEPROVISIONED') {
          model.users.delete(login)
          model.members.delete(login)
        } else known.status = 'DEPROVISIONED'
        return
      }
      case 'join':
      case 'leave': {
        const on = this.#act === 'join'
        const answer = await org.send(on ? 'PUT' : 'DELETE', `/api/v1/groups/${group}/users/${known?.id ?? 'nobody'}`)
        const barred = on && known?.status === 'DEPROVISIONED'
        expect(answer.status).toBe(known === undefined ? 404 : barred ? 403 : 204)
        if (known === undefined || barred) return
        if (on) model.members.add(login)
        else model.members.delete(login)
        return
      }
      case 'snapshot':
        org.twin.restore(JSON.parse(JSON.stringify(org.twin.snapshot())))
        return
      case 'fault':
        expect(org.twin.failure(503).status).toBe(503)
        await org.world.clock.advance(60_000)
        return
      default: {
        const step = STEPS[this.#act]
        if (step === undefined) throw new Error(`no such step: ${this.#act}`)
        const answer = await org.send('POST', `/api/v1/users/${login}/lifecycle/${this.#act}`)
        const taken = known !== undefined && step.from.includes(known.status)
        expect(answer.status < 300, `${this.#act} from ${known?.status}: ${answer.status}`).toBe(taken)
        if (taken) known.status = step.to
      }
    }
  }
}

async function agrees(model: Model, { org, group }: Real, login: string): Promise<void> {
  const answer = await org.send('GET', `/api/v1/users/${login}`)
  const known = model.users.get(login)
  expect(answer.status).toBe(known === undefined ? 404 : 200)
  if (known !== undefined) expect(await answer.json()).toMatchObject(known)
  const members = (await (await org.send('GET', `/api/v1/groups/${group}/users`)).json()) as {
    profile: { login: string }
  }[]
  expect(new Set(members.map(({ profile }) => profile.login))).toEqual(model.members)
}

const ACTS = ['create', 'stage', 'delete', 'join', 'leave', 'snapshot', 'fault', ...Object.keys(STEPS)]

test('whatever is done to users and groups, the org is where its rules lead', async () => {
  const command = fc
    .tuple(fc.constantFrom(...ACTS), fc.constantFrom(...LOGINS))
    .map(([act, login]) => new Command(act, login))
  await fc.assert(
    fc.asyncProperty(fc.commands([command], { maxCommands: 25 }), async (commands) => {
      const org = openOrg()
      const group = await idOf(await org.send('POST', '/api/v1/groups', { profile: { name: 'Staff' } }))
      await fc.asyncModelRun(
        () => ({ model: { users: new Map(), members: new Set<string>() }, real: { org, group } }),
        commands,
      )
    }),
    { seed: 20261126, numRuns: 25 },
  )
})
