import { WebClient } from '@slack/web-api'
import { env } from './env.ts'
import type { Person } from './okta.ts'
import { NotYet } from './retry.ts'

// Retries are ours (retry.ts), in one place, so that nobody multiplies them by accident.
const slack = new WebClient(env.SLACK_TOKEN, {
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: 10_000,
})

/** What Slack said in words, such as `already_in_channel`. */
const refusalOf = (error: unknown): string | undefined =>
  (error as { readonly data?: { readonly error?: string } }).data?.error

async function memberId(login: string): Promise<string | undefined> {
  try {
    const { user } = await slack.users.lookupByEmail({ email: login })
    return user?.id
  } catch (error) {
    if (refusalOf(error) === 'users_not_found') return undefined
    throw error
  }
}

/** Adds a person to everybody's channels. Their account comes from Okta by itself, sooner or later. */
export async function joinChannels({ login }: Person): Promise<void> {
  const user = await memberId(login)
  if (user === undefined) throw new NotYet(`${login} has no account in Slack yet`)
  for (const channel of env.SLACK_CHANNELS) {
    try {
      await slack.conversations.invite({ channel, users: user })
    } catch (error) {
      if (refusalOf(error) !== 'already_in_channel') throw error
    }
  }
}

/** Welcomes a person in a direct message, unless that has been done. */
export async function sayWelcome({ login, name }: Person, document: string): Promise<void> {
  const user = await memberId(login)
  if (user === undefined) throw new NotYet(`${login} has no account in Slack yet`)
  const { channel } = await slack.conversations.open({ users: user })
  const id = channel?.id ?? ''
  const { messages = [] } = await slack.conversations.history({ channel: id, limit: 50 })
  if (messages.some(({ text = '' }) => text.startsWith('Welcome'))) return
  await slack.chat.postMessage({ channel: id, text: `Welcome, ${name}! Your first week: <${document}>` })
}

/** Takes a person out of everybody's channels. */
export async function leaveChannels(login: string): Promise<void> {
  const user = await memberId(login)
  if (user === undefined) return
  for (const channel of env.SLACK_CHANNELS) {
    try {
      await slack.conversations.kick({ channel, user })
    } catch (error) {
      if (!['not_in_channel', 'user_not_found'].includes(refusalOf(error) ?? '')) throw error
    }
  }
}

/** Tells the people team what has to be done by hand. */
export async function tellPeopleTeam(text: string): Promise<void> {
  await slack.chat.postMessage({ channel: env.SLACK_PEOPLE_CHANNEL, text })
}
