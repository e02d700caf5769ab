/**
 * What stands between the quotes of a string in a STIX pattern: `'${escapeStixPatternString(value)}'`. The grammar knows exactly
 * two escapes, `\'` and `\\` (STIX 2.0 part 5, 4.1), so everything else stays as it is.
 */
export function escapeStixPatternString(text: string): string {
  return text.includes("'") || text.includes('\\') ? text.replace(/['\\]/g, '\\$&') : text
}
