import type { Json } from '../trace.ts'
import { type Ask, gap } from './ask.ts'
import { isChannel, sendCode } from './codes.ts'
import { tell, userTarget } from './events.ts'
import { type Org, rowOf, text } from './org.ts'
import { BASE32, stepOf } from './otp.ts'
import type { Row } from './store.ts'
import { invalid, iso, OktaError } from './wire.ts'

/** Factors that are modelled, and what their ids begin with; those that live on devices of their own are loud. */
const KINDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  question: { OKTA: 'ufs' },
  sms: { OKTA: 'sms' },
  call: { OKTA: 'clf' },
  email: { OKTA: 'emf' },
  push: { OKTA: 'opf' },
  'token:software:totp': { OKTA: 'ost', GOOGLE: 'uft' },
}
/** What a sign-in with a factor is called in `amr`. Source: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ (2026-11-26). */
const METHODS: Readonly<Record<string, string>> = {
  question: 'kba',
  sms: 'sms',
  call: 'tel',
  email: 'email',
  push: 'swk',
  'token:software:totp': 'otp',
}
export const methodOf = (factor: Row): string => METHODS[text(factor.factorType)] ?? 'mfa'
export const SUPPORTED: readonly (readonly [type: string, provider: string])[] = Object.entries(KINDS).flatMap(
  ([type, of]) => Object.keys(of).map((provider) => [type, provider] as const),
)

/** Questions a user can choose from. Assumed: as on https://developer.okta.com/docs/api/openapi/okta-management/management/tags/userfactor, unconfirmed; a part of the list. */
export const QUESTIONS: Readonly<Record<string, string>> = {
  disliked_food: 'What is the food you least liked as a child?',
  name_of_first_plush_toy: 'What is the name of your first stuffed animal?',
  first_award: 'What did you earn your first medal or award for?',
  favorite_security_question: 'What is your favorite security question?',
  favorite_toy: 'What is the toy/stuffed animal you liked the most as a kid?',
  first_computer_game: 'What was the first computer game you played?',
  favorite_movie_quote: 'What is your favorite movie quote?',
}

const PUSH_ENROLL_MS = 600_000
export const factorsOf = (user: Row): string => `users/${text(user.id)}/factors`

/** What a kind of factor holds when it is set up; throws what Okta refuses. */
function begun(ask: Ask, user: Row, type: string, profile: Row): Row {
  const { org, query } = ask
  const { login, email, secondEmail } = rowOf(user.profile)
  switch (type) {
    case 'question': {
      const { question, answer } = profile
      const questionText = QUESTIONS[text(question)]
      if (questionText === undefined) throw invalid('factorEnrollRequest', 'Invalid question.')
      if (text(answer).length < 4)
        throw invalid('securityQuestion', 'The security question answer must be at least 4 characters in length')
      return { profile: { question: text(question), questionText }, _answer: answer }
    }
    case 'sms':
    case 'call': {
      if (!/^\+?[\d\s().-]{7,20}$/.test(text(profile.phoneNumber)))
        throw invalid('factorEnrollRequest', 'Invalid Phone Number.')
      const extension = type === 'call' ? profile.phoneExtension : undefined
      return {
        profile: {
          phoneNumber: profile.phoneNumber ?? null,
          ...(extension === undefined ? {} : { phoneExtension: extension }),
        },
      }
    }
    case 'email': {
      const address = text(profile.email) || text(email)
      if (address !== email && address !== secondEmail)
        throw invalid('factorEnrollRequest', 'The email must be one of the user’s own.')
      return { profile: { email: address }, _lifetime: Number(query.get('tokenLifetimeSeconds') ?? 300) * 1000 }
    }
    case 'push':
      return { _until: org.world.clock.now() + PUSH_ENROLL_MS }
    default:
      return { profile: { credentialId: text(login) }, _secret: org.world.draw('totp').text(16, BASE32) }
  }
}

/** Sets a factor up for a user: a question is active at once, phones and mailboxes are where the request says so, others must be activated. */
export function enroll(ask: Ask, user: Row, before?: Row): Row {
  const { org } = ask
  const body = ask.body()
  const type = text(body.factorType ?? before?.factorType)
  const provider = text(body.provider ?? before?.provider) || 'OKTA'
  const prefix = KINDS[type]?.[provider]
  if (prefix === undefined) throw gap('factors on devices of their own')
  const path = factorsOf(user)
  const same = org.store.rows(path).find((row) => row.factorType === type && row.provider === provider)
  if (before === undefined && same?.status === 'ACTIVE')
    throw invalid('factorEnrollRequest', 'A factor of this type is already set up.')
  // One that was never activated gives way.
  if (before === undefined && same !== undefined) org.store.remove(path, text(same.id))
  const now = org.now()
  const at_once = type === 'question' || (isChannel(type) && ask.query.get('activate') === 'true')
  const factor: Row = {
    id: before?.id ?? org.id(prefix),
    factorType: type,
    provider,
    vendorName: provider,
    status: at_once ? 'ACTIVE' : 'PENDING_ACTIVATION',
    created: before?.created ?? now,
    lastUpdated: now,
    ...begun(ask, user, type, rowOf(body.profile)),
  }
  const sent = at_once ? factor : sendCode(org, user, factor, lifetimeOf(factor))
  const put = org.store.put(path, sent)
  if (at_once) tell(org, 'user.mfa.factor.activate', [userTarget(user)])
  return put
}

