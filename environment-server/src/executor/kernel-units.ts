import { endianness } from 'node:os'
import { readFileSync } from 'node:fs'

/** Units of /proc on this machine, from the auxiliary vector (getauxval(3)): AT_PAGESZ is 6, AT_CLKTCK 17. */
export function kernelUnits(): { pageBytes: number; ticksPerSecond: number } {
  const vector = readFileSync('/proc/self/auxv')
  const word = (at: number) => Number(endianness() === 'LE' ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at))
  const values = new Map<number, number>()
  for (let at = 0; at + 16 <= vector.length; at += 16) values.set(word(at), word(at + 8))
  return { pageBytes: values.get(6) ?? 4096, ticksPerSecond: values.get(17) ?? 100 }
}
