import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installPackages } from '../../../runner/sandbox/install.ts'

const NPM = realpathSync(spawnSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim())
let root: string
let tree: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'backlot-install-'))
  tree = join(root, 'tree')
  mkdirSync(tree)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const json = (path: string, value: unknown): void => writeFileSync(path, JSON.stringify(value, null, 2))
/** npm as a careless runner calls it: in the candidate's tree, without scripts. */
const naive = (...more: readonly string[]): number | null =>
  spawnSync(process.execPath, [NPM, 'ci', '--ignore-scripts', '--offline', '--no-audit', ...more], {
    cwd: tree,
    env: { PATH: '/usr/bin:/bin', HOME: root },
    timeout: 230_000,
  }).status
const marker = (): string => join(root, 'ran')

test('a git dependency and a git of its own in .npmrc run a program for a careless runner, and nothing for us', async () => {
  const url = 'git+ssh://git@git.example.test/evil.git'
  const commit = '1'.repeat(40)
  json(join(tree, 'package.json'), { name: 'x', version: '1.0.0', dependencies: { evil: url } })
  json(join(tree, 'package-lock.json'), {
    ...{ name: 'x', version: '1.0.0', lockfileVersion: 3, requires: true },
    packages: {
      '': { name: 'x', version: '1.0.0', dependencies: { evil: url } },
      'node_modules/evil': { version: '1.0.0', resolved: `${url}#${commit}` },
    },
  })
  writeFileSync(join(tree, '.npmrc'), 'git=./evil.sh\n')
  writeFileSync(join(tree, 'evil.sh'), `#!/bin/sh\necho ran > ${marker()}\nexit 1\n`)
  chmodSync(join(tree, 'evil.sh'), 0o755)
  naive()
  expect(existsSync(marker()), 'the attack works without the defence').toBe(true)
  rmSync(marker())
  const result = await installPackages({ tree, to: join(root, 'to'), npm: NPM })
  expect(result).toEqual({ why: expect.stringMatching(/npm ended with 1: .*EALLOWGIT/s) })
  expect(existsSync(marker())).toBe(false)
}, 120_000)

test('what is locked is installed, without its scripts', async () => {
  const dep = join(root, 'dep')
  mkdirSync(dep)
  json(join(dep, 'package.json'), { name: 'dep', version: '1.0.0', scripts: { postinstall: `echo ran > ${marker()}` } })
  spawnSync('tar', ['-czf', join(root, 'dep.tgz'), '--transform', 's,^dep,package,', '-C', root, 'dep'])
  const from = `file:${join(root, 'dep.tgz')}`
  json(join(tree, 'package.json'), { name: 'x', version: '1.0.0', dependencies: { dep: from } })
  json(join(tree, 'package-lock.json'), {
    ...{ name: 'x', version: '1.0.0', lockfileVersion: 3, requires: true },
    packages: {
      '': { name: 'x', version: '1.0.0', dependencies: { dep: from } },
      'node_modules/dep': { version: '1.0.0', resolved: from, hasInstallScript: true },
    },
  })
  const result = await installPackages({ tree, to: join(root, 'to'), npm: NPM })
  expect(result).toEqual({ folder: join(root, 'to/node_modules') })
  expect(JSON.parse(readFileSync(join(root, 'to/node_modules/dep/package.json'), 'utf8'))).toMatchObject({
    name: 'dep',
  })
  expect(existsSync(marker())).toBe(false)
}, 120_000)

test('a tree without a lockfile is not installed', async () => {
  expect(await installPackages({ tree, to: join(root, 'to'), npm: NPM })).toEqual({
    why: 'the tree has no package.json',
  })
  json(join(tree, 'package.json'), { name: 'x' })
  expect(await installPackages({ tree, to: join(root, 'to'), npm: NPM })).toEqual({
    why: expect.stringContaining('no package-lock.json'),
  })
})
