import { expect, test } from 'vitest'
import { render } from '../../../twins/sendgrid/handlebars.ts'
import { fieldsOf } from '../../../twins/sendgrid/state.ts'
import type { Json } from '../../../twins/trace.ts'
import { ADA, GRACE, openAccount, SHOP } from './support.ts'

const data: Json = {
  name: 'Ada <3',
  paid: true,
  count: 2,
  nothing: [],
  user: { city: 'London' },
  items: [
    { title: 'Tea', price: 5, tags: ['hot', 'green'] },
    { title: 'Cup', price: 50, tags: [] },
  ],
  at: '2030-01-02T15:04:05Z',
}
test.each([
  ['Hi {{name}}', 'Hi Ada &lt;3'],
  ['Hi {{{name}}}', 'Hi Ada <3'],
  ['{{user.city}} {{missing}}.', 'London .'],
  ['{{insert user.city "default=here"}} {{insert missing "default=there"}}', 'London there'],
  ['{{#if paid}}yes{{else}}no{{/if}} {{#unless paid}}yes{{else}}no{{/unless}}', 'yes no'],
  ['{{#if missing}}a{{else if paid}}b{{else}}c{{/if}}', 'b'],
  ['{{#if nothing}}some{{else}}none{{/if}}', 'none'],
  ['{{#equals count 2}}two{{else}}other{{/equals}} {{#notEquals count "2"}}other{{else}}two{{/notEquals}}', 'two two'],
  ['{{#greaterThan count 1}}many{{/greaterThan}}{{#lessThan count 1}}few{{/lessThan}}', 'many'],
  ['{{#and paid count}}both{{/and}} {{#or missing paid}}one{{/or}}', 'both one'],
  ['{{#each items}}{{@index}}:{{this.title}}{{#unless @last}}, {{/unless}}{{/each}}', '0:Tea, 1:Cup'],
  ['{{#each items}}{{#each tags}}{{../title}} is {{this}}; {{/each}}{{/each}}', 'Tea is hot; Tea is green; '],
  ['{{#each nothing}}x{{else}}none{{/each}}', 'none'],
  ['{{#each user}}{{@key}}={{this}}{{/each}}', 'city=London'],
  ['{{#each items}}{{@root.user.city}} {{/each}}', 'London London '],
  ['{{#user}}{{city}}{{/user}}{{^missing}}!{{/missing}}', 'London!'],
  ['{{length items}} {{! nobody sees this }}', '2 '],
  ['{{formatDate at "MMMM DD, YYYY h:mm A"}} {{formatDate at "HH:mm" "-0800"}}', 'January 02, 2030 3:04 PM 07:04'],
  ['{{constructor}}{{__proto__}}{{name.length}}', ''],
])('%s says what SendGrid says', (template, said) => {
  expect(render(template, data, true)).toBe(said)
})

test.each(['{{> partial}}', '{{#with user}}{{city}}{{/with}}', '{{lookup items 0}}', '{{shout name}}'])(
  '%s is loud',
  (template) => {
    expect(() => render(template, data, true)).toThrow('does not model other parts of Handlebars')
  },
)

test('a template is made, gets versions, of which one is active, and is what recipients read', async () => {
  const { call, mailed, rows } = openAccount()
  const [status, made] = await call('POST', '/templates', { name: 'Receipt', generation: 'dynamic' })
  expect([status, made]).toMatchObject([201, { name: 'Receipt', generation: 'dynamic', versions: [] }])
  const id = String(fieldsOf(made).id)
  expect(id).toMatch(/^d-[0-9a-f]{32}$/)
  const [, first] = await call('POST', `/templates/${id}/versions`, {
    name: '1',
    subject: 'Thanks {{name}}',
    html_content: '<p>Dear {{name}},</p><p>{{total}}</p>',
  })
  expect(first).toMatchObject({ active: 1, generate_plain_content: true, template_id: id })
  const [, second] = await call('POST', `/templates/${id}/versions`, {
    name: '2',
    subject: 'Merci',
    html_content: '<b>ok</b>',
    active: 0,
  })
  const send = (to: string) =>
    mailed({
      from: SHOP,
      templateId: id,
      personalizations: [{ to: [{ email: to }], dynamicTemplateData: { name: to, total: '5 > 4' } }],
    })
  await send(ADA)
  await call('POST', `/templates/${id}/versions/${String(fieldsOf(second).id)}/activate`)
  await send(GRACE)
  expect(rows('messages')).toMatchObject([
    {
      to: ADA,
      subject: `Thanks ${ADA}`,
      text: `Dear ${ADA},\n5 &gt; 4\n<p>Dear ${ADA},</p><p>5 &gt; 4</p>`,
      template_id: id,
    },
    { to: GRACE, subject: 'Merci' },
  ])
  const [, shown] = await call('GET', `/templates/${id}`)
  expect(shown).toMatchObject({ versions: [{ active: 0 }, { active: 1 }] })
})

test('templates are listed by generation and page, renamed, copied and deleted', async () => {
  const { call } = openAccount()
  const ids: string[] = []
  for (const name of ['a', 'b', 'c'])
    ids.push(String(fieldsOf((await call('POST', '/templates', { name, generation: 'dynamic' }))[1]).id))
  await call('POST', '/templates', { name: 'old' })
  const [, page] = await call('GET', '/templates?generations=dynamic&page_size=2')
  expect(page).toMatchObject({ result: [{ name: 'a' }, { name: 'b' }], _metadata: { count: 3 } })
  const next = new URL(String(fieldsOf(fieldsOf(page)._metadata).next))
  expect((await call('GET', next.pathname.slice(3) + next.search))[1]).toMatchObject({ result: [{ name: 'c' }] })
  expect((await call('GET', '/templates?page_size=1'))[1]).toMatchObject({ result: [{ name: 'old' }] })
  expect((await call('PATCH', `/templates/${ids[0]}`, { name: 'z' }))[1]).toMatchObject({ name: 'z' })
  expect((await call('POST', `/templates/${ids[0]}`, { name: 'copy' }))[0]).toBe(201)
  expect((await call('DELETE', `/templates/${ids[0]}`))[0]).toBe(204)
  expect((await call('GET', `/templates/${ids[0]}`))[0]).toBe(404)
  expect((await call('GET', '/templates?page_size=201'))[0]).toBe(400)
})

test('a template that is none is refused when it is saved', async () => {
  const { call } = openAccount({ templates: [{ id: `d-${'0'.repeat(32)}`, html: 'Hi' }] })
  const path = `/templates/d-${'0'.repeat(32)}/versions`
  const [status, body] = await call('POST', path, { name: 'bad', html_content: '{{#if a}}' })
  expect([status, body]).toMatchObject([400, { errors: [{ field: 'html_content' }] }])
})
