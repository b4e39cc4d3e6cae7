import { type Ask, badRequest, found, gone, type On, textOf } from '../ask.ts'
import { parseTemplate } from '../handlebars.ts'
import type { Fields, Template, Version } from '../state.ts'

const ROOT = '/v3/templates'
const NAME_MAX = 100
/** https://www.twilio.com/docs/sendgrid/ui/sending-email/how-to-send-an-email-with-dynamic-templates, github.com/twilio/sendgrid-oai tsg_templates_v3 (2026-11-26). */
const TEMPLATES_MAX = 300
const VERSIONS_MAX = 300
const HEX = '0123456789abcdef'

/** `2030-01-01 00:00:00` */
const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

const versionBody = (version: Version, whole = true): Fields => ({
  id: version.id,
  template_id: version.template,
  active: version.active ? 1 : 0,
  name: version.name,
  subject: version.subject,
  updated_at: stamp(version.updated_ms),
  generate_plain_content: version.generate_plain_content,
  editor: version.editor,
  ...(whole
    ? {
        html_content: version.html_content,
        plain_content: version.plain_content,
        test_data: version.test_data,
      }
    : {}),
})

function templateBody({ site }: Ask, { id, name, generation, updated_ms }: Template, whole = true): Fields {
  const versions = site.store.versions.find(id).map((version) => versionBody(version, whole))
  return { id, name, generation, updated_at: stamp(updated_ms), versions }
}

export function addTemplates(on: On): void {
  const asked = ({ site, part }: Ask): Template =>
    found(site.store.templates.get(part('template')), 'template not found')

  on('templates.create', 'templates.create', `POST ${ROOT}`, (ask) => {
    const { world, store } = ask.site
    const name = textOf(ask.body, 'name', NAME_MAX)
    const generation = ask.body.generation === 'dynamic' ? 'dynamic' : 'legacy'
    if (store.templates.all().length >= TEMPLATES_MAX)
      throw badRequest('You have reached the maximum number of templates')
    const id = (generation === 'dynamic' ? 'd-' : '') + world.draw('template').text(32, HEX)
    const template = store.templates.put({ id, name, generation, updated_ms: ask.site.now() })
    return Response.json(templateBody(ask, template), { status: 201 })
  })
  on('templates.list', 'templates.read', `GET ${ROOT}`, (ask) => {
    const size = Number(ask.query('page_size') || 50)
    if (!Number.isInteger(size) || size < 1 || size > 200)
      throw badRequest('page_size must be between 1 and 200', 'page_size')
    const generations = (ask.query('generations') || 'legacy').split(',')
    const rows = ask.site.store.templates.all().filter(({ generation }) => generations.includes(generation))
    const start = ask.query('page_token') === '' ? 0 : rows.findIndex(({ id }) => id === ask.query('page_token'))
    const page = rows.slice(Math.max(0, start), Math.max(0, start) + size)
    const next = rows[Math.max(0, start) + size]
    const address = (token: string): string => {
      const url = new URL(ask.url)
      url.searchParams.set('page_token', token)
      return url.href
    }
    return Response.json({
      result: page.map((template) => templateBody(ask, template, false)),
      _metadata: {
        self: ask.url.href,
        count: rows.length,
        ...(next === undefined ? {} : { next: address(next.id) }),
      },
    })
  })
  on('templates.get', 'templates.read', `GET ${ROOT}/:template`, (ask) => Response.json(templateBody(ask, asked(ask))))
  on('templates.update', 'templates.update', `PATCH ${ROOT}/:template`, (ask) => {
    const name = textOf(ask.body, 'name', NAME_MAX)
    const next = ask.site.store.templates.put({ ...asked(ask), name, updated_ms: ask.site.now() })
    return Response.json(templateBody(ask, next))
  })
  on('templates.duplicate', 'templates.create', `POST ${ROOT}/:template`, (ask) => {
    const { world, store } = ask.site
    const old = asked(ask)
    const id = (old.generation === 'dynamic' ? 'd-' : '') + world.draw('template').text(32, HEX)
    const name = typeof ask.body.name === 'string' ? ask.body.name : `${old.name} (copy)`
    const copy = store.templates.put({ ...old, id, name, updated_ms: ask.site.now() })
    for (const version of store.versions.find(old.id)) store.versions.put({ ...version, id: uuid(ask), template: id })
    return Response.json(templateBody(ask, copy), { status: 201 })
  })
  on('templates.delete', 'templates.delete', `DELETE ${ROOT}/:template`, (ask) => {
    const { id } = asked(ask)
    for (const version of ask.site.store.versions.find(id)) ask.site.store.versions.remove(version.id)
    ask.site.store.templates.remove(id)
    return gone()
  })
  addVersions(on, `${ROOT}/:template/versions`, asked)
}