export const lifetimeOf = (factor: Row): number => Number(factor._lifetime ?? 300_000)

export const activated = (org: Org, user: Row, factor: Row, more: Row = {}): Row => {
  const { _code: _, _until: __, ...rest } = factor
  tell(org, 'user.mfa.factor.activate', [userTarget(user)])
  return org.store.put(factorsOf(user), { ...rest, ...more, status: 'ACTIVE', lastUpdated: org.now() })
}

const wrong = (words = "Your passcode doesn't match our records. Please try again."): OktaError =>
  new OktaError(403, 'E0000068', 'Invalid Passcode/Answer', [words])

/** Proves that a user has the factor by what was sent, and remembers that a code is spent; throws Okta's refusal. */
export function prove(org: Org, user: Row, factor: Row, sent: Row): Row {
  const path = factorsOf(user)
  const now = org.world.clock.now()
  const passCode = text(sent.passCode)
  if (factor.factorType === 'question') {
    if (text(sent.answer) !== factor._answer) throw wrong("Your answer doesn't match our records. Please try again.")
    return factor
  }
  if (factor.factorType === 'token:software:totp') {
    const step = stepOf(text(factor._secret), passCode, now)
    if (step === undefined) throw wrong()
    if (typeof factor._step === 'number' && step <= factor._step)
      throw wrong('Each code can only be used once. Please wait for a new code and try again.')
    return org.store.put(path, { ...factor, _step: step })
  }
  if (passCode === '' || passCode !== factor._code || Number(factor._codeUntil) <= now) throw wrong()
  const { _code: _, ...spent } = factor
  return org.store.put(path, spent)
}

const TRANSACTION_MS = 300_000
/** Asks the user's device whether it was the user. */
export function push(org: Org, user: Row, factor: Row): Row {
  return org.store.put(`${factorsOf(user)}/${text(factor.id)}/transactions`, {
    id: org.world.id('v2mst.', 22),
    user: user.id,
    factor: factor.id,
    result: 'WAITING',
    until: org.world.clock.now() + TRANSACTION_MS,
  })
}

/** How a question to a device stands. */
export function resultOf(org: Org, transaction: Row): string {
  const over = transaction.result === 'WAITING' && Number(transaction.until) <= org.world.clock.now()
  return over ? 'TIMEOUT' : text(transaction.result)
}

/** The user takes up the phone: sets up what waits to be, or answers what was asked; throws where nothing waits. */
export function answerPush(org: Org, user: Row, approved: boolean): void {
  for (const factor of org.store.rows(factorsOf(user))) {
    if (factor.factorType !== 'push') continue
    if (factor.status === 'PENDING_ACTIVATION' && Number(factor._until) > org.world.clock.now()) {
      if (approved) activated(org, user, factor, { profile: device(org, user) as Json })
      else org.store.remove(factorsOf(user), text(factor.id))
      return
    }
    const path = `${factorsOf(user)}/${text(factor.id)}/transactions`
    const open = org.store.rows(path).find((one) => resultOf(org, one) === 'WAITING')
    if (open === undefined) continue
    org.store.put(path, { ...open, result: approved ? 'SUCCESS' : 'REJECTED' })
    return
  }
  throw new Error(`okta: expected a push that waits for ${text(rowOf(user.profile).login)}, got none.`)
}

const device = (org: Org, user: Row): Row => ({
  credentialId: text(rowOf(user.profile).login),
  deviceType: 'SmartPhone_IPhone',
  keys: [{ kty: 'PKIX', use: 'sig', kid: 'default', x5c: [org.world.draw('device').text(40)] }],
  name: 'Phone',
  platform: 'IOS',
  version: '17.0',
})

/** What comes with a factor that waits to be activated. */
export function activationOf(factor: Row, url: string): Row {
  const qrcode = { href: `${url}/qr/00${text(factor.id)}`, type: 'image/png' }
  if (factor.factorType === 'push')
    return { expiresAt: iso(Number(factor._until)), factorResult: 'WAITING', _links: { qrcode } }
  return { timeStep: 30, sharedSecret: factor._secret, encoding: 'base32', keyLength: 6, _links: { qrcode } }
}
