import { hostileZip } from '@postern/dev/hostile'
import { PackageFault } from '@postern/protocol'
import fc from 'fast-check'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unpack } from './unpack.ts'

const good = hostileZip([
  { name: 'app_v1/', content: Buffer.alloc(0), mode: 0o040755 },
  { name: 'app_v1/install.json', content: Buffer.from('{}') },
  { name: 'app_v1/lib/deep/a.txt', content: Buffer.from('a'.repeat(5000)), deflated: true },
  { name: 'app_v1/run', mode: 0o100755 },
])
const place = fc.double({ min: 0, max: 0.9999, noNaN: true })

test('S14: whatever was done to the bytes of a package, nothing is written outside of its folder, and refusals say why', async () => {
  const changed = fc
    .array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
    .map((places) => {
      const bytes = Buffer.from(good)
      for (const [at, mask] of places) {
        const index = Math.floor(at * bytes.length)
        bytes[index] = (bytes[index] ?? 0) ^ mask
      }
      return bytes
    })
  const spliced = fc.tuple(place, place).map(([from, to]) => {
    const [start, end] = [Math.floor(from * good.length), Math.floor(to * good.length)]
    return Buffer.concat([good.subarray(0, start), good.subarray(end)])
  })
  const lying = fc
    .tuple(fc.nat({ max: 500 }), fc.constantFrom(0, 1, 0xffff, 0x7fffffff, 0xffffffff))
    .map(([back, lie]) => {
      const bytes = Buffer.from(good)
      bytes.writeUInt32LE(lie, Math.max(0, bytes.length - 4 - back))
      return bytes
    })
  const folder = mkdtempSync(join(tmpdir(), 'postern-unpack-'))
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          changed,
          spliced,
          lying,
          fc.uint8Array().map((each) => Buffer.from(each)),
        ),
        async (zip) => {
          const target = join(folder, 'target')
          mkdirSync(target)
          try {
            await unpack(zip, 'app_v1', target)
          } catch (error) {
            expect(error).toBeInstanceOf(PackageFault)
          }
          expect(readdirSync(folder)).toEqual(['target'])
          rmSync(target, { recursive: true })
        },
      ),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