const uuid = ({ site }: Ask): string =>
  site.world
    .draw('version')
    .text(32, HEX)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

function addVersions(on: On, path: string, templateOf: (ask: Ask) => Template): void {
  const asked = (ask: Ask): Version => {
    const row = ask.site.store.versions.get(ask.part('version'))
    return found(row?.template === templateOf(ask).id ? row : undefined, 'version not found')
  }

  on('templates.versions.create', 'templates.versions.create', `POST ${path}`, (ask) => {
    const template = templateOf(ask)
    const others = ask.site.store.versions.find(template.id)
    if (others.length >= VERSIONS_MAX) throw badRequest('You have reached the maximum number of versions')
    const version: Version = {
      id: uuid(ask),
      template: template.id,
      // The first one is the active one.
      active: others.length === 0,
      name: textOf(ask.body, 'name', NAME_MAX),
      subject: '',
      html_content: '',
      plain_content: '',
      generate_plain_content: true,
      editor: 'code',
      test_data: '',
      updated_ms: ask.site.now(),
    }
    return Response.json(versionBody(put(ask, changed(ask, version))), { status: 201 })
  })
  on('templates.versions.get', 'templates.versions.read', `GET ${path}/:version`, (ask) =>
    Response.json(versionBody(asked(ask))),
  )
  on('templates.versions.update', 'templates.versions.update', `PATCH ${path}/:version`, (ask) =>
    Response.json(versionBody(put(ask, changed(ask, asked(ask))))),
  )
  on('templates.versions.activate', 'templates.versions.activate.create', `POST ${path}/:version/activate`, (ask) =>
    Response.json(versionBody(put(ask, { ...asked(ask), active: true }))),
  )
  on('templates.versions.delete', 'templates.versions.delete', `DELETE ${path}/:version`, (ask) => {
    ask.site.store.versions.remove(asked(ask).id)
    return gone()
  })
}

function changed(ask: Ask, version: Version): Version {
  const text = (name: string, otherwise: string): string =>
    typeof ask.body[name] === 'string' ? ask.body[name] : otherwise
  const { active, generate_plain_content } = ask.body
  const plain = text('plain_content', version.plain_content)
  const next: Version = {
    ...version,
    active: active === undefined ? version.active : active === 1,
    name: text('name', version.name),
    subject: text('subject', version.subject),
    html_content: text('html_content', version.html_content),
    plain_content: plain,
    // A text of one's own is taken, unless it is to be made from the HTML.
    generate_plain_content:
      typeof generate_plain_content === 'boolean'
        ? generate_plain_content
        : version.generate_plain_content && plain === '',
    editor: text('editor', version.editor),
    test_data: text('test_data', version.test_data),
    updated_ms: ask.site.now(),
  }
  for (const name of ['subject', 'html_content', 'plain_content'] as const) {
    try {
      parseTemplate(next[name])
    } catch (error) {
      throw badRequest(`Handlebars parse error: ${error instanceof Error ? error.message : String(error)}`, name)
    }
  }
  return next
}

/** Keeps a version, and its template's only active one. */
function put({ site }: Ask, version: Version): Version {
  if (version.active)
    for (const other of site.store.versions.find(version.template))
      if (other.active && other.id !== version.id) site.store.versions.put({ ...other, active: false })
  return site.store.versions.put(version)
}

export const seededVersion = (
  id: string,
  template: string,
  given: {
    readonly subject?: string | undefined
    readonly html?: string | undefined
    readonly plain?: string | undefined
  },
  nowMs: number,
): Version => ({
  id,
  template,
  active: true,
  name: 'seeded',
  subject: given.subject ?? '',
  html_content: given.html ?? '',
  plain_content: given.plain ?? '',
  generate_plain_content: given.plain === undefined,
  editor: 'code',
  test_data: '',
  updated_ms: nowMs,
})
