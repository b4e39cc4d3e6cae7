/** What shows that a program talks to a vendor that a twin stands in for: a package, or a host in its source. */
type Trace = { readonly packages: RegExp; readonly hosts: RegExp }

const TRACES: Readonly<Record<string, Trace>> = {
  stripe: { packages: /^stripe$/, hosts: /\bapi\.stripe\.com\b/ },
  openai: {
    packages: /^(openai|@(ai-sdk|langchain|llamaindex)\/openai|@openai\/agents)$/,
    hosts: /\bapi\.openai\.com\b/,
  },
  anthropic: {
    packages: /^(@anthropic-ai\/sdk|@(ai-sdk|langchain|llamaindex)\/anthropic)$/,
    hosts: /\bapi\.anthropic\.com\b/,
  },
  okta: { packages: /^@okta\/okta-sdk-nodejs$/, hosts: /\.okta\.com\b/ },
  sendgrid: { packages: /^@sendgrid\/(mail|client)$/, hosts: /\bapi\.sendgrid\.com\b/ },
  slack: { packages: /^@slack\/(bolt|web-api|webhook)$/, hosts: /\b(hooks\.)?slack\.com\b/ },
  s3: { packages: /^@aws-sdk\/(client-s3|lib-storage)$/, hosts: /\bs3\.[\w-]+\.amazonaws\.com\b/ },
  sqs: { packages: /^(@aws-sdk\/client-sqs|sqs-(consumer|producer))$/, hosts: /\bsqs\.[\w-]+\.amazonaws\.com\b/ },
  google: {
    packages: /^(googleapis|@googleapis\/(drive|docs|sheets))$/,
    hosts: /\b(www|sheets|docs)\.googleapis\.com\b/,
  },
  postgres: {
    packages: /^(pg|postgres|pg-promise|pg-boss|graphile-worker|@mikro-orm\/postgresql|@prisma\/adapter-pg)$/,
    hosts: /\bpostgres(ql)?:\/\//,
  },
  github: { packages: /^(octokit|probot|@octokit\/(rest|app|core|graphql|request))$/, hosts: /\bapi\.github\.com\b/ },
  jira: { packages: /^jira(\.js|-client)$/, hosts: /\.atlassian\.net\b/ },
  twilio: { packages: /^twilio$/, hosts: /\bapi\.twilio\.com\b/ },
}

/** The twins that a program needs, as far as its packages and its source show. */
export const twinsFor = (packages: readonly string[], sources: readonly string[]): readonly string[] =>
  Object.entries(TRACES)
    .filter(
      ([, trace]) => packages.some((one) => trace.packages.test(one)) || sources.some((one) => trace.hosts.test(one)),
    )
    .map(([name]) => name)

/** Made-up values that the vendors' SDKs take; none of them opens anything. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/^STRIPE_WEBHOOK_SECRET$|^STRIPE_.*SIGNING_SECRET$/, 'whsec_made_up'],
  [/^STRIPE_.*KEY$/, 'sk_test_made_up'],
  [/^OPENAI_.*KEY$/, 'sk-made-up'],
  [/^ANTHROPIC_.*KEY$/, 'sk-ant-made-up'],
  [/^SENDGRID_.*KEY$/, 'SG.made.up'],
  [/^TWILIO_.*SID$/, `AC${'0'.repeat(32)}`],
  [/^SLACK_.*TOKEN$/, 'xoxb-made-up'],
  [/^AWS_(DEFAULT_)?REGION$/, 'eu-central-1'],
  [/^(DATABASE|POSTGRES|PG)_?(URL|URI|CONNECTION_STRING)$/, 'postgres://app:made-up@db.internal:5432/app'],
  [/^PGHOST$/, 'db.internal'],
  [/^PG(USER|DATABASE)$/, 'app'],
  [/(KEY|KEY_ID|TOKEN|SECRET|PASSWORD|SID)$/, 'made-up'],
]

/** A value for a variable of the environment; undefined where a made-up one could do harm. */
export const madeUp = (name: string): string | undefined => VALUES.find(([pattern]) => pattern.test(name))?.[1]

/** What a vendor's SDK reads of the environment by itself, whatever the source says. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  openai: ['OPENAI_API_KEY'],
  anthropic: ['ANTHROPIC_API_KEY'],
  s3: ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  sqs: ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
}
export const impliedBy = (twins: readonly string[]): readonly string[] => twins.flatMap((name) => IMPLIED[name] ?? [])

/** Packages of machine code that make hashes and images, out of nothing but what they are given. */
const ADDONS: ReadonlySet<string> = new Set([
  'bcrypt',
  'argon2',
  '@node-rs/argon2',
  '@node-rs/bcrypt',
  '@node-rs/crc32',
  '@node-rs/xxhash',
  'sharp',
  '@napi-rs/canvas',
  're2',
])
/** The native addons that a program may load: what hangs on the machine's clock or chance is not among them. */
export const addonsOf = (packages: readonly string[]): readonly string[] => packages.filter((name) => ADDONS.has(name))
