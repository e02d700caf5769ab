/** A limit as its source file states it: the name, its own comment, and the comment of the group that it stands in. */
export type LimitConstant = { readonly name: string; readonly value: number; readonly meaning: string }

export type LimitGroup = { readonly name: string; readonly meaning: string; readonly limits: readonly LimitConstant[] }

/**
 * The limits of one file, which is named `limits.ts` or `<subject>-limits.ts` and exports numbers, or objects of numbers.
 * Values come from the loaded module, words from the comments above them.
 */
export function limitGroups(source: string, module: Readonly<Record<string, unknown>>): LimitGroup[] {
  const comments = commentsByName(source)
  return Object.entries(module)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, value]) => {
      const meaning = comments.get(name) ?? ''
      if (typeof value === 'number') return [{ name, meaning, limits: [{ name, value, meaning }] }]
      if (typeof value !== 'object' || value === null) return []
      const limits = Object.entries(value)
        .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
        .map(([key, each]) => ({ name: key, value: each, meaning: comments.get(`${name}.${key}`) ?? '' }))
      return limits.length > 0 ? [{ name, meaning, limits }] : []
    })
}

/** Comments that stand right above `export const x` (as `x`) and above its keys (as `x.key`). */
function commentsByName(source: string): Map<string, string> {
  const found = new Map<string, string>()
  const declarations =
    /((?:^[ \t]*(?:\/\*\*[\s\S]*?\*\/|\/\/.*)\n)*)^(export const |[ ]{2})(?:'([^']+)'|(\w+))(?=:| =)/gm
  let group = ''
  for (const [, comment = '', kind, quoted, bare] of source.matchAll(declarations)) {
    const name = quoted ?? bare ?? ''
    if (kind === 'export const ') group = name
    found.set(kind === 'export const ' ? name : `${group}.${name}`, textOf(comment))
  }
  return found
}

function textOf(comment: string): string {
  return comment
    .replaceAll(/^[ \t]*(\/\*\*|\*\/|\*|\/\/)?|\*\/[ \t]*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
