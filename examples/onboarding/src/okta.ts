import { z } from 'zod'
import { env } from './env.ts'
import { Refusal } from './refusal.ts'

const userSchema = z.object({
  id: z.string(),
  status: z.string(),
  activated: z.string().nullish(),
  profile: z.object({
    login: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    /** The manager's login. */
    manager: z.string().nullish(),
  }),
})

/** What the rest of the service may know of a person. Okta knows more (the salary band, too), and that stays there. */
export type Person = {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly manager: string | undefined
  /** The day of activation, `2026-03-27`. */
  readonly start: string
  readonly status: 'expected' | 'here' | 'gone'
}

/** Looks a person up, as things are now; undefined when Okta has no such person any more. */
export async function findPerson(id: string): Promise<Person | undefined> {
  const response = await fetch(`${env.OKTA_ORG}/api/v1/users/${encodeURIComponent(id)}`, {
    headers: { Authorization: `SSWS ${env.OKTA_TOKEN}`, Accept: 'application/json' },
    signal: AbortSignal.timeout(10_000),
  })
  if (response.status === 404) {
    await response.body?.cancel()
    return undefined
  }
  if (!response.ok) throw new Refusal('okta', response)
  const user = userSchema.parse(await response.json())
  const { login, firstName, lastName, manager } = user.profile
  return {
    id: user.id,
    login,
    name: `${firstName} ${lastName}`,
    manager: manager ?? undefined,
    start: (user.activated ?? '').slice(0, 10),
    status: user.status === 'DEPROVISIONED' ? 'gone' : user.status === 'STAGED' ? 'expected' : 'here',
  }
}
