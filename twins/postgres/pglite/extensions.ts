import type { Extensions } from '@electric-sql/pglite'

/**
 * The libraries of what services commonly ask for by CREATE EXTENSION. They are loaded before the first image is taken: Emscripten
 * remembers what it has loaded, whatever memory an image brings back.
 */
export const LIBRARIES: readonly string[] = [
  'uuid-ossp',
  'pgcrypto',
  'citext',
  'hstore',
  'ltree',
  'pg_trgm',
  'unaccent',
  'fuzzystrmatch',
  'btree_gin',
  'btree_gist',
  '_int',
  'tablefunc',
]

export async function loadExtensions(): Promise<Extensions> {
  const [uuid, crypto, citext, hstore, ltree, trgm, unaccent, fuzzy, gin, gist, int, table] = await Promise.all([
    import('@electric-sql/pglite/contrib/uuid_ossp'),
    import('@electric-sql/pglite/contrib/pgcrypto'),
    import('@electric-sql/pglite/contrib/citext'),
    import('@electric-sql/pglite/contrib/hstore'),
    import('@electric-sql/pglite/contrib/ltree'),
    import('@electric-sql/pglite/contrib/pg_trgm'),
    import('@electric-sql/pglite/contrib/unaccent'),
    import('@electric-sql/pglite/contrib/fuzzystrmatch'),
    import('@electric-sql/pglite/contrib/btree_gin'),
    import('@electric-sql/pglite/contrib/btree_gist'),
    import('@electric-sql/pglite/contrib/intarray'),
    import('@electric-sql/pglite/contrib/tablefunc'),
  ])
  return {
    ...uuid,
    ...crypto,
    ...citext,
    ...hstore,
    ...ltree,
    ...trgm,
    ...unaccent,
    ...fuzzy,
    ...gin,
    ...gist,
    ...int,
    ...table,
  }
}
