import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { addonsOf, impliedBy, madeUp, twinsFor } from './services.ts'

/** What a folder shows of the service in it. */
export type Detected = {
  readonly name: string
  readonly entry: string | undefined
  readonly port: number
  /** Whether the port is asked of `PORT`. */
  readonly asksPort: boolean
  readonly env: Readonly<Record<string, string>>
  /** Variables that it reads and that nothing can be made up for. */
  readonly unknownEnv: readonly string[]
  readonly twins: readonly string[]
  /** Packages whose native addons it loads, where that does no harm. */
  readonly addons: readonly string[]
  readonly migrations: string | undefined
  /** A path that answers a GET, for a first request. */
  readonly path: string
}

const packageSchema = z.object({
  name: z.string().optional(),
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
})
type Package = z.infer<typeof packageSchema>

const SOURCES = '**/*.{ts,mts,cts,js,mjs,cjs}'
const NOT_SOURCES =
  /(^|\/)(node_modules|dist|build|coverage|backlot|test|tests|__tests__|\.[^/]+)(\/|$)|\.(test|spec|d)\.[cm]?[jt]s$/
const SOURCES_MAX = 400
const ENTRIES = ['src/main', 'src/index', 'src/server', 'src/app', 'main', 'index', 'server', 'app']
const ENDINGS = ['ts', 'mts', 'js', 'mjs', 'cjs', 'cts']
const MIGRATIONS = ['migrations/*.sql', 'db/migrations/*.sql', 'sql/*.sql', 'schema.sql', 'db/schema.sql']
const PORT = 3000
/** What Node loads before the entry. */
const PRELOAD = /(?:--import|--require|-r|--loader|--env-file)[=\s]+\S+/g
const HEALTH = /["'`](?:GET )?(\/(?:api\/)?(?:health|healthz|livez|ready|readyz|ping|status))["'`]/
/** A route of a framework that takes nothing. */
const ROUTE = /\b(?:app|router|server|fastify|api)\.get\(\s*["'`](\/[\w/-]*)["'`]/
/** The machine's, Node's own, or of what no run needs (a proxy, a collector of errors): a service is not told them. */
const AMBIENT: ReadonlySet<string> = new Set(
  'NODE_ENV PORT HOME PATH TZ LANG HOST HOSTNAME CI DEBUG LOG_LEVEL HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SENTRY_DSN'.split(
    ' ',
  ),
)

/** Reads a folder, and no secret in it: `.env` stays closed. */
export function detect(folder: string): Detected {
  const manifest = readPackage(folder)
  const files = globSync(SOURCES, { cwd: folder, exclude: (path) => NOT_SOURCES.test(`${path}`) })
    .filter((path) => !NOT_SOURCES.test(path))
    .sort()
    .slice(0, SOURCES_MAX)
  const sources = files.map((file) => readFileSync(join(folder, file), 'utf8'))
  const all = sources.join('\n')
  const variables = variablesOf(all)
  const packages = Object.keys(manifest.dependencies ?? {})
  const twins = twinsFor(packages, sources)
  const known = [...new Set([...variables, ...impliedBy(twins)])].flatMap((name) => {
    const value = madeUp(name)
    return AMBIENT.has(name) || value === undefined ? [] : [[name, value] as const]
  })
  const before = ['start', 'serve', 'dev']
    .map((name) => [...(manifest.scripts?.[name] ?? '').matchAll(PRELOAD)].map(([option]) => option))
    .find((options) => options.length > 0)
    ?.filter((option) => /^(--import|--require|-r)[=\s]+\.{0,2}\//.test(option))
  const nodeOptions = before === undefined || before.length === 0 ? {} : { NODE_OPTIONS: before.join(' ') }
  const migrates = /\bmigrate(\.latest)?\(|runMigrations|migrationsRun: true/.test(all)
  return {
    name: nameOf(manifest.name ?? basename(folder)),
    entry: entryOf(folder, manifest),
    port: portOf(all),
    asksPort: variables.includes('PORT'),
    // Where nobody listens, telemetry has nowhere to go.
    env: {
      ...nodeOptions,
      ...Object.fromEntries(known),
      ...(packages.some((one) => one.startsWith('@opentelemetry/')) ? { OTEL_SDK_DISABLED: 'true' } : {}),
    },
    unknownEnv: variables.filter((name) => !AMBIENT.has(name) && madeUp(name) === undefined),
    twins,
    addons: addonsOf(packages),
    migrations: migrates ? undefined : MIGRATIONS.find((glob) => globSync(glob, { cwd: folder }).length > 0),
    path: HEALTH.exec(all)?.[1] ?? ROUTE.exec(all)?.[1] ?? '/',
  }
}

function readPackage(folder: string): Package {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return {}
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? {}
  } catch {
    return {}
  }
}

/** `@acme/My Shop` is `my-shop`. */
function nameOf(given: string): string {
  const plain = (given.split('/').at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return plain.replaceAll(/^[^a-z]+|-+$/g, '') || 'service'
}

/** The file that a script starts, else package.json's main, else one with a usual name. Source goes before what is built from it. */
function entryOf(folder: string, { scripts = {}, main }: Package): string | undefined {
  const started = ['start', 'serve', 'dev'].flatMap((name) =>
    [...(scripts[name] ?? '').replaceAll(PRELOAD, ' ').matchAll(/(?:^|\s)(?:\.\/)?([\w./@-]+\.[cm]?[jt]s)\b/g)].map(
      ([, file = '']) => file,
    ),
  )
  const usual = ENTRIES.flatMap((name) => ENDINGS.map((ending) => `${name}.${ending}`))
  const there = [...started, ...(main === undefined ? [] : [main]), ...usual].filter(
    (file) => /\.[cm]?[jt]s$/.test(file) && existsSync(join(folder, file)),
  )
  return there.find((file) => !/(^|\/)(dist|build)\//.test(file)) ?? there[0]
}

/** Names in `process.env.NAME` and `const { NAME } = process.env`. */
function variablesOf(source: string): readonly string[] {
  const dotted = [...source.matchAll(/\bprocess\.env(?:\.|\[['"])([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name)
  const taken = [...source.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(?:^|,)\s*([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name),
  )
  return [...new Set([...dotted, ...taken])].sort()
}

function portOf(source: string): number {
  const [, after, listened] =
    /\bPORT\b['"\]]*\s*(?:\?\?|\|\||=|,)\s*['"]?(\d{2,5})\b|\.listen\(\s*(?:\{\s*port:\s*)?(\d{2,5})\b/.exec(source) ??
    []
  const port = Number(after ?? listened ?? PORT)
  return port >= 1 && port <= 65_535 ? port : PORT
}
