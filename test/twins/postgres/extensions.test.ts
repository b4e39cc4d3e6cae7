import { expect, test } from 'vitest'
import { openDatabase } from './client.ts'

const NAMES = [
  'uuid-ossp',
  'pgcrypto',
  'citext',
  'hstore',
  'ltree',
  'pg_trgm',
  'unaccent',
  'fuzzystrmatch',
  'btree_gin',
]
const MORE = ['btree_gist', 'intarray', 'tablefunc']
const SQL = [...NAMES, ...MORE].map((name) => `create extension "${name}"`).join(';')
const USE = `select uuid_generate_v4() as v4, uuid_generate_v1() as v1, encode(gen_random_bytes(8), 'hex') as bytes, gen_salt('bf') as salt,
  'A'::citext = 'a'::citext as ci, 'a=>1'::hstore -> 'a' as h, similarity('word', 'words') > 0.5 as near, unaccent('é') as plain,
  levenshtein('a', 'bc') as far, 'a.b'::ltree @> 'a.b.c'::ltree as above, '{1,2}'::int[] && '{2}'::int[] as meets, encode(digest('x', 'sha256'), 'hex') as hash`

test('extensions that services ask for are there, with chance that follows from the seed, run after run', async () => {
  const draw = async (seed: string, sql = SQL): Promise<object | undefined> => {
    const client = await openDatabase({ sql }, seed).client()
    if (sql === '') await client.rows(SQL)
    return (await client.rows(USE))[0]
  }
  const [one, again, other] = [await draw('1'), await draw('1'), await draw('2')]
  expect(one).toMatchObject({ ci: 't', h: '1', near: 't', plain: 'e', far: '2', above: 't', meets: 't' })
  expect(one).toMatchObject({
    v4: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
    hash: expect.stringMatching(/^2d711642b726b044/),
  })
  expect(again).toEqual(one)
  for (const name of ['v4', 'bytes', 'salt'] as const)
    expect((other as Record<string, string>)[name]).not.toBe((one as Record<string, string>)[name])
  // Made within the run, after others have come and gone.
  expect(await draw('1', '')).toMatchObject({ ci: 't', h: '1' })
})
