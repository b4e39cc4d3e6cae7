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
  const fs = await import('node:fs')
  const source = new URL('../runner/cli/main.ts', import.meta.url)
  const built = new URL('../dist/runner/cli/main.js', import.meta.url)
  const { main } = await import(fs.existsSync(source) ? source.href : built.href)
  await main(process.argv)
}
