import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STOP_FILE, stopSwitch } from '../../factory/stop.ts'
import type { Attack } from '../attack.ts'

const noPage = async (): Promise<never> => {
  throw new Error('no network')
}

export const disableTheStop: Attack = {
  number: 39,
  name: 'disable the stop',
  how: 'takes away the folder of the kill switch, or makes its page unreachable',
  expected: ['inconclusive'],
  on: 'built-in',
  async run(stand) {
    const folder = stand.scratch()
    mkdirSync(join(folder, '.backlot'))
    const before = await stopSwitch(folder, undefined, noPage)()
    writeFileSync(join(folder, STOP_FILE), '')
    const asked = await stopSwitch(folder, undefined, noPage)()
    rmSync(join(folder, '.backlot'), { recursive: true })
    const hidden = await stopSwitch(folder, undefined, noPage)()
    writeFileSync(join(folder, '.backlot'), 'in the way')
    const covered = await stopSwitch(folder, undefined, noPage)()
    const unreachable = await stopSwitch(folder, 'https://switch.example/backlot', noPage)()
    const stops = [asked, hidden, covered, unreachable]
    const held = before === undefined && stops.every((why) => why !== undefined)
    return { ending: held ? 'inconclusive' : 'pass', evidence: held ? `stopped: ${hidden}` : undefined }
  },
  async control(stand) {
    const folder = stand.scratch()
    mkdirSync(join(folder, '.backlot'))
    writeFileSync(join(folder, STOP_FILE), '')
    const naive = (): boolean => existsSync(join(folder, STOP_FILE))
    const stopped = naive()
    rmSync(join(folder, '.backlot'), { recursive: true })
    return { works: stopped && !naive(), how: 'a switch that is off when its file is not there' }
  },
}
