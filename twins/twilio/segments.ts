const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const GSM_ESCAPED = '\f^{}\\[~]|€'
const NARROW = new Set(GSM)
const ESCAPED = new Set(GSM_ESCAPED)

/**
 * How many SMS a text is: GSM-7 160, or 153 each when there are more; with any other character UCS-2, 70 and 67.
 * Source: https://www.twilio.com/docs/glossary/what-sms-character-limit (2026-11-26).
 */
export function segmentsOf(body: string): number {
  const letters = [...body]
  const narrow = letters.every((one) => NARROW.has(one) || ESCAPED.has(one))
  const sizes = letters.map((one) => (narrow ? (ESCAPED.has(one) ? 2 : 1) : one.length))
  const [single, each] = narrow ? [160, 153] : [70, 67]
  if (sizes.reduce((sum, size) => sum + size, 0) <= single) return 1
  // A letter of two units is not cut in two.
  let segments = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > each) {
      segments += 1
      used = 0
    }
    used += size
  }
  return segments
}
