/** A page that shows the namespaces of a server, the state of their twins and their journal, as they change. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backlot twins</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --mark: #c60; }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; display: grid; grid-template: auto 1fr / 15rem 1fr 1fr; height: 100vh; }
header { grid-column: 1 / -1; display: flex; gap: 1rem; align-items: center; padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
header h1 { font-size: 1rem; margin: 0; } header output { margin-left: auto; opacity: .7; }
section { overflow: auto; padding: .8rem 1rem; border-right: 1px solid var(--line); min-width: 0; }
h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .06em; opacity: .6; margin: 0 0 .5rem; }
button.ns { display: block; width: 100%; text-align: left; font: inherit; border: 1px solid var(--line); background: none; color: inherit; border-radius: 6px; padding: .4rem .6rem; margin-bottom: .4rem; cursor: pointer; }
button.ns[aria-pressed=true] { background: var(--soft); border-color: currentColor; } button.ns small { display: block; opacity: .65; }
table { border-collapse: collapse; width: 100%; font-size: 12px; margin-bottom: 1rem; } th, td { text-align: left; padding: .2rem .4rem; border-bottom: 1px solid var(--line); vertical-align: top; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
th { opacity: .6; font-weight: 500; } summary { cursor: pointer; padding: .15rem 0; } .count { opacity: .6; }
ol { list-style: none; margin: 0; padding: 0; font: 12px/1.5 ui-monospace, monospace; } li { border-bottom: 1px solid var(--soft); padding: .15rem 0; overflow-wrap: anywhere; }
li time { opacity: .55; margin-right: .6rem; } li code { opacity: .65; } li.fault, li.unmodelled { color: var(--mark); } li.fault code, li.unmodelled code { opacity: 1; }
form { display: flex; gap: .5rem; } input { font: inherit; padding: .2rem .4rem; } p.empty { opacity: .6; }
@media (max-width: 60rem) { body { grid-template: auto auto auto auto / 1fr; height: auto; } section { border-right: 0; border-bottom: 1px solid var(--line); } }
</style>
<header><h1>Backlot twins</h1><form><label>Token <input name="token" type="password" autocomplete="off"></label><button>Show</button></form><output aria-live="polite"></output></header>
<section aria-label="Namespaces"><h2>Namespaces</h2><div id="namespaces"></div></section>
<section aria-label="State"><h2>State</h2><div id="state"></div></section>
<section aria-label="Journal"><h2>Journal, newest first</h2><ol id="journal"></ol></section>
<script type="module">
const at = (id) => document.getElementById(id)
const make = (tag, text, props = {}) => Object.assign(document.createElement(tag), { textContent: text ?? '' }, props)
let token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
let chosen, next = -1, generation
const ask = async (path) => {
  const answer = await fetch('/api/' + path, { headers: { Authorization: 'Bearer ' + token } })
  if (!answer.ok) throw new Error((await answer.json()).error ?? answer.status)
  return answer.json()
}
document.forms[0].addEventListener('submit', (event) => {
  event.preventDefault()
  token = new FormData(event.target).get('token')
  refresh()
})
const text = (value) => typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
function showNamespaces(list) {
  at('namespaces').replaceChildren(...list.map((one) => {
    const button = make('button', one.name, { className: 'ns', ariaPressed: String(one.name === chosen) })
    const bill = Object.entries(one.bill).map(([currency, amount]) => amount + ' ' + currency).join(', ')
    button.append(make('small', one.events + ' events' + (bill ? ', ' + bill : '')), make('small', one.now))
    button.onclick = () => { chosen = one.name; next = -1; at('journal').replaceChildren(); refresh() }
    return button
  }))
  if (list.length === 0) at('namespaces').replaceChildren(make('p', 'Nobody has called yet.', { className: 'empty' }))
}
function rowsOf(collection) {
  const table = make('table')
  const keys = [...new Set(collection.flatMap((row) => Object.keys(row)))].slice(0, 8)
  const head = make('tr')
  head.append(...keys.map((key) => make('th', key)))
  table.append(head, ...collection.slice(-50).reverse().map((row) => {
    const line = make('tr')
    line.append(...keys.map((key) => make('td', row[key] === undefined ? '' : text(row[key]), { title: text(row[key]) })))
    return line
  }))
  return table
}
function showState(states) {
  const open = new Set([...document.querySelectorAll('details[open]')].map((one) => one.id))
  at('state').replaceChildren(...Object.entries(states).flatMap(([twin, state]) => [
    make('h3', twin),
    ...Object.entries(state ?? {}).map(([name, value]) => {
      const rows = Array.isArray(value) ? value : undefined
      const details = make('details', '', { id: twin + '.' + name })
      const title = make('summary', name + ' ')
      title.append(make('span', rows ? String(rows.length) : text(value).slice(0, 60), { className: 'count' }))
      details.append(title)
      details.open = open.has(details.id) || (open.size === 0 && rows?.length > 0 && rows.length < 20)
      if (rows?.length > 0) details.append(typeof rows[0] === 'object' ? rowsOf(rows) : make('p', rows.map(text).join(', ')))
      return details
    }),
  ]))
}
function showJournal(page) {
  if (page.generation !== generation) { generation = page.generation; next = -1; at('journal').replaceChildren() }
  for (const event of page.events) {
    const line = make('li', '', { className: event.type })
    line.append(make('time', new Date(event.atMs).toISOString().slice(11, 23)), make('b', event.type + ' '), make('code', JSON.stringify(event.fields)))
    at('journal').prepend(line)
  }
  next = page.next
}
async function refresh() {
  const output = document.querySelector('output')
  if (!token) { output.textContent = 'Give the token that backlot twin printed.'; return }
  try {
    const list = await ask('namespaces')
    chosen ??= list[0]?.name
    showNamespaces(list)
    if (chosen !== undefined) {
      const path = 'namespaces/' + encodeURIComponent(chosen)
      showJournal(await ask(path + '/journal?after=' + next))
      showState(await ask(path + '/state'))
    }
    output.textContent = 'live'
  } catch (error) { output.textContent = error.message }
}
refresh()
setInterval(refresh, 1000)
</script>
</html>
`
