export interface ChartPoint {
  ms: number
  value: number
  /** The highest within its step, where it is known. */
  highest?: number | undefined
}

interface Place {
  x: (ms: number) => number
  y: (value: number) => number
}

/** Paths of a chart: the line, the area below it, and the line of the highest. Where nothing was heard for longer than `gapMs` they break. */
export function linePieces(
  points: readonly ChartPoint[],
  gapMs: number,
  { x, y }: Place,
  ground: number,
): { line: string; area: string; highest: string } {
  const runs = joined(points, gapMs)
  const path = (run: readonly ChartPoint[], valueOf: (point: ChartPoint) => number) => {
    const [first] = run
    if (first === undefined) return ''
    // A point alone is drawn as a dot: a line of no length with round ends.
    const all = run.length === 1 ? [first, first] : run
    return `M${all.map((point) => `${rounded(x(point.ms))},${rounded(y(valueOf(point)))}`).join('L')}`
  }
  return {
    line: runs.map((run) => path(run, ({ value }) => value)).join(''),
    area: runs
      .filter((run) => run.length > 1)
      .map((run) => {
        const [first, last] = [run[0], run.at(-1)]
        if (first === undefined || last === undefined) return ''
        return `${path(run, ({ value }) => value)}L${rounded(x(last.ms))},${ground}L${rounded(x(first.ms))},${ground}Z`
      })
      .join(''),
    highest: runs
      .filter((run) => run.some(({ value, highest }) => highest !== undefined && highest > value))
      .map((run) => path(run, ({ value, highest }) => highest ?? value))
      .join(''),
  }
}

/** The point that a pointer at `ms` means; nothing where none is near. */
export function nearestPoint(points: readonly ChartPoint[], ms: number, gapMs: number): ChartPoint | undefined {
  let best: ChartPoint | undefined
  for (const point of points) {
    if (best === undefined || Math.abs(point.ms - ms) < Math.abs(best.ms - ms)) best = point
  }
  return best !== undefined && Math.abs(best.ms - ms) <= gapMs ? best : undefined
}

function joined(points: readonly ChartPoint[], gapMs: number): ChartPoint[][] {
  const runs: ChartPoint[][] = []
  let before: ChartPoint | undefined
  for (const point of points) {
    const run = runs.at(-1)
    if (run !== undefined && before !== undefined && point.ms - before.ms <= gapMs) run.push(point)
    else runs.push([point])
    before = point
  }
  return runs
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
