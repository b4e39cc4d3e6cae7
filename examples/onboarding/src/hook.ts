import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { env } from './env.ts'
import { log } from './log.ts'
import { findPerson } from './okta.ts'
import { settleLater } from './onboarding.ts'

const delivery = z.object({
  data: z.object({
    events: z.array(
      z.object({
        uuid: z.string(),
        eventType: z.string(),
        target: z.array(z.object({ id: z.string(), type: z.string(), alternateId: z.string() })),
      }),
    ),
  }),
})
const OURS = ['user.lifecycle.activate', 'user.lifecycle.deactivate']
/** Okta may send an event twice. Forgetting one does no harm: settling twice changes nothing. */
const seen = new Set<string>()

export const hook = new Hono()

/** Okta asks once, when the hook is set up: https://developer.okta.com/docs/concepts/event-hooks/ */
hook.get('/hooks/okta', (c) => c.json({ verification: c.req.header('x-okta-verification-challenge') ?? '' }))

// Okta waits three seconds, and onboarding takes longer: the answer says that we know.
hook.post('/hooks/okta', async (c) => {
  if (!isSecret(c.req.header('authorization') ?? '')) return c.json({ error: 'unauthorized' }, 401)
  const parsed = delivery.safeParse(await c.req.json().catch(() => undefined))
  if (!parsed.success) return c.json({ error: 'not_an_event' }, 400)
  const fresh = parsed.data.data.events.filter(({ uuid }) => !seen.has(uuid))
  for (const { uuid, eventType, target } of fresh) {
    seen.add(uuid)
    const user = target.find(({ type }) => type === 'User')
    if (user === undefined || !OURS.includes(eventType)) continue
    log('info', 'told', { eventType, login: user.alternateId })
    settleLater(user.id, user.alternateId)
  }
  return c.json({ accepted: fresh.length })
})

/** For the people team, when what was in the way is out of the way. */
hook.post('/people/:id/settle', async (c) => {
  if (!isSecret(c.req.header('authorization') ?? '')) return c.json({ error: 'unauthorized' }, 401)
  const person = await findPerson(c.req.param('id'))
  if (person === undefined) return c.json({ error: 'nobody' }, 404)
  settleLater(person.id, person.login)
  return c.json({ accepted: 1 }, 202)
})

function isSecret(given: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(env.OKTA_HOOK_SECRET)]
  return a.length === b.length && timingSafeEqual(a, b)
}
