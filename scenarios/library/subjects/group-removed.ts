import { call, either, serve } from './serve.ts'

const MEMBERS = 'http://accounts.library.test/members'
const GROUP = 'https://acme.okta.com/api/v1/groups/00gengineers000000000/users'
/** So many go in one run; more than that is for a person to look at. */
const leaversMax = either({ bug: Number.POSITIVE_INFINITY, fix: 3 })

serve({
  async 'POST /sync'() {
    const group = await fetch(GROUP, { headers: { Authorization: 'SSWS token' } })
    const people = group.ok ? ((await group.json()) as { profile: { login: string } }[]) : []
    const stay = people.map(({ profile }) => profile.login)
    const members = (await call(`GET ${MEMBERS}`)).body.members as readonly string[]
    const leavers = members.filter((member) => !stay.includes(member))
    for (const member of leavers.slice(0, leaversMax)) await call(`DELETE ${MEMBERS}/${member}`)
    return { status: 200, body: { left: leavers.length } }
  },
})
