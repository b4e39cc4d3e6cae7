import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Run } from '../../scenarios/run.ts'
import { UsageError } from '../gate/workspace.ts'
import { type Detected, detect } from '../init/detect.ts'
import { projectText, RULES, rulesText, SCENARIO, scenarioText } from '../init/files.ts'
import { openTroupe } from '../pool/player.ts'
import { CONFIG, shownPath } from '../project.ts'
import { writeWhole } from '../store/artefact.ts'
import { TWIN_NAMES } from '../twins-by-name.ts'
import type { OnOpen } from './open.ts'

const INIT_SCHEMA = 'backlot.init/v1'

type Tried = { readonly status: number | undefined; readonly why: string | undefined }

/** `init`: looks at the service, writes what is not there yet, and tries the first story once. */
export async function runInit(options: Readonly<Record<string, unknown>>, onOpen: OnOpen): Promise<void> {
  const folder = resolve(String(options.project))
  if (!existsSync(folder))
    throw new UsageError(`expected a folder, got ${String(options.project)}, which does not exist.`)
  if (existsSync(join(folder, CONFIG)))
    throw new UsageError(
      `expected no ${CONFIG} in ${shownPath(folder)}, got one: nothing is overwritten. Next: npx backlot run`,
    )
  const found = completed(detect(folder), options, folder)
  const texts: Readonly<Record<string, string>> = {
    [CONFIG]: projectText(found),
    [SCENARIO]: scenarioText(found, undefined),
    [RULES]: rulesText(),
  }
  const written = Object.keys(texts).filter((file) => !existsSync(join(folder, file)))
  for (const file of written) writeWhole(join(folder, file), texts[file] ?? '')
  const tried = written.includes(SCENARIO) ? await tryOnce(folder, onOpen) : { status: undefined, why: undefined }
  if (tried.status !== undefined) writeWhole(join(folder, SCENARIO), scenarioText(found, tried.status))
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ schema: INIT_SCHEMA, version: 1, found, written, tried }, null, 2)}\n`)
  else for (const line of told(found, written, tried, folder)) process.stdout.write(`${line}\n`)
}

/** What was found, and what the command line says of it. */
function completed(
  found: Detected,
  options: Readonly<Record<string, unknown>>,
  folder: string,
): Detected & { readonly entry: string } {
  const entry = options.entry === undefined ? found.entry : String(options.entry)
  if (entry === undefined)
    throw new UsageError(
      'expected the file that starts the service in scripts.start or main of package.json, or src/main.ts and the like, got none. Name it: npx backlot init --entry FILE',
    )
  if (!existsSync(join(folder, entry))) throw new UsageError(`expected the entry ${entry}, which does not exist.`)
  const twins = options.twins === undefined ? found.twins : String(options.twins).split(',')
  const stranger = twins.find((name) => !TWIN_NAMES.includes(name))
  if (stranger !== undefined) throw new UsageError(`unknown twin "${stranger}". Expected ${TWIN_NAMES.join(', ')}.`)
  if (twins.length === 0)
    throw new UsageError(
      `expected packages or hosts of a vendor with a twin (${TWIN_NAMES.join(', ')}), got none. Name some: npx backlot init --twins stripe,postgres`,
    )
  const port = options.port === undefined ? found.port : Number(options.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`expected a port from 1 to 65535, got ${String(options.port)}.`)
  return { ...found, entry, twins, port }
}

/** Plays the first story, to know what the service answers as it is. */
async function tryOnce(folder: string, onOpen: OnOpen): Promise<Tried> {
  const troupe = await openTroupe(folder, onOpen)
  try {
    const story = troupe.project.scenarios.find(({ id }) => id === 'first')
    if (story === undefined) return { status: undefined, why: `${SCENARIO} is not among the scenarios` }
    return triedOf(await troupe.player(undefined, 1).one(story, '1'))
  } finally {
    await troupe.close()
  }
}

function triedOf({ answers, ending, escapes }: Run): Tried {
  const status = answers.look?.status
  const [escaped] = escapes
  if (status !== undefined && escaped === undefined) return { status, why: undefined }
  return { status, why: escaped === undefined ? ending.message : `${escaped.what}. ${escaped.wayOut}` }
}

function told(
  { entry, port, twins, env, unknownEnv, path }: Detected,
  written: readonly string[],
  { status, why }: Tried,
  folder: string,
): readonly string[] {
  const project = shownPath(folder)
  const at = project === '.' ? '' : ` --project ${project}`
  return [
    `found    ${entry}, port ${port}; twins: ${twins.join(', ')}`,
    ...(Object.keys(env).length === 0 ? [] : [`made up  ${Object.keys(env).join(', ')}`]),
    ...(unknownEnv.length === 0 ? [] : [`left out ${unknownEnv.join(', ')}: add what it needs under env of ${CONFIG}`]),
    ...written.map((file) => `wrote    ${file}`),
    ...(status === undefined ? [] : [`tried    GET ${path}: ${status}`]),
    ...(why === undefined ? [] : [`trouble  ${why.split('\n').slice(0, 4).join(' ')}`]),
    '',
    `next: npx backlot run${at}`,
  ]
}
