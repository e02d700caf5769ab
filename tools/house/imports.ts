const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm
const specifiers = /\b(?:from|import|import\.meta\.resolve|require)\b\s*\(?\s*(['"])([^'"\n]+)\1/g

/**
 * What a TypeScript file imports, types and lazy imports included. A scan by pattern, since TypeScript 7 offers no API
 * (decision 0205): good enough for code that the formatter has gone over.
 */
export function importsOf(source: string): string[] {
  return [...withoutComments(source).matchAll(specifiers)].map((match) => match[2] ?? '')
}

/** The source with its comments blanked, so that prose about code is not taken for code. Line numbers stay. */
export function withoutComments(source: string): string {
  return source.replace(comments, (comment) => comment.replace(/[^\n]/g, ' '))
}
