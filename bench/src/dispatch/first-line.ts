/** When the app wrote its line, in milliseconds since 1970, by the text of its log. */
export function firstLineAt(lines: readonly string[]): number {
  const at = lines.map((line) => /first line at (?<at>[0-9.]+)/.exec(line)?.groups?.['at']).find(Boolean)
  if (at === undefined) throw new Error(`The app wrote no first line:\n${lines.join('\n')}`)
  return Number(at)
}

/** Now, by the same clock as the app's: monotonic within a process, and set by the machine's clock at its start. */
export function instant(): number {
  return performance.timeOrigin + performance.now()
}
