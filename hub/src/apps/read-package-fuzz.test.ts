import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { damage } from '../http/test-requests.ts'
import { PackageRefused } from './package-refused.ts'
import { readPackage } from './read-package.ts'
import { goodEntries, zipOf } from './test-packages.ts'

let packages: Buffer[]

beforeAll(async () => {
  packages = [
    await zipOf(goodEntries()),
    await zipOf(goodEntries({ main: 'x'.repeat(20_000) }).map((entry) => ({ ...entry, compress: false }))),
  ]
})

test('S14: a package whose bytes were changed, cut or spliced is read or refused with a reason, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1 }), damage, damage, async (which, first, second) => {
      const bytes = second(first(packages[which] ?? Buffer.alloc(0)))
      await outcomeOf(bytes)
    }),
  )
})

test('S14: a package whose figures lie, wherever they stand in its directory, is read or refused', async () => {
  const figure = fc.constantFrom(0, 1, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff)
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 1 }),
      fc.nat({ max: 400 }),
      figure,
      fc.boolean(),
      async (which, back, lie, isLong) => {
        const bytes = Buffer.from(packages[which] ?? Buffer.alloc(0))
        const at = Math.max(0, bytes.length - 4 - back)
        if (isLong) bytes.writeUInt32LE(lie, at)
        else bytes.writeUInt16LE(lie & 0xffff, at)
        await outcomeOf(bytes)
      },
    ),
  )
})

test('S14: bytes that are no package are refused', async () => {
  const start = fc.constantFrom('', 'PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0006\u0006')
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 400 }), async (magic, rest) => {
      await expect(readPackage(Buffer.concat([Buffer.from(magic), rest]))).rejects.toBeInstanceOf(PackageRefused)
    }),
  )
})

/** Whoever is refused hears why; all else would be a defect. */
async function outcomeOf(bytes: Buffer): Promise<void> {
  try {
    const read = await readPackage(bytes)
    expect(read.programName).toMatch(/^[A-Za-z0-9]/)
  } catch (error) {
    expect(error).toBeInstanceOf(PackageRefused)
    expect((error as Error).message.length).toBeLessThan(2000)
  }
}
