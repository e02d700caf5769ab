const oneLevel = '  '

/**
 * JSON with a line for each of its parts. Every name, text and number stands as it was written: read and written anew, a long number would
 * be rounded. A text that was cut is indented as far as it goes.
 */
export function indentedJson(json: string): string {
  const lines: string[] = []
  let depth = 0
  let before = ''
  for (const [part] of json.matchAll(parts)) {
    const isEnd = part === ']' || part === '}'
    if (isEnd) depth -= 1
    const isEmpty = isEnd && opens(before)
    if (!isEmpty && (isEnd || opens(before) || before === ',')) lines.push(`\n${oneLevel.repeat(depth)}`)
    lines.push(part === ':' ? ': ' : part)
    if (opens(part)) depth += 1
    before = part
  }
  return lines.join('')
}

/** A text (one that was cut lacks its last quote), a bracket, comma or colon, or a number or word. */
const parts = /"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^\s"[\]{},:]+/g

function opens(part: string): boolean {
  return part === '[' || part === '{'
}
