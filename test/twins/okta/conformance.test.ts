import { z } from 'zod'
import { okta } from '../../../twins/okta/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { request, user, withPassword } from './support.ts'

const CLIENT = {
  id: 'shop',
  secret: 'a-secret',
  redirect_uris: ['https://shop.test/callback'],
  grant_types: ['authorization_code', 'refresh_token', 'password', 'client_credentials'],
}
const PASSWORD_GRANT = 'grant_type=password&username=ada%40acme.example&password=Abcd1234&scope=openid+offline_access'
const basic = { Authorization: `Basic ${Buffer.from('shop:a-secret').toString('base64')}` }
const authorize = (more: string): string =>
  `/oauth2/default/v1/authorize?client_id=shop&redirect_uri=https%3A%2F%2Fshop.test%2Fcallback&scope=openid&state=s&${more}`
const act =
  (...parts: Parameters<typeof request>) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request(...parts))
const idOf = async (answer: Response): Promise<string> => z.object({ id: z.string() }).parse(await answer.json()).id

const SIGN_IN = request('POST', '/api/v1/authn', { username: 'ada@acme.example', password: 'Abcd1234' })
async function policy(twin: Stage['twin'], type: string, rule: object): Promise<void> {
  const made = await twin.fetch(request('POST', '/api/v1/policies', { type, name: 'Strict' }))
  await twin.fetch(request('POST', `/api/v1/policies/${await idOf(made)}/rules`, { name: 'Rule', ...rule }))
}
const signOnRule = ({ twin }: Stage, rule: object): Promise<void> =>
  policy(twin, 'OKTA_SIGN_ON', { type: 'SIGN_ON', ...rule })

