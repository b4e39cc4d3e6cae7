import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { projectToReplay } from '../../../runner/gate/replay.ts'

const root = mkdtempSync(join(tmpdir(), 'backlot-where-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const folder = (name: string, isProject: boolean): string => {
  const path = join(root, name)
  mkdirSync(path)
  if (isProject) writeFileSync(join(path, 'backlot.yaml'), 'schema: 1\n')
  return path
}
const [given, recorded, here] = [folder('given', true), folder('recorded', true), folder('here', true)]
const [empty, gone] = [folder('empty', false), join(root, 'of-another-machine')]

test('a failure is played again where it is told to be, was found, or one stands', () => {
  expect(projectToReplay(recorded, given, here)).toBe(given)
  expect(projectToReplay(recorded, undefined, here)).toBe(recorded)
  expect(projectToReplay(gone, undefined, here)).toBe(here)
})

test('a folder that is no project is told', () => {
  expect(() => projectToReplay(recorded, empty, here)).toThrow('expected --project to be a folder with backlot.yaml')
  expect(() => projectToReplay(gone, undefined, empty)).toThrow('Name its folder with --project.')
})
