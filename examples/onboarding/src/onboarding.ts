import { linkTo, shareWelcome, track, unshareWelcome, writeWelcome } from './google.ts'
import { cancelChecklist, openChecklist } from './jira.ts'
import { log } from './log.ts'
import { findPerson, type Person } from './okta.ts'
import { Pointless, retry } from './retry.ts'
import { joinChannels, leaveChannels, sayWelcome, tellPeopleTeam } from './slack.ts'

class Gone extends Pointless {}

/** Makes everything as it should be for a person, whatever has happened in which order: Okta says how things are. */
export async function settle(id: string, login: string): Promise<void> {
  const person = await retry('look-up', login, () => findPerson(id))
  if (person?.status === 'expected') return
  try {
    if (person?.status === 'here') return await onboard(person)
  } catch (error) {
    if (!(error instanceof Gone)) throw error
  }
  await offboard(login)
}

/** One step after the other. Each finds what it has done before, so it can be done again. */
async function onboard(person: Person): Promise<void> {
  const { id, login } = person
  const step = <T>(name: string, task: () => Promise<T>): Promise<T> =>
    retry(name, login, async () => {
      // Somebody may leave while we are at it, or while a vendor makes us wait.
      if ((await findPerson(id))?.status !== 'here') throw new Gone(login)
      return task()
    })
  await step('checklist', () => openChecklist(person))
  await step('channels', () => joinChannels(person))
  const document = await step('document', () => writeWelcome(person))
  await step('readers', () => shareWelcome(document, person))
  await step('welcome', () => sayWelcome(person, linkTo(document)))
  await step('tracker', () => track(person, linkTo(document)))
  log('info', 'onboarded', { login })
}

async function offboard(login: string): Promise<void> {
  await retry('cancel', login, () => cancelChecklist(login))
  await retry('unshare', login, () => unshareWelcome(login))
  await retry('leave', login, () => leaveChannels(login))
  log('info', 'offboarded', { login })
}

const lines = new Map<string, Promise<void>>()

/** Settles one person at a time in the background. What cannot be done is told to the people team. */
export function settleLater(id: string, login: string): void {
  const before = lines.get(login) ?? Promise.resolve()
  const line = before.then(async () => {
    try {
      await settle(id, login)
    } catch (error) {
      log('error', 'onboarding-failed', { login, error: String(error) })
      await retry('tell', login, () => tellPeopleTeam(`Please look after ${login} by hand.`)).catch((reason: unknown) =>
        log('error', 'telling-failed', { login, error: String(reason) }),
      )
    }
  })
  lines.set(login, line)
}
