import { askedIssue, type On, Refusal } from '../ask.ts'
import { tellProperty } from '../events.ts'
import { store } from '../issues.ts'

const BYTES_MAX = 32_768

/** What an app keeps with an issue: Atlassian's OpenAPI document of version 3 (2026-11-26). */
export function addProperties(on: On): void {
  const route = '/rest/api/:version/issue/:issue/properties'
  on('properties.list', `GET ${route}`, (ask) => {
    const { key, properties } = askedIssue(ask)
    const self = `${ask.view.base}/rest/api/${ask.view.version}/issue/${key}/properties`
    return Response.json({ keys: Object.keys(properties).map((name) => ({ self: `${self}/${name}`, key: name })) })
  })
  on('properties.get', `GET ${route}/:key`, (ask) => {
    const { properties } = askedIssue(ask)
    const key = ask.part('key')
    if (!(key in properties)) throw new Refusal(404, [`The property with key '${key}' does not exist.`])
    return Response.json({ key, value: properties[key] ?? null })
  })
  on('properties.set', `PUT ${route}/:key`, (ask) => {
    const { site, me, json, part } = ask
    const issue = askedIssue(ask)
    if (Buffer.byteLength(JSON.stringify(json)) > BYTES_MAX)
      throw new Refusal(400, [`The property value cannot be longer than ${BYTES_MAX} characters.`])
    const known = part('key') in issue.properties
    const next = store(site, { ...issue, properties: { ...issue.properties, [part('key')]: json } })
    tellProperty(site, me.id, 'set', next, part('key'))
    return new Response(null, { status: known ? 200 : 201 })
  })
  on('properties.delete', `DELETE ${route}/:key`, (ask) => {
    const { site, me, part } = ask
    const issue = askedIssue(ask)
    const { [part('key')]: gone, ...properties } = issue.properties
    if (gone === undefined) throw new Refusal(404, [`The property with key '${part('key')}' does not exist.`])
    tellProperty(site, me.id, 'deleted', store(site, { ...issue, properties }), part('key'))
    return new Response(null, { status: 204 })
  })
}
