#!/usr/bin/env node
// Plain JavaScript that any Node parses: an old one gets one clear line instead of a syntax error.
const wanted = [22, 18]
const found = process.versions.node.split('.').map(Number)
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  process.stderr.write(
    `backlot: expected Node ${wanted.join('.')} or later, got ${process.versions.node}. Run it with npx in a project that has the package "node", or install a newer Node.\n`,
  )
  process.exitCode = 2
} else {
  const [fs, { default: module }, os, path] = await Promise.all(
    ['node:fs', 'node:module', 'node:os', 'node:path'].map((name) => import(name)),
  )
  // Compiled code is kept in the user's own cache, so that the second start takes half as long.
  const cacheHome = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
  module.enableCompileCache?.(path.join(cacheHome, 'backlot', 'compiled'))
  const source = new URL('../runner/cli/main.ts', import.meta.url)
  const built = new URL('../dist/runner/cli/main.js', import.meta.url)
  const { main } = await import(fs.existsSync(source) ? source.href : built.href)
  await main(process.argv)
}
