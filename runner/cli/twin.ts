import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { TwinDefinition } from '../../twins/twin.ts'
import { UsageError } from '../gate/workspace.ts'
import { loadTwin, NoTwin } from '../own-twins.ts'
import { authorityFiles } from '../serve/authority-files.ts'
import { openAuthority } from '../serve/certificates.ts'
import { createCourier } from '../serve/courier.ts'
import { createHarFile, type Recorder } from '../serve/har.ts'
import { createPass, type Pass } from '../serve/pass.ts'
import { type Served, serveTwins } from '../serve/server.ts'
import { dataFolder } from '../store/data-folder.ts'
import type { OnOpen } from './open.ts'

/** Between two looks at what has become due. */
const TICK_MS = 100

async function definitionOf(name: string): Promise<TwinDefinition<unknown>> {
  try {
    const twin = await loadTwin(name)
    const [bytes] = twin.origins.filter((origin) => origin.startsWith('tcp:'))
    if (bytes !== undefined)
      throw new UsageError(
        `expected twins that speak HTTP, got "${name}". Start a real one; scenarios play it at ${bytes}.`,
      )
    return twin
  } catch (error) {
    throw error instanceof NoTwin ? new UsageError(error.message) : error
  }
}

function readSeeds(file: unknown, definitions: readonly TwinDefinition<unknown>[]): Readonly<Record<string, unknown>> {
  if (typeof file !== 'string') return {}
  if (!existsSync(file)) throw new UsageError(`expected --seeds to be a file, got ${file}, which does not exist.`)
  const seeds: unknown = parse(readFileSync(file, 'utf8'))
  if (seeds === null || typeof seeds !== 'object')
    throw new UsageError(`${file}: expected twins and their starting state.`)
  for (const [name, seed] of Object.entries(seeds)) {
    const definition = definitions.find((one) => one.name === name)
    if (definition === undefined) throw new UsageError(`${file}: expected a served twin, got "${name}".`)
    const parsed = definition.seed.safeParse(seed)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new UsageError(
        `${file}: ${name}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not what the twin takes'}.`,
      )
    }
  }
  return seeds as Readonly<Record<string, unknown>>
}

function startOf(option: unknown): number {
  if (typeof option !== 'string') return Date.now()
  const ms = Date.parse(option)
  if (Number.isNaN(ms)) throw new UsageError(`expected --starts-at such as 2030-01-01T00:00:00Z, got "${option}".`)
  return ms
}

/** `https://shop.example.test=http://127.0.0.1:3000`: the service under test, by how the world knows it and where it listens. */
function passOf(option: unknown, recorder: Recorder | undefined): Pass | undefined {
  if (typeof option !== 'string') return undefined
  const [origin = '', to = ''] = option.split('=')
  if (!URL.canParse(origin) || !/^http:\/\//.test(to) || !URL.canParse(to))
    throw new UsageError(`expected --service such as https://shop.example.test=http://127.0.0.1:3000, got "${option}".`)
  return createPass(new URL(origin).origin, to, { recorder, now: Date.now })
}

/** `twin NAMES`: serves until interrupted. */
export async function runTwin(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
  onOpen: OnOpen,
): Promise<void> {
  const definitions = await Promise.all([...new Set(names)].map(definitionOf))
  if (options.clock !== 'real' && options.clock !== 'manual')
    throw new UsageError(`expected --clock real or manual, got "${String(options.clock)}".`)
  const folder = typeof options.caDir === 'string' ? options.caDir : dataFolder()
  const authority = options.tls === false ? undefined : await openAuthority(folder, Date.now())
  const token = randomBytes(24).toString('base64url')
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  const recorder = typeof options.har === 'string' ? createHarFile(options.har) : undefined
  const pass = passOf(options.service, recorder)
  const served = await open()
  let timer: NodeJS.Timeout | undefined
  const loop = (): void => {
    timer = setTimeout(() => void served.tick().then(loop, (error: Error) => say(`clock: ${error.message}`)), TICK_MS)
  }
  if (options.clock === 'real') loop()
  onOpen(async () => {
    clearTimeout(timer)
    await served.close()
    recorder?.close()
  })
  print(served)
  await new Promise(() => undefined)

  function open(): Promise<Served> {
    return serveTwins({
      definitions,
      seeds: readSeeds(options.seeds, definitions),
      seed: String(options.seed),
      port: Number(options.port),
      host: String(options.host),
      adminPort: Number(options.adminPort),
      token,
      authority,
      latency: options.latency === true,
      realNow: options.clock === 'real' ? Date.now : undefined,
      startsAtMs: startOf(options.startsAt),
      wait: (ms) => new Promise((done) => setTimeout(done, ms)),
      courier: (settle) => createCourier(settle, pass),
      onProblem: say,
      pass,
      recorder,
      recordedAt: Date.now,
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        throw new UsageError(`expected a free port, got one in use: ${error.message}. Give another with --port.`)
      throw error
    })
  }

  function print({ port, adminPort }: Served): void {
    const base = `http://${String(options.host)}:${port}`
    const admin = `http://127.0.0.1:${adminPort}`
    const twins = definitions.map(({ name, origins }) => ({
      name,
      origins,
      url: definitions.length === 1 ? base : `${base}/${name}`,
    }))
    const ca = authority === undefined ? null : authorityFiles(folder).certificate
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ schema: 'backlot.twin/v1', url: base, twins, admin, token, ca })}\n`)
      return
    }
    for (const { name, origins, url } of twins)
      process.stdout.write(`${name.padEnd(12)}${url}   stands in for ${origins.join(', ')}\n`)
    if (ca !== null)
      process.stdout.write(`https       the same port, and as a proxy (HTTPS_PROXY=${base}); trust ${ca}\n`)
    process.stdout.write(`admin       ${admin}/#token=${token}\n`)
    say('serving; Ctrl-C ends it')
  }
}
