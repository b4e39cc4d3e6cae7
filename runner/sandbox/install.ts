import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const GIT = '/usr/bin/git'
const INSTALL_MS = 10 * 60_000
const SAID_BYTES = 64 * 1024
/** All that an install is given of a candidate's tree. Nothing of npm's settings is among it. */
const TAKEN = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json'] as const

export type Installed = { readonly folder: string }
export type InstallFailure = { readonly why: string }

/**
 * Packages of a changed lockfile, for the day a person has allowed them: from `tree` into a new folder `to`, exactly as locked. No script
 * of a package runs, nothing comes from git, no setting of the tree or of this machine's user is read, and no secret is in reach. `npm` is
 * the path of npm's program; `registry` is where packages come from.
 */
export function installPackages(options: {
  readonly tree: string
  readonly to: string
  readonly npm: string
  readonly registry?: string | undefined
}): Promise<Installed | InstallFailure> {
  const { tree, to, npm, registry } = options
  if (!existsSync(join(tree, 'package.json'))) return failed('the tree has no package.json')
  if (!TAKEN.slice(1).some((file) => existsSync(join(tree, file))))
    return failed('the tree has no package-lock.json: without one nobody knows what would be installed')
  const home = join(to, '.home')
  mkdirSync(home, { recursive: true })
  for (const file of TAKEN)
    if (existsSync(join(tree, file))) writeFileSync(join(to, file), readFileSync(join(tree, file)))
  return run([npm, ...argumentsOf(home, registry)], to, home)
}

const failed = async (why: string): Promise<InstallFailure> => ({ why })

/** On the command line, where no file of settings can say otherwise. */
const argumentsOf = (home: string, registry: string | undefined): readonly string[] => [
  'ci',
  '--ignore-scripts',
  '--allow-git=none',
  `--git=${GIT}`,
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  `--userconfig=${join(home, 'user')}`,
  `--globalconfig=${join(home, 'global')}`,
  `--cache=${join(home, 'cache')}`,
  ...(registry === undefined ? [] : [`--registry=${registry}`]),
]

function run(argv: readonly string[], cwd: string, home: string): Promise<Installed | InstallFailure> {
  const [program = '', ...args] = [process.execPath, ...argv]
  return new Promise((resolve) => {
    const env = { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: tmpdir(), LANG: 'C.UTF-8' }
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: INSTALL_MS,
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr.on('data', (data: Buffer) => {
      if (said.length < SAID_BYTES) said += data.toString()
    })
    child.on('error', (error) => resolve({ why: error.message }))
    child.on('close', (code, signal) =>
      resolve(
        code === 0
          ? { folder: join(cwd, 'node_modules') }
          : { why: `npm ended with ${signal ?? code}: ${firstError(said)}` },
      ),
    )
  })
}

const firstError = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, 3)
    .join('; ')
