import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backlot, commit, copyProject, verdictOf } from '../support/cli.ts'

const CHROMIUM = '/usr/bin/chromium'
const EVIL = '<img src=https://evil.test/x.png onerror=document.title=1><script>document.title=2</script>'
let project: ReturnType<typeof copyProject>
let page: string
let ended: ReturnType<typeof backlot>

beforeAll(() => {
  project = copyProject()
  project.change('backlot/scenarios/lost-answer.scenario.yaml', 'nth: 1', 'times: 2')
  commit(project.folder)
  // It charges twice, and says what it can to get into the report.
  project.change('src/main.ts', "?? '')", "?? '', { maxNetworkRetries: 0 })")
  project.change(
    'src/main.ts',
    '  try {\n    const intent',
    `  console.log('${EVIL}')\n  for (let attempt = 1; ; attempt++)\n  try {\n    const intent`,
  )
  project.change('src/main.ts', 'pay-$' + '{order}`', 'pay-$' + '{order}-$' + '{attempt}`')
  project.change('src/main.ts', '  } catch (error) {\n', '  } catch (error) {\n    if (attempt < 4) continue\n')
  page = join(project.folder, '.backlot/report.html')
  const file = (name: string): string => join(project.folder, '.backlot', name)
  ended = backlot(
    [
      ...['gate', '--json', '--html', page, '--verdict', file('verdict.json')],
      ...['--sarif', file('x.sarif'), '--code-quality', file('quality.json'), '--annotations'],
    ],
    // As in CI, in the repository: what lies outside of it has no place in its files.
    { cwd: project.folder },
  )
})
afterAll(() => project.close())

test('one gate writes every report, and all of them tell the same', () => {
  const read = (name: string): string => readFileSync(join(project.folder, '.backlot', name), 'utf8')
  const verdict = verdictOf(ended)
  expect([ended.code, verdict.status]).toEqual([1, 'fail'])
  expect(JSON.parse(read('verdict.json'))).toEqual(verdict)
  const failed = verdict.checks.filter(({ status }) => status === 'fail').map(({ id }) => id)
  const sarif = JSON.parse(read('x.sarif')) as { runs: [{ results: { ruleId: string; level: string }[] }] }
  expect(new Set(sarif.runs[0].results.filter(({ level }) => level === 'error').map(({ ruleId }) => ruleId))).toEqual(
    new Set(failed),
  )
  const quality = JSON.parse(read('quality.json')) as { check_name: string; severity: string }[]
  expect(
    new Set(quality.filter(({ severity }) => severity === 'critical').map(({ check_name }) => check_name)),
  ).toEqual(new Set(failed))
  expect(ended.stderr).toMatch(/^::error file=.*lost-answer\.scenario\.yaml,line=\d+,col=\d+,title=fail%3A /m)
})

test('the page is self-contained and of a size to be sent', () => {
  expect(statSync(page).size).toBeLessThan(1_000_000)
  expect(readFileSync(page, 'utf8')).toContain('&lt;img src=https://evil.test/x.png')
})

/** What the page looks like from inside; plain text, since these tests are not typed for a browser. */
const LOOK = `({
  title: document.title,
  wide: document.documentElement.scrollWidth > innerWidth,
  images: document.images.length,
  verdict: document.querySelector('h1')?.textContent,
  findings: [...document.querySelectorAll('.finding h3')].map((element) => element.textContent),
  marks: document.querySelectorAll('.timeline rect.bad').length,
  cells: document.querySelectorAll('.grid .cell.fail').length,
})`
type Shown = { readonly findings: readonly string[]; readonly marks: number; readonly cells: number }
const absent = !existsSync(CHROMIUM) && process.env.BACKLOT_REQUIRE_ALL !== '1'
test.skipIf(absent)(
  `a browser shows it: nothing fetched, nothing run, nothing wider than a phone (needs ${CHROMIUM})`,
  async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      for (const width of [1280, 390]) {
        const context = await browser.newContext({ viewport: { width, height: 900 } })
        const tab = await context.newPage()
        const complaints: string[] = []
        const requests: string[] = []
        tab.on('console', (message) => complaints.push(message.text()))
        tab.on('pageerror', (error) => complaints.push(error.message))
        tab.on('request', (request) => requests.push(request.url()))
        await tab.goto(`file://${page}`)
        for (const details of await tab.locator('summary').all()) await details.click()
        const shown = await tab.evaluate<Shown>(LOOK)
        expect(shown).toMatchObject({ title: 'fail: tiny', wide: false, images: 0, verdict: 'fail tiny' })
        expect(shown.findings).toEqual(expect.arrayContaining(['PAY-1', 'lost-answer', 'cost-per-request']))
        expect(shown.marks).toBeGreaterThan(0)
        expect(shown.cells).toBeGreaterThan(0)
        expect(await tab.locator('.calls td', { hasText: '<img src=https://evil.test' }).first().isVisible()).toBe(true)
        await tab.locator('button.copy').first().click()
        await tab
          .locator('button.copy', { hasText: /copied|selected/ })
          .first()
          .waitFor({ timeout: 60_000 })
        expect(requests).toEqual([`file://${page}`])
        expect(complaints).toEqual([])
        await context.close()
      }
    } finally {
      await browser.close()
    }
  },
)

test.skipIf(absent)(
  'the policy bites: a script or a picture planted in the page is not run and not fetched',
  async () => {
    const planted = readFileSync(page, 'utf8').replace('<main', `${EVIL}<p id="p" style="color:red">x</p><main`)
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      const tab = await browser.newPage()
      const complaints: string[] = []
      tab.on('console', (message) => complaints.push(message.text()))
      project.write('.backlot/planted.html', planted)
      await tab.goto(`file://${join(project.folder, '.backlot/planted.html')}`)
      expect(await tab.title()).toBe('fail: tiny')
      for (const directive of ['img-src|default-src', 'script-src', 'style-src'])
        expect(complaints.join('\n')).toMatch(new RegExp(directive))
    } finally {
      await browser.close()
    }
  },
)
