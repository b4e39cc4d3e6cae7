/** Twilio's answers as the classes of its own SDK take them: what their constructors are given is an answer as it came. */
import type { Shapes } from '../shapes.ts'
import { describedBy } from './typescript.ts'

/** Where the SDK has what an operation answers with; `verify.services.fetch` is of `verify.services`. */
const MODULES: Readonly<Record<string, readonly [module: string, name: string]>> = {
  accounts: ['api/v2010/account', 'Account'],
  'available_numbers.local': ['api/v2010/account/availablePhoneNumberCountry/local', 'Local'],
  calls: ['api/v2010/account/call', 'Call'],
  'contents.approvals.create': ['content/v1/content/approvalCreate', 'ApprovalCreate'],
  'contents.approvals.fetch': ['content/v1/content/approvalFetch', 'ApprovalFetch'],
  contents: ['content/v1/content', 'Content'],
  'keys.create': ['api/v2010/account/newKey', 'NewKey'],
  keys: ['api/v2010/account/key', 'Key'],
  lookups: ['lookups/v2/phoneNumber', 'PhoneNumber'],
  media: ['api/v2010/account/message/media', 'Media'],
  'messages.feedback.create': ['api/v2010/account/message/feedback', 'Feedback'],
  messages: ['api/v2010/account/message', 'Message'],
  'messaging.services': ['messaging/v1/service', 'Service'],
  'messaging.services.numbers': ['messaging/v1/service/phoneNumber', 'PhoneNumber'],
  numbers: ['api/v2010/account/incomingPhoneNumber', 'IncomingPhoneNumber'],
  verification_checks: ['verify/v2/service/verificationCheck', 'VerificationCheck'],
  verifications: ['verify/v2/service/verification', 'Verification'],
  'verify.buckets': ['verify/v2/service/rateLimit/bucket', 'Bucket'],
  'verify.rate_limits': ['verify/v2/service/rateLimit', 'RateLimit'],
  'verify.services': ['verify/v2/service', 'Service'],
}
const typeOf = (key: string): string => key.replaceAll('.', '_')

const described = await describedBy({
  package: 'twilio',
  source: Object.entries(MODULES)
    .map(([key, [module, name]]) => {
      const own = `The_${typeOf(key)}`
      return `import type { ${name}Instance as ${own} } from 'twilio/lib/rest/${module}'
export type ${typeOf(key)} = ConstructorParameters<typeof ${own}>[1]`
    })
    .join('\n'),
})

/** Where the types are wrong. The line begins with the operation. */
const UNDESCRIBED: readonly (readonly [line: RegExp, why: string])[] = [
  [/^contents\.\S+: .*expected object, got /, 'Records of texts are declared as records of objects.'],
  [/^lookups\.fetch: line_type_intelligence\./, 'The type is of what the SDK makes of it, with other names.'],
  [/got null$/, 'No field of theirs may be null; the examples of the vendor’s own document have them everywhere.'],
]

export const shapes: Shapes = ({ operation, status, body }) => {
  if (status >= 300) return []
  const key = MODULES[operation] === undefined ? operation.replace(/\.[a-z]+$/, '') : operation
  if (MODULES[key] === undefined) return [`${key}: is none of what the SDK has`]
  return rowsOf(operation, body).flatMap(([path, row]) =>
    described
      .deviations(typeOf(key), row)
      .map((line) => `${path}${line}`)
      .filter((line) => !UNDESCRIBED.some(([known]) => known.test(`${operation}: ${line}`))),
  )
}

/** What a page lists, under whatever name; else the answer itself. */
function rowsOf(operation: string, body: unknown): readonly (readonly [path: string, row: unknown])[] {
  if (!operation.endsWith('.list')) return [['', body]]
  const [name = '', rows] = Object.entries(body as object).find(([, held]) => Array.isArray(held)) ?? []
  return ((rows ?? []) as readonly unknown[]).map((row) => [`${name}[].`, row])
}
