import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { given } from './given.ts'
import { tried } from './tried.ts'

/** Writes outputs that are too large, not text, or named to harm whoever keeps them. */
const { tc_out_path: out = '', api_key: secret = '' } = given()

await tried('a message of 16 MB', () =>
  writeFileSync(
    join(out, 'message.tc'),
    `${secret} ${'m'.repeat(16 * 1024 * 1024)} ${secret}\u001b]0;owned\u0007\u0000\u202e`,
  ),
)
await tried('results without end', () =>
  writeFileSync(
    join(out, 'results.tc'),
    Buffer.concat([
      Buffer.from('__proto__ = polluted\nconstructor = polluted\n../../evil = x\ngood = kept\nlong = '),
      Buffer.alloc(100_000, 'l'),
      Buffer.from([0x0a, 0xff, 0xfe, 0x20, 0x3d, 0x20, 0x78, 0x0a]),
      Buffer.from(Array.from({ length: 5_000 }, (_, n) => `name${n} = ${n}\n`).join('')),
    ]),
  ),
)
