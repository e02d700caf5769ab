import type { Measurement } from './row.ts'

/** One subject of measuring: a folder beside this file, with its `findings.md` where a goal is missed. */
export type Bench = {
  /** As `script/bench NAME` and docs/performance.json call it; also the folder's name. */
  name: string
  /** @param rounds how often each side runs; @param say what a person who waits wants to read */
  measure(rounds: number, say: (line: string) => void): Promise<Measurement[]>
}
