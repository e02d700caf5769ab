/** What readers are not given, by why: `3 (excluded)`, `1 (inactive)`. */
export function leftOutParts(leftOut: Readonly<Record<string, number>>): string[] {
  return Object.entries(leftOut).map(([reason, count]) => `${count} (${reason})`)
}
