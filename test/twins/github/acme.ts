import { APP_PUBLIC_KEY } from '../../../twins/github/keys.ts'
import type { Seed } from '../../../twins/github/state.ts'
import { openHub } from './support.ts'
import type { Args } from './walk.ts'

export const ORG = { org: 'acme' }
/** The one key that this twin's secrets are sealed with. */
export const KEY = '3380204578043523366'
export const SEED: Seed = {
  viewer: 'ada',
  users: [{ login: 'ada', name: 'Ada', email: 'ada@acme.example' }, { login: 'bob' }, { login: 'eve' }],
  tokens: { a: { login: 'ada' }, b: { login: 'bob' }, app: { installation: 5 } },
  orgs: [
    {
      login: 'acme',
      members: { ada: 'admin', bob: 'member', eve: 'member' },
      teams: [{ id: 3, name: 'Core', members: ['bob'], repos: { 'acme/app': 'push' } }],
    },
  ],
  repos: [
    {
      full_name: 'acme/app',
      files: {
        'README.md': '# App\n',
        LICENSE: 'MIT',
        'src/main.ts': 'one\n',
        '.github/workflows/ci.yml': 'name: CI\non: [push, workflow_dispatch]\n',
      },
      branches: { more: { files: { 'README.md': '# App\n', 'src/main.ts': 'two\n' } } },
      tags: { v1: true },
      labels: ['bug'],
      milestones: [{ number: 1, title: 'One' }],
      issues: [{ number: 1, title: 'Broken', labels: ['bug'], milestone: 1 }],
      collaborators: { bob: 'push', eve: 'pull' },
      rows: { 'actions/caches': [{ id: 9, key: 'npm-1', ref: 'refs/heads/main', size_in_bytes: 10 }] },
    },
    { full_name: 'acme/other', private: true, files: { a: 'a' } },
  ],
  apps: [
    {
      id: 4,
      slug: 'robot',
      public_key: APP_PUBLIC_KEY,
      owner: 'acme',
      permissions: { checks: 'write', contents: 'write' },
      installations: [{ id: 5, account: 'acme' }],
    },
  ],
}
type Hub = ReturnType<typeof openHub>

/** An organisation with a little of everything, and octokit with one of its tokens. */
export const open = (token = 'a'): Hub & { readonly octokit: ReturnType<Hub['as']> } => {
  const hub = openHub(SEED)
  return { ...hub, octokit: hub.as(token) }
}

export const HOOK: Args = {
  name: 'web',
  config: { url: 'https://shop.test/h', content_type: 'json' },
  events: ['push'],
}
