import type { Platform } from '@postern/protocol'

/** What comes before `e_machine`: magic number, 64 bits, little endian (elf(5)). */
const elf64 = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])
const machineAt = 18

/** EM_X86_64 and EM_AARCH64. */
const platforms = new Map<number, Platform>([
  [62, 'linux-x64'],
  [183, 'linux-arm64'],
])

/** So many bytes of a program say what it is for. */
export const elfHeadBytes = machineAt + 2

/** The platform that a program is for, by its first bytes; undefined: none of ours, or it is no program. */
export function elfPlatform(head: Buffer): Platform | undefined {
  if (head.length < elfHeadBytes || !head.subarray(0, elf64.length).equals(elf64)) return undefined
  return platforms.get(head.readUInt16LE(machineAt))
}
