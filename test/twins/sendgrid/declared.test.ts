import { expect, test } from 'vitest'
import { operations, sendgrid } from '../../../twins/sendgrid/index.ts'
import { openAccount } from './support.ts'

test('operations are declared by the routes that answer them, each once and with the scope they need', () => {
  const routes: string[] = []
  const names = operations((operation, scope, route) => {
    routes.push(route)
    expect(scope, operation).toMatch(/^[a-z_.]+$/)
  })
  expect(sendgrid.operations).toEqual(names)
  expect(new Set(routes).size).toBe(routes.length)
})

test.each([
  ['POST', '/mail/send', 'mail.send'],
  ['POST', '/templates/d-1/versions/2/activate', 'templates.versions.activate'],
  ['DELETE', '/suppression/bounces/a@example.test', 'suppressions.bounces.delete'],
  ['GET', '/asm/suppressions/global/a@example.test', 'asm.suppressions.global.get'],
  ['GET', '/asm/suppressions/a@example.test', 'asm.suppressions.get'],
  ['GET', '/user/webhooks/event/settings/signed', 'webhook.signed.get'],
  ['GET', '/verified_senders/steps_completed', 'verified_senders.steps'],
  ['GET', '/marketing/contacts/count', 'contacts.count'],
])('%s %s is %s', (method, path, operation) => {
  expect(openAccount().twin.operationOf(method, new URL(`https://api.sendgrid.com/v3${path}`))).toBe(operation)
})
