/** The name that a mistyped or unfinished word most probably means; `undefined` where none is near. Case and underscores do not count. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  const wanted = fold(word)
  if (wanted === '' || wanted.length > wordLengthMax) return undefined
  const begun = begunName(word, names)
  if (begun !== undefined) return begun
  let nearest: string | undefined
  // A third of the letters may be wrong, one always.
  let distanceMax = Math.max(1, Math.floor(wanted.length / 3))
  for (const name of names) {
    const folded = fold(name)
    // So many letters are to be added or dropped at least.
    if (Math.abs(folded.length - wanted.length) > distanceMax) continue
    const distance = editDistance(wanted, folded)
    if (distance > distanceMax) continue
    nearest = name
    distanceMax = distance - 1
  }
  return nearest
}

/** The one name that begins so. */
export function begunName(word: string, names: readonly string[]): string | undefined {
  const wanted = fold(word)
  if (wanted.length < beginningLengthMin) return undefined
  const [begun, ...more] = names.filter((name) => fold(name).startsWith(wanted))
  return more.length === 0 ? begun : undefined
}

function fold(text: string): string {
  return text.toLowerCase().replaceAll('_', '')
}

/** Letters to add, drop, change, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}

const wordLengthMax = 64
/** So many letters are the beginning of a name rather than a mistake. */
const beginningLengthMin = 3
