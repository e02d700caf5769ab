const minuteSeconds = 60
const hourSeconds = 3600
const daySeconds = 86_400

/** How often an app runs, as the guide's Table 1 says it: `Daily`, `Every 5 min`, `Every 3 h`, `Every 7 d`. */
export function frequencyWords(executionsPerDay: number | null): string {
  if (executionsPerDay === null) return 'Once so far'
  const apartSeconds = daySeconds / executionsPerDay
  const hours = Math.round(apartSeconds / hourSeconds)
  if (apartSeconds < minuteSeconds) return `Every ${Math.max(1, Math.round(apartSeconds))} s`
  if (apartSeconds < 1.5 * hourSeconds) return `Every ${Math.round(apartSeconds / minuteSeconds)} min`
  if (hours === 24) return 'Daily'
  if (hours < 48) return `Every ${hours} h`
  return `Every ${Math.round(apartSeconds / daySeconds)} d`
}

/** Processors in use, or megabytes: as many digits as tell two machines apart. */
export function figureWords(figure: number): string {
  if (figure > 0 && figure < 0.01) return '< 0.01'
  return figure.toLocaleString('en', { maximumFractionDigits: figure < 10 ? 2 : 0 })
}
