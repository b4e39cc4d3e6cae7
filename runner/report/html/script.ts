/** The page's only script: it copies commands. It reads nothing but the text beside a button. */
export const SCRIPT = `document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button.copy') : null
  const code = button === null ? null : button.parentElement.querySelector('code')
  if (code === null) return
  const told = (text) => { button.textContent = text; setTimeout(() => { button.textContent = 'copy' }, 1500) }
  const select = () => { getSelection().selectAllChildren(code); told('selected') }
  if (navigator.clipboard === undefined) select()
  else navigator.clipboard.writeText(code.textContent).then(() => told('copied'), select)
})
`
