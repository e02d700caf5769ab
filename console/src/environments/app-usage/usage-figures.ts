/** How often an app ran, as it was counted and no further: `11 a day`, `Daily`, and what is rarer as the guide's Table 1 says it, `Every 7 d`. */
export function frequencyWords(executionsPerDay: number | null): string {
  if (executionsPerDay === null) return 'Once so far'
  const times = Math.round(executionsPerDay)
  if (times > 1) return `${times.toLocaleString('en')} a day`
  const hoursApart = Math.round(24 / executionsPerDay)
  if (hoursApart <= 24) return 'Daily'
  return hoursApart < 48 ? `Every ${hoursApart} h` : `Every ${Math.round(hoursApart / 24)} d`
}

/** Processors in use, or megabytes: as many digits as tell two machines apart. */
export function figureWords(figure: number): string {
  if (figure > 0 && figure < 0.01) return '< 0.01'
  return figure.toLocaleString('en', { maximumFractionDigits: figure < 10 ? 2 : 0 })
}