runTwinTests({
  twin: okta,
  seed: {
    users: [{ login: 'ada@acme.example', password: 'Abcd1234', groups: ['Staff'] }],
    groups: [{ name: 'Staff' }],
    clients: [CLIENT],
    event_hooks: [
      {
        url: 'https://shop.test/okta',
        events: ['user.lifecycle.create'],
        header: { key: 'Authorization', value: 's3cret' },
      },
    ],
  },
  async story({ send, world, twin }) {
    const id = await idOf(await send(request('POST', '/api/v1/users', user('grace@acme.example', withPassword))))
    const group = await idOf(await send(request('POST', '/api/v1/groups', { profile: { name: 'Engineers' } })))
    await send(request('PUT', `/api/v1/groups/${group}/users/${id}`))
    await send(request('POST', `/api/v1/users/${id}/lifecycle/suspend`))
    await send(request('GET', '/api/v1/users?limit=1'))
    await send(request('GET', '/api/v1/users/nobody'))
    const app = await idOf(
      await send(
        request('POST', '/api/v1/apps', {
          name: 'bookmark',
          label: 'Wiki',
          settings: { app: { url: 'https://wiki.test' } },
        }),
      ),
    )
    await send(request('POST', `/api/v1/apps/${app}/lifecycle/deactivate`))
    await send(request('DELETE', `/api/v1/apps/${app}`))
    const zone = await idOf(await send(request('POST', '/api/v1/zones', { type: 'IP', name: 'Office' })))
    await send(request('POST', `/api/v1/zones/${zone}/lifecycle/deactivate`))
    await send(request('POST', '/oauth2/default/v1/token', PASSWORD_GRANT, basic))
    await send(request('GET', '/api/v1/logs'))
    await world.within({ step: 'lock', key: 'lock' }, () => twin.happen('user.locked', { login: 'ada@acme.example' }))
    await send(request('POST', '/api/v1/authn', { username: 'ada@acme.example', password: 'Abcd1234' }))
    await send(request('DELETE', `/api/v1/users/${id}`))
    await send(request('DELETE', `/api/v1/users/${id}`))
    await send(request('DELETE', `/api/v1/groups/${group}`))
    await world.clock.advance(60_000)
  },
  gaps: {
    DPoP: act('POST', '/oauth2/v1/token', 'grant_type=client_credentials', { DPoP: 'a.b.c' }),
    'filters over lists and objects': act('GET', '/api/v1/groups?filter=objectClass%20eq%20%22okta%3Auser_group%22'),
    'expanded resources': act('GET', '/api/v1/groups?expand=stats'),
    'factors on devices of their own': act('POST', '/api/v1/users/me/factors', {
      factorType: 'webauthn',
      provider: 'FIDO',
    }),
    'names and functions of the expression language': async ({ twin }) => {
      const conditions = { expression: { type: 'urn:okta:expression:1.0', value: 'hasDirectoryUser()' } }
      const rule = await twin.fetch(request('POST', '/api/v1/groups/rules', { name: 'A', conditions }))
      await twin.fetch(request('POST', `/api/v1/groups/rules/${await idOf(rule)}/lifecycle/activate`))
    },
    'taking an app from one member of a group': act('DELETE', '/api/v1/apps/shop/users/00ubacklot00000admin'),
    'provisioning connections': act('POST', '/api/v1/apps/shop/connections/default', {
      profile: { authScheme: 'TOKEN' },
    }),
    'filters of event hooks': async ({ twin }) => {
      const [hook] = (await (await twin.fetch(request('GET', '/api/v1/eventHooks'))).json()) as {
        id: string
        events: object
        name: string
        channel: object
      }[]
      const filtered = {
        ...hook,
        events: {
          ...hook?.events,
          filter: {
            type: 'EXPRESSION_LANGUAGE',
            eventFilterMap: [
              { event: 'user.lifecycle.create', condition: { version: null, expression: 'event.client.id eq "1"' } },
            ],
          },
        },
      }
      await twin.fetch(request('PUT', `/api/v1/eventHooks/${hook?.id}`, filtered))
      await twin.fetch(request('POST', '/api/v1/users', user('new@acme.example', withPassword)))
    },
    'hybrid flows': act('GET', authorize('response_type=code+id_token')),
    'messages to other windows': act('GET', authorize('response_type=code&response_mode=okta_post_message')),
    'request objects': act('GET', authorize('response_type=code&request_uri=urn:a')),
    'other grants': act(
      'POST',
      '/oauth2/default/v1/token',
      'grant_type=urn:ietf:params:oauth:grant-type:token-exchange',
      basic,
    ),
    'further steps on the sign-in page': async (stage) => {
      await signOnRule(stage, { actions: { signon: { access: 'ALLOW', requireFactor: true } } })
      await stage.twin.fetch(request('POST', '/login/login.htm', 'username=ada%40acme.example&password=Abcd1234'))
    },
    'consent pages': async ({ twin }) => {
      const oauthClient = {
        redirect_uris: ['https://shop.test/callback'],
        grant_types: ['authorization_code'],
        consent_method: 'REQUIRED',
      }
      const shop = { label: 'Store', name: 'oidc_client', signOnMode: 'OPENID_CONNECT', settings: { oauthClient } }
      const id = await idOf(await twin.fetch(request('POST', '/api/v1/apps', shop)))
      await twin.fetch(
        request('POST', `/api/v1/apps/${id}/users`, {
          id: ((await (await twin.fetch(request('GET', '/api/v1/users/ada@acme.example'))).json()) as { id: string })
            .id,
        }),
      )
      const { sessionToken } = (await (await twin.fetch(SIGN_IN.clone())).json()) as { sessionToken: string }
      await twin.fetch(
        request(
          'GET',
          authorize(`response_type=code&sessionToken=${sessionToken}`)
            .replace('client_id=shop', `client_id=${id}`)
            .replace('scope=openid', 'scope=openid+offline_access'),
        ),
      )
    },
    'token inline hooks': async ({ twin }) => {
      const [policy] = (await (
        await twin.fetch(request('GET', '/api/v1/authorizationServers/default/policies'))
      ).json()) as { id: string }[]
      const path = `/api/v1/authorizationServers/default/policies/${policy?.id}/rules`
      const [rule] = (await (await twin.fetch(request('GET', path))).json()) as {
        id: string
        actions: { token: object }
      }[]
      await twin.fetch(
        request('PUT', `${path}/${rule?.id}`, {
          ...rule,
          actions: { token: { ...rule?.actions.token, inlineHook: { id: 'cal1' } } },
        }),
      )
      await twin.fetch(request('POST', '/oauth2/default/v1/token', PASSWORD_GRANT, basic))
    },
    'factors that are set up while signing in': async (stage) => {
      await signOnRule(stage, { actions: { signon: { access: 'ALLOW', requireFactor: true } } })
      await stage.twin.fetch(SIGN_IN.clone())
    },
    'conditions on networks, devices and risk': async (stage) => {
      await signOnRule(stage, { conditions: { network: { connection: 'ZONE', include: ['nzo1'] } } })
      await stage.twin.fetch(SIGN_IN.clone())
    },
    'password hashes of bcrypt and password import hooks': async ({ twin }) => {
      const hash = { algorithm: 'BCRYPT', workFactor: 10, salt: 'a', value: 'b' }
      await twin.fetch(
        request('POST', '/api/v1/users', user('new@acme.example', { credentials: { password: { hash } } })),
      )
      await twin.fetch(request('POST', '/api/v1/authn', { username: 'new@acme.example', password: 'Abcd1234xyz' }))
    },
    'password changes that a rule denies': async ({ twin }) => {
      await policy(twin, 'PASSWORD', { actions: { passwordChange: { access: 'DENY' } } })
      const passwords = { oldPassword: { value: 'Abcd1234' }, newPassword: { value: 'Efgh5678' } }
      await twin.fetch(request('POST', '/api/v1/users/ada@acme.example/credentials/change_password', passwords))
    },
  },
  failureBody: z.strictObject({
    errorCode: z.string().regex(/^E0\d{6}$/),
    errorSummary: z.string(),
    errorLink: z.string(),
    errorId: z.string(),
    errorCauses: z.array(z.strictObject({ errorSummary: z.string() })),
  }),
})
